"""Which routes the words of an action item name: by a service or a component, as whole words."""

import re
from collections.abc import Callable, Iterator

from postmortem.settings.model import RouteEntry, RoutingRule, Settings

# "Search the logs" names no service called Search, "the search index" does.
_OBJECT = re.compile(
    r"\s+(?:the|an?|our|your|their|its|this|that|these|those|all|any|every|each|some|for|through|in|on|at|into|"
    r"whether|why|how|what|which|who)\b"
)


def entries_of(settings: Settings) -> tuple[RouteEntry, ...]:
    """Every route there is, the default one last."""
    return (*settings.routing, *([settings.default_route] if settings.default_route else []))


def named_entries(settings: Settings, words: str, fits: Callable[[RoutingRule], bool]) -> list[list[RouteEntry]]:
    """For each service or component that the words name, the entries it leads to; `fits` says which rules are for this
    incident at all.

    A name inside a longer one that is named too ("checkout" of "checkout worker") does not count.
    """
    names, said = _names(settings, fits), _plain(words)
    spans = [(start, end, name) for name in names for start, end in _places(name, said)]
    outer = {name for start, end, name in spans if not any(_holds(other, (start, end)) for other in spans)}
    entries = entries_of(settings)
    return [[entries[place] for place in sorted(names[name])] for name in sorted(outer)]


def _names(settings: Settings, fits: Callable[[RoutingRule], bool]) -> dict[str, set[int]]:
    """Name to the places of the entries it leads to: of a service the first rule, as for an incident; of a component
    all."""
    services, components = dict[str, set[int]](), dict[str, set[int]]()
    for place, entry in enumerate(entries_of(settings)):
        if isinstance(entry, RoutingRule) and not fits(entry):
            continue
        for name in entry.match.services if isinstance(entry, RoutingRule) else ():
            services.setdefault(_plain(name), {place})
        for name in entry.components:
            components.setdefault(_plain(name), set()).add(place)
    return {name: places for name, places in (components | services).items() if name}


def _places(name: str, said: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said):
        is_verb = match.start() == 0 and " " not in name and _OBJECT.match(said, match.end())
        if not is_verb:
            yield match.span()


def _holds(outer: tuple[int, int, str], inner: tuple[int, int]) -> bool:
    start, end, _ = outer
    return (start, end) != inner and start <= inner[0] and inner[1] <= end


def _plain(words: str) -> str:
    return " ".join(words.split()).casefold()

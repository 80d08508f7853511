"""What one seed's life is: its settings, its webhooks, its faults, and what people and machines do; drawn, not lived.

A story is lived by `living.py`. The same seed draws the same story; a shorter one is made by leaving things out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any, Literal

from tests.simulation.faults import HAPPENINGS, VARIANTS, Fault, Kind
from tests.simulation.happenings import CONCURRENT, another_journey
from tests.simulation.household import Household
from tests.simulation.people import DEEDS, adds_an_action_item, deletes_an_issue, deletes_the_page, edits_the_page

type Mode = Literal["safety", "liveness"]

ONCE = (*HAPPENINGS, Kind.KILL, Kind.PAUSE)
"""Kinds that come one at a time; of the others several calls in a row may meet the same."""
LOOKS_AGAIN, ROUND = "15m", timedelta(minutes=13)
"""After so long some drafts are looked at again; a life without that is over before."""
LONGEST = timedelta(hours=1)
"""A life in which something is reopened, and an undisturbed one."""
ABOUT_SO_MANY_CALLS, OF_THEM_BEFORE_THE_LATER_LOOK = 400, 270
"""Of a life in which everything goes well."""
_MORE_WHERE_IT_FAILS = 1.1
_FROM_THE_FIRST_WEBHOOK = 1 / 10
"""So many lives begin there; the others where the machine is at work already."""
_UNHEARD = 0.06
"""Of the whole lives."""
HOUSES = 32
"""In so many, each set up in its own way, lives begin later."""
_POINTS, _FIRST_POINT = 12, 8
"""After so many calls of each, from this one on."""
_RATHER_LATER = 0.4
"""An exponent: 1 would be as often early as late."""
_WRITES = ("POST /rest/api/3/issue", "chat.postMessage", "/notes", "EFFECT#", "LEASE")
"""Where a fault does the most harm: one in five happens there."""
_RARE = {Kind.CONCURRENT: 0.4, Kind.REOPENED: 0.15}
"""Kinds that are drawn less often than the others: each is half a life more."""
_LEFT_OUT = ("causes", "impact", "lessons", "people", "resolution", "response", "response_times", "review", "tried")
"""Sections that a house with short postmortems does not want."""
_BESIDE = {Kind.PERSON: 8, Kind.WEBHOOKS: 2, Kind.CONCURRENT: 1, Kind.KILL: 2}
"""What happens at moments of its own, and how often against the others."""


def in_words(fault: Fault) -> str:
    """What people and other machines do by its name."""
    if fault.kind is Kind.PERSON:
        return f"somebody {spoken(DEEDS[fault.variant])}"
    if fault.kind is Kind.CONCURRENT:
        return spoken(CONCURRENT[fault.variant])
    return str(fault)


def spoken(does: Callable[..., Any]) -> str:
    """The name of a function as words."""
    return does.__name__.strip("_").replace("_", " ")


@dataclass(frozen=True, slots=True)
class Struck:
    """From the `at`th call on, so many calls of one side meet this fault: the first that it can happen to, whose name
    has the words `near`, and those that follow there."""

    at: int
    fault: Fault
    times: int = 1
    near: str = ""

    def __str__(self) -> str:
        return f"{in_words(self.fault)}, {self.times} times, from call {self.at} on, {self.near or 'anywhere'}"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that happens so long after the beginning, whatever is under way."""

    after: timedelta
    what: Fault

    def __str__(self) -> str:
        return f"{in_words(self.what)}, after {self.after}"


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a life begins: with its first webhook, or in one of the `HOUSES` after a call of an undisturbed life (the
    first from the `call`th on that is part of a step), with a new process."""

    house: int
    call: int

    def __str__(self) -> str:
        return f"where call {self.call} of house {self.house} was over"


@dataclass(frozen=True, slots=True)
class Story:
    """`options` are those of a household, `script` those of the incident. `is_looked_after`: the machine looks every
    quarter of an hour. `webhooks_after`: how long each webhook is on its way; `is_unheard`: PagerDuty has disabled the
    subscription. `shut_for`: so long Jira's project is archived; `locked_out_for`: PagerDuty does not know our token.
    `calm_after`: when the weather ends, in liveness mode. All times are counted from the beginning, which is the first
    webhook where there is no other.
    """

    seed: int
    mode: Mode
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    script: dict[str, bool] = field(default_factory=dict[str, bool])
    is_looked_after: bool = False
    is_unheard: bool = False
    shut_for: timedelta | None = None
    locked_out_for: timedelta | None = None
    webhooks_after: tuple[timedelta, ...] = ()
    lasts: timedelta = timedelta(minutes=30)
    calm_after: timedelta | None = None
    faults: tuple[Struck, ...] = ()
    deeds: tuple[Deed, ...] = ()
    begins: Beginning | None = None

    def shorter(self) -> list["Story"]:
        """Every story with one thing less, the latest things first."""
        faults = [replace(self, faults=_without(self.faults, n)) for n in reversed(range(len(self.faults)))]
        deeds = [replace(self, deeds=_without(self.deeds, n)) for n in reversed(range(len(self.deeds)))]
        once = [replace(one, times=1) for one in self.faults]
        calmer = [replace(self, faults=tuple(once))] if once != list(self.faults) else []
        return [*deeds, *faults, *calmer]


def _without[T](several: tuple[T, ...], n: int) -> tuple[T, ...]:
    return several[:n] + several[n + 1 :]


def story_of(seed: int, mode: Mode) -> Story:
    """Whole lives are set up in any way; the others as one of the houses is."""
    chance = Random(seed)
    if chance.random() < _FROM_THE_FIRST_WEBHOOK:
        return _drawn(chance, _set_up(seed, chance, is_unheard=chance.random() < _UNHEARD), mode)
    house = chance.randrange(HOUSES)
    begins = Beginning(house, chance.choice(points_of(house)))
    return _drawn(chance, replace(house_of(house), seed=seed, begins=begins), mode)


@cache
def house_of(number: int) -> Story:
    """The undisturbed life of a house, from which others begin."""
    return _set_up(number, Random(f"household {number}"))


@cache
def points_of(house: int) -> tuple[int, ...]:
    """The calls after which lives begin in it: rather later, where things are made outside."""
    chance, later = Random(f"points {house}"), _calls_of(house_of(house)) - _FIRST_POINT
    return tuple(sorted(_FIRST_POINT + int(later * chance.random() ** _RATHER_LATER) for _ in range(_POINTS)))


def _looks_again(story: Story) -> bool:
    return story.options["settings"]["refresh_after"] == LOOKS_AGAIN


def _calls_of(story: Story) -> int:
    return ABOUT_SO_MANY_CALLS if _looks_again(story) else OF_THEM_BEFORE_THE_LATER_LOOK


def _set_up(seed: int, chance: Random, *, is_unheard: bool = False) -> Story:
    script = {
        "private": chance.random() < 0.06,
        "suggests": chance.random() < 0.2,
        "one_item": chance.random() < 0.75,
    }
    webhooks_after = () if is_unheard else tuple(_on_its_way(chance) for _ in range(4))
    return Story(
        seed,
        "safety",
        options=_options(chance),
        script=script,
        is_unheard=is_unheard,
        webhooks_after=webhooks_after,
        lasts=LONGEST,
    )


def _drawn(chance: Random, story: Story, mode: Mode) -> Story:
    """The story with all that happens in it."""
    is_reopened = chance.random() < 0.04
    looks_again = _looks_again(story) and (mode == "liveness" or chance.random() < 0.3)
    lasts = LONGEST if is_reopened else timedelta(minutes=35) if looks_again or story.is_unheard else ROUND
    calm_after = lasts * chance.random() if mode == "liveness" else None
    first = story.begins.call if story.begins else 0
    most = first + int(30 + (_calls_of(story) - first) * _MORE_WHERE_IT_FAILS) * (2 if is_reopened else 1)
    faults = _faults(chance, range(first + 1, most), has_pages=story.options["confluence"])
    deeds = _deeds(chance, lasts, calm_after or lasts, is_reopened=is_reopened)
    return replace(
        story,
        mode=mode,
        is_looked_after=story.is_unheard or chance.random() < 0.09,
        shut_for=lasts * chance.random() if chance.random() < 0.04 else None,
        locked_out_for=lasts * chance.random() if chance.random() < 0.02 else None,
        lasts=lasts,
        calm_after=calm_after,
        faults=tuple(sorted(faults, key=lambda one: one.at)),
        deeds=tuple(sorted(deeds, key=lambda one: one.after)),
    )


def _faults(chance: Random, calls: range, *, has_pages: bool) -> Iterator[Struck]:
    yield from [_struck(chance, calls) for _ in range(_how_many(chance))]
    if chance.random() < 0.02:
        yield from _overtaken(chance, calls)
    yield from [_at_the_page(chance, calls) for _ in range(2 if has_pages else 0)]


def _deeds(chance: Random, lasts: timedelta, until: timedelta, *, is_reopened: bool) -> Iterator[Deed]:
    yield from [_deed(chance, until) for _ in range(chance.choice((0, 0, 1, 1, 2)))]
    if chance.random() < 0.03:
        yield Deed(lasts * 0.2, _by_a_person(deletes_an_issue))
        yield Deed(lasts * 0.21, _by_a_person(adds_an_action_item))
    if is_reopened:
        yield Deed(lasts * chance.uniform(0, 0.5), Fault(Kind.REOPENED, 0))


def _options(chance: Random) -> dict[str, Any]:
    """A small house; now and then one that is set up otherwise."""
    reads_all = {"private_channels": {"audience": "who is in the channel"}}
    refresh_after = LOOKS_AGAIN if chance.random() < 0.45 else "24h"
    settings: dict[str, Any] = {"refresh_after": refresh_after, "slack": reads_all}
    if chance.random() < 0.92:
        settings["publish"] = {"public_base_url": "https://debrief.acme.example"}
    if chance.random() < 0.85:
        settings["document"] = {"sections": {section: {"show": False} for section in _LEFT_OUT}}
    if chance.random() < 0.12:
        settings["jira"] = {"after_unclear": "park"}
    return {
        "settings": settings,
        "confluence": chance.random() < 0.05,
        "anchored": chance.random() < 0.8,
        "jira_lag": chance.choice((0.0, 3.0, 300.0)),
    }


def _on_its_way(chance: Random) -> timedelta:
    """Most come at once, some an hour late."""
    return timedelta(seconds=chance.choice((0,) * 12 + (1, 5, 90, 3600)))


def _how_many(chance: Random) -> int:
    return chance.choice((0, 1, 1, 1, 2, 2, 3, 4, 6))


def _struck(chance: Random, calls: range) -> Struck:
    (kind,) = chance.choices(list(Kind), [_RARE.get(kind, 1) for kind in Kind])
    fault = Fault(kind, chance.randrange(VARIANTS[kind]))
    times = 1 if kind in ONCE else chance.choice((1, 1, 1, 1, 1, 1, 1, 2, 3, 12))
    is_write = kind not in HAPPENINGS and chance.random() < 0.2
    return Struck(chance.choice(calls), fault, times, chance.choice(_WRITES) if is_write else "")


def _overtaken(chance: Random, calls: range) -> tuple[Struck, ...]:
    """Somebody else waits for the lease, and gets it while we stand still just before something is made."""
    third = len(calls) // 3
    other = Struck(chance.choice(calls[:third]), Fault(Kind.CONCURRENT, CONCURRENT.index(another_journey)))
    return other, Struck(chance.choice(calls[third : 2 * third]), Fault(Kind.PAUSE), near="EFFECT#")


def _by_a_person(does: Callable[[Household], bool]) -> Fault:
    return Fault(Kind.PERSON, DEEDS.index(does))


def _at_the_page(chance: Random, calls: range) -> Struck:
    """Somebody is at the Confluence page when it is written."""
    fault = _by_a_person(chance.choice((edits_the_page, edits_the_page, deletes_the_page)))
    return Struck(chance.choice(calls), fault, near=chance.choice(("", "PUT /")))


def _deed(chance: Random, until: timedelta) -> Deed:
    (kind,) = chance.choices(list(_BESIDE), list(_BESIDE.values()))
    return Deed(until * chance.random(), Fault(kind, chance.randrange(max(4, VARIANTS[kind]))))

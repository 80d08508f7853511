"""What a life leaves behind, so that two can be compared: without times, and whatever order things were made in."""

import re
from collections.abc import Iterator
from typing import Any

from tests.contract.dying import left_behind
from tests.simulation.durable.twins import Twin

_ISSUE = re.compile(r"\b[A-Z][A-Z0-9]*-\d+\b|(?<=\"issue_id\":\")\d+")
_EFFECT = "EFFECT#"


def end_of(twin: Twin) -> dict[str, Any]:
    """What people see, what the ledger says, and how the journeys ended."""
    names = _names(twin)
    partition = f"INC#{twin.incident_id()}"
    ledger = {
        record.sort.removeprefix(_EFFECT): record.value["state"] for record in twin.store.list(partition, _EFFECT)
    }
    journeys = {journey.name: journey.state for journey in twin.engine.journeys() if not _is_of_a_slot(journey.name)}
    left: dict[str, Any] = left_behind(twin) | {
        "ledger": dict(sorted(ledger.items())),
        "journeys": dict(sorted(journeys.items())),
    }
    for issue in left["issues"]:
        issue["issuelinks"] = [{**link, "id": ""} for link in issue["issuelinks"]]  # in the order of making
    return {name: _named(value, names) for name, value in left.items()}


def _is_of_a_slot(name: str) -> bool:
    """Named by when it began, which differs by what the weather took."""
    return name.startswith(("rt-", "rc-", "fu-"))


def _names(twin: Twin) -> dict[str, str]:
    """Issues by what they are about, instead of by who came first."""
    names = dict[str, str]()
    for issue in twin.jira.issues:
        names[issue["key"]] = names[str(issue["id"])] = f"<{issue['fields']['summary']}>"
    return names


def _named(value: Any, names: dict[str, str]) -> Any:
    match value:
        case str():
            return _ISSUE.sub(lambda found: names.get(found[0], found[0]), value)
        case list() | tuple():
            return [_named(one, names) for one in value]
        case dict():
            return {name: _named(one, names) for name, one in value.items()}
        case _:
            return value


def differences(one: Any, other: Any, at: str = "") -> Iterator[str]:
    """In words, the first place of each part: "issues, 0, status: 'Open' here, 'Done' there"."""
    if one == other:
        return
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({*one, *other}):
            yield from differences(one.get(name), other.get(name), f"{at}, {name}".removeprefix(", "))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (here, there) in enumerate(zip(one, other, strict=True)):
            yield from differences(here, there, f"{at}, {place}")
    elif isinstance(one, str) and isinstance(other, str):
        yield f"{at}: {_apart(one, other)}"
    else:
        yield f"{at}: {one!r} on one machine, {other!r} on durable functions"


def _apart(one: str, other: str) -> str:
    place = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    begin = max(0, place - 40)
    return f"…{one[begin : place + 60]!r} on one machine, …{other[begin : place + 60]!r} on durable functions"

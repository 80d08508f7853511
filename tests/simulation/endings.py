"""How a life ended: what all vendors and the documents hold, and whether a difference is said aloud."""

import difflib
import json
import re
from dataclasses import dataclass
from typing import Any

from tests.simulation.faults import HAPPENINGS, Fault, Kind
from tests.simulation.household import Household
from tests.simulation.invariants_words import end_of

_SAYS = re.compile(r"⚠|❓|Not opened:|could not be read|was not read|is missing")
_HOW_MUCH_WAS_READ = re.compile(r"^\"?- Read from ")
"""Counts of records, our own notes among them: how many there were depends on when it was."""
_CHANGES_THE_WORLD = (Kind.PERSON, Kind.REOPENED)
_ADDS_RECORDS, _DECIDES = Fault(Kind.PAGES, 3), Fault(Kind.CONCURRENT, 3)


@dataclass(frozen=True, slots=True)
class Ending:
    """What was made, line by line, without times; issues are named by their keys of ours, not by Jira's, which depend
    on who came first. `told` are announcements and notes: they say what was known when they were written."""

    lines: tuple[str, ...]
    told: tuple[str, ...]

    @property
    def said(self) -> frozenset[str]:
        """What it says about what is missing or was not made."""
        return frozenset(line for line in (*self.lines, *self.told) if _SAYS.search(line))


def ending_of(household: Household) -> Ending:
    held: dict[str, Any] = end_of(household)
    told = [str(one) for name in ("announced", "notes") for one in held.pop(name)]
    held |= {"jira": household.jira.state()["issues"]}
    held["pages"] = [[page.title, page.status, page.body] for page in household.confluence.ours()]
    text = json.dumps(held, ensure_ascii=False, indent=0, default=str).replace("\\n", "\n")
    lines = _with_our_keys(household, text).splitlines()
    kept = sorted(line for line in lines if line and not _HOW_MUCH_WAS_READ.search(line))
    return Ending(tuple(kept), tuple(sorted(_with_our_keys(household, one) for one in told)))


def is_to_be_the_same(fault: Fault) -> bool:
    """Whether a life that met this fault once ends like one that did not: nothing else was told, done or decided."""
    return fault.kind not in _CHANGES_THE_WORLD and fault not in (_ADDS_RECORDS, _DECIDES)


def unsaid(fault: Fault, fair: Ending, ending: Ending) -> str | None:
    """A difference between two endings that the second does not speak of; None where there is none.

    Who begins earlier or later, because a clock is wrong or another execution is first, announces what is known then.
    """
    if ending.said - fair.said:
        return None
    ours, theirs = ending.lines + ending.told, fair.lines + fair.told
    if fault.kind in HAPPENINGS and len(ending.told) == len(fair.told):
        ours, theirs = ending.lines, fair.lines
    if ours == theirs:
        return None
    changes = difflib.unified_diff(theirs, ours, lineterm="", n=0)
    shown = [line[:300] for line in changes if not line.startswith(("---", "+++", "@@"))]
    return f"the ending differs, and nothing says so: {' / '.join(shown[:6])}"


def _with_our_keys(household: Household, text: str) -> str:
    for issue in household.jira.issues:
        ours = next((label for label in issue["fields"]["labels"] if label.startswith("pm-")), issue["key"])
        text = re.sub(rf"\b{issue['key']}\b", f"<{ours}>", text)
    return text

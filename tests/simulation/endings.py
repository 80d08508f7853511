"""How a life ended: what all vendors and the documents hold, and whether a difference is said aloud."""

import difflib
import json
import re
from dataclasses import dataclass
from typing import Any

from tests.simulation.household import Household
from tests.simulation.invariants_words import end_of

_SAYS = re.compile(r"⚠|Not opened:|could not be read|was not read|is missing")


@dataclass(frozen=True, slots=True)
class Ending:
    """What was made, line by line, without times; issues are named by their keys of ours, not by Jira's, which depend
    on who came first."""

    lines: tuple[str, ...]

    @property
    def said(self) -> frozenset[str]:
        """What it says about what is missing or was not made."""
        return frozenset(line for line in self.lines if _SAYS.search(line))


def ending_of(household: Household) -> Ending:
    held: dict[str, Any] = end_of(household) | {"jira": household.jira.state()["issues"]}
    held["pages"] = [[page.title, page.status, page.body] for page in household.confluence.ours()]
    text = json.dumps(held, ensure_ascii=False, indent=0, default=str).replace("\\n", "\n")
    for issue in household.jira.issues:
        ours = next((label for label in issue["fields"]["labels"] if label.startswith("pm-")), issue["key"])
        text = re.sub(rf"\b{issue['key']}\b", f"<{ours}>", text)
    return Ending(tuple(sorted(text.splitlines())))


def unsaid(fair: Ending, ending: Ending) -> str | None:
    """A difference between two endings that the second does not speak of; None where there is none."""
    if ending.lines == fair.lines or ending.said - fair.said:
        return None
    changes = difflib.unified_diff(fair.lines, ending.lines, lineterm="", n=0)
    shown = [line[:300] for line in changes if not line.startswith(("---", "+++", "@@"))]
    return f"the ending differs, and nothing says so: {' / '.join(shown[:6])}"

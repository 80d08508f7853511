"""What a story is made of."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a line is to its reader: done, read with something missing, waiting, or somebody's to look into."""

    DONE = "done"
    GAP = "gap"
    WAITS = "waits"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, in a sentence or two; `at` is None for how it stands now."""

    at: datetime | None
    kind: Kind
    said: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """How one incident's postmortem came about, oldest first, and `now`: what is waited for, and what needs somebody.

    `state` is one word: "running", "waiting", "failed", "parked", "stopped" or "done". `document` is where the draft
    lies, `document_link` its Confluence page; `settings_version` names the settings that it was last made with.
    """

    incident_id: str
    title: str
    number: int | None
    link: str | None
    document: str | None
    document_link: str | None
    is_private: bool
    state: str
    past: tuple[Line, ...]
    now: tuple[Line, ...]
    settings_version: str | None = None

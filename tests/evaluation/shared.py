"""Where the labelled data lies, and how its records become evidence: through the same front door as real ones."""

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from postmortem.evidence import Evidence, Message, Part, evidence_from_parts
from postmortem.incident import Incident
from postmortem.moment import Moment
from postmortem.people import Person


def moment(at: datetime) -> Moment:
    return Moment(at=at.astimezone(UTC), original=at.isoformat())


def evidence_of_chat(name: str, messages: Sequence[Message], people: Iterable[Person]) -> Evidence:
    """Evidence that holds one chat and nothing from PagerDuty."""
    first = messages[0].moment if messages else moment(datetime.fromisoformat("2000-01-01T00:00:00+00:00"))
    incident = Incident(id=name, title=name, status="resolved", created_at=first, from_pagerduty=False)
    return evidence_from_parts(incident, [Part(messages=tuple(messages), people=tuple(people))], first.at)


def skipped(path: Path) -> bool:
    """Say in one line that there is nothing to measure."""
    if path.exists():
        return False
    print(f"skipped: {path} is not here", file=sys.stderr)
    return True

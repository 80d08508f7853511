"""How much was read so far, by source, counted as it comes in."""

import threading
from collections.abc import Iterator

from postmortem.evidence import Part

SOURCES = {"pagerduty": "PagerDuty", "slack": "Slack"}
_PLURALS = {"log entry": "log entries", "person": "people"}


class Tally:
    """Counts things once, however often they are read. Told from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, dict[str, set[str]]] = {}

    def add(self, source: str, part: Part) -> None:
        with self._lock:
            seen = self._seen.setdefault(source, {})
            for what, id_ in _things(part):
                seen.setdefault(what, set()).add(id_)

    def counts(self, source: str) -> dict[str, int]:
        """{"message": 120, "thread": 14, ...}, without what there was none of."""
        with self._lock:
            return {what: len(ids) for what, ids in self._seen.get(source, {}).items()}

    def words(self, source: str) -> str:
        """ "120 messages, 14 threads, 9 people"."""
        return ", ".join(number_of(count, what) for what, count in self.counts(source).items()) or "nothing"

    def sources(self) -> list[str]:
        with self._lock:
            return [source for source in SOURCES if source in self._seen]


def number_of(count: int, what: str) -> str:
    return f"{count:,} {what if count == 1 else _PLURALS.get(what, what + 's')}"


def _things(part: Part) -> Iterator[tuple[str, str]]:
    """In the order in which they are said."""
    yield from (("message", message.id) for message in part.messages)
    yield from (("thread", message.thread_id) for message in part.messages if message.thread_id)
    yield from (("alert", alert.id) for alert in part.alerts)
    yield from (("log entry", entry.id) for entry in part.log_entries)
    yield from (("note", note.id) for note in part.notes)
    yield from (("change event", change.id) for change in part.changes)
    yield from (("person", person.id) for person in part.people)
    yield from (("gap", gap.what) for gap in part.gaps)

"""How much was read so far, by source, counted as it comes in."""

import threading
from collections.abc import Iterator

from postmortem.evidence import Part

SOURCES = {"pagerduty": "PagerDuty", "slack": "Slack"}
_SAID_OF = {
    "message": "messages",
    "thread": "threads",
    "alert": "alerts",
    "log entry": "log entries",
    "note": "notes",
    "change event": "change events",
    "person": "people",
    "gap": "gaps",
}
"""What is counted, in the order in which it is said, and the plural of each."""


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
            seen = self._seen.get(source, {})
            return {what: len(seen[what]) for what in _SAID_OF if seen.get(what)}

    def words(self, source: str) -> str:
        """ "120 messages, 14 threads, 9 people"."""
        return count_words(self.counts(source))

    def sources(self) -> list[str]:
        with self._lock:
            return [source for source in SOURCES if source in self._seen]


def count_words(counts: dict[str, int]) -> str:
    """ "120 messages, 14 threads, 9 people"."""
    return (
        ", ".join(f"{count:,} {what if count == 1 else _SAID_OF[what]}" for what, count in counts.items()) or "nothing"
    )


def plural_key(what: str) -> str:
    """The name of a count for scripts: "log_entries"."""
    return _SAID_OF[what].replace(" ", "_")


def _things(part: Part) -> Iterator[tuple[str, str]]:
    yield from (("message", message.id) for message in part.messages)
    yield from (("thread", message.thread_id) for message in part.messages if message.thread_id)
    yield from (("alert", alert.id) for alert in part.alerts)
    yield from (("log entry", entry.id) for entry in part.log_entries)
    yield from (("note", note.id) for note in part.notes)
    yield from (("change event", change.id) for change in part.changes)
    yield from (("person", person.id) for person in part.people)
    yield from (("gap", gap.what) for gap in part.gaps)

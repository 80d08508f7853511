"""What a person should know about the machinery, one sentence each: shown until it is mended, or for some days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.store.port import Conflict, Record, Store

_NOTICES = "NOTICES"


@dataclass(frozen=True, slots=True)
class Notice:
    """`key` is "subject/which one"; `since` is when this very sentence was first said."""

    key: str
    sentence: str
    since: datetime


class Notices:
    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self, now: datetime) -> tuple[Notice, ...]:
        """Those that are shown now, in the order of their keys."""
        return tuple(
            Notice(record.sort, record.value["sentence"], datetime.fromisoformat(record.value["since"]))
            for record in self._store.list(_NOTICES)
            if not _is_over(record, now)
        )

    def say(self, key: str, sentence: str, now: datetime, *, until: datetime | None = None) -> bool:
        """Show the sentence, until then, or until it is taken back. Whether it was not shown before."""
        kept = self._store.read(_NOTICES, key)
        is_new = kept is None or kept.value["sentence"] != sentence or _is_over(kept, now)
        if is_new or until is not None:
            since = now.isoformat() if is_new or kept is None else kept.value["since"]
            value = {"sentence": sentence, "since": since, "until": until.isoformat() if until else None}
            self._store.write(_NOTICES, key, value)
        return is_new

    def keep(self, subject: str, sentences: Mapping[str, str], now: datetime) -> list[str]:
        """Of this subject show exactly these, by their keys. Returns the sentences that were not shown before."""
        wanted = {f"{subject}/{which}": sentence for which, sentence in sentences.items()}
        for record in list(self._store.list(_NOTICES, f"{subject}/")):
            if record.sort not in wanted:
                self._take_back(record.sort, record.version)
        return [sentence for key, sentence in wanted.items() if self.say(key, sentence, now)]

    def _take_back(self, key: str, version: int) -> None:
        try:
            self._store.delete(_NOTICES, key, expected=version)
        except Conflict:
            return  # somebody has just said it anew, or taken it back


def _is_over(record: Record, now: datetime) -> bool:
    until = record.value["until"]
    return until is not None and datetime.fromisoformat(until) <= now

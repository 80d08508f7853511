"""Which resolves of an incident are known, each with the journey that was started for it. Standard library only.

A resolve is heard of twice: by a webhook, whose `occurred_at` has milliseconds, and by asking PagerDuty, whose
`resolved_at` has seconds and may be off by some. Both claim it here, on condition, before they start anything: whoever
comes second is given the journey of the first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.store.port import ABSENT, Conflict, Store

TOLERANCE = timedelta(seconds=30)
"""How far the two times of one resolve may lie apart. Ours; shorter than the settling that lets a journey see the later
of two resolves within it."""
MOST_KEPT = 200
"""Resolves an incident, the newest: one that flaps for a week must not outgrow a record."""
_SORT = "RESOLVES"

type _Known = dict[str, Any]
"""{"at", "journey", "by": "webhook" or "asking", "started": whether it surely was}."""


@dataclass(frozen=True, slots=True)
class Found:
    """A resolve that PagerDuty was asked about. `is_new`: no webhook announced it, and nobody found it before."""

    journey: str
    is_new: bool
    is_started: bool


class Resolves:
    """The resolves of one incident."""

    def __init__(self, store: Store, incident_id: str) -> None:
        self._store, self._partition = store, f"INC#{incident_id}"

    def announced(self, at: datetime, name: str) -> str:
        """The journey of a resolve that a webhook announces: `name`, or the one that was started without a webhook."""

        def announce(known: list[_Known]) -> str:
            one = _by_webhook(known, at) or _nearest([one for one in known if one["by"] == "asking"], at)
            if one is None:
                known.append({"at": at.isoformat(), "journey": name, "by": "webhook", "started": False})
                return name
            one |= {"at": at.isoformat(), "by": "webhook"}  # the next webhook of another time is another resolve
            return one["journey"]

        return self._change(announce)

    def found(self, at: datetime, name: str) -> Found:
        """The same for a resolve that PagerDuty shows when asked."""

        def find(known: list[_Known]) -> Found:
            one = _nearest(known, at)
            if one is not None:
                return Found(one["journey"], is_new=False, is_started=one["started"])
            known.append({"at": at.isoformat(), "journey": name, "by": "asking", "started": False})
            return Found(name, is_new=True, is_started=False)

        return self._change(find)

    def started(self, journey: str) -> None:
        """Remember that this journey was started, so that nobody need start it again."""

        def mark(known: list[_Known]) -> None:
            for one in known:
                one["started"] = one["started"] or one["journey"] == journey

        self._change(mark)

    def _change[T](self, change: Callable[[list[_Known]], T]) -> T:
        while True:  # a conflict means that somebody else got on: this ends
            record = self._store.read(self._partition, _SORT)
            known: list[_Known] = [dict(one) for one in record.value["resolves"]] if record else []
            before = [dict(one) for one in known]
            answer = change(known)
            if known == before:
                return answer
            kept = sorted(known, key=_at)[-MOST_KEPT:]
            try:
                expected = record.version if record else ABSENT
                self._store.write(self._partition, _SORT, {"resolves": kept}, expected=expected)
            except Conflict:
                continue
            return answer


def _at(known: _Known) -> datetime:
    return datetime.fromisoformat(known["at"])


def _by_webhook(known: list[_Known], at: datetime) -> _Known | None:
    """The one of the same second: webhooks of another second are of another resolve."""
    second = int(at.timestamp())
    return next((one for one in known if one["by"] == "webhook" and int(_at(one).timestamp()) == second), None)


def _nearest(known: list[_Known], at: datetime) -> _Known | None:
    near = [one for one in known if abs(_at(one) - at) <= TOLERANCE]
    return min(near, key=lambda one: abs(_at(one) - at), default=None)

"""PagerDuty as a sender that gives up on nothing: each incident's webhooks in their order, again on anything but 2xx.

Some are delivered twice: at the same time, or once more later. https://developer.pagerduty.com/docs/webhooks-behavior
(read 2026-11-20)
"""

import hashlib
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPException
from random import Random
from typing import Any

from tests.neighbours import WEBHOOK_SECRET
from tests.vendors.pagerduty_webhooks import body_of, deliver

TWINS = 0.15
"""So many are sent twice at the same time, and as many once more later."""
AGAIN_AFTER = (0.05, 0.4)
"""Seconds. PagerDuty takes longer; nobody has that long here."""
LATER = (0.5, 3.0)


@dataclass(frozen=True, slots=True)
class Accepted:
    """An event that was answered with 2xx, and the reason that was given."""

    event_id: str
    body_hash: str
    reason: str


@dataclass
class Sender:
    """`address` is where the receiver is, None while nobody listens. `sends` and `repeats_one` return at once.

    `is_sending` is set whenever a delivery goes out. What PagerDuty would drop, on a 4xx, is in `refused`.
    """

    chance: Random
    address: str | None = None
    accepted: list[Accepted] = field(default_factory=list[Accepted])
    figures: Counter[str] = field(default_factory=Counter[str])
    refused: list[str] = field(default_factory=list[str])
    is_sending: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._known: list[dict[str, Any]] = []
        self._lines: list[threading.Thread] = []
        self._lock, self._stop = threading.Lock(), threading.Event()

    def sends(self, *webhooks: dict[str, Any], after: float = 0.0) -> None:
        """One after the other: the next one only when this one was accepted."""
        self._known += webhooks
        line = threading.Thread(target=self._sends, args=(webhooks, after), daemon=True)
        self._lines.append(line)
        line.start()

    def repeats_one(self) -> None:
        """Once more something that was sent before."""
        if self._known:
            self.figures["sent once more"] += 1
            self.sends(self.chance.choice(self._known))

    def is_idle(self) -> bool:
        return not any(line.is_alive() for line in [*self._lines])

    def stop(self) -> None:
        self._stop.set()
        for line in [*self._lines]:
            line.join()

    def answered_so_far(self) -> list[Accepted]:
        with self._lock:
            return [*self.accepted]

    def _sends(self, webhooks: tuple[dict[str, Any], ...], after: float) -> None:
        self._stop.wait(after)
        for webhook in webhooks:
            draws = self.chance.random()
            if draws < TWINS:
                self.figures["sent twice at once"] += 1
                self.sends(webhook)
            elif draws < 2 * TWINS:
                self.figures["sent once more"] += 1
                self.sends(webhook, after=self.chance.uniform(*LATER))
            self._until_accepted(webhook)

    def _until_accepted(self, webhook: dict[str, Any]) -> None:
        times = 0
        while not self._stop.is_set() and not self._is_settled(webhook, is_again=times > 0):
            times += 1
            self._stop.wait(self.chance.uniform(*AGAIN_AFTER))

    def _is_settled(self, webhook: dict[str, Any], *, is_again: bool) -> bool:
        address = self.address
        if address is None:
            return False
        self.figures["sent"] += 1
        self.figures["redelivered"] += is_again
        self.is_sending.set()
        try:
            status, reason = deliver(f"{address}/pagerduty", webhook, WEBHOOK_SECRET)
        except (OSError, HTTPException):
            self.figures["no answer"] += 1
            return False
        return self._is_accepted(webhook, status, reason)

    def _is_accepted(self, webhook: dict[str, Any], status: int, reason: str) -> bool:
        with self._lock:
            self.figures[f"answered {status}"] += 1
            if 200 <= status < 300:
                body_hash = hashlib.sha256(body_of(webhook)).hexdigest()
                self.accepted.append(Accepted(webhook["event"]["id"], body_hash, reason))
                return True
            if 400 <= status < 500 and status != 429:
                self.refused.append(f"{webhook['event']['id']} was answered {status}: {reason}")
                return True
        return False

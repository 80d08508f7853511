"""Driving the protocol of `connectors/effects.py`: its questions are put to the ledger, the clock and a vendor."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Self

from connectors.effects import (
    Ask,
    Create,
    Effect,
    HoldsLease,
    Later,
    Ledger,
    Look,
    Made,
    Now,
    Read,
    Sight,
    Unseen,
    Verdict,
    Waits,
    Write,
    settle,
)
from connectors.errors import ConnectorError
from connectors.steps import Steps
from connectors.store.audit import Origin, What, digest_of

MOST_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Sending:
    """For the audit: what is sent, and its content, of which a hash is kept. It is asked for only before a create."""

    what: What
    content: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Maker:
    """How one kind of thing is made and found again. Both may raise the named errors of connectors/errors.py.

    `proof`: see `Effect`. `where` tells a person where to look for what stays unclear, and which setting gives
    certainty, by the proof that the lost create carried.
    """

    create: Callable[[Create], Made]
    look: Callable[[Look], Sight]
    holds_lease: Callable[[], bool]
    now: Callable[[], datetime]
    sending: Sending
    proof: str | None = None
    where: Callable[[str | None], str] = lambda _: ""

    @classmethod
    def consistent(
        cls,
        *,
        create: Callable[[], Made],
        find: Callable[[], Made | None],
        holds_lease: Callable[[], bool],
        now: Callable[[], datetime],
        sending: Sending,
    ) -> Self:
        """Of things whose reads show at once what was written: what they do not find is surely absent."""
        return cls(lambda _: create(), lambda _: find() or Unseen.SURELY_ABSENT, holds_lease, now, sending)


def make_once(
    steps: Steps, name: str, ledger: Ledger, key: str, maker: Maker, *, token: int, waits: Waits
) -> dict[str, Any]:
    """Drive the protocol to its end, with durable waits between its rounds.

    Returns {"made": ...}, or {"parked": reason} where the vendor refuses or it cannot be settled.
    """
    verdict: dict[str, Any] = {}
    for number in range(1, MOST_ROUNDS + 1):
        verdict = steps.run(f"{name}, round {number}", lambda: _round(ledger, key, maker, token, waits))
        if "later" not in verdict:
            return verdict
        steps.wait(f"{name}, wait {number}", timedelta(seconds=verdict["later"]))
    return {"parked": f"{verdict['why']} Tried {MOST_ROUNDS} times; “Draft again” and the refresh try once more."}


def _round(ledger: Ledger, key: str, maker: Maker, token: int, waits: Waits) -> dict[str, Any]:
    verdict = _drive(settle(token, waits, maker.proof), ledger, key, maker)
    if isinstance(verdict, Later):
        return {"later": verdict.seconds, "why": verdict.why}
    if verdict.state == "sent":
        return {"parked": f"{verdict.reason} {maker.where(verdict.proof)}".rstrip()}
    return {"made": verdict.made} if verdict.state == "done" else {"parked": verdict.reason}


def _drive(protocol: Generator[Ask, Any, Verdict], ledger: Ledger, key: str, maker: Maker) -> Verdict:
    @cache
    def origin() -> Origin:
        digest = digest_of(maker.sending.content())
        return Origin(ledger.audit.by, maker.sending.what, digest, ledger.audit.settings)

    try:
        ask = next(protocol)
        while True:
            try:
                answer = _answer(ask, ledger, key, maker, origin)
            except ConnectorError as error:
                ask = protocol.throw(error)
            else:
                ask = protocol.send(answer)
    except StopIteration as end:
        return end.value


def _answer(ask: Ask, ledger: Ledger, key: str, maker: Maker, origin: Callable[[], Origin]) -> Any:
    match ask:
        case Read():
            effect = ledger.read(key)
            if effect.state in ("free", "sent"):
                origin()  # before the clock is read: rendering a long page must not age the claim
            return effect
        case Write(effect):
            return ledger.write(key, _with_origin(effect, origin))
        case Now():
            return maker.now()
        case Look():
            return maker.look(ask)
        case HoldsLease():
            return maker.holds_lease()
        case Create():
            return maker.create(ask)


def _with_origin(effect: Effect, origin: Callable[[], Origin]) -> Effect:
    """The claim says whose it is; whoever clears it up later keeps that."""
    return effect if effect.origin or effect.state == "free" else replace(effect, origin=origin())

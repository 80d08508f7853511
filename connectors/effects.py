"""How something is made outside exactly once, where the vendor has no idempotency keys.

The protocol is a generator without I/O: it asks (read the ledger, claim, look, create ...) and is told the answers. The
ledger in the store is its only memory, so it may be begun again from the top at any time: after a crash, on another
machine, beside a twin. Algorithm and residual risk: docs/decisions/0003-exactly-once.md.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from connectors.errors import (
    BadReply,
    ConnectorError,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unreachable,
)
from connectors.steps import Steps
from connectors.store.intents import Intents
from connectors.store.port import ABSENT, Conflict, Record, Store

type Made = dict[str, Any]
"""What the vendor calls the thing it made: small JSON, such as {"key": "CHK-1", "link": ...}."""

State = Literal["free", "sent", "done", "parked"]
MOST_ROUNDS = 60
_SORT = "EFFECT#"
SHORTEST_WAIT = timedelta(seconds=0.1)
LONGEST_WAIT = timedelta(hours=1)
TAKEN_OVER = "Another journey has taken over this incident and goes on with it."
_TWIN_AT_WORK = timedelta(seconds=5)
_ASK_AGAIN_AFTER = 30.0
_UNCLEAR = "It is unclear whether it was made: the answer was lost."


@dataclass(frozen=True, slots=True)
class Effect:
    """One line of the ledger. `sent`: a create was, or may have been, sent at `sent_at` by the holder of `token`."""

    state: State = "free"
    token: int = 0
    sent_at: datetime | None = None
    made: Made | None = None
    reason: str | None = None
    version: int = ABSENT


@dataclass(frozen=True, slots=True)
class Waits:
    """`unclear`: how long an unclear create rests before we look. `absence`: when not being found proves absence."""

    unclear: timedelta = timedelta(seconds=120)
    absence: timedelta = timedelta(seconds=600)


@dataclass(frozen=True, slots=True)
class Read:
    """Asks for the effect as the ledger has it."""


@dataclass(frozen=True, slots=True)
class Write:
    """Asks to write the effect over exactly the version it holds; answered True, or False where somebody was first."""

    effect: Effect


@dataclass(frozen=True, slots=True)
class Look:
    """Asks the vendor whether the thing exists; answered with what it made, or None."""


@dataclass(frozen=True, slots=True)
class HoldsLease:
    """Asks whether our fencing token is still the current one."""


@dataclass(frozen=True, slots=True)
class Create:
    """Asks the vendor to make the thing: answered with what it made; every named error comes back as it is."""


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing can be decided before this much time has passed; `why` in words."""

    after: timedelta
    why: str

    @property
    def seconds(self) -> float:
        """A vendor's absurd hint must not park a journey for years."""
        return min(max(self.after, SHORTEST_WAIT), LONGEST_WAIT).total_seconds()


type Ask = Read | Write | Look | HoldsLease | Create
type Verdict = Effect | Later


def settle(now: datetime, token: int, waits: Waits) -> Generator[Ask, Any, Verdict]:
    """One round: bring the effect as far as it can be brought now.

    Ends done, parked, with a time to come back, or free: another journey holds the lease and goes on with it.
    """
    effect: Effect = yield Read()
    if effect.state in ("done", "parked"):
        return effect
    if effect.state == "sent":
        found = yield from _look_for_the_unclear(now, effect, waits)
        if found is not None:
            return found
    if token < effect.token:
        return replace(effect, state="free", reason=TAKEN_OVER)
    claim = replace(effect, state="sent", token=token, sent_at=now, made=None, reason=None)
    if not (yield Write(claim)):
        return Later(_TWIN_AT_WORK, "somebody else wrote the ledger first")
    return (yield from _create(replace(claim, version=claim.version + 1), waits))


def _look_for_the_unclear(now: datetime, effect: Effect, waits: Waits) -> Generator[Ask, Any, Verdict | None]:
    """None where it surely was never made, so that it may be made now."""
    age = now - (effect.sent_at or now)
    if age < waits.unclear:
        return Later(waits.unclear - age, _UNCLEAR)
    try:
        made = yield Look()
    except ConnectorError as unseen:  # nothing was seen, which proves nothing
        return Later(max(waits.unclear, timedelta(seconds=_hint(unseen))), str(unseen))
    if made is not None:
        return (yield from _finish(replace(effect, state="done", made=made)))
    return Later(waits.absence - age, _UNCLEAR) if age < waits.absence else None


def _create(claim: Effect, waits: Waits) -> Generator[Ask, Any, Verdict]:
    if not (yield HoldsLease()):
        return (yield from _finish(replace(claim, state="free", reason=TAKEN_OVER)))
    try:
        made = yield Create()
    except OutcomeUnknown as unclear:
        return Later(waits.unclear, str(unclear))
    except (Unreachable, RateLimited, BadReply) as nothing_happened:
        yield Write(replace(claim, state="free"))
        return Later(timedelta(seconds=_hint(nothing_happened) or _ASK_AGAIN_AFTER), str(nothing_happened))
    except (Rejected, NotAllowed, NotFound) as refused:
        return (yield from _finish(replace(claim, state="parked", reason=str(refused))))
    return (yield from _finish(replace(claim, state="done", made=made)))


def _finish(effect: Effect) -> Generator[Ask, Any, Verdict]:
    written = yield Write(effect)
    return effect if written else Later(_TWIN_AT_WORK, "somebody else wrote the ledger first")


def _hint(error: ConnectorError) -> float:
    """Seconds that the vendor asks for, at most an hour; 0 where it does not say."""
    hint = error.retry_after if isinstance(error, RateLimited) else None
    return min(hint or 0.0, LONGEST_WAIT.total_seconds())


class Ledger:
    """The effects of one incident, in the store: one line per key, kept for ever."""

    def __init__(self, store: Store, incident_id: str) -> None:
        self._store, self._owner, self._partition = store, incident_id, f"INC#{incident_id}"

    def read(self, key: str) -> Effect:
        record = self._store.read(self._partition, f"{_SORT}{key}")
        return _effect(record) if record else Effect()

    def write(self, key: str, effect: Effect) -> bool:
        """Over exactly the version it holds; False where somebody was first. What is sent is named as an intent."""
        intents = Intents(self._store)
        if effect.state == "sent":
            intents.name(self._owner, key)
            return self._wrote(key, effect)
        named = intents.version(self._owner, key)
        written = self._wrote(key, effect)
        if written:
            intents.strike(self._owner, key, named)
        return written

    def _wrote(self, key: str, effect: Effect) -> bool:
        value = {
            "state": effect.state,
            "token": effect.token,
            "sent_at": effect.sent_at.isoformat() if effect.sent_at else None,
            "made": effect.made,
            "reason": effect.reason,
        }
        try:
            self._store.write(self._partition, f"{_SORT}{key}", value, expected=effect.version)
        except Conflict:
            return False
        return True

    def release_parked(self) -> int:
        """Let what was refused be tried again: a person may have mended it, and a refusal made nothing. How many."""
        known = [
            (record.sort.removeprefix(_SORT), _effect(record)) for record in self._store.list(self._partition, _SORT)
        ]
        parked = [(key, effect) for key, effect in known if effect.state == "parked"]
        return sum(self.write(key, replace(effect, state="free", reason=None)) for key, effect in parked)


def _effect(record: Record) -> Effect:
    value = record.value
    sent_at = datetime.fromisoformat(value["sent_at"]) if value["sent_at"] else None
    return Effect(value["state"], value["token"], sent_at, value["made"], value["reason"], record.version)


@dataclass(frozen=True, slots=True)
class Maker:
    """How one kind of thing is made and found again. Both may raise the named errors of connectors/errors.py."""

    create: Callable[[], Made]
    look: Callable[[], Made | None]
    holds_lease: Callable[[], bool]
    now: Callable[[], datetime]


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
    verdict = _drive(settle(maker.now(), token, waits), ledger, key, maker)
    if isinstance(verdict, Later):
        return {"later": verdict.seconds, "why": verdict.why}
    return {"made": verdict.made} if verdict.state == "done" else {"parked": verdict.reason}


def _drive(protocol: Generator[Ask, Any, Verdict], ledger: Ledger, key: str, maker: Maker) -> Verdict:
    try:
        ask = next(protocol)
        while True:
            try:
                answer = _answer(ask, ledger, key, maker)
            except ConnectorError as error:
                ask = protocol.throw(error)
            else:
                ask = protocol.send(answer)
    except StopIteration as end:
        return end.value


def _answer(ask: Ask, ledger: Ledger, key: str, maker: Maker) -> Any:
    match ask:
        case Read():
            return ledger.read(key)
        case Write(effect):
            return ledger.write(key, effect)
        case Look():
            return maker.look()
        case HoldsLease():
            return maker.holds_lease()
        case Create():
            return maker.create()

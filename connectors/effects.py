"""How something is made outside exactly once, where the vendor has no idempotency keys.

The protocol is a generator without I/O: it asks (read the ledger, claim, look, create ...) and is told the answers. The
ledger in the store is its only memory, so it may be begun again from the top at any time: after a crash, on another
machine, beside a twin. Algorithm and residual risk: docs/decisions/0003-exactly-once.md.
"""

from collections.abc import Generator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Literal, Self

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
from connectors.store.audit import Audit, Origin, What
from connectors.store.intents import Intents
from connectors.store.port import ABSENT, Conflict, Record, Store

type Made = dict[str, Any]
"""What the vendor calls the thing it made: small JSON, such as {"key": "CHK-1", "link": ...}."""

State = Literal["free", "sent", "done", "parked"]
_SORT = "EFFECT#"
SHORTEST_WAIT = timedelta(seconds=0.1)
LATEST_CREATE = timedelta(seconds=5)
"""A create begins no later than this after its claim; one that was held up claims anew."""
TAKEN_OVER = "Another journey has taken over this incident and goes on with it."
_TWIN_AT_WORK = timedelta(seconds=5)
_ASK_AGAIN_AFTER = 30.0
_UNCLEAR = "It is unclear whether it was made: the answer was lost."
_ABSENT = "The answer to its create was lost, and it is not there; the settings say not to make it again."


class ProofRefused(ConnectorError):
    """The vendor refused that by which the thing would surely be found again, and made nothing."""


class Unseen(Enum):
    """What a look is worth that does not find the thing."""

    SURELY_ABSENT = "a read that shows at once what was written does not have it"
    NOT_SEEN = "no read that was possible proves anything"


type Sight = Made | Unseen


@dataclass(frozen=True, slots=True)
class Effect:
    """One line of the ledger. `sent`: a create was, or may have been, sent at `sent_at` by the holder of `token`.

    `origin` and `is_adopted` are for the audit: nothing is decided by them.
    `proof`: that which the create carried so that it is surely found again, such as a link to an anchor issue. A line
    that is `sent` with a `reason` is parked for a person as unclear; it is looked for again in every later round.
    """

    state: State = "free"
    token: int = 0
    sent_at: datetime | None = None
    proof: str | None = None
    made: Made | None = None
    reason: str | None = None
    version: int = ABSENT
    origin: Origin | None = None
    is_adopted: bool = False


@dataclass(frozen=True, slots=True)
class Waits:
    """`unclear`: how long an unclear create rests before we look. `search`: when an index, too, is asked about it.

    `then`: what follows where it is surely absent: it is made again, or parked for a person.
    """

    unclear: timedelta = timedelta(seconds=120)
    search: timedelta = timedelta(seconds=600)
    then: Literal["create", "park"] = "create"

    @classmethod
    def consistent(cls, unclear: timedelta) -> Self:
        """Of things whose reads show at once what was written: not found after the wait, a lost create never
        arrived."""
        return cls(unclear=unclear, search=unclear)


@dataclass(frozen=True, slots=True)
class Read:
    """Asks for the effect as the ledger has it."""


@dataclass(frozen=True, slots=True)
class Write:
    """Asks to write the effect over exactly the version it holds; answered True, or False where somebody was first."""

    effect: Effect


@dataclass(frozen=True, slots=True)
class Now:
    """Asks for the time."""


@dataclass(frozen=True, slots=True)
class Look:
    """Asks the vendor whether the thing exists, created with this proof; `search`: an index may be asked, too."""

    proof: str | None
    search: bool


@dataclass(frozen=True, slots=True)
class HoldsLease:
    """Asks whether our fencing token is still the current one."""


@dataclass(frozen=True, slots=True)
class Create:
    """Asks the vendor to make the thing: answered with what it made; every named error comes back as it is."""

    proof: str | None


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing can be decided before this much time has passed; `why` in words."""

    after: timedelta
    why: str

    @property
    def seconds(self) -> float:
        return max(self.after, SHORTEST_WAIT).total_seconds()


type Ask = Read | Write | Now | Look | HoldsLease | Create
type Verdict = Effect | Later


def settle(token: int, waits: Waits, proof: str | None = None) -> Generator[Ask, Any, Verdict]:
    """One round: bring the effect as far as it can be brought now.

    Ends done, parked, with a time to come back, or free: another journey holds the lease and goes on with it. Sent:
    it stays unclear, and is a person's to look into.
    """
    effect: Effect = yield Read()
    if effect.state in ("done", "parked"):
        return effect
    if effect.state == "sent":
        verdict = yield from _look_for_the_unclear(effect, waits)
        if verdict is not None:
            return verdict
    if token < effect.token:
        return replace(effect, state="free", reason=TAKEN_OVER)
    now = yield Now()
    claim = replace(effect, state="sent", token=token, sent_at=now, proof=proof, made=None, reason=None, origin=None)
    return (yield from _claim_and_create(claim, waits))


def _look_for_the_unclear(effect: Effect, waits: Waits) -> Generator[Ask, Any, Verdict | None]:
    """None where it surely was never made, so that it may be made now."""
    now = yield Now()
    age = now - (effect.sent_at or now)
    if age < timedelta(0):  # a clock was set back: only what it shows from now on counts
        yield Write(replace(effect, sent_at=now))
    if age < waits.unclear:
        return Later(waits.unclear - max(age, timedelta(0)), _UNCLEAR)
    try:
        sight: Sight = yield Look(effect.proof, search=age >= waits.search)
    except ConnectorError as unseen:  # nothing was seen, which proves nothing
        return Later(max(waits.unclear, timedelta(seconds=_hint(unseen))), str(unseen))
    if sight is Unseen.SURELY_ABSENT:
        return None if waits.then == "create" else (yield from _leave_to_a_person(effect, _ABSENT))
    if sight is Unseen.NOT_SEEN:
        is_early = age < waits.search
        return Later(waits.search - age, _UNCLEAR) if is_early else (yield from _leave_to_a_person(effect, _UNCLEAR))
    return (yield from _finish(replace(effect, state="done", made=sight, reason=None, is_adopted=True)))


def _claim_and_create(claim: Effect, waits: Waits) -> Generator[Ask, Any, Verdict]:
    if not (yield Write(claim)):
        return Later(_TWIN_AT_WORK, "somebody else wrote the ledger first")
    claim = replace(claim, version=claim.version + 1)
    if not (yield HoldsLease()):
        return (yield from _finish(replace(claim, state="free", reason=TAKEN_OVER)))
    now = yield Now()
    if not timedelta(0) <= now - (claim.sent_at or now) <= LATEST_CREATE:  # also where a clock was set back meanwhile
        return (yield from _free(claim, SHORTEST_WAIT, "it was held up, and is begun again"))
    try:
        made = yield Create(claim.proof)
    except OutcomeUnknown as unclear:
        return Later(waits.unclear, str(unclear))
    except ProofRefused:
        now = yield Now()
        return (yield from _claim_and_create(replace(claim, proof=None, sent_at=now), waits))
    except (Unreachable, RateLimited, BadReply) as nothing_happened:
        rest = timedelta(seconds=_hint(nothing_happened) or _ASK_AGAIN_AFTER)
        return (yield from _free(claim, rest, str(nothing_happened)))
    except (Rejected, NotAllowed, NotFound) as refused:
        return (yield from _finish(replace(claim, state="parked", reason=str(refused))))
    return (yield from _finish(replace(claim, state="done", made=made)))


def _leave_to_a_person(effect: Effect, reason: str) -> Generator[Ask, Any, Verdict]:
    """It stays sent: what is unclear is never tried again without a look."""
    return effect if effect.reason == reason else (yield from _finish(replace(effect, reason=reason)))


def _free(claim: Effect, rest: timedelta, why: str) -> Generator[Ask, Any, Verdict]:
    """Nothing was sent, or nothing was done with it: the next round claims anew."""
    yield Write(replace(claim, state="free"))
    return Later(rest, why)


def _finish(effect: Effect) -> Generator[Ask, Any, Verdict]:
    written = yield Write(effect)
    return effect if written else Later(_TWIN_AT_WORK, "somebody else wrote the ledger first")


def _hint(error: ConnectorError) -> float:
    """Seconds that the vendor asks for; 0 where it does not say."""
    return (error.retry_after if isinstance(error, RateLimited) else None) or 0.0


class Ledger:
    """The effects of one incident, in the store: one line per key, kept for ever."""

    def __init__(self, store: Store, incident_id: str, by: str = "", settings: str | None = None) -> None:
        """`by`: the journey that writes, with this version of the settings. `audit` is for what has no line here."""
        self._store, self._owner, self._partition = store, incident_id, f"INC#{incident_id}"
        self.audit = Audit(store, incident_id, by, settings)

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
            "proof": effect.proof,
            "made": effect.made,
            "reason": effect.reason,
            "origin": asdict(effect.origin) if effect.origin else None,
            "is_adopted": effect.is_adopted,
        }
        try:
            self._store.write(self._partition, f"{_SORT}{key}", value, expected=effect.version)
        except Conflict:
            return False
        return True

    def lines(self) -> list[tuple[str, Effect]]:
        """Every line, by its key."""
        records = self._store.list(self._partition, _SORT)
        return [(record.sort.removeprefix(_SORT), _effect(record)) for record in records]

    def release_parked(self) -> int:
        """Let what was refused be tried again: a person may have mended it, and a refusal made nothing. How many.

        What is unclear stays as it is: it is looked for in every round, and never made again without that.
        """
        parked = [(key, effect) for key, effect in self.lines() if effect.state == "parked"]
        return sum(self.write(key, replace(effect, state="free", reason=None)) for key, effect in parked)


def _effect(record: Record) -> Effect:
    value = record.value
    origin = value.get("origin")
    return Effect(
        state=value["state"],
        token=value["token"],
        sent_at=datetime.fromisoformat(value["sent_at"]) if value["sent_at"] else None,
        proof=value.get("proof"),
        made=value["made"],
        reason=value["reason"],
        version=record.version,
        origin=Origin(**origin | {"what": What(origin["what"])}) if origin else None,
        is_adopted=value.get("is_adopted", False),
    )

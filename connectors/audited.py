"""Everything that was written outside for one incident, put together from where it is recorded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from connectors.effects import Effect, Ledger
from connectors.store.audit import Audit, What
from connectors.store.port import Store

_TARGETS = (("key",), ("channel_id", "ts"), ("note_id",), ("page_id",), ("comment_id",), ("file_id",), ("file",))
"""What names a thing at its vendor, by what the ledger keeps of it."""


type State = Literal["made", "adopted", "sent", "unclear", "refused"]


@dataclass(frozen=True, slots=True)
class Audited:
    """One writing. `by` is the journey, `key` its line in the ledger or "", `target` what its vendor calls it ("" where
    that is not known), `digest` a hash of what was sent, `at` when it began,
    `settings` the version of those it was made with (None in older records).

    "made": it is there. "adopted": it is there, and was found after its answer was lost. "sent": it may be sent again
    without harm, and was. "unclear": its answer was lost, and it was not found. "refused": it surely was not made.
    """

    state: State
    what: What
    target: str
    key: str
    by: str
    digest: str
    at: datetime
    reason: str | None = None
    settings: str | None = None


def audited(store: Store, owner: str) -> tuple[Audited, ...]:
    """Oldest first. `owner` is an incident, or whose ledger it is else: "remind:<Slack id>", "digest:<channel id>",
    "subscriptions"."""
    lines = (one for key, effect in Ledger(store, owner).lines() if (one := _of_line(key, effect)))
    return tuple(sorted((*lines, *_without_line(store, owner)), key=lambda one: (one.at, one.what, one.target)))


def _of_line(key: str, effect: Effect) -> Audited | None:
    """None where nothing was sent, or surely nothing arrived."""
    origin, at = effect.origin, effect.sent_at
    if origin is None or at is None or effect.state == "free":
        return None
    told = key, origin.by, origin.digest, at, effect.reason, origin.settings
    return Audited(_state(effect), origin.what, _target(effect), *told)


def _state(effect: Effect) -> State:
    if effect.state == "done":
        return "adopted" if effect.is_adopted else "made"
    return "refused" if effect.state == "parked" else "unclear"


def _without_line(store: Store, owner: str) -> Iterator[Audited]:
    for sent in Audit(store, owner, "").all():
        yield Audited("sent", sent.what, sent.target, "", sent.by, sent.digest, sent.at, None, sent.settings)


def _target(effect: Effect) -> str:
    made = effect.made or {}
    named = next((names for names in _TARGETS if all(made.get(name) for name in names)), ())
    return "/".join(str(made[name]) for name in named)

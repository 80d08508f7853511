"""The protocol itself, without a vendor or a store: every answer it may be told, and what it then asks."""

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.effects import (
    LONGEST_WAIT,
    TAKEN_OVER,
    Ask,
    Create,
    Effect,
    HoldsLease,
    Later,
    Look,
    Read,
    Verdict,
    Waits,
    Write,
    settle,
)
from connectors.errors import BadReply, NotAllowed, NotFound, OutcomeUnknown, RateLimited, Rejected, Unreachable

NOW = datetime(2026, 11, 17, 14, 0, tzinfo=UTC)
WAITS = Waits(unclear=timedelta(seconds=120), absence=timedelta(seconds=600))
MADE = {"key": "CHK-1"}


class World:
    """One line of a ledger, a vendor that answers as told, and the questions that were asked."""

    def __init__(self, effect: Effect | None = None, **answers: Any) -> None:
        self.effect = effect or Effect()
        self.answers: dict[str, Any] = {"create": MADE, "look": None, "lease": True, "write": True} | answers
        self.asked: list[str] = []

    def settles(self, *, token: int = 1, now: datetime = NOW) -> Verdict:
        protocol = settle(now, token, WAITS)
        try:
            ask = next(protocol)
            while True:
                self.asked.append(type(ask).__name__)
                ask = self._told(protocol, ask)
        except StopIteration as end:
            return end.value

    def _told(self, protocol: Generator[Ask, Any, Verdict], ask: Ask) -> Ask:
        match ask:
            case Read():
                return protocol.send(self.effect)
            case Write(effect):
                if self.answers["write"]:
                    assert effect.version == self.effect.version, "every write is over the version that was read"
                    self.effect = replace(effect, version=effect.version + 1)
                return protocol.send(self.answers["write"])
            case HoldsLease():
                return protocol.send(self.answers["lease"])
            case Look() | Create():
                answer = self.answers["look" if isinstance(ask, Look) else "create"]
                return protocol.throw(answer) if isinstance(answer, Exception) else protocol.send(answer)


def sent(ago: float, token: int = 1) -> Effect:
    return Effect(state="sent", token=token, sent_at=NOW - timedelta(seconds=ago), version=1)


def test_it_claims_checks_its_lease_creates_and_records_in_this_order():
    world = World()
    verdict = world.settles()

    assert world.asked == ["Read", "Write", "HoldsLease", "Create", "Write"]
    assert isinstance(verdict, Effect)
    assert (verdict.state, verdict.made) == ("done", MADE)
    assert world.effect.state == "done"


def test_what_is_done_is_neither_looked_for_nor_made_again():
    world = World(Effect(state="done", made=MADE, version=2))
    world.settles()
    assert world.asked == ["Read"]


def test_what_was_refused_stays_parked_until_it_is_released():
    world = World(Effect(state="parked", reason="no", version=2))
    assert world.settles() == world.effect
    assert world.asked == ["Read"]


@pytest.mark.parametrize("refusal", [Rejected("a", "b"), NotAllowed("a", "b"), NotFound("a", "b")])
def test_a_definite_refusal_parks_with_its_sentence(refusal: Exception):
    world = World(create=refusal)
    verdict = world.settles()
    assert isinstance(verdict, Effect)
    assert (verdict.state, verdict.reason) == ("parked", "a: b.")


@pytest.mark.parametrize("error", [Unreachable("a", "b"), RateLimited("a", "b", retry_after=7), BadReply("a", "b")])
def test_what_surely_did_not_happen_frees_the_claim_and_comes_back(error: Exception):
    world = World(create=error)
    verdict = world.settles()
    assert isinstance(verdict, Later)
    assert verdict.seconds == (7 if isinstance(error, RateLimited) else 30)
    assert world.effect.state == "free"


def test_an_absurd_hint_is_no_reason_to_wait_for_years():
    verdict = World(create=RateLimited("a", "b", retry_after=1e12)).settles()
    assert isinstance(verdict, Later)
    assert verdict.seconds == LONGEST_WAIT.total_seconds()


def test_a_lost_answer_leaves_the_claim_and_rests_before_anybody_looks():
    world = World(create=OutcomeUnknown("a", "b"))
    verdict = world.settles()
    assert isinstance(verdict, Later)
    assert verdict.after == WAITS.unclear
    assert world.effect.state == "sent"


def test_an_unclear_create_that_is_too_young_is_left_alone():
    world = World(sent(ago=20))
    verdict = world.settles(token=2)
    assert isinstance(verdict, Later)
    assert verdict.after == timedelta(seconds=100)
    assert world.asked == ["Read"]


def test_an_unclear_create_that_is_found_is_adopted():
    world = World(sent(ago=130), look=MADE)
    world.settles(token=2)
    assert world.asked == ["Read", "Look", "Write"]
    assert (world.effect.state, world.effect.made) == ("done", MADE)


def test_not_being_found_proves_nothing_before_absence_is_certain():
    world = World(sent(ago=130))
    verdict = world.settles()
    assert isinstance(verdict, Later)
    assert verdict.after == timedelta(seconds=470)
    assert "Create" not in world.asked


def test_once_absence_is_certain_it_is_claimed_anew_and_made():
    world = World(sent(ago=601))
    world.settles(token=2)
    assert world.asked == ["Read", "Look", "Write", "HoldsLease", "Create", "Write"]
    assert world.effect.token == 2


def test_a_look_that_fails_proves_nothing():
    world = World(sent(ago=5000), look=Unreachable("a", "b"))
    assert isinstance(world.settles(), Later)
    assert "Create" not in world.asked


def test_whoever_lost_the_lease_makes_nothing_and_says_so_at_once():
    world = World(lease=False)
    verdict = world.settles()
    assert isinstance(verdict, Effect)
    assert (verdict.state, verdict.reason) == ("free", TAKEN_OVER)
    assert "Create" not in world.asked


def test_an_older_token_never_touches_a_newer_ones_claim():
    world = World(Effect(state="free", token=5, version=3))
    verdict = world.settles(token=4)
    assert isinstance(verdict, Effect)
    assert verdict.reason == TAKEN_OVER
    assert world.asked == ["Read"]


def test_whoever_is_second_at_the_ledger_creates_nothing():
    world = World(write=False)
    assert isinstance(world.settles(), Later)
    assert world.asked == ["Read", "Write"]

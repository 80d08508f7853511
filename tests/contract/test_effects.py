"""The protocol itself, without a vendor or a store: every answer it may be told, and what it then asks."""

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.effects import (
    LATEST_CREATE,
    TAKEN_OVER,
    Ask,
    Create,
    Effect,
    HoldsLease,
    Later,
    Look,
    Now,
    ProofRefused,
    Read,
    Unseen,
    Verdict,
    Waits,
    Write,
    settle,
)
from connectors.errors import BadReply, NotAllowed, NotFound, OutcomeUnknown, RateLimited, Rejected, Unreachable

NOW = datetime(2026, 11, 17, 14, 0, tzinfo=UTC)
WAITS = Waits(unclear=timedelta(seconds=120), search=timedelta(seconds=600))
MADE = {"key": "CHK-1"}


class World:
    """One line of a ledger, a vendor that answers as told, and the questions that were asked."""

    def __init__(self, effect: Effect | None = None, **answers: Any) -> None:
        self.effect = effect or Effect()
        self.answers: dict[str, Any] = {
            "create": MADE,
            "look": Unseen.SURELY_ABSENT,
            "lease": True,
            "write": True,
            "held up": 0,
        } | answers
        self.asked: list[str] = []
        self.asks: list[Ask] = []

    def settles(self, *, token: int = 1, waits: Waits = WAITS, proof: str | None = "CHK-9") -> Verdict:
        protocol = settle(token, waits, proof)
        try:
            ask = next(protocol)
            while True:
                self.asks.append(ask)
                self.asked += [] if isinstance(ask, Now) else [type(ask).__name__]
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
            case Now():
                late = timedelta(seconds=self.answers["held up"]) if "HoldsLease" in self.asked else timedelta(0)
                return protocol.send(NOW + late)
            case HoldsLease():
                return protocol.send(self.answers["lease"])
            case Look() | Create():
                answer = self.answers["look" if isinstance(ask, Look) else "create"]
                answer = answer.pop(0) if isinstance(answer, list) else answer
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


def test_what_is_surely_absent_is_claimed_anew_and_made():
    world = World(sent(ago=121))
    world.settles(token=2)
    assert world.asked == ["Read", "Look", "Write", "HoldsLease", "Create", "Write"]
    assert world.effect.token == 2


def test_what_is_surely_absent_is_left_to_a_person_where_the_settings_say_so():
    world = World(sent(ago=121))
    verdict = world.settles(waits=replace(WAITS, then="park"))
    assert isinstance(verdict, Effect)
    assert (verdict.state, world.effect.state) == ("sent", "sent")
    assert "Create" not in world.asked


def test_not_being_seen_proves_nothing_and_is_left_to_the_search_and_then_to_a_person():
    world = World(sent(ago=130), look=Unseen.NOT_SEEN)
    verdict = world.settles()
    assert isinstance(verdict, Later)
    assert verdict.after == timedelta(seconds=470)
    world = World(sent(ago=601), look=Unseen.NOT_SEEN)
    verdict = world.settles()
    assert isinstance(verdict, Effect)
    assert (verdict.state, verdict.reason) == ("sent", "It is unclear whether it was made: the answer was lost.")
    assert world.effect.reason == verdict.reason, "the ledger shows it"
    assert world.asked == ["Read", "Look", "Write"]


def test_the_index_is_asked_only_when_it_has_had_its_time():
    young, old = World(sent(ago=130), look=Unseen.NOT_SEEN), World(sent(ago=600), look=Unseen.NOT_SEEN)
    young.settles()
    old.settles()
    assert [ask.search for world in (young, old) for ask in world.asks if isinstance(ask, Look)] == [False, True]


def test_what_was_left_to_a_person_is_looked_for_again_and_adopted_once_it_is_there():
    unclear = replace(sent(ago=9000), reason="It is unclear whether it was made: the answer was lost.")
    still = World(unclear, look=Unseen.NOT_SEEN)
    assert still.settles() == unclear
    assert still.asked == ["Read", "Look"]
    world = World(unclear, look=MADE)
    world.settles()
    assert (world.effect.state, world.effect.made, world.effect.reason) == ("done", MADE, None)


def test_the_ledger_knows_by_what_a_create_can_be_found_and_looks_for_that():
    world = World()
    world.settles(proof="CHK-9")
    assert world.effect.proof == "CHK-9"
    world = World(replace(sent(ago=130), proof="CHK-8"), look=MADE)
    world.settles(proof="CHK-9")
    assert [ask.proof for ask in world.asks if isinstance(ask, Look)] == ["CHK-8"]


def test_a_proof_that_is_refused_is_taken_out_of_the_ledger_before_it_is_created_without():
    world = World(create=[ProofRefused("a", "b"), OutcomeUnknown("a", "b")])
    world.settles(proof="CHK-9")
    assert [ask.proof for ask in world.asks if isinstance(ask, Create)] == ["CHK-9", None]
    assert (world.effect.state, world.effect.proof) == ("sent", None)


@pytest.mark.parametrize("passed", [LATEST_CREATE.total_seconds() + 1, -3600], ids=["held up", "clock set back"])
def test_a_create_that_was_held_up_since_its_claim_is_begun_again_instead(passed: float):
    """Set back: found by tests/simulation/schedules.py, between two twins of one journey."""
    world = World()
    world.answers["held up"] = passed
    assert isinstance(world.settles(), Later)
    assert "Create" not in world.asked
    assert world.effect.state == "free"


def test_a_claim_from_the_future_of_a_clock_that_was_set_back_rests_from_now_on():
    world = World(sent(ago=-86400))
    verdict = world.settles()
    assert isinstance(verdict, Later)
    assert verdict.after == WAITS.unclear
    assert world.effect.sent_at == NOW


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

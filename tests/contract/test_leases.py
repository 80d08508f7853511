"""One journey at a time per incident: on both stores."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.store.leases import Lease, Leases
from connectors.store.port import ABSENT, Conflict, Record, Store
from tests.contract.stores import Clock

pytest_plugins = ["tests.contract.store_fixtures"]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def leases(store: Store, clock: Clock) -> Leases:
    return Leases(store, clock)


def test_the_first_to_ask_gets_the_lease(leases: Leases, clock: Clock) -> None:
    assert leases.current("PINC1") is None
    assert leases.take("PINC1", "journey one", MINUTE) == 1
    assert leases.current("PINC1") == Lease("PINC1", "journey one", 1, clock.after(minutes=1))


def test_nobody_else_gets_it_while_it_is_valid(leases: Leases, clock: Clock) -> None:
    leases.take("PINC1", "journey one", MINUTE)
    clock.moves(MINUTE - timedelta(microseconds=1))
    assert leases.take("PINC1", "journey two", MINUTE) is None
    assert leases.take("PINC2", "journey two", MINUTE) == 1


def test_a_lease_that_ended_goes_to_the_next_under_a_higher_token(leases: Leases, clock: Clock) -> None:
    leases.take("PINC1", "journey one", MINUTE)
    clock.moves(MINUTE)
    assert leases.current("PINC1") is None
    assert leases.take("PINC1", "journey two", MINUTE) == 2
    assert leases.take("PINC1", "journey one", MINUTE) is None


def test_a_holder_prolongs_its_own_lease_under_the_same_token(leases: Leases, clock: Clock) -> None:
    leases.take("PINC1", "journey one", MINUTE)
    clock.moves(MINUTE / 2)
    assert leases.take("PINC1", "journey one", MINUTE) == 1
    clock.moves(MINUTE - timedelta(seconds=1))
    assert leases.take("PINC1", "journey two", MINUTE) is None


def test_a_holder_that_comes_back_late_keeps_its_token_where_nobody_came_between(leases: Leases, clock: Clock) -> None:
    leases.take("PINC1", "journey one", MINUTE)
    clock.moves(10 * MINUTE)
    assert leases.take("PINC1", "journey one", MINUTE) == 1


def test_a_lease_of_which_half_is_left_is_looked_at_and_not_written(leases: Leases, clock: Clock) -> None:
    leases.take("PINC1", "journey one", MINUTE)
    clock.moves(MINUTE / 2)
    assert leases.holds("PINC1", "journey one", 1, MINUTE)
    assert leases.current("PINC1") == Lease("PINC1", "journey one", 1, clock.after(seconds=30))


def test_a_lease_of_which_less_than_half_is_left_is_prolonged(leases: Leases, clock: Clock) -> None:
    leases.take("PINC1", "journey one", MINUTE)
    clock.moves(MINUTE / 2 + timedelta(seconds=1))
    assert leases.holds("PINC1", "journey one", 1, MINUTE)
    assert leases.current("PINC1") == Lease("PINC1", "journey one", 1, clock.after(minutes=1))


def test_whoever_was_overtaken_holds_the_lease_no_more(leases: Leases, clock: Clock) -> None:
    leases.take("PINC1", "journey one", MINUTE)
    clock.moves(MINUTE)
    leases.take("PINC1", "journey two", MINUTE)
    assert not leases.holds("PINC1", "journey one", 1, MINUTE)
    leases.release("PINC1", "journey two")
    assert not leases.holds("PINC1", "journey one", 1, MINUTE)


def test_a_lease_that_nobody_wanted_is_held_again(leases: Leases, clock: Clock) -> None:
    leases.take("PINC1", "journey one", MINUTE)
    clock.moves(10 * MINUTE)
    assert leases.holds("PINC1", "journey one", 1, MINUTE)
    assert leases.take("PINC1", "journey two", MINUTE) is None


def test_a_lease_that_was_given_back_is_free_and_its_token_is_used_up(leases: Leases) -> None:
    leases.take("PINC1", "journey one", MINUTE)
    leases.release("PINC1", "journey one")
    assert leases.current("PINC1") is None
    assert leases.take("PINC1", "journey two", MINUTE) == 2
    leases.release("PINC1", "journey two")
    assert leases.take("PINC1", "journey two", MINUTE) == 3


def test_only_its_holder_gives_a_lease_back(leases: Leases) -> None:
    leases.release("PINC1", "journey one")
    leases.take("PINC1", "journey one", MINUTE)
    leases.release("PINC1", "journey two")
    assert leases.take("PINC1", "journey two", MINUTE) is None
    leases.release("PINC1", "journey one")
    leases.release("PINC1", "journey one")
    assert leases.take("PINC1", "journey two", MINUTE) == 2


def test_of_twenty_that_ask_at_once_one_gets_it(leases: Leases, clock: Clock) -> None:
    for token in (1, 2, 3):
        barrier = threading.Barrier(20)

        def ask(number: int, barrier: threading.Barrier = barrier) -> int | None:
            barrier.wait()
            return leases.take("PINC1", f"journey {number}", MINUTE)

        with ThreadPoolExecutor(20) as pool:
            granted = [token for token in pool.map(ask, range(20)) if token is not None]
        assert granted == [token]
        current = leases.current("PINC1")
        assert current is not None
        leases.release("PINC1", current.holder)


def test_the_same_holder_asking_from_many_threads_gets_one_token(leases: Leases) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(leases.take, ["PINC1"] * 8, ["journey one"] * 8, [MINUTE] * 8)) == {1}


def test_a_lease_is_kept_for_ever(leases: Leases, clock: Clock) -> None:
    for round_ in range(1, 4):
        assert leases.take("PINC1", f"journey {round_}", MINUTE) == round_
        clock.moves(timedelta(days=400))


class Memory:
    """Two methods of the store's port, for many quick examples."""

    def __init__(self) -> None:
        self.record: Record | None = None

    def read(self, partition: str, sort: str) -> Record | None:
        return self.record

    def write(self, partition: str, sort: str, value: dict[str, object], *, expected: int) -> int:
        if expected != (self.record.version if self.record else ABSENT):
            raise Conflict
        self.record = Record(partition, sort, value, expected + 1)
        return expected + 1


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.sampled_from("abc")),
        st.tuples(st.just("release"), st.sampled_from("abc")),
        st.tuples(st.just("passes"), st.integers(0, 90)),
    ),
    max_size=30,
)


@settings(max_examples=200, deadline=None)
@given(moves=MOVES)
def test_whatever_happens_tokens_grow_and_never_name_two_holders(moves: list[tuple[str, str | int]]) -> None:
    clock = Clock()
    leases = Leases(Memory(), clock)  # pyright: ignore[reportArgumentType] two methods are all that leases use
    granted: list[tuple[int, object]] = []
    for move, argument in moves:
        if move == "passes":
            clock.moves(timedelta(seconds=float(argument)))
        elif move == "release":
            leases.release("PINC1", str(argument))
        else:
            before = leases.current("PINC1")
            token = leases.take("PINC1", str(argument), MINUTE)
            assert (token is None) == (before is not None and before.holder != argument)
            granted += [(token, argument)] if token else []
    tokens = [token for token, _ in granted]
    assert tokens == sorted(tokens)
    assert len(dict(granted)) == len(set(granted))

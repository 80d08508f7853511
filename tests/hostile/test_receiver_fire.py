"""A slice of `python -m tests.simulation.fire`: the receivers under fire, as much as every change can wait for."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.simulation.fire.bombs import Blasts, in_process, over_http
from tests.simulation.fire.fuzz import flips, fuzz
from tests.simulation.fire.load import load
from tests.simulation.fire.memory import folder_in_memory
from tests.simulation.fire.outage import outage
from tests.simulation.fire.unsigned import unsigned

SHORT = b'{"event":{"id":"01FIRE","event_type":"pagey.ping"}}'


@pytest.fixture
def memory() -> Generator[Path]:
    with folder_in_memory() as folder:
        yield folder


def test_of_twenty_thousand_forgeries_none_is_believed_and_none_makes_a_receiver_stumble():
    fuzzed = fuzz(20_000, seed=2, jobs=1)

    assert fuzzed.wrong == {}
    assert fuzzed.counts["through the front door"] > 2_000
    assert {fuzzed.counts[f"answered {status}"] > 0 for status in (200, 202, 403, 413)} == {True}
    assert fuzzed.counts["answered 503"] == 0


def test_every_bit_of_a_delivery_counts():
    flipped = flips(SHORT)

    assert flipped.wrong == {}
    assert flipped.counts["bits flipped"] > 3 * 8 * len(SHORT)


@pytest.mark.parametrize("go", [in_process, over_http])
def test_no_body_holds_a_receiver_up_or_is_kept_so_that_a_reader_stumbles(memory: Path, go: Callable[[Path], Blasts]):
    assert go(memory).wrong == []


def test_what_nobody_signed_costs_two_looks_at_a_secret_a_minute_and_nothing_else():
    told = unsigned(1_000, seed=2)

    assert told["wrong"] == []
    assert told["aws, pagerduty"]["looks"] == 1


def test_no_fault_of_ours_is_answered_with_a_refusal_and_what_comes_again_acts_once(memory: Path):
    told = outage(memory, 1_000, seed=2)

    assert told["wrong"] == []
    assert {answer for answer in told["answers"] if answer.startswith("signed")} == {"signed: 202", "signed: 503"}


def test_nothing_accepted_is_lost_when_the_machine_is_killed_under_load(memory: Path):
    """No word about how quick it was: other tests run beside this one."""
    told = load(memory, rate=100, seconds=5, kills=1, seed=2)

    assert (told["lost"], told["doubles"], told["wrong"]) == ([], [], [])
    assert told["looked_up"]["resolves"] == 5
    assert told["kills"] == 1

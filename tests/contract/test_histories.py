"""What waited while a release was deployed goes on with the next: every kept history, on both engines."""

import logging
from collections.abc import Generator

import pytest

from tests.simulation.durable.twins import DurableTwin, Twin
from tests.simulation.histories.__main__ import version
from tests.simulation.histories.history import History, histories
from tests.simulation.histories.noting import RenamingSteps
from tests.simulation.histories.recording import MOMENTS
from tests.simulation.histories.replaying import replayed

KEPT = histories()
ENGINES = pytest.mark.parametrize("engine", [Twin, DurableTwin], ids=["one machine", "durable functions"])


@pytest.fixture(autouse=True)
def _quiet() -> Generator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def of(moment: str) -> History:
    return next(history for history in KEPT if history.moment == moment)


@ENGINES
@pytest.mark.parametrize("history", KEPT, ids=lambda history: history.name)
def test_what_waited_while_it_was_deployed_goes_on_to_its_end(history: History, engine: type[Twin]):
    assert replayed(history, engine) == []


def test_every_moment_of_this_version_is_kept():
    assert {history.moment for history in KEPT if history.version == version()} == {*MOMENTS}, (
        "Record this release: uv run python -m tests.simulation.histories --record"
    )


@ENGINES
def test_a_renamed_step_is_noticed_and_the_message_says_what_to_do(engine: type[Twin]):
    names = {"compose": "write the draft"}
    (told,) = replayed(of("waiting in refresh later"), engine, lambda steps: RenamingSteps(steps, names))
    assert told.startswith(
        "Executions of version 0.1.0 that wait during a deploy would break (waiting in refresh later)."
    )
    assert "the history has “compose”, and today's code asks for “write the draft”." in told
    assert "The file to edit: handlers/journey.py." in told
    assert "1. Keep the old name" in told
    assert "docs/upgrade.md that this release is to be drained for" in told


@ENGINES
def test_a_renamed_step_of_an_item_is_noticed_while_its_issue_is_unclear(engine: type[Twin]):
    names = {"open the issue at once": "make the issue at once"}
    told = replayed(of("waiting for an unclear create"), engine, lambda steps: RenamingSteps(steps, names))
    assert "of “open issues” the history has “open the issue at once”" in told[0]
    assert "The file to edit: connectors/opening.py." in told[0]

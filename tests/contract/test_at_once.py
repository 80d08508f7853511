"""Several steps in one: an item of an incident takes one record of its journey's journal a round."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.at_once import at_once
from connectors.errors import RateLimited, Unreachable
from connectors.patience import patiently
from connectors.steps import Json, Steps
from tests.contract.test_engine import Calls, Journals, durable, executed
from tests.incidents.builder import Story
from tests.incidents.people import ADA, HANA, IVO
from tests.incidents.script import Script
from tests.simulation.durable.stories import SETTINGS
from tests.simulation.durable.twins import DurableTwin, Weather, twin_of


def ended(act: Callable[[Steps], Json], folder: Path) -> tuple[Json, list[str]]:
    """What it came to on durable functions, and the names of what is kept of it, sorted."""
    journals = Journals(folder)
    came = executed(durable(lambda steps, _: at_once(steps, "open", act), journals))
    return json.loads(str(came.result)), sorted(journals.kept())


def test_what_needs_no_wait_is_one_record(tmp_path: Path):
    calls = Calls()

    def act(steps: Steps) -> Json:
        first = steps.run("first", calls.of("first", 1))
        return [first, *steps.each("all", [2, 3], lambda child, item: child.run("one", calls.of("one", item)))]

    assert ended(act, tmp_path) == ([1, 2, 3], ["open at once"])
    assert calls.made == ["first", "one", "one"]


def test_what_has_to_wait_waits_as_long_as_it_was_asked_to_and_goes_on_step_by_step(tmp_path: Path):
    calls = Calls()
    limited = RateLimited("Creating", "429", retry_after=1800.0)

    def act(steps: Steps) -> Json:
        steps.run("first", calls.of("first"))
        return patiently(steps, "second", calls.failing("second", limited, then="there"))

    assert ended(act, tmp_path) == ("there", ["first", "open at once", "open: wait", "second"])
    assert calls.made == ["first", "second", "first", "second"]


def test_a_failure_in_it_is_that_of_its_step(tmp_path: Path):
    logging.disable(logging.CRITICAL)
    calls = Calls()
    call = calls.failing("call", Unreachable("Reading", "away"), then="there")
    assert ended(lambda steps: steps.run("call", call), tmp_path) == ("there", ["open at once"])
    assert calls.made == ["call", "call"]
    logging.disable(logging.NOTSET)


def with_items(count: int) -> Script:
    story = Story(
        "many_items",
        "search: many items",
        day="2026-11-17",
        number=4360,
        cast=(ADA, HANA, IVO),
        service="Search",
        team="Platform",
    )
    side, at = story.pagerduty, story.at
    side.alert(at("09:00:03"), "[FIRING] ReplicaLag search-2 > 300 s", key="lag-search-2")
    side.triggers(at("09:00:05"), "ivo", priority="P2")
    side.resolves(at("09:20:00"), "ivo", note="Replica 2 rebuilt.")
    disks = (f"09:{10 + place}:00 hana: ACTION: @ivo watch the disks of search-{place}" for place in range(count))
    story.chat("\n".join(["", *disks, ""]))
    return story.script()


@pytest.mark.parametrize("again", [0, 1], ids=["at first", "with a refresh"])
def test_an_item_takes_one_record_a_round(tmp_path: Path, again: int):
    logging.disable(logging.CRITICAL)
    counts = list[int]()
    for count in (2, 6):
        with twin_of(DurableTwin, with_items(count), settings=SETTINGS, weather=Weather()) as twin:
            twin.resolves()
            twin.lives(timedelta(minutes=30))
            if again:
                twin.slack.channel("inc-4360").says("UHANA", "The graph looks fine today.")
                twin.lives(timedelta(hours=26))
            assert len(twin.jira.issues) == count
            name = next(journey.name for journey in twin.engine.journeys() if journey.kind == "postmortem")
            counts.append(len(twin.engine.kept(name)))
    logging.disable(logging.NOTSET)
    assert counts[1] - counts[0] == 4 * (1 + again)

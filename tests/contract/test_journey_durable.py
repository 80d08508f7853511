"""The very same journey on AWS Lambda durable functions, in their SDK's own runner, ends in the same vendors' state."""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from connectors.effects import Effect, Ledger
from connectors.engine.local import LocalEngine
from connectors.steps import Json
from connectors.store.looked import Looked
from connectors.store.notices import Notices
from connectors.store.shelf import Shelf
from handlers.follow_up import follow_up
from handlers.house import House
from handlers.journey import make_postmortem
from handlers.reconcile import reconcile
from tests.contract.dying import left_behind
from tests.contract.test_engine import Journals, durable, executed
from tests.contract.test_journey import announcements
from tests.simulation.durable.__main__ import live_twice
from tests.simulation.durable.killed import killed
from tests.simulation.report import Report
from tests.world import World, world_of


@pytest.fixture(autouse=True)
def _quiet() -> Generator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_the_journey_on_durable_functions_makes_what_the_local_engine_makes(tmp_path: Path):
    (tmp_path / "local").mkdir()
    (tmp_path / "durable").mkdir()
    with world_of(tmp_path / "local", "checkout-latency") as local:
        for webhook in local.scripts[0].webhooks:
            local.rings(webhook)
        local.settles()
        expected = _made(local)
    with world_of(tmp_path / "durable", "checkout-latency") as world:
        bell: Json = {"incident_id": world.incident_id(), "journey": "pm-durable-1"}
        ended = executed(durable(partial(make_postmortem, house=world.house), tmp_path), bell)

        assert ended.error is None
        assert _made(world) == expected


def test_a_decision_on_durable_functions_leaves_behind_what_the_local_engine_leaves(tmp_path: Path):
    with _with_a_suggestion(tmp_path / "local") as local:
        local.engine.start("postmortem", "de-1", _accepts(local))
        local.passes(timedelta(minutes=10))
        expected = left_behind(local)
    with _with_a_suggestion(tmp_path / "durable") as world:
        ended = executed(durable(partial(make_postmortem, house=world.house), tmp_path), _accepts(world))
        world.passes(timedelta(minutes=10))

        assert ended.error is None
        world.jira.expects_issues(1)
        assert left_behind(world) == expected


def test_a_look_of_the_reconciler_on_durable_functions_finds_what_the_local_engine_finds(tmp_path: Path):
    """A resolve that no webhook announced, and a write whose answer was lost: journeys are started for both."""
    bell: Json = {"journey": "rc-2026-11-11-09-30"}
    with _with_something_missed(tmp_path / "local") as (local, house, started):
        engine = LocalEngine(tmp_path / "looks.db", {"reconcile": partial(reconcile, house=house)}, local.clock)
        engine.start("reconcile", "rc-1", bell)
        engine.settle()
        engine.close()
        expected = (sorted(started), _notices(local))
    with _with_something_missed(tmp_path / "durable") as (world, house, started):
        ended = executed(durable(partial(reconcile, house=house), tmp_path), bell)

        assert ended.error is None
        assert len(started) == 2
        assert (sorted(started), _notices(world)) == expected


def test_a_sweep_on_durable_functions_leaves_behind_what_the_local_engine_leaves(tmp_path: Path):
    bell: Json = {"journey": "fu-2026-11-11-09"}
    with _with_an_open_issue(tmp_path / "local") as local:
        local.engine.start("follow_up", "fu-2026-11-11-09", bell)
        local.passes(timedelta(minutes=10))
        expected = left_behind(local)
    with _with_an_open_issue(tmp_path / "durable") as world:
        journals = Journals(tmp_path)
        ended = executed(durable(partial(follow_up, house=world.house), journals), bell)
        world.passes(timedelta(minutes=10))

        assert ended.error is None
        names = [key.rpartition("\x1f")[2] for key in journals.kept()]
        assert names.count("show it at once") == 1
        assert "look up the evidence" not in names, "a document is one record of the sweep's"
        assert "In Progress" in world.draft()
        assert [said["channel"] for said in world.slack.workspace.posted].count("@hana") == 1
        assert left_behind(world) == expected


@contextmanager
def _with_a_suggestion(home: Path) -> Generator[World]:
    home.mkdir()
    with world_of(home, "came-back") as world:
        world.resolves()
        world.passes(timedelta(minutes=10))
        yield world


@contextmanager
def _with_an_open_issue(home: Path) -> Generator[World]:
    """On a morning on which its owner is reminded, and somebody has begun with it."""
    with _with_a_suggestion(home) as world:
        world.engine.start("postmortem", "de-1", _accepts(world))
        world.passes(datetime(2026, 11, 11, 9, 30, tzinfo=UTC) - world.clock.now())
        world.jira.person_starts(world.jira.issues[0]["key"])
        yield world


@contextmanager
def _with_something_missed(home: Path) -> Generator[tuple[World, House, list[str]]]:
    """And the names of the journeys that are started; none of them runs."""
    home.mkdir()
    started = list[str]()
    with world_of(home, "came-back") as world:
        Looked(world.store).begin(world.clock.now() - timedelta(hours=2))
        Shelf(world.store, "QLOST").remember(incident={"title": "Checkout fails"})
        assert Ledger(world.store, "QLOST").write("pm-lost", Effect("sent", token=1, sent_at=world.clock.now()))
        world.clock.advance(timedelta(hours=1))

        def start(_kind: str, name: str, _payload: dict[str, Any]) -> bool:
            started.append(name)
            return True

        yield world, replace(world.house, start=start), started


def _notices(world: World) -> list[str]:
    return [notice.sentence for notice in Notices(world.store).all(world.clock.now())]


def _accepts(world: World) -> Json:
    (suggestion,) = world.postmortem().action_items
    decision: Json = {
        "item_id": suggestion.id,
        "verdict": "accepted",
        "by": "Hana Kimura",
        "where": "in Slack",
        "at": world.clock.now().isoformat(),
    }
    return {"incident_id": world.incident_id(), "journey": "de-1", "decision": decision, "once": "click-1"}


@pytest.mark.parametrize("seed", range(8))
def test_a_life_full_of_faults_ends_on_durable_functions_as_on_the_local_engine(seed: int):
    lived = live_twice(seed)
    assert lived.different == [], lived.story.told()
    assert lived.local == lived.durable, "both engines asked for the same"


def test_whole_rounds_that_die_before_anything_of_them_was_written_leave_behind_what_undisturbed_ones_leave():
    report = Report()
    assert killed(every=40, report=report)["killed"] >= 15
    assert [failure.what for failure in report.failures] == []


def _made(world: World) -> tuple[list[str], int, int, int]:
    issues = sorted(issue["fields"]["summary"] for issue in world.jira.issues)
    return issues, len(world.drafts()), len(announcements(world)), len(world.pagerduty.written_notes)

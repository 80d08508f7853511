"""Two engines on one store, as on two machines: they never interleave harmfully, whoever comes first."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest

from connectors.engine.local import LocalEngine
from handlers.journey import make_draft
from handlers.wiring import bound
from tests.vendors.wire import Reply
from tests.world import KINDS, World


@pytest.mark.parametrize("kind", ["postmortem", "draft"])
@pytest.mark.parametrize("lost", [None, "POST .*/issue$"], ids=["fair weather", "a lost answer"])
def test_two_engines_at_one_incident_make_everything_once(world: World, kind: str, lost: str | None):
    """The webhook's journey here, and a second one there at the same moment: `draft` is a person at a terminal."""
    if lost:
        world.jira.fails_next(lost, Reply(dropped=True), times=2, after_effect=True)
    world.resolves()
    other = LocalEngine(world.machine.home / "other.db", bound(KINDS | {"draft": make_draft}, world.house), world.clock)
    with closing(other):
        other.start(kind, "another", {"incident_id": world.incident_id(), "journey": "another"})
        _both_settle(world, other)
        ended = [*world.engine.journeys(), *other.journeys()]
        assert [(one.state, one.error) for one in ended] == [("done", None)] * len(ended)

    world.jira.expects_issues(3)
    said = [str(message.get("text")) for message in world.slack.unexpected()]
    assert len([text for text in said if "Draft postmortem ready" in text]) == 1
    assert len(world.pagerduty.written_notes) == 1
    assert len(world.drafts()) == 1
    assert world.draft().count("atlassian.net/browse/CHK-") >= 3


def _both_settle(world: World, other: LocalEngine) -> None:
    """At every moment both run what is due, at once on two threads; then time goes on to what is due next."""
    engines = (world.engine, other)
    with ThreadPoolExecutor(len(engines)) as pool:
        while True:
            if any(pool.map(LocalEngine.run_due, engines)):
                continue
            wakes = [wake_at for engine in engines if (wake_at := engine.next_wake())]
            if not wakes:
                return
            world.clock.advance(max(timedelta(0), min(wakes) - world.clock.now()))

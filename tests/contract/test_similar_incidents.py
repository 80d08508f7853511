"""A draft recalls earlier incidents like it, with their cause as written then and what became of their items."""

from datetime import datetime
from pathlib import Path

from tests.world import world_of


def test_an_earlier_incident_of_the_same_service_is_recalled_with_its_reason_and_items(tmp_path: Path):
    with world_of(tmp_path, "archived-channel", "checkout-latency") as world:
        world.resolves(0)
        world.settles()
        later = datetime.fromisoformat(world.scripts[1].webhooks[-1]["event"]["occurred_at"])
        world.clock.advance(later - world.clock.now())
        world.resolves(1)
        world.settles()
        earlier, (recalled,) = world.postmortem(0), world.postmortem(1).similar
    assert recalled.incident_id == earlier.incident.id
    assert "the same service" in recalled.reasons
    assert recalled.citations[0].link
    assert [item.text for item in recalled.items] == [item.text for item in earlier.action_items]
    assert {item.state for item in recalled.items} <= {"To Do", "no issue was opened"}
    assert recalled.causes == tuple(line.text for line in earlier.section("causes").lines if line.citations)[:3]


def test_the_draft_shows_what_became_of_its_issues(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.settles()
        assert [item.status for item in world.postmortem().action_items] == ["To Do"] * 3


def test_the_first_incident_recalls_nothing(tmp_path: Path):
    with world_of(tmp_path, "expired-certificate") as world:
        world.resolves()
        world.settles()
        assert world.postmortem().similar == ()


def test_what_pagerduty_itself_relates_stands_in_the_draft(tmp_path: Path):
    with world_of(tmp_path, "expired-certificate") as world:
        past = {"incident": {"id": "PPAST01", "created_at": "2026-08-02T10:00:00Z", "title": "Ledger tls expired"}}
        world.pagerduty.holds(world.scripts[0].pagerduty | {"past_incidents": [past | {"score": 46.8}]})
        world.resolves()
        world.settles()
        (recalled,) = world.postmortem().similar
        assert (recalled.incident_id, recalled.title) == ("PPAST01", "Ledger tls expired")
        assert recalled.citations[0].link == "https://acme.pagerduty.com/incidents/PPAST01"
        told = "- **Ledger tls expired**, 2026-08-02 10:00:00 UTC: one of PagerDuty's past incidents ("
        assert told in world.draft()

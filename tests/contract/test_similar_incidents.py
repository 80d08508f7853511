"""A draft recalls earlier incidents like it, with their cause as written then and what became of their items."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.slack.export import read_export
from connectors.store.memory import Memory
from postmortem.likeness import SimilarIncident
from postmortem.similar import Traits, most_similar
from tests.world import World, world_of


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
    assert {item.state for item in recalled.items} <= {"To Do", "opened", "no issue was opened"}
    assert recalled.causes == tuple(line.text for line in earlier.section("causes").lines if line.citations)[:3]


def test_the_next_draft_shows_what_became_of_the_issues(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.settles()
        world.engine.start("postmortem", "again", {"incident_id": world.incident_id(), "journey": "again"})
        world.settles()
        assert [item.status for item in world.postmortem().action_items] == ["To Do"] * 3
        assert world.draft().count("To Do") == 3


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


def test_what_was_said_in_a_private_channel_is_not_recalled_for_other_readers(tmp_path: Path):
    settings = {"slack": {"private_channels": {"audience": "only the security team"}}}
    with world_of(tmp_path, "checkout-latency", "archived-channel", settings=settings) as world:
        world.slack.workspace.named("inc-4211").info.update(is_private=True, is_channel=False)
        recalled, draft = _recalled_second(world)
        earlier = world.postmortem(0)
        kept = next(traits for traits in Memory(world.store).all() if traits.incident_id == earlier.incident.id)
    told_in_chat = [item.text for item in earlier.action_items if item.evidence_id.startswith("slack/")]
    assert told_in_chat
    assert (recalled.causes, recalled.items) == ((), ())
    assert recalled.citations[0].link
    assert recalled.reasons[0] == "the same service"
    assert "it was spoken of in a private channel" in recalled.reasons[-1]
    assert not any(text in draft for text in told_in_chat)
    assert "pool_max" not in kept.words


def test_the_same_incident_in_an_open_channel_is_recalled_whole(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", "archived-channel") as world:
        recalled, draft = _recalled_second(world)
        earlier = world.postmortem(0)
        kept = next(traits for traits in Memory(world.store).all() if traits.incident_id == earlier.incident.id)
    assert recalled.causes
    assert [item.text for item in recalled.items] == [item.text for item in earlier.action_items if item.accepted]
    assert "private" not in draft
    assert "pool_max" in kept.words


def test_who_reads_the_same_private_channel_is_told_what_was_said_there():
    at = datetime(2026, 8, 19, tzinfo=UTC)
    told: dict[str, Any] = {"title": "Pool exhausted", "at": at, "words": ("pool", "exhausted")}
    earlier = Traits(incident_id="Q1", private_channels=("C0SECRET",), **told)
    same = Traits(incident_id="Q2", private_channels=("C0SECRET",), **told)
    other = Traits(incident_id="Q3", private_channels=("C0OTHER",), **told)
    assert [like.may_be_told for like in most_similar(same, [earlier])] == [True]
    assert [like.may_be_told for like in most_similar(other, [earlier])] == [False]


def test_a_private_channel_of_an_export_is_as_private_as_one_that_was_read_live(tmp_path: Path):
    for name, content in {"channels.json": [], "groups.json": [{"id": "G0SECRET", "name": "secret"}]}.items():
        (tmp_path / name).write_text(json.dumps(content))
    (tmp_path / "users.json").write_text("[]")
    (tmp_path / "secret").mkdir()
    said = [{"type": "message", "user": "U1", "text": "the token leaked", "ts": "1767600000.000100"}]
    (tmp_path / "secret" / "2026-01-05.json").write_text(json.dumps(said))
    assert read_export(tmp_path, channels=("secret",)).private_channels == ("G0SECRET",)


def _recalled_second(world: World) -> tuple[SimilarIncident, str]:
    """Both incidents to their end: what the second draft recalls of the first, and that draft."""
    first = world.scripts[0].pagerduty  # its script plays after the second's: here it begins before
    world.pagerduty.holds(first | {"incident": first["incident"] | {"created_at": "2026-08-18T09:14:00Z"}})
    world.resolves(0)
    world.settles()
    world.engine.start("postmortem", "asked", {"incident_id": world.incident_id(1), "journey": "asked"})
    world.settles()
    (recalled,) = world.postmortem(1).similar
    return recalled, world.drafts()[world.state(1)["document"]]

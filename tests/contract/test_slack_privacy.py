"""What was said in private stays with those it was said to, from the webhook to what others can read."""

from pathlib import Path
from typing import Any

from tests.world import World, world_of

BRIDGE = {"conference_number": None, "conference_url": "https://acme.slack.com/archives/C0HIDDEN99"}


def test_a_private_channel_without_an_audience_is_a_gap_and_no_other_channel_is_read(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.slack.workspace.named("inc-4211").info.update(is_private=True, is_channel=False)
        somebody_links_to_another_channel(world)
        world.resolves()
        world.settles()

        assert "birthday cake" not in world.draft()
        assert "**Not read:** the Slack channel #inc-4211: It is private" in world.draft()
        assert world.slack.unexpected() == []


def test_a_channel_that_the_incident_names_and_nobody_lets_us_see_is_not_replaced_by_another(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        somebody_links_to_another_channel(world, conference_bridge=BRIDGE)
        world.slack.workspace.named("inc-4211").info["name"] = "renamed"
        world.resolves()
        world.settles()

        assert "birthday cake" not in world.draft()
        assert "None of these is there for this app: C0HIDDEN99" in world.draft()
        assert world.slack.unexpected() == []


def test_a_link_in_a_note_leads_to_the_channel_that_nothing_else_names(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        somebody_links_to_another_channel(world)
        world.slack.workspace.named("inc-4211").info["name"] = "renamed"
        world.resolves()
        world.settles()

        assert "birthday cake" in world.draft()


def test_what_was_said_in_a_private_channel_is_told_there_and_its_audience_is_named(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", settings=for_the_security_team()) as world:
        world.slack.workspace.named("inc-4211").info.update(is_private=True, is_channel=False)
        world.resolves()
        world.settles()

        assert "private; for: only the security team" in world.draft()
        world.slack.channel("inc-4211").expects("Draft postmortem ready", "Raise the connection pool limit")
        ((_, note),) = world.pagerduty.written_notes
        assert "• CHK-1 (https://acme.atlassian.net/browse/CHK-1)\n" in note
        assert "connection pool" not in note


def test_people_of_another_organisation_get_neither_the_draft_nor_what_was_said(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", settings=for_the_security_team()) as world:
        world.slack.workspace.named("inc-4211").info.update(is_ext_shared=True, is_shared=True)
        world.resolves()
        world.settles()

        posted = world.slack.channel("inc-4211").expects("Draft postmortem ready", "CHK-1")
        assert "connection pool" not in str(posted)
        assert "Bea" not in str(posted)
        assert world.slack.unexpected() == []
        assert world.slack.workspace.files == {}


def test_an_announcement_names_the_file_and_never_a_path_of_this_machine(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.settles()

        (name,) = world.drafts()
        page = name.rpartition("/")[2].replace(".md", ".html")
        world.slack.channel("inc-4211").expects("Draft postmortem ready", page)
        assert str(tmp_path) not in str(world.slack.workspace.posted)
        assert str(tmp_path) not in str(world.pagerduty.written_notes)


def test_what_was_said_in_private_does_not_come_into_another_channel_in_a_later_round(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", settings=for_the_security_team()) as world:
        private = world.slack.workspace.named("inc-4211").info
        private.update(is_private=True, is_channel=False, is_archived=True)
        world.resolves()
        world.settles()
        assert "parked" in world.outcome()["announced"]["slack"]
        said = [item.text for item in world.postmortem().action_items]
        drawn_again_for_everybody(world)

        posted = str(world.slack.channel("ops-all").expects("Draft postmortem ready", "The draft is not shared here"))
        assert said
        assert not [text for text in said if text in posted or text in world.draft()]
        assert "Not read: what was said of CHK-1, CHK-2, CHK-3. Draft it again when that channel can be read" in posted
        assert world.slack.workspace.files == {}


def drawn_again_for_everybody(world: World) -> None:
    """A person drafts it once more, from a channel that everybody reads."""
    channel = {"id": "C0PUBLIC99", "name": "ops-all", "is_private": False, "is_member": True, "messages": []}
    world.slack.holds({"channels": [channel]})
    bell: dict[str, Any] = {"incident_id": world.incident_id(), "journey": "again", "channel": "C0PUBLIC99"}
    world.engine.start("postmortem", "again", bell)
    world.settles()


def for_the_security_team() -> dict[str, Any]:
    """What is said in private may be read, and its items may become issues, without the quote."""
    return {
        "slack": {"private_channels": {"audience": "only the security team"}},
        "jira": {"may_hold_private_channels": True},
    }


def somebody_links_to_another_channel(world: World, **incident: Any) -> None:
    """A note on the incident links to #random, where people talk about something else at the same time."""
    slack, pagerduty = world.scripts[0].slack, world.scripts[0].pagerduty
    message = {"ts": slack["channels"][0]["messages"][3]["ts"], "text": "ACTION: buy a birthday cake"}
    messages = [message | {"user": slack["users"][0]["id"]}]
    world.slack.holds({"channels": [{"id": "C0RANDOM99", "name": "random", "is_private": False, "messages": messages}]})
    note = {
        "id": "PNOTE99",
        "content": "Dashboards: https://acme.slack.com/archives/C0RANDOM99/p1",
        "created_at": pagerduty["incident"]["resolved_at"],
        "user": pagerduty["users"][0],
    }
    notes = {"notes": [*pagerduty["notes"], note]}
    world.pagerduty.holds(pagerduty | notes | {"incident": pagerduty["incident"] | incident})

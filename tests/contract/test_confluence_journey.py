"""The Confluence page through the front door: a signed webhook in, and the page that readers open."""

from pathlib import Path

import pytest

from tests.vendors.confluence_storage import parsed
from tests.vendors.wire import Reply, json_reply
from tests.world import World, world_of

SITE = "https://acme.atlassian.net/wiki/spaces/OPS/pages"


def note(world: World) -> str:
    (text,) = [text for _, text in world.pagerduty.written_notes if "Draft postmortem ready" in text]
    return text


def text_of(body: str) -> str:
    return " ".join("".join(parsed(body).itertext()).split())


def test_a_resolved_incident_has_one_page_with_its_issues_and_every_link_leads_there(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        world.resolves()
        world.settles()

        page = world.confluence.the_page()
        assert page.title == f"Postmortem: {world.postmortem().title} ({world.incident_id()})"
        assert page.labels == ["postmortem"]
        assert [one["value"] for one in page.properties] == [
            {"install_id": world.house.settings.install_id, "incident_id": world.incident_id()}
        ]
        assert "https://acme.atlassian.net/browse/CHK-1" in page.body
        for issue in world.jira.expects_issues(3):
            (remote,) = world.jira.remote_links[issue["key"]]
            assert remote["object"]["url"] == f"{SITE}/{page.id}"
        world.slack.channel("inc-4211").expects("Draft postmortem ready", "open it in Confluence")
        assert f"open it in Confluence ({SITE}/{page.id})" in note(world)
        assert world.confluence.refusals == []


def test_our_own_page_is_the_second_link(tmp_path: Path):
    settings = {"publish": {"public_base_url": "https://debrief.acme.example"}}
    with world_of(tmp_path, "checkout-latency", confluence=True, settings=settings) as world:
        world.resolves()
        world.settles()

        said = note(world)
        own = f"https://debrief.acme.example/postmortems/{world.incident_id()}"
        assert said.index("open it in Confluence (") < said.index(f"open the page ({own})")


def test_the_refresh_keeps_what_people_wrote_and_adds_what_was_said_since(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        world.resolves()
        world.passes(world.house.settings.quiet_period * 2)
        page = world.confluence.the_page()
        world.confluence.edits(page, lambda body: body.replace("<h2", "<p>Read this first, says Bea.</p><h2", 1))
        world.slack.channel("inc-4211").says(world.scripts[0].slack["users"][0]["id"], "ACTION: buy more cake")
        world.settles()

        assert len(world.confluence.ours()) == 1
        text = text_of(page.body)
        assert "Read this first, says Bea." in text
        assert "buy more cake" in text
        assert "Debrief suggests" not in text


@pytest.mark.parametrize(
    "lost", [Reply(dropped=True), Reply(502), json_reply({}, 200)], ids=["dropped", "502", "another shape"]
)
@pytest.mark.parametrize("after_effect", [True, False], ids=["made", "not made"])
def test_a_page_whose_creation_got_lost_is_made_once(tmp_path: Path, lost: Reply, after_effect: bool):
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        world.confluence.fails_next("POST .*/pages$", lost, after_effect=after_effect)
        world.resolves()
        world.settles()

        page = world.confluence.the_page()
        assert page.properties
        assert f"{SITE}/{page.id}" in note(world)


def test_a_house_that_died_between_two_steps_makes_no_second_page(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        world.confluence.fails_next("POST .*/properties$", Reply(503), times=3)
        world.resolves()
        world.passes(world.house.settings.quiet_period)
        world.stop()
        world.start()
        world.settles()
        assert len(world.confluence.the_page().properties) == 1


def test_a_refused_token_fails_nothing_and_is_said(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        world.confluence.token = "another-token"
        world.resolves()
        world.settles()

        assert world.confluence.ours() == []
        world.jira.expects_issues(3)
        said = note(world)
        assert "⚠ Confluence: Looking for the Confluence space OPS: Confluence did not accept the token (401)." in said
        assert "Check CONFLUENCE_TOKEN" in said
        assert "CHK-1" in world.draft()


def test_a_confluence_that_is_down_all_the_time_fails_nothing(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        world.confluence.fails_next("", Reply(503), times=10**6)
        world.resolves()
        world.settles()

        world.jira.expects_issues(3)
        assert "⚠ Confluence: " in note(world)


def test_a_page_that_a_person_deleted_is_not_made_again_and_no_link_leads_there(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        world.resolves()
        world.passes(world.house.settings.quiet_period * 2)
        world.confluence.deletes(world.confluence.the_page())
        world.slack.channel("inc-4211").says(world.scripts[0].slack["users"][0]["id"], "ACTION: buy more cake")
        world.settles()

        assert len(world.confluence.ours()) == 1
        assert "is not made again" in str(world.state()["refresh"]["page"]["gone"])
        assert world.house.document_link(world.incident_id()) is None


def test_what_was_said_in_a_private_channel_gets_no_page_unless_the_settings_allow_it(tmp_path: Path):
    private = {"slack": {"private_channels": {"audience": "the payments team"}}}
    for name, settings, count in (
        ("withheld", private, 0),
        ("allowed", private | {"confluence": {"may_hold_private_channels": True}}, 1),
    ):
        home = tmp_path / name
        home.mkdir()
        with world_of(home, "checkout-latency", confluence=True, settings=settings) as world:
            world.slack.channel("inc-4211").channel.info["is_private"] = True
            world.resolves()
            world.settles()
            assert len(world.confluence.ours()) == count, name
            assert ("some of it was said in a private channel" in note(world)) is not bool(count)


def test_what_was_said_in_private_gets_no_page_once_that_channel_cannot_be_read_any_more(tmp_path: Path):
    private = {"slack": {"private_channels": {"audience": "the payments team"}}}
    with world_of(tmp_path, "checkout-latency", confluence=True, settings=private) as world:
        channel = world.slack.channel("inc-4211").channel.info
        channel["is_private"] = True
        world.resolves()
        world.settles()
        channel["is_member"] = False
        world.engine.start("postmortem", "again", {"incident_id": world.incident_id(), "journey": "again"})
        world.settles()

        assert "said in a private channel" in world.outcome()["page"]["withheld"]
        assert world.confluence.ours() == []

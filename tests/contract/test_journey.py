"""The product through its front door: a signed webhook in, and what the vendors hold afterwards."""

from datetime import timedelta
from pathlib import Path

from tests.vendors.wire import Reply, json_reply
from tests.world import World, world_of


def test_a_resolved_incident_becomes_a_draft_owned_issues_and_an_announcement(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        assert world.resolves().status == 202
        world.settles()

        issues = {issue["fields"]["summary"]: issue["fields"] for issue in world.jira.expects_issues(3)}
        raised = issues["Raise the connection pool limit"]
        assert raised["project"]["key"] == "CHK"
        assert raised["assignee"]["displayName"] == "Bea Lindqvist"
        assert raised["duedate"] == "2026-11-20"
        assert issues["Add an alert on pool saturation"]["assignee"] is None
        world.slack.channel("inc-4211").expects("Draft postmortem ready", "CHK-1", "Bea Lindqvist")
        assert [note for _, note in world.pagerduty.written_notes if "Draft postmortem ready" in note]
        for key in ("CHK-1", "CHK-2", "CHK-3"):
            assert f"[{key}](https://acme.atlassian.net/browse/{key})" in world.draft()


def test_every_issue_is_linked_to_the_incident_and_names_its_source(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.settles()

        for issue in world.jira.expects_issues(3):
            (link,) = world.jira.remote_links[issue["key"]]
            assert link["globalId"] == f"system=debrief&incident={world.incident_id()}"
            assert "archives" in str(issue["fields"]["description"]), "the description links to what was said"


def test_what_only_webhooks_tell_is_in_the_draft(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.settles()

        assert "June Castellano took the role Incident Commander" in world.draft()
        assert "June Castellano: Incident Commander" in world.draft()


def test_the_same_webhooks_delivered_three_times_change_nothing(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        for _ in range(3):
            world.resolves()
        world.settles()
        assert "delivered before" in world.resolves().reason
        world.settles()

        world.jira.expects_issues(3)
        assert len(world.drafts()) == 1
        assert len(announcements(world)) == 1
        assert len(world.pagerduty.written_notes) == 1


def test_an_incident_that_resolved_three_times_has_one_draft_with_every_cycle(tmp_path: Path):
    with world_of(tmp_path, "flapping-reopened-twice") as world:
        world.resolves()
        world.settles()

        journeys = [journey for journey in world.engine.journeys() if journey.kind == "postmortem"]
        assert [journey.state for journey in journeys] == ["done", "done", "done"]
        assert "reopened 2 times on the way" in world.draft()
        assert len({issue["fields"]["summary"] for issue in world.jira.issues}) == len(world.jira.issues)
        assert len(announcements(world)) == 1


def test_a_merged_incident_gets_no_draft_of_its_own(tmp_path: Path):
    with world_of(tmp_path, "merged-into-parent") as world:
        answer = world.resolves()
        world.settles()

        assert answer.status == 202
        assert "was merged into" in answer.reason
        assert world.drafts() == {}


def test_an_incident_that_reopened_while_we_waited_is_left_alone(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.pagerduty.holds(reopened(world))
        world.settles()

        assert world.outcome()["stopped"] == "it is acknowledged again: a draft is made when it is resolved"
        assert world.drafts() == {}
        world.jira.expects_issues(0)


def test_an_incident_below_the_threshold_gets_no_draft_and_the_reason_is_kept(tmp_path: Path):
    settings = {"drafts": {"priorities": ["P0"]}}
    with world_of(tmp_path, "checkout-latency", settings=settings) as world:
        world.resolves()
        world.settles()

        assert "drafts.priorities" in world.outcome()["stopped"]
        assert world.drafts() == {}


def test_an_archived_channel_is_a_gap_that_says_what_to_do(tmp_path: Path):
    with world_of(tmp_path, "archived-channel") as world:
        world.resolves()
        world.settles()

        assert "It is archived and the app is not in it. Unarchive it and invite the app" in world.draft()
        assert world.slack.unexpected() == []


def test_a_refused_slack_token_leaves_a_draft_from_pagerduty_that_says_so(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.slack.token = "xoxb-somebody-else"
        world.resolves()
        world.settles()

        draft = world.draft()
        assert "**Not read:**" in draft
        assert "SLACK_TOKEN" in draft
        assert "Resolved by Bea Lindqvist" in draft
        assert "somebody-else" not in draft


def test_a_refused_user_token_of_pagerduty_is_said_and_the_channel_is_found_without_it(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.write_secrets(PAGERDUTY_USER_TOKEN="another-token")
        world.stop()
        world.start()
        world.resolves()
        world.settles()

        assert "**Not read:** which Slack channel PagerDuty made for it" in world.draft()
        assert "PAGERDUTY_USER_TOKEN" in world.draft()
        world.slack.channel("inc-4211").expects("Draft postmortem ready", "CHK-1")


def test_an_incident_without_a_dedicated_channel_is_nothing_to_speak_of(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.pagerduty.holds(world.scripts[0].pagerduty | {"dedicated_channel": None})
        world.write_secrets(PAGERDUTY_USER_TOKEN=world.pagerduty.user_token)
        world.stop()
        world.start()
        world.resolves()
        world.settles()

        assert "Not read" not in world.draft()
        world.slack.channel("inc-4211").expects("Draft postmortem ready", "CHK-1")


def test_a_refused_pagerduty_token_ends_the_journey_with_a_sentence_and_makes_nothing(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.pagerduty.token = "another-token"
        world.resolves()
        world.settles()

        (journey,) = [journey for journey in world.engine.journeys() if journey.kind == "postmortem"]
        assert journey.state == "failed"
        assert "PAGERDUTY_TOKEN" in (journey.error or "")
        assert world.drafts() == {}


def test_a_project_that_is_not_there_parks_every_item_and_the_draft_says_which_setting(tmp_path: Path):
    settings = {"routing": [{"match": {"services": ["Checkout API"]}, "project": "NOPE"}]}
    with world_of(tmp_path, "checkout-latency", settings=settings) as world:
        world.resolves()
        world.settles()

        world.jira.expects_issues(0)
        assert world.draft().count("Not opened: Jira knows no project NOPE") == 1
        assert world.draft().count("| not opened |") == 3
        world.slack.channel("inc-4211").expects("Not opened", "NOPE")


def test_a_create_whose_answer_was_lost_is_found_and_not_repeated(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", jira_lag=60) as world:
        world.jira.fails_next("POST /rest/api/3/issue$", Reply(dropped=True), after_effect=True)
        world.resolves()
        world.settles()

        world.jira.expects_issues(3)
        assert all(item.issue_key for item in world.postmortem().action_items)


def test_a_create_that_was_lost_before_it_arrived_is_made_after_absence_is_proven(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.jira.fails_next("POST /rest/api/3/issue$", Reply(dropped=True))
        world.resolves()
        world.settles()

        world.jira.expects_issues(3)


def test_without_an_anchor_a_lost_create_is_left_to_a_person_who_is_told_where_to_look(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", anchored=False) as world:
        world.jira.fails_next("POST /rest/api/3/issue$", Reply(dropped=True))
        world.resolves()
        world.settles()

        world.jira.expects_issues(2)
        said = str(world.outcome()["issues"])
        assert "It is unclear whether it was made: the answer was lost. Look in CHK for the label pm-" in said
        assert "Name an issue in jira.anchor_issues.CHK" in said


def test_without_an_anchor_an_issue_that_the_index_shows_late_is_adopted(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", anchored=False, jira_lag=300) as world:
        world.jira.fails_next("POST /rest/api/3/issue$", Reply(500), after_effect=True)
        world.jira.fails_next("bulkfetch", json_reply({"issues": []}), times=2)
        world.resolves()
        world.settles()

        world.jira.expects_issues(3)
        assert all(item.issue_key for item in world.postmortem().action_items)


def test_what_is_surely_absent_is_left_to_a_person_where_the_settings_say_park(tmp_path: Path):
    parks = {"jira": {"after_unclear": "park"}}
    with world_of(tmp_path, "checkout-latency", settings=parks) as world:
        world.jira.fails_next("POST /rest/api/3/issue$", Reply(dropped=True))
        world.resolves()
        world.settles()

        world.jira.expects_issues(2)
        assert "With jira.after_unclear: create" in str(world.outcome()["issues"])


def test_an_announcement_whose_answer_was_lost_is_not_posted_twice(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.slack.fails_next("chat.postMessage", json_reply({"ok": False}, status=500), after_effect=True)
        world.pagerduty.fails_next("POST .*/notes", Reply(dropped=True), after_effect=True)
        world.resolves()
        world.settles()

        assert len(announcements(world)) == 1
        assert len(world.pagerduty.written_notes) == 1


def test_a_person_who_cannot_be_assigned_leaves_an_unassigned_issue_that_says_so(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.jira.refuses_to_assign("CHK")
        world.resolves()
        world.settles()

        assert all(issue["fields"]["assignee"] is None for issue in world.jira.expects_issues(3))
        assert "Jira does not let it be assigned in CHK" in world.draft()
        world.slack.channel("inc-4211").expects("Jira does not let it be assigned in CHK")


def test_a_document_that_a_person_changed_keeps_their_words_and_gets_our_news(tmp_path: Path):
    with world_of(tmp_path, "midnight-migration") as world:
        world.resolves()
        world.passes(timedelta(minutes=5))
        (name,) = world.drafts()
        path = Path(world.store.location(name))
        path.write_text(path.read_text() + "\nThe cause was mine to find: a missing index.\n")
        world.settles()

        assert list(world.drafts()) == [name]
        assert "The cause was mine to find: a missing index.\n" in world.draft()
        assert "Write down how long a rebuild takes" in world.draft()


def test_what_people_say_after_the_draft_is_picked_up_by_the_refresh(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.passes(timedelta(minutes=5))
        world.jira.expects_issues(3)
        world.slack.channel("inc-4211").says(person_in(world), "ACTION: @bea write the status page text by Friday")
        world.settles()

        world.jira.expects_issues(4)
        assert "Write the status page text" in world.draft()
        assert len(announcements(world)) == 1


def test_a_line_put_above_a_marked_one_opens_one_issue_more_and_moves_none(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.passes(timedelta(minutes=30))
        before = {issue["key"]: issue["fields"]["summary"] for issue in world.jira.expects_issues(3)}
        messages = world.slack.workspace.named("inc-4211").messages.values()
        marked = next(message for message in messages if "ACTION:" in (message.get("text") or ""))
        marked["text"] = f"ACTION: write a runbook\n{marked['text']}"
        world.settles()

        after = {issue["key"]: issue["fields"]["summary"] for issue in world.jira.expects_issues(4)}
        assert after == before | {"CHK-4": "Write a runbook"}
        listed = {item.issue_key: item.text for item in world.postmortem().action_items}
        assert listed == after


def test_an_issue_whose_message_was_deleted_stays_in_the_draft(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.passes(timedelta(minutes=30))
        messages = world.slack.workspace.named("inc-4211").messages.values()
        marked = next(message for message in messages if "ACTION:" in (message.get("text") or ""))
        marked["text"] = "never mind"
        world.settles()

        world.jira.expects_issues(3)
        (gone,) = (item for item in world.postmortem().action_items if item.is_gone)
        assert gone.issue_key
        assert "No longer said in Slack" in world.draft()


def test_unknown_kinds_and_every_script_survive_the_whole_walk(tmp_path: Path):
    with world_of(tmp_path, "unknown-records-rtl-names") as world:
        world.resolves()
        world.settles()

        assert [journey.state for journey in world.engine.journeys() if journey.kind == "postmortem"] == ["done"]
        kinds = {event.kind for event in world.postmortem().timeline.events}
        assert "unrecognised" in kinds


def test_a_restarted_house_goes_on_where_it_was(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.stop()
        world.start()
        world.settles()

        world.jira.expects_issues(3)
        assert len(world.drafts()) == 1


def test_a_machine_that_was_off_for_hours_goes_on_and_makes_everything(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.engine.run_due()
        world.passes(timedelta(minutes=1))
        world.jira.fails_next("POST /rest/api/3/issue$", Reply(dropped=True), times=3)
        world.passes(timedelta(minutes=1))
        world.stop()
        world.clock.advance(timedelta(hours=3))
        world.start()
        world.settles()

        world.jira.expects_issues(3)
        assert len(announcements(world)) == 1
        assert all(item.issue_key for item in world.postmortem().action_items)


def test_a_permission_that_was_missing_is_tried_again_by_the_refresh(tmp_path: Path):
    refusal = json_reply({"errorMessages": ["You do not have permission to create issues."], "errors": {}}, 403)
    with world_of(tmp_path, "checkout-latency") as world:
        world.jira.fails_next("POST /rest/api/3/issue$", refusal, times=3)
        world.resolves()
        world.passes(timedelta(minutes=5))
        world.jira.expects_issues(0)
        assert world.draft().count("| not opened |") == 3
        world.settles()

        world.jira.expects_issues(3)
        assert "not opened" not in world.draft().casefold()


def test_a_journey_that_was_refused_does_not_keep_the_next_one_waiting(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        token, world.pagerduty.token = world.pagerduty.token, "another-token"
        world.resolves()
        world.passes(timedelta(minutes=5))
        world.pagerduty.token = token
        world.engine.start("postmortem", "pm-again", {"incident_id": world.incident_id(), "journey": "pm-again"})
        world.passes(timedelta(minutes=3))

        world.jira.expects_issues(3)


def test_an_absurd_retry_after_parks_nothing_for_years(tmp_path: Path):
    slow = json_reply({"ok": False, "error": "ratelimited"}, 429, {"retry-after": "99999999"})
    with world_of(tmp_path, "checkout-latency") as world:
        world.slack.fails_next("chat.postMessage", slow)
        world.resolves()
        world.settles()

        assert len(announcements(world)) == 1


def test_a_draft_that_cannot_be_shared_stands_in_nobodys_way(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.slack.fails_next("files.getUploadURLExternal", json_reply({}, 500), times=1000)
        world.resolves()
        world.settles()

        assert len(announcements(world)) == 1
        assert [journey.state for journey in world.engine.journeys() if journey.kind == "postmortem"] == ["done"]
        assert "files.getUploadURLExternal" in world.outcome()["announced"]["slack"]["draft"]["parked"]


def announcements(world: World) -> list[str]:
    texts = [str(message.get("text")) for message in world.slack.unexpected()]
    return [text for text in texts if "Draft postmortem ready" in text]


def person_in(world: World) -> str:
    return world.scripts[0].slack["users"][0]["id"]


def reopened(world: World) -> dict[str, object]:
    pagerduty = world.scripts[0].pagerduty
    return pagerduty | {"incident": pagerduty["incident"] | {"status": "acknowledged", "resolved_at": None}}


def test_where_no_page_can_be_opened_the_page_itself_is_shared_in_the_channel(tmp_path: Path):
    with world_of(tmp_path, "checkout_latency", settings={"publish": {"public_base_url": None}}) as world:
        world.resolves()
        world.settles()

        (file,) = world.slack.workspace.files.values()
        page = file["content"].decode()
        assert file["name"].endswith(".html")
        assert "Checkout p99 latency above 4 s in eu-west-1</h1>" in page
        assert "Content-Security-Policy" in page
        world.slack.channel("inc-4211").expects("Draft postmortem ready", file["name"])

"""Items that people write into the draft itself: picked up by the next run, from the file and from its page."""

from datetime import timedelta
from pathlib import Path

import pytest

from postmortem.action_items.item import ActionItem
from postmortem.announcement import announce_draft, plain_text
from tests.incidents.people import BEA, DANA, EMIL, FARAH
from tests.vendors.wire import Reply
from tests.world import World, world_of

BOX = "- [ ] @bea raise the retry budget by Friday\n"


def first_draft(world: World) -> None:
    """Until the draft is there, and before the second look."""
    world.resolves()
    world.passes(world.house.settings.quiet_period * 2)


def writes(world: World, words: str, *, instead_of: str = "") -> None:
    """A person writes under the table of action items, or something else for what stands there."""
    ((name, text),) = world.drafts().items()
    where = instead_of or "<!-- debrief:end action_items -->\n"
    assert where in text
    file = world.store.load(name)
    assert file is not None
    world.store.save(name, text.replace(where, words if instead_of else f"{words}{where}", 1).encode())


def written(world: World) -> list[ActionItem]:
    return [item for item in world.postmortem().action_items if item.evidence_id.startswith("document/")]


def issues(world: World, words: str) -> list[str]:
    return [issue["key"] for issue in world.jira.issues if words in issue["fields"]["summary"]]


def another_run(world: World, *, to_its_end: bool = True) -> None:
    """The incident is told to be resolved once more; to its end means with the second look."""
    (webhook,) = [one for one in world.scripts[0].webhooks if one["event"]["event_type"] == "incident.resolved"]
    now = world.clock.now()
    event = webhook["event"] | {"id": f"01AGAIN{now:%H%M%S}", "occurred_at": now.isoformat()}
    world.rings({"event": event})
    if to_its_end:
        world.settles()
    world.passes(world.house.settings.quiet_period * 2)


def test_a_box_that_a_person_wrote_in_the_draft_becomes_an_issue_of_whom_it_names(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        first_draft(world)
        writes(world, BOX)
        world.settles()

        (item,) = written(world)
        assert (item.text, item.owner.name, item.accepted) == ("Raise the retry budget", BEA.name, True)
        assert item.owner.account_id == BEA.account_id
        assert item.due_on is not None
        assert item.id == f"document/{world.incident_id()}#1"
        (key,) = issues(world, "Raise the retry budget")
        assert item.issue_key == key
        assert BOX in world.draft()
        assert f"[{key}]" in world.draft()


def test_the_line_stays_as_the_person_wrote_it_and_is_one_issue_however_often_it_is_read(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        first_draft(world)
        writes(world, BOX)
        world.settles()
        (before,) = written(world)
        another_run(world)
        (after,) = written(world)
        assert (after.id, after.issue_key, after.due_on) == (before.id, before.issue_key, before.due_on)
        assert len(issues(world, "retry budget")) == 1
        assert world.draft().count(BOX) == 1


def test_numbered_starred_and_nested_boxes_count_and_code_quotes_and_ticked_ones_do_not(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        first_draft(world)
        writes(
            world,
            "1. [ ] rotate the keys\n\n* [ ] name the owner of the pool\n  - [ ] write that down\n\n"
            "> - [ ] somebody else's\n\n```\n- [ ] an example\n```\n\n- [x] done already\n- [ ] ~~not any more~~\n\n",
        )
        world.settles()
        assert {item.text for item in written(world)} == {
            "Rotate the keys",
            "Name the owner of the pool",
            "Write that down",
        }


@pytest.mark.parametrize("said", ["- [ ] do x", "1. [ ] do x", "look:\n- [ ] do x\n- [ ] do y", "```\n- [ ] do x\n```"])
def test_a_box_that_somebody_typed_in_the_chat_is_no_box_of_the_document(tmp_path: Path, said: str):
    with world_of(tmp_path, "checkout-latency") as world:
        world.slack.channel("inc-4211").says(BEA.slack_id, said)
        first_draft(world)
        world.slack.channel("inc-4211").says(BEA.slack_id, f"{said} again")
        world.settles()
        assert "do x" in world.draft()
        assert written(world) == []


def test_boxes_of_the_organisations_own_template_are_nobodys_items(tmp_path: Path):
    (tmp_path / "own.md.j2").write_text(
        "## {{ section.heading }}\n\n- [ ] Every item has an owner\n- [ ] The customers were told\n"
    )
    settings = {"document": {"sections": {"action_items": {"template": "own.md.j2"}}}}
    with world_of(tmp_path, "checkout-latency", settings=settings) as world:
        first_draft(world)
        assert "- [ ] Every item has an owner" in world.draft()
        writes(world, BOX)
        writes(world, "- [x] The customers were told\n", instead_of="- [ ] The customers were told\n")
        world.settles()
        assert [item.text for item in written(world)] == ["Raise the retry budget"]


def test_reworded_it_is_the_same_item_and_another_in_its_place_is_a_new_one(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        first_draft(world)
        writes(world, BOX)
        world.settles()
        (key,) = issues(world, "retry budget")
        reworded = "- [ ] @bea raise the retry budget to 5 by Friday\n"
        writes(world, reworded, instead_of=BOX)
        another_run(world)
        assert [(item.issue_key, item.text) for item in written(world)] == [(key, "Raise the retry budget to 5")]

        writes(world, "- [ ] @dana tell the merchants\n", instead_of=reworded)
        another_run(world)
        new, gone = written(world)
        assert (new.text, new.owner.name, new.id[-2:]) == ("Tell the merchants", DANA.name, "#2")
        assert new.issue_key not in (None, key)
        assert (gone.is_gone, gone.issue_key) == (True, key)
        assert gone.said == ("No longer said in the document: its words were edited or deleted.",)


def test_ticked_with_an_issue_it_goes_on_being_listed_and_nothing_more_is_asked_of_jira(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        first_draft(world)
        writes(world, BOX)
        world.settles()
        (key,) = issues(world, "retry budget")
        writes(world, BOX.replace("[ ]", "[x]"), instead_of=BOX)
        another_run(world)
        (item,) = written(world)
        assert (item.issue_key, item.accepted, item.is_gone) == (key, False, False)
        assert item.said == ("Ticked in the document. Debrief closes no issue, a person does that in Jira.",)
        assert len(issues(world, "retry budget")) == 1
        assert f"Raise the retry budget ({BEA.name}" in plain_text(announce_draft(world.postmortem(), draft="x"))


def test_who_says_i_in_a_document_is_nobody_and_it_says_so(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        first_draft(world)
        writes(world, "- [ ] I'll write the runbook\n")
        world.settles()
        (item,) = written(world)
        assert (item.text, item.owner.name, item.owner.account_id) == ("Write the runbook", None, None)
        assert item.owner.why.startswith('it says "I", and a document does not tell who wrote that; ')


def task(words: str, status: str = "incomplete") -> str:
    return (
        f"<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>{status}</ac:task-status>"
        f"<ac:task-body>{words}</ac:task-body></ac:task></ac:task-list>"
    )


def mention(account_id: str) -> str:
    return f'<ac:link><ri:user ri:account-id="{account_id}" /></ac:link>'


def puts_on_page(world: World, words: str, status: str = "incomplete") -> None:
    page = world.confluence.the_page()
    world.confluence.edits(page, lambda body: body.replace("<h2", f"{task(words, status)}<h2", 1))


def test_a_task_on_the_page_belongs_to_the_account_that_it_mentions(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        first_draft(world)
        puts_on_page(world, f"rewrite the runbook with {mention(EMIL.account_id)} by <time datetime='2026-12-04' />")
        world.settles()
        (item,) = written(world)
        assert (item.owner.name, item.owner.account_id) == (EMIL.name, EMIL.account_id)
        assert item.due_on is not None
        assert item.due_on.isoformat() == "2026-12-04"
        assert item.issue_key
        assert "pages/" in str(item.evidence_link)
        assert "<ac:task-status>incomplete</ac:task-status>" in world.confluence.the_page().body


def test_an_account_that_the_settings_do_not_know_is_called_as_jira_calls_it(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        first_draft(world)
        puts_on_page(world, f"{mention(FARAH.account_id)} tell the merchants what happened")
        world.settles()
        (item,) = written(world)
        assert (item.owner.name, item.owner.account_id) == (FARAH.name, FARAH.account_id)
        assert item.text == "Tell the merchants what happened"
        (issue,) = [one for one in world.jira.issues if one["key"] == item.issue_key]
        assert issue["fields"]["assignee"]["accountId"] == FARAH.account_id


def test_an_account_that_nobody_knows_is_kept_as_it_stands_and_the_issue_says_that_it_has_no_owner(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        first_draft(world)
        puts_on_page(world, f"{mention('712020:nobody')} tell the merchants what happened")
        world.settles()
        (item,) = written(world)
        assert item.issue_key
        (issue,) = [one for one in world.jira.issues if one["key"] == item.issue_key]
        assert issue["fields"]["assignee"] is None
        assert "712020:nobody" in item.quote


def test_the_same_words_in_the_file_and_on_the_page_are_one_item(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        first_draft(world)
        writes(world, "- [ ] rotate the keys\n")
        puts_on_page(world, "Rotate the keys")
        world.settles()
        assert [item.text for item in written(world)] == ["Rotate the keys"]
        assert len(issues(world, "otate the keys")) == 1


def test_a_page_that_cannot_be_read_this_time_loses_no_task_and_the_draft_says_so(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        first_draft(world)
        puts_on_page(world, f"{mention(EMIL.account_id)} rotate the keys")
        world.settles()
        (before,) = written(world)
        world.confluence.fails_next("GET .*/pages/[0-9]+$", Reply(503), times=4)
        another_run(world, to_its_end=False)
        assert [item.id for item in written(world)] == [before.id]
        assert not written(world)[0].is_gone
        assert "the tasks that people wrote on the Confluence page" in world.draft()


def test_a_completed_task_on_the_page_is_no_item(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        first_draft(world)
        puts_on_page(world, "rotate the keys", "complete")
        world.settles()
        assert written(world) == []


def test_an_item_of_the_document_counts_from_when_it_was_first_read(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        first_draft(world)
        writes(world, "- [ ] @bea rotate the keys by tomorrow\n")
        world.settles()
        (first,) = written(world)
        world.passes(timedelta(days=3))
        another_run(world)
        assert written(world)[0].due_on == first.due_on


def note_on_incident(world: World) -> str:
    """The last note that stands on the PagerDuty incident."""
    return [text for _, text in world.pagerduty.written_notes if "Draft postmortem ready" in text][-1]


@pytest.mark.parametrize("is_private", [False, True])
def test_where_the_draft_tells_of_a_private_channel_what_is_written_in_it_goes_no_further(
    tmp_path: Path, is_private: bool
):
    settings = {"slack": {"private_channels": {"audience": "the payments team"}}}
    with world_of(tmp_path, "checkout-latency", settings=settings) as world:
        world.slack.channel("inc-4211").channel.info["is_private"] = is_private
        world.pagerduty.fails_next("POST .*/notes$", Reply(403))
        first_draft(world)
        writes(world, "- [ ] @bea tell the bank about the 640 payments\n")
        world.settles()
        assert [item.text for item in written(world)] == ["Tell the bank about the 640 payments"]
        assert ("Tell the bank" in note_on_incident(world)) is not is_private
        assert bool(issues(world, "Tell the bank")) is not is_private

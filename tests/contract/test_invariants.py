"""The invariants of the simulation notice what they are there for, and nothing else."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

import pytest

from connectors.effects import Effect, Ledger
from connectors.engine.local import LocalEngine
from postmortem.timeline import Timeline
from tests.incidents.stale_replica import script
from tests.simulation.household import Household, household_of
from tests.simulation.invariants import Broken, check_always, check_at_rest, check_same_end
from tests.simulation.invariants_effects import shelf_of
from tests.simulation.outside import GatedVendor, fair
from tests.simulation.witness import Overheard
from tests.vendors.wire import Reply, Request, json_reply


@pytest.fixture
def household() -> Iterator[Household]:
    """At rest, an hour after its incident was resolved."""
    with household_of("stale_replica", confluence=True) as one:
        has_its_draft(one)
        yield one


def has_its_draft(household: Household) -> None:
    household.resolves()
    household.lives(timedelta(hours=1))
    check_at_rest(household)


def noticed(household: Household, check: Any = check_at_rest) -> int:
    """The number of the invariant that does not hold."""
    with pytest.raises(Broken) as broken:
        check(household)
    return broken.value.number


def document(household: Household) -> str:
    return str(household.state()["document"])


def rewrites(household: Household, before: str, after: str) -> None:
    """Somebody writes over the document in the store."""
    file = household.store.load(document(household))
    assert file is not None
    assert before in file.content.decode()
    household.store.save(document(household), file.content.decode().replace(before, after).encode())


def sent_again(household: Household, vendor: Any, method: str, path: str) -> None:
    """The last request of this kind arrives once more."""
    request = [one for one in vendor.requests if one.method == method and one.path.endswith(path)][-1]
    assert vendor.answer(request).status < 300


@pytest.mark.parametrize("name", ["stale_replica", "checkout_latency", "flapping_reopened_twice"])
def test_in_fair_weather_nothing_is_broken(name: str):
    with household_of(name, confluence=True, anchored=name == "stale_replica") as household:
        household.outside.after = lambda _: check_always(household)
        household.resolves()
        for _ in range(27):
            household.sweeps()
            household.reconciles()
            household.lives(timedelta(hours=1))
        check_at_rest(household)


def test_a_second_issue_of_one_item_is_noticed(household: Household):
    sent_again(household, household.jira, "POST", "/issue")
    assert noticed(household, check_always) == 1


def test_a_second_issue_is_noticed_although_the_first_was_deleted(household: Household):
    household.jira.person_deletes(household.jira.issues[-1]["key"])
    sent_again(household, household.jira, "POST", "/issue")
    assert noticed(household, check_always) == 1


def test_a_persons_copy_of_an_issue_and_a_stripped_label_are_a_persons_business(household: Household):
    key = household.jira.issues[0]["key"]
    household.jira.person_copies(key)
    household.jira.person_strips_label(key)
    check_at_rest(household)


def test_an_issue_that_nobody_could_find_again_is_noticed(household: Household):
    issue_id, body = household.jira.made[0]
    household.jira.made.append((issue_id, {"fields": body["fields"] | {"labels": [], "description": None}}))
    assert noticed(household, check_always) == 1


def test_an_item_whose_issue_the_document_does_not_show_is_noticed(household: Household):
    for issue in household.jira.issues:
        rewrites(household, issue["key"], "an issue")
    assert noticed(household) == 2


def test_a_journey_that_still_tries_is_noticed():
    with household_of("stale_replica") as household:
        household.outside.meets = lambda call, act: Reply(503) if call.to == "pagerduty" else act()
        household.resolves()
        household.lives(timedelta(minutes=2))
        assert noticed(household) == 2


def test_a_second_announcement_note_upload_and_page_are_noticed():
    for vendor, path in [("slack", "chat.postMessage"), ("pagerduty", "/notes"), ("confluence", "/pages")]:
        with household_of("stale_replica", confluence=True) as household:
            has_its_draft(household)
            if vendor == "confluence":
                household.confluence.deletes(household.confluence.made[0])
            sent_again(household, getattr(household, vendor), "POST", path)
            assert noticed(household, check_always) == 3


def test_a_draft_that_is_uploaded_twice_is_noticed():
    with household_of("stale_replica") as household:
        has_its_draft(household)
        sent_again(household, household.slack, "POST", "files.completeUploadExternal")
        assert noticed(household, check_always) == 3


def test_a_second_document_is_noticed(household: Household):
    household.store.save(document(household).replace(".md", "-update.md"), b"Another.")
    assert noticed(household) == 3


def test_an_issue_that_is_linked_to_nothing_is_noticed(household: Household):
    household.jira.remote_links.clear()
    assert noticed(household) == 3


def test_words_of_a_person_that_are_gone_are_noticed(household: Household):
    rewrites(household, "# ", "I was there.\n\n# ")
    household.witness.wrote(document(household), "I was there.")
    check_at_rest(household)
    rewrites(household, "I was there.", "")
    assert noticed(household, check_always) == 4


def test_words_of_a_person_in_an_issue_and_in_confluence_are_looked_for(household: Household):
    key = household.jira.issues[0]["key"]
    household.jira.person_comments(key, "Done since Monday.")
    household.witness.wrote(key, "Done since Monday.")
    check_at_rest(household)
    household.witness.wrote("confluence", "What nobody wrote.")
    assert noticed(household) == 4


def test_something_that_comes_of_a_forged_delivery_is_noticed():
    with household_of("stale_replica") as household:
        household.witness.secrets = lambda: ["another-secret"]  # nobody should believe what is signed with ours
        household.resolves()
        assert noticed(household, check_always) == 5


def test_a_forged_delivery_that_is_refused_leaves_nothing(household: Household):
    assert household.rings(household.scripts[0].webhooks[-1], secret="not-ours").status == 403
    check_at_rest(household)


def test_an_accepted_delivery_of_which_nothing_comes_is_noticed(household: Household):
    household.engine.forget("observe", household.clock.now())
    assert noticed(household) == 6


def test_an_accepted_event_that_is_not_kept_is_noticed(household: Household):
    (kept,) = household.store.list(f"INC#{household.incident_id()}", "OBSERVED#")
    household.store.delete(kept.partition, kept.sort, expected=kept.version)
    assert noticed(household) == 6


def test_a_resolve_that_nobody_announced_and_nobody_found_is_noticed():
    with household_of("stale_replica", settings={"pagerduty": {"find_missed": False}}) as household:
        resolved_at = household.clock.now()
        household.store.write(
            "RECONCILE",
            "CURSOR",
            {
                "begun_at": (resolved_at - timedelta(hours=1)).isoformat(),
                "until": (resolved_at + timedelta(hours=1)).isoformat(),
            },
        )
        assert noticed(household) == 6


def test_two_ends_of_the_same_facts_are_compared(household: Household):
    with household_of("stale_replica", confluence=True) as other:
        for webhook in reversed(other.scripts[0].webhooks):
            other.rings(webhook)
            other.rings(webhook)
        other.lives(timedelta(hours=1))
        check_same_end(household, other)
        rewrites(other, "stale", "fresh")
        assert noticed(other, partial(check_same_end, household)) == 7


@pytest.mark.parametrize("seed", range(6))
def test_webhooks_in_any_order_and_number_come_to_the_same(household: Household, seed: int):
    chance = Random(seed)
    with household_of("stale_replica", confluence=True, seed=seed) as other:
        several = [one for one in other.scripts[0].webhooks for _ in range(chance.choice((1, 1, 2, 3)))]
        chance.shuffle(several)
        for webhook in several:
            later = timedelta(seconds=chance.choice((0, 0, 1, 30, 60)))
            other.calendar.at(other.clock.now() + later, partial(other.rings, webhook))
        other.lives(timedelta(hours=1))
        check_same_end(household, other)


def test_a_timeline_out_of_order_is_noticed(household: Household):
    postmortem = household.postmortem()
    turned = Timeline(events=tuple(reversed(postmortem.timeline.events)))
    shelf_of(household, household.incident_id()).keep_postmortem(postmortem.model_copy(update={"timeline": turned}))
    assert noticed(household) == 8


def test_an_entry_of_the_timeline_that_nobody_told_is_noticed(household: Household):
    postmortem = household.postmortem()
    first = postmortem.timeline.events[0].model_copy(update={"id": "slack/C1/1.0"})
    made_up = Timeline(events=(first, *postmortem.timeline.events[1:]))
    shelf_of(household, household.incident_id()).keep_postmortem(postmortem.model_copy(update={"timeline": made_up}))
    assert noticed(household) == 8


def test_what_was_said_in_private_and_is_told_elsewhere_is_noticed():
    with household_of(script(private=True)) as household:
        (channel,) = [one for one in household.slack.workspace.channels.values() if one.info.get("is_private")]
        household.slack.channel(channel.info["id"]).says("U0HANA0001", "the canary-7 lies in the drawer")
        has_its_draft(household)
        incident_id = household.incident_id()
        household.pagerduty.written_notes.append((f"{incident_id}-2", "as the canary-7 says"))
        assert noticed(household) == 10


def test_what_is_unclear_and_named_nowhere_is_noticed(household: Household):
    sent = Effect("sent", 1, household.clock.now())
    Ledger(household.store, household.incident_id())._wrote("pm-lost", sent)
    assert noticed(household) == 12


def test_what_is_unclear_for_long_has_to_be_shown(household: Household):
    sent = Effect("sent", 1, household.clock.now())
    Ledger(household.store, household.incident_id()).write("pm-lost", sent)
    household.lives(timedelta(hours=2))
    household.reconciles()
    household.lives(timedelta(minutes=20))
    check_at_rest(household)
    for record in [*household.store.list("NOTICES")]:
        household.store.delete("NOTICES", record.sort, expected=record.version)
    assert noticed(household) == 12


def test_a_journey_that_depends_on_more_than_what_was_kept_is_noticed(household: Household):
    runs: list[str] = []

    def act(steps: Any) -> Any:
        runs.append("run")
        return steps.run(f"step {len(runs)}", lambda: "done")

    engine = LocalEngine(household.machine.home / "other.db", {"odd": lambda steps, _: _odd(steps)}, household.clock)

    def _odd(steps: Any) -> Any:
        return household.witness.remembers(steps, "odd", act)

    engine.start("odd", "odd", {})
    engine.run_due()
    engine.close()
    assert noticed(household) == 13


def test_a_journey_that_asks_outside_its_steps_is_noticed(household: Household):
    def act(steps: Any) -> Any:
        household.store.write("SOMETHING", "ELSE", {})
        return steps.run("step", lambda: "done")

    with_steps = LocalEngine(
        household.machine.home / "other.db",
        {"odd": lambda steps, _: household.witness.remembers(steps, "odd", act)},
        household.clock,
    )
    with_steps.start("odd", "odd", {})
    with_steps.run_due()
    with_steps.close()
    assert noticed(household) == 13


def asks_jira(household: Household) -> Overheard:
    return Overheard(GatedVendor(household.jira, "jira", household.outside), household.witness, life=9)


MYSELF = Request("GET", "/rest/api/3/myself")


def test_a_request_inside_a_retry_after_is_noticed(household: Household):
    jira = asks_jira(household)
    household.outside.meets = lambda _call, _act: json_reply({}, 429, {"retry-after": "30"})
    jira.answer(MYSELF)
    household.outside.meets = fair
    household.clock.advance(timedelta(seconds=29))
    jira.answer(Request("GET", "/rest/api/3/serverInfo"))
    check_always(household)
    jira.answer(MYSELF)
    assert noticed(household, check_always) == 14


def test_who_waits_as_long_as_was_asked_is_polite(household: Household):
    jira = asks_jira(household)
    household.outside.meets = lambda _call, _act: json_reply({}, 429, {"retry-after": "30"})
    jira.answer(MYSELF)
    household.clock.advance(timedelta(seconds=30))
    jira.answer(MYSELF)
    check_always(household)


def test_a_fifth_request_for_one_call_is_noticed(household: Household):
    jira = asks_jira(household)
    household.outside.meets = lambda _call, _act: Reply(503)
    for _ in range(4):
        jira.answer(MYSELF)
    check_always(household)
    jira.answer(MYSELF)
    assert noticed(household, check_always) == 14


def test_a_storm_of_requests_is_noticed(household: Household):
    jira = asks_jira(household)
    for _ in range(41):
        jira.answer(MYSELF)
    assert noticed(household, check_always) == 14


def test_a_state_that_the_document_does_not_show_is_noticed(household: Household):
    key = household.jira.issues[0]["key"]
    household.lives(timedelta(days=1))
    household.jira.person_closes(key)
    household.lives(timedelta(minutes=5))
    check_at_rest(household)  # nobody has looked since
    household.sweeps()
    household.lives(timedelta(minutes=5))
    check_at_rest(household)
    household.jira.issue(key)["fields"]["status"] = {"name": "Waiting for parts"}
    assert noticed(household) == 15

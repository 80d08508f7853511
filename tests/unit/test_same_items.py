"""One item that is said five times is one item, and its identity never changes hands."""

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postmortem.action_items.decision import Decision
from postmortem.action_items.extract import extract_action_items
from postmortem.action_items.item import ActionItem
from postmortem.action_items.same import say_the_same, words_of
from postmortem.action_items.seen import ItemsSeen
from postmortem.evidence import Evidence, Message, Reaction
from postmortem.identities import Identities
from postmortem.settings import Settings
from tests.unit.given import START, evidence, said

SETTINGS = Settings.model_validate({"slack": {"action_item_emoji": ["memo"]}})
MEMO = (Reaction(emoji="memo"),)


def items(told: Evidence, seen: ItemsSeen | None = None) -> tuple[ActionItem, ...]:
    return extract_action_items(told, Identities(told.people, ()), SETTINGS, None, seen)


def found_in(*texts: str) -> tuple[ActionItem, ...]:
    return items(evidence(*(said(str(place), place * 60, text) for place, text in enumerate(texts, start=1))))


def with_issue(found: Sequence[ActionItem]) -> ItemsSeen:
    return ItemsSeen(items=tuple(one.model_copy(update={"issue_key": "CHK-1"}) for one in found))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Add an alert on pool saturation", "We need alerting on pool saturation"),
        ("Add an alert on pool saturation", "alert when the pool is saturated"),
        ("Write a runbook for the failover", "Create a playbook for the failover"),
        ("Raise the connection limit to 200", "bump the connection limit to 200"),
        ("Update the docs of the importer", "update the documentation of the importer"),
        ("Rotate the leaked database credentials", "rotate the leaked db credentials"),
        ("Add a test for the empty cart", "add tests for empty carts"),
        ("Automate the certificate renewal", "automate certifcate renewal"),
    ],
)
def test_the_same_in_other_words_is_the_same(one: str, other: str):
    assert say_the_same(words_of(one), words_of(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Raise the connection limit to 200", "Raise the connection limit to 300"),
        ("Enable the circuit breaker for payments", "Disable the circuit breaker for payments"),
        ("Raise the pool size", "Lower the pool size"),
        ("Upgrade the database of checkout", "Downgrade the database of checkout"),
        ("Add an alert for checkout", "Add an alert for payments"),
        ("Add an alert on disk usage", "Add an alert on memory usage"),
        ("Write a runbook", "Write a runbook for the failover"),
        ("Add the pool saturation alert", "Remove the pool saturation alert"),
        ("Test the backup of orders-db in staging", "Test the backup of orders-db in production"),
        ("Review PR 12", "Review PR 13"),
        ("Fix the checkout-api probe", "Fix the checkout-web probe"),
        ("Do not page on warnings at night", "Page on warnings at night"),
        ("Talk to Bob", "Talk to Alice"),
    ],
)
def test_what_differs_in_a_word_that_matters_is_not_the_same(one: str, other: str):
    assert not say_the_same(words_of(one), words_of(other))


def test_an_item_said_five_times_is_one_with_the_others_beside_it():
    (found,) = found_in(
        "ACTION: add an alert on pool saturation",
        "TODO: Add an alert on pool saturation",
        "we need alerting on pool saturation next week",
        "action item: add an alert for pool saturation",
        "ACTION: alert on pool saturation",
    )

    assert (found.id, found.quote) == ("slack/C1/1#1", "ACTION: add an alert on pool saturation")
    assert found.also_said == tuple(f"slack/C1/{place}" for place in (2, 3, 4, 5))
    assert found.accepted


def test_what_the_first_lacks_a_later_one_gives_with_its_source():
    (found,) = found_in(
        "ACTION: add an alert on pool saturation", "ACTION: Carl to add an alert on pool saturation by Friday"
    )

    assert (found.owner.name, str(found.due_on)) == ("Carl Brandt", "2026-11-20")
    assert "where it was said again at 2026-11-17 14:02 UTC" in found.owner.why
    assert found.due_why == 'said: "by Friday" on 2026-11-17, where it was said again at 2026-11-17 14:02 UTC'


def test_two_owners_or_two_days_make_two_items():
    assert len(found_in("ACTION: Bea to write the timeline", "ACTION: Carl to write the timeline")) == 2
    assert len(found_in("ACTION: write the timeline by Friday", "ACTION: write the timeline by Monday")) == 2


def test_a_suggestion_disappears_into_the_marked_item_that_says_the_same():
    (found,) = found_in("I'll add an alert on pool saturation tomorrow", "ACTION: add an alert on pool saturation")

    assert found.accepted
    assert found.likely is None
    assert (found.evidence_id, found.also_said) == ("slack/C1/2", ("slack/C1/1",))


def test_a_suggestion_that_is_marked_later_keeps_its_id():
    text = "I'll add an alert on pool saturation tomorrow"
    suggested = found_in(text)
    seen = ItemsSeen().and_those(suggested)
    by_emoji = items(evidence(said("1", 60, text, reactions=MEMO)), seen)
    by_edit = items(evidence(said("1", 60, f"ACTION: {text}")), seen)
    again = items(evidence(said("1", 60, text), said("2", 90, "ACTION: add an alert on pool saturation")), seen)

    assert [one.accepted for one in suggested] == [False]
    for found in (by_emoji, by_edit, again):
        assert [(one.id, one.accepted) for one in found] == [("slack/C1/1#1", True)]


def test_of_two_suggestions_in_a_message_the_one_that_is_marked_keeps_its_own_id():
    one, other = "I'll add an alert on pool saturation tomorrow.", "I'll write a runbook for the failover next week."
    seen = ItemsSeen().and_those(found_in(f"{one} {other}"))
    (found,) = items(evidence(said("1", 60, f"ACTION: {other}")), seen)

    assert [item.id for item in seen.items] == ["slack/C1/1#1", "slack/C1/1#2"]
    assert found.id == "slack/C1/1#2"


def test_a_marked_item_never_takes_the_id_of_a_suggestion_that_said_something_else():
    seen = ItemsSeen().and_those(found_in("I'll add an alert on pool saturation tomorrow"))
    (found,) = items(evidence(said("1", 60, "ACTION: refund the lost orders")), seen)

    assert found.id == "slack/C1/1#2"


def test_an_item_whose_first_message_is_deleted_keeps_its_id_and_its_issue_where_it_was_said_again():
    both = (
        said("1", 60, "ACTION: add an alert on pool saturation"),
        said("2", 90, "TODO: add an alert on pool saturation"),
    )
    seen = with_issue(items(evidence(*both)))
    gone = items(evidence(said("1", 60, "", is_deleted=True), both[1]), seen)
    still = items(evidence(both[1]), seen.and_those(gone))

    for found in (gone, still):
        assert [(one.id, one.evidence_id, one.is_gone) for one in found] == [("slack/C1/1#1", "slack/C1/2", False)]


def test_two_that_were_listed_before_stay_two():
    told = evidence(said("1", 60, "ACTION: add an alert"), said("2", 90, "ACTION: write the failover runbook"))
    seen = with_issue(items(told))
    edited = evidence(said("1", 60, "ACTION: add an alert"), said("2", 90, "ACTION: add an alert"))

    assert [one.id for one in items(edited, seen)] == ["slack/C1/1#1", "slack/C1/2#1"]


def test_what_was_dropped_takes_in_only_its_very_words():
    text = "we should add an alert on pool saturation of the checkout database tomorrow"
    dropped = Decision(item_id="slack/C1/1#1", verdict="dropped", by="Bea", where="in Slack", at=START)
    (suggested,) = found_in(text)
    seen = ItemsSeen(items=(suggested.model_copy(update={"decision": dropped}),))
    same = evidence(
        said("1", 60, text), said("2", 90, "ACTION: add an alert on pool saturation of the checkout database")
    )
    more = evidence(
        said("1", 60, text),
        said("2", 90, "ACTION: add an alert on connection pool saturation of the checkout database"),
    )

    assert [one.id for one in items(same, seen)] == ["slack/C1/1#1"]
    assert [(one.id, one.accepted) for one in items(more, seen)] == [("slack/C1/1#1", False), ("slack/C1/2#1", True)]


def test_words_said_again_after_their_message_was_deleted_are_the_item_that_has_the_issue():
    seen = with_issue(found_in("ACTION: add an alert on pool saturation"))
    (found,) = items(evidence(said("7", 900, "ACTION: add an alert on pool saturation")), seen)

    assert (found.id, found.evidence_id) == ("slack/C1/1#1", "slack/C1/7")


def test_2000_items_of_one_incident_are_compared_in_a_second():
    told = evidence(
        *(said(f"{n:04}", n, f"ACTION: add an alert for service {n} on pool saturation") for n in range(2_000))
    )
    started = perf_counter()
    found = items(told)

    assert len(found) == 2_000
    assert perf_counter() - started < 4, "reading and comparing; the comparing alone is measured in the report"


TASKS = (
    "add an alert on pool saturation",
    "write a runbook for the failover",
    "rotate the leaked token",
    "refund the lost orders",
    "move the cron to its own queue",
)
FORMS = ("ACTION: {}", "TODO: {}", "I'll {} tomorrow", "we should {} next week", "action item: {}")
LINES = st.sampled_from([form.format(task) for form in FORMS for task in TASKS])
VERSIONS = st.lists(
    st.dictionaries(st.integers(1, 4), st.lists(LINES, max_size=3, unique=True), max_size=4), min_size=2, max_size=5
)


def _told(version: dict[int, list[str]]) -> list[Message]:
    return [said(str(name), name * 60, "\n".join(lines)) for name, lines in version.items()]


def _about(item: ActionItem) -> str:
    return next(task for task in TASKS if task in item.quote)


@settings(max_examples=80, deadline=None)
@given(VERSIONS)
def test_ids_are_never_two_items_at_once_and_never_forgotten_while_the_words_stand(
    versions: list[dict[int, list[str]]],
):
    seen = ItemsSeen()
    for version in versions:
        found = items(evidence(*_told(version)), seen)
        ids = [one.id for one in found]
        again = items(evidence(*reversed(_told(version))), seen.and_those(found))

        assert len(set(ids)) == len(ids)
        assert {(one.id, one.quote) for one in again} == {(one.id, one.quote) for one in found}
        seen = seen.and_those(found)


GROWING = st.lists(st.tuples(st.integers(1, 4), LINES, st.booleans()), min_size=1, max_size=8)


@settings(max_examples=80, deadline=None)
@given(GROWING)
def test_whatever_is_added_or_put_above_an_id_stays_with_what_it_was_given_to(steps: list[tuple[int, str, bool]]):
    """Messages are added and edited by lines above and below; nothing is taken away."""
    seen, version, meant = ItemsSeen(), dict[int, list[str]](), dict[str, str]()
    for name, line, on_top in steps:
        lines = [one for one in version.get(name, []) if one != line]
        version[name] = [line, *lines] if on_top else [*lines, line]
        found = items(evidence(*_told(version)), seen)
        for one in found:
            assert meant.setdefault(one.id, _about(one)) == _about(one)
        assert set(meant) == {one.id for one in found}
        seen = seen.and_those(found)


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=6, unique=True), st.data())
def test_an_issue_outlives_every_deletion_and_is_listed_once(lines: list[str], data: st.DataObject):
    messages = [said(str(name), name * 60, line) for name, line in enumerate(lines, start=1)]
    seen = with_issue(items(evidence(*messages)))
    kept = data.draw(st.lists(st.sampled_from(messages), unique_by=lambda message: message.id))
    found = items(evidence(*kept), seen)

    assert {one.id for one in seen.items} <= {one.id for one in found}
    for one in found:
        before: Any = next((item for item in seen.items if item.id == one.id), None)
        assert before is None or _about(before) == _about(one)

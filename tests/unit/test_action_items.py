"""Action items out of whole records: identity, owner, deadline."""

from datetime import date
from typing import Any

import pytest

from postmortem.action_items.extract import extract_action_items
from postmortem.action_items.item import ActionItem
from postmortem.action_items.seen import ItemsSeen
from postmortem.evidence import Evidence, Reaction
from postmortem.identities import Identities
from postmortem.people import Person
from postmortem.settings import PersonEntry, Settings
from tests.unit.given import BEA, CARL, PAGERDUTY_BOT, bot_said, evidence, note, said

MEMO = (Reaction(emoji="memo"),)


def items(told: Evidence, seen: ItemsSeen | None = None, **settings: Any) -> tuple[ActionItem, ...]:
    chosen = Settings.model_validate({"slack": {"action_item_emoji": ["memo"]}} | settings)
    return extract_action_items(told, Identities(told.people, chosen.people), chosen, None, seen)


def item(text: str, *people: Person, **message: Any) -> ActionItem:
    (found,) = items(evidence(said("1", 0, text, **message), people=people or (BEA, CARL, PAGERDUTY_BOT)))
    return found


def test_identity_is_the_records_id_and_the_place_in_it_never_the_words():
    before = items(evidence(said("1", 0, "ACTION: one thing\nACTION: two things")))
    after = items(evidence(said("1", 0, "ACTION: one other thing\nACTION: two things", edited_at=None)))

    assert [found.id for found in before] == ["slack/C1/1#1", "slack/C1/1#2"] == [found.id for found in after]


def lines(*texts: str) -> Evidence:
    return evidence(said("1", 0, "\n".join(f"ACTION: {text}" for text in texts)))


def numbers(*edits: tuple[str, ...]) -> list[str]:
    """The ordinals of the last of these versions of one message, each of which a draft was made of."""
    seen = ItemsSeen()
    for texts in edits[:-1]:
        seen = seen.and_those(items(lines(*texts), seen))
    return [found.id.rpartition("#")[2] for found in items(lines(*edits[-1]), seen)]


@pytest.mark.parametrize(
    ("edits", "ordinals"),
    [
        ((("write one", "do two"), ("read this first", "write one", "do two")), ["3", "1", "2"]),
        ((("write one", "do two"), ("do two", "write one")), ["2", "1"]),
        ((("write one", "do two"), ("write one better", "do two")), ["1", "2"]),
        ((("write one", "do two"), ("Do  TWO",)), ["2"]),
        ((("do it now", "do it now"), ("do it now", "do it now", "do it now")), ["1"]),
        ((("write one",), ("write one", "do two"), ("write one",), ("write one", "try three")), ["1", "3"]),
        ((("write one", "do two"), ("do two",), ("write one", "do two")), ["1", "2"]),
    ],
)
def test_an_edited_message_gives_no_item_the_identity_of_another(edits: tuple[tuple[str, ...], ...], ordinals: Any):
    assert numbers(*edits) == ordinals


def test_an_item_that_has_an_issue_stays_listed_when_nobody_says_it_any_more():
    seen = ItemsSeen(items=tuple(one.model_copy(update={"issue_key": "CHK-1"}) for one in items(lines("write one"))))
    edited, deleted = items(evidence(said("1", 0, "never mind")), seen), items(evidence(), seen)

    assert [(one.text, one.accepted, one.said) for one in edited] == [
        ("Write one", False, ("No longer said in Slack: its words were edited or deleted.",))
    ]
    assert [one.said for one in deleted] == [
        ("No longer said in Slack: its message was deleted, or could not be read this time.",)
    ]


def test_a_note_marks_items_like_a_message():
    (found,) = items(evidence(note("n", 0, "Fixed. TODO: add a test", person_id=BEA.id)))

    assert (found.id, found.text, found.accepted) == ("pagerduty/note/n#1", "Add a test", True)


def test_an_emoji_marks_a_whole_message_in_any_tone_of_skin():
    assert item("the runbook is out of date", reactions=MEMO).text == "The runbook is out of date"
    assert item("the runbook is out of date", reactions=(Reaction(emoji="memo::skin-tone-2"),)).id.endswith("#1")


def test_a_person_may_mark_a_bots_message_but_a_bot_marks_nothing():
    told = evidence(
        bot_said("1", 0, "ACTION: buy our product"), bot_said("2", 1, "Certificate expires soon", reactions=MEMO)
    )

    assert [(found.text, found.owner.name) for found in items(told)] == [("Certificate expires soon", None)]


def test_a_deleted_message_marks_nothing():
    assert items(evidence(said("1", 0, "ACTION: raise the limit", is_deleted=True))) == ()


@pytest.mark.parametrize(
    ("text", "mentions", "owner"),
    [
        ("ACTION: @carl raise it today", (CARL.id,), "Carl Brandt"),
        ("ACTION: @carl raise it today", (), "Carl Brandt"),
        ("ACTION: Carl to raise it", (), "Carl Brandt"),
        ("ACTION: CARL BRANDT: raise it", (), "Carl Brandt"),
        ("ACTION: I'll ask @carl about it", (CARL.id,), "Bea Lindqvist"),
        ("ACTION: ask @carl about it", (CARL.id,), None),
        ("ACTION: raise the limit", (), None),
        ("ACTION: @PagerDuty raise it today", (PAGERDUTY_BOT.id,), None),
        ("ACTION: PagerDuty: raise it today", (), None),
        ("ACTION: Karl to raise it", (), "Karl"),
        ("ACTION: karl to raise it", (), "karl"),
        ("ACTION: عمر to renew it", (), "عمر"),
        ("ACTION: api: return 429 early", (), None),
    ],
)
def test_the_owner_is_who_is_addressed_or_says_i_and_nobody_otherwise(
    text: str, mentions: tuple[str, ...], owner: str | None
):
    found = item(text, mention_ids=mentions)

    assert found.owner.name == owner
    assert found.owner.account_id is None


def test_a_likely_name_is_no_owner():
    assert item("ACTION: Karl to raise it").owner.person_id is None


def test_a_thing_before_a_colon_stays_in_the_task():
    assert item("ACTION: api: return 429 early").text == "Api: return 429 early"


def test_of_two_people_with_one_first_name_neither_owns_it():
    other = Person(id="slack:UOTHER", name="Bea Nilsson")

    assert item("ACTION: Bea to raise it", BEA.model_copy(update={"handle": None}), other).owner.person_id is None


def test_two_accounts_of_one_human_are_one_owner():
    twin = Person(id="pagerduty:PBEA", name="Bea Lindqvist", email="BEA@acme.example")

    assert item("ACTION: Bea to raise it", BEA, twin).owner.name == "Bea Lindqvist"


def test_a_mention_that_two_people_answer_to_is_nobodys():
    other = Person(id="slack:UOTHER", name="Bea Nilsson", handle="bea")
    found = item("ACTION: @bea raise it today", BEA, other, mention_ids=(BEA.id, other.id))

    assert found.owner.person_id is None


def test_an_invisible_mark_in_a_right_to_left_name_hides_nobody():
    omar = Person(id="slack:UOMAR", name="عمر الفارسي\u200f")

    assert item("ACTION: عمر to renew the certificate", omar).owner.person_id == omar.id


def test_a_name_that_the_people_map_gives_to_two_is_nobodys():
    known = [PersonEntry(name="Sam One", aliases=("sam",)), PersonEntry(name="Sam Two", aliases=("sam",))]
    identities = Identities((), (entry for entry in known))

    assert identities.find_known("sam") is None
    assert identities.find_known("Sam Two") == known[1]


def test_the_people_map_gives_the_account():
    told = evidence(said("1", 0, "ACTION: @bea raise it today", mention_ids=(BEA.id,)))
    entry = {"name": "Bea", "pagerduty_email": "bea@acme.example", "jira_account_id": "acc-1"}
    (found,) = items(told, people=[entry])

    assert (found.owner.name, found.owner.account_id) == ("Bea", "acc-1")


@pytest.mark.parametrize(
    ("at", "zone", "due_on"),
    [
        ("2026-11-17T23:30:00Z", "UTC", "2026-11-18"),
        ("2026-11-17T23:30:00Z", "Europe/Berlin", "2026-11-19"),
        ("2026-11-18T05:30:00Z", "America/Los_Angeles", "2026-11-18"),
        ("2026-03-29T00:59:59Z", "Europe/Berlin", "2026-03-30"),  # just before the hour that is not there
        ("2026-03-28T23:30:00Z", "Europe/Berlin", "2026-03-30"),
        ("2026-10-25T00:30:00Z", "Europe/Berlin", "2026-10-26"),  # in the hour that comes twice
        ("2026-10-25T01:30:00Z", "Europe/Berlin", "2026-10-26"),
        ("2026-04-04T13:15:00Z", "Australia/Lord_Howe", "2026-04-06"),  # half an hour comes twice, southern
        ("2026-12-31T18:29:59Z", "Asia/Kolkata", "2027-01-01"),
        ("2026-12-31T18:30:00Z", "Asia/Kolkata", "2027-01-02"),
        ("2026-12-31T10:30:00Z", "Pacific/Kiritimati", "2027-01-02"),
    ],
)
@pytest.mark.parametrize("is_the_authors", [True, False])
def test_tomorrow_is_that_of_who_says_so_else_of_the_configured_zone(
    at: str, zone: str, due_on: str, is_the_authors: bool
):
    author = BEA.model_copy(update={"timezone": zone if is_the_authors else None})
    told = evidence(said("1", at, "ACTION: raise it tomorrow"), people=[author])
    (found,) = items(told, timezone="Asia/Tokyo" if is_the_authors else zone)

    assert found.due_on == date.fromisoformat(due_on)


def test_tomorrow_said_late_in_new_york_is_the_day_after_it_was_said_there():
    author = BEA.model_copy(update={"timezone": "America/New_York"})
    (found,) = items(evidence(said("1", "2026-11-18T04:30:00Z", "ACTION: raise it tomorrow"), people=[author]))

    assert found.due_on == date(2026, 11, 18)
    assert found.due_why == 'said: "tomorrow" on 2026-11-17 (America/New_York)'


@pytest.mark.parametrize(
    ("account", "other_account", "entry", "due_on"),
    [
        ("America/New_York", "Asia/Tokyo", "Europe/Berlin", "2026-11-18"),
        (None, "America/New_York", "Asia/Tokyo", "2026-11-18"),
        (None, None, "America/New_York", "2026-11-18"),
        ("Eastern Time (US & Canada)", None, "America/New_York", "2026-11-18"),
        ("../../etc/passwd", None, None, "2026-11-19"),
        (None, None, None, "2026-11-19"),
    ],
)
def test_the_zone_is_of_the_account_else_of_the_humans_other_one_else_of_the_people_map(
    account: str | None, other_account: str | None, entry: str | None, due_on: str
):
    here = BEA.model_copy(update={"timezone": account, "email": "bea@acme.example"})
    there = Person(id="pagerduty:PBEA", name="Bea", email="bea@acme.example", timezone=other_account)
    told = evidence(said("1", "2026-11-18T04:30:00Z", "ACTION: raise it tomorrow"), people=[here, there])
    (found,) = items(told, people=[{"name": "Bea", "pagerduty_email": "bea@acme.example", "timezone": entry}])

    assert found.due_on == date.fromisoformat(due_on)


def test_words_that_leave_a_day_open_say_in_the_reason_how_they_were_read():
    (found,) = items(evidence(said("1", "2026-11-17T12:00:00Z", "ACTION: raise it early next week")))

    assert found.due_why == 'said: "early next week" on 2026-11-17, read as the Tuesday of that week'


def test_a_holiday_that_was_named_as_the_due_date_stays():
    (found,) = items(
        evidence(said("1", "2026-12-23T12:00:00Z", "ACTION: raise it by Friday")), holidays={"country": "US"}
    )

    assert found.due_on == date(2026, 12, 25)


def test_a_deadline_leaves_the_title_only_at_its_end():
    assert item("ACTION: raise the limit by Friday").text == "Raise the limit"
    assert item("ACTION: by Friday raise the limit").text == "By Friday raise the limit"


def test_owner_and_deadline_in_one_bracket_are_both_read():
    found = item("ACTION: raise the limit (owner: Carl, due: 2026-12-15)")

    assert (found.owner.name, found.due_on, found.text) == ("Carl Brandt", date(2026, 12, 15), "Raise the limit")


def test_without_a_deadline_the_priority_decides():
    found = item("ACTION: raise the limit")

    assert found.due_on is not None
    assert "due_days" in found.due_why


@pytest.mark.parametrize("at", ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_an_item_at_the_end_of_time_is_an_item_all_the_same(at: str, zone: str):
    author = BEA.model_copy(update={"timezone": zone})
    told = evidence(said("1", at, "ACTION: raise the limit"), people=[author])

    assert len(items(told, timezone=zone)) == 1


def test_the_order_is_that_of_the_records():
    told = evidence(said("2", 9, "TODO: second thing"), note("n", 3, "TODO: first thing"), said("3", 9, "TODO: third"))

    assert [found.text for found in items(told)] == ["First thing", "Second thing", "Third"]

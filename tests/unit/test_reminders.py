"""Who is reminded of what, when: examples, and what holds for every calendar."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from postmortem.action_items.business_days import working_day
from postmortem.announcement import plain_text
from postmortem.follow_up.contact import Contact
from postmortem.follow_up.followed import Assignee, FollowedItem
from postmortem.follow_up.reminder_message import reminder_message
from postmortem.follow_up.reminders import Duty, Memory, Why, choose_mentions, duties, remembered, snoozed
from postmortem.settings import Settings, read_settings

DEFAULTS = Settings()
BEA = Contact(account_id="acc-bea", slack_id="U0BEA", name="Bea Lindqvist", timezone="Europe/Berlin")
LEAD = Contact(account_id="acc-lead", slack_id="U0LEAD", name="Lead", timezone="Europe/Berlin")
LOST = Contact(account_id="acc-lost", why="Slack says user_not_found.")
CONTACTS = {contact.account_id: contact for contact in (BEA, LEAD, LOST)}
MONDAY = datetime(2026, 11, 16, tzinfo=UTC)


def item(key: str = "pm-1", **more: Any) -> FollowedItem:
    given: dict[str, Any] = {
        "key": key,
        "item_id": f"slack/C1/{key}#1",
        "incident_id": "Q1",
        "incident_title": "Checkout latency",
        "incident_number": 4211,
        "text": "Raise the connection pool limit",
        "assignee": Assignee(account_id="acc-bea", name="Bea Lindqvist"),
        "default_owner": "acc-lead",
        "due_on": date(2026, 11, 20),
        "standing": "open",
        "status": "To Do",
        "issue_id": "10001",
        "issue_key": "CHK-1",
        "issue_link": "https://acme.atlassian.net/browse/CHK-1",
        "opened_at": datetime(2026, 11, 2, 9, tzinfo=UTC),
    }
    return FollowedItem(**given | more)


def at(day: int, hour: int = 10, month: int = 11) -> datetime:
    """An hour in Berlin."""
    return datetime(2026, month, day, hour, tzinfo=ZoneInfo("Europe/Berlin"))


class Weeks:
    """What one person is told over the weeks, hour by hour, as the sweep would do it."""

    def __init__(self, *items: FollowedItem, using: Settings = DEFAULTS) -> None:
        self.items, self.settings = [*items], using
        self.memories: dict[str, Memory] = {}
        self.messages: list[tuple[str, datetime, list[Duty]]] = []

    def pass_by(self, start: datetime, hours: int, step: int = 1) -> None:
        for number in range(0, hours, step):
            self.sweep(start.astimezone(UTC) + timedelta(hours=number))

    def sweep(self, now: datetime) -> None:
        their = duties(self.items, CONTACTS, self.memories, self.settings, now)
        for contact in (BEA, LEAD):
            slack_id = contact.slack_id or ""
            memory, mine = self.memories.get(slack_id, Memory(slack_id=slack_id)), their.get(slack_id, [])
            mentions = choose_mentions(mine, contact, memory, self.settings, now)
            if mentions:
                keys = {(mention.item_key, mention.why) for mention in mentions}
                told: list[Duty] = [(one, why) for one, why in mine if (one.key, why) in keys]
                on = now.astimezone(ZoneInfo(contact.timezone or "UTC")).date()
                every = self.settings.follow_up.remind_every
                self.memories[slack_id] = remembered(memory, told, on, every)
                self.messages.append((slack_id, now, told))

    def days(self, slack_id: str = "U0BEA") -> list[str]:
        zone = ZoneInfo("Europe/Berlin")
        return [f"{now.astimezone(zone):%m-%d %H}" for who, now, _ in self.messages if who == slack_id]


def test_an_owner_hears_before_the_due_date_on_it_and_then_every_week():
    weeks = Weeks(item())
    weeks.pass_by(at(9), 24 * 35)

    assert weeks.days() == ["11-18 09", "11-20 09", "11-27 09", "12-04 09", "12-11 09"]


def test_what_falls_on_a_weekend_is_said_on_the_friday_before():
    weeks = Weeks(item(due_on=date(2026, 11, 22)))
    weeks.pass_by(at(9), 24 * 14)

    assert weeks.days() == ["11-20 09"], "a reminder two days ahead and one on the Sunday are one on Friday"


def test_nobody_is_written_to_on_a_holiday():
    using = read_settings("holidays:\n  country: DE\n")
    weeks = Weeks(item(due_on=date(2026, 12, 25)), using=using)
    weeks.pass_by(at(20, month=12), 24 * 12)

    assert weeks.days() == ["12-23 09", "12-24 09", "12-31 09"]


def test_a_due_date_that_was_moved_begins_anew():
    weeks = Weeks(item())
    weeks.pass_by(at(16), 24 * 3)
    weeks.items = [item(due_on=date(2026, 12, 4))]
    weeks.pass_by(at(19), 24 * 30)

    assert weeks.days()[:3] == ["11-18 09", "12-02 09", "12-04 09"]


def test_one_message_tells_of_every_item_and_a_second_one_waits_for_another_day():
    weeks = Weeks(*[item(f"pm-{n}", issue_key=f"CHK-{n}") for n in range(1, 6)])
    weeks.pass_by(at(18), 24)

    ((_, _, told),) = weeks.messages
    assert len(told) == 5


def test_items_of_different_days_end_in_the_same_weekly_message():
    weeks = Weeks(item("pm-1", due_on=date(2026, 11, 3)), item("pm-2", due_on=date(2026, 11, 5)))
    weeks.pass_by(at(16), 24 * 27)

    assert weeks.days() == ["11-16 10", "11-23 09", "11-30 09", "12-07 09"]


def test_an_item_of_an_incident_that_is_long_over_is_heard_of_until_it_is_done():
    """Peers: D15 (a filter on active incidents), and items 30 and 34: nothing is left to be forgotten."""
    weeks = Weeks(item(due_on=date(2026, 1, 5)))
    weeks.pass_by(at(16), 24 * 60)
    assert len(weeks.days()) == 9

    weeks.items = [item(due_on=date(2026, 1, 5), standing="done")]
    weeks.pass_by(at(20, month=1), 24 * 30)
    assert len(weeks.days()) == 9


def test_an_item_without_a_due_date_is_heard_of_every_week():
    weeks = Weeks(item(due_on=None))
    weeks.pass_by(at(16), 24 * 20)

    assert weeks.days() == ["11-16 10", "11-23 09", "11-30 09"]


def test_snoozing_keeps_quiet_for_as_long_as_was_asked():
    weeks = Weeks(item(due_on=date(2026, 11, 10)))
    weeks.pass_by(at(16), 2)
    weeks.memories["U0BEA"] = snoozed(weeks.memories["U0BEA"], at(25, 12))
    weeks.pass_by(at(16, 12), 24 * 14)

    assert weeks.days() == ["11-16 10", "11-25 12"]


def test_two_overdue_reminders_without_an_answer_reach_the_default_owner_once_a_week():
    """Peers: item 31. The only reminder fired once and then never again; nobody was asked to take over."""
    weeks = Weeks(item(due_on=date(2026, 11, 13)))
    weeks.pass_by(at(16), 24 * 31)

    assert weeks.days()[:3] == ["11-16 10", "11-23 09", "11-30 09"]
    assert weeks.days("U0LEAD") == ["11-24 09", "12-01 09", "12-08 09", "12-15 09"]


def test_an_answer_of_any_kind_keeps_it_between_jira_and_the_owner():
    answers: list[dict[str, Any]] = [{"status": "In Progress"}, {"due_on": date(2026, 11, 24)}]
    for answer in answers:
        weeks = Weeks(item(due_on=date(2026, 11, 13)))
        weeks.pass_by(at(16), 24 * 7)
        weeks.items = [item().model_copy(update={"due_on": date(2026, 11, 13)} | answer)]
        weeks.pass_by(at(23, 12), 24 * 6)
        assert weeks.days("U0LEAD") == [], answer


def test_what_nobody_owns_goes_to_the_default_owner():
    weeks = Weeks(item(assignee=Assignee()))
    weeks.pass_by(at(16), 24 * 8)

    assert weeks.days("U0LEAD") == ["11-16 10", "11-23 09"]
    assert [why for _, why in weeks.messages[0][2]] == ["unowned"]


def test_an_owner_whom_slack_does_not_know_is_said_to_the_default_owner():
    weeks = Weeks(item(assignee=Assignee(account_id="acc-lost", name="Ada Byron")))
    weeks.pass_by(at(16), 24)

    ((who, _, told),) = weeks.messages
    assert (who, [why for _, why in told]) == ("U0LEAD", ["unreached"])
    text = plain_text(reminder_message(told, date(2026, 11, 16), {"acc-lost": LOST.why or ""}))
    assert "Their owners cannot be reached in Slack" in text
    assert "(Ada Byron), due 2026-11-20, Slack says user_not_found." in text


def test_a_default_owner_is_not_told_twice_of_what_they_own():
    weeks = Weeks(item(assignee=Assignee(account_id="acc-lead", name="Lead"), due_on=date(2026, 11, 2)))
    weeks.pass_by(at(16), 24 * 30)

    assert all(len(told) == 1 and told[0][1] == "own" for _, _, told in weeks.messages)


def test_the_message_is_short_kind_and_links_every_issue():
    their: Sequence[Duty] = [
        (item(due_on=date(2026, 11, 10)), "own"),
        (item("pm-2", issue_key="CHK-2", text="Alert on pool saturation"), "own"),
    ]

    assert plain_text(reminder_message(their, date(2026, 11, 20), {})).splitlines() == [
        "2 action items of yours are open, 1 of them past the due date:",
        (
            "• CHK-1 (https://acme.atlassian.net/browse/CHK-1) Raise the connection pool limit, was due 2026-11-10, "
            "10 days ago, from incident #4211"
        ),
        "• CHK-2 (https://acme.atlassian.net/browse/CHK-1) Alert on pool saturation, due today, from incident #4211",
        (
            "Done already? Close the issue, and that was the last you hear of it. "
            "Not yours, or not now? Hand it over or move its date there."
        ),
    ]


def test_what_was_said_in_private_is_told_to_its_owner_alone():
    secret = item(text="Tell the customer whose card was shown", is_private=True)

    assert "whose card" in plain_text(reminder_message([(secret, "own")], date(2026, 11, 20), {}))
    every: tuple[Why, ...] = ("unanswered", "unreached", "unowned", "parked")
    for why in every:
        whys = {secret.assignee.account_id or "": "Slack has no user U0BEA"}
        told = plain_text(reminder_message([(secret, why)], date(2026, 11, 20), whys)).splitlines()[1]
        assert told == "• CHK-1 (https://acme.atlassian.net/browse/CHK-1), from incident #4211"


def test_a_long_list_is_cut_with_a_word_on_where_all_of_it_is():
    many: list[Duty] = [(item(f"pm-{n}", issue_key=f"CHK-{n}"), "own") for n in range(40)]

    text = plain_text(reminder_message(many, date(2026, 11, 20), {}))
    assert text.count("• ") == 12
    assert "… and 28 more; debrief actions lists all of them." in text


ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland", "Asia/Kathmandu"])
OFFSETS = st.lists(st.one_of(st.none(), st.integers(-40, 40)), min_size=1, max_size=6)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Weeks, datetime]:
    """Items of one owner with due dates around a start, in any zone."""
    start = MONDAY + timedelta(hours=draw(st.integers(0, 24 * 7)))
    offsets = draw(OFFSETS)
    due = [None if offset is None else (start + timedelta(days=offset)).date() for offset in offsets]
    return Weeks(*[item(f"pm-{n}", due_on=day) for n, day in enumerate(due)]), start


def messages_of(weeks: Weeks, contact: Contact) -> Iterator[tuple[datetime, list[Duty]]]:
    for who, now, told in weeks.messages:
        if who == contact.slack_id:
            yield now.astimezone(ZoneInfo(contact.timezone or "UTC")), told


@settings(max_examples=40, deadline=None)
@given(calendars(), st.integers(1, 5))
def test_nobody_hears_twice_a_day_nor_outside_their_hours_nor_on_a_day_off(calendar: tuple[Weeks, datetime], step: int):
    weeks, start = calendar
    weeks.pass_by(start, 24 * 21, step)

    for contact in (BEA, LEAD):
        moments = [now for now, _ in messages_of(weeks, contact)]
        days = [now.date() for now in moments]
        assert len(days) == len(set(days))
        assert all(working_day(day) for day in days)
        assert all(9 <= now.hour < 17 for now in moments)


@settings(max_examples=40, deadline=None)
@given(calendars(), st.integers(1, 6))
def test_everything_that_is_open_and_overdue_is_heard_of_within_any_eleven_days(
    calendar: tuple[Weeks, datetime], step: int
):
    weeks, start = calendar
    weeks.pass_by(start, 24 * 28, step)

    for one in weeks.items:
        if one.due_on and one.due_on < start.date():
            heard = [now for now, told in messages_of(weeks, BEA) if one.key in {item.key for item, _ in told}]
            moments = [start, *heard, start + timedelta(days=28)]
            gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
            assert max(gaps) <= timedelta(days=11)


@given(st.permutations(range(5)), ZONES)
@settings(max_examples=30, deadline=None)
def test_the_order_of_the_records_changes_nothing(order: list[int], zone: str):
    items = [item(f"pm-{n}", issue_key=f"CHK-{n}", due_on=date(2026, 11, 10 + n)) for n in range(5)]
    contacts = {"acc-bea": BEA.model_copy(update={"timezone": zone})}
    now = at(18, 11)

    told = duties([items[n] for n in order], contacts, {}, DEFAULTS, now)

    assert told == duties(items, contacts, {}, DEFAULTS, now)

"""The list of followed items and the figures about them: what is first, what is counted, and what is left out."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from postmortem.follow_up.followed import Assignee, FollowedItem
from postmortem.follow_up.listing import (
    Grouping,
    Wanted,
    age_words,
    due_words,
    group_rows,
    list_items,
    owner_words,
    state_words,
    tally_words,
)
from postmortem.follow_up.report import FollowUpReport, report_on_items, report_sentences

NOW = datetime(2026, 11, 17, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
ADA = Assignee(account_id="712020:ada", name="Ada Byron")


def followed(number: int, **fields: Any) -> FollowedItem:
    """An open item of ten days ago, due tomorrow, unless said otherwise."""
    given: dict[str, Any] = {
        "key": f"pm-{number:02}",
        "item_id": f"slack/C1/{number}#1",
        "incident_id": "Q1",
        "incident_title": "Checkout down",
        "incident_number": 37,
        "text": f"Item {number}",
        "team": "Payments",
        "service": "checkout",
        "priority": "P1",
        "assignee": ADA,
        "due_on": date(2026, 11, 18),
        "standing": "open",
        "issue_id": f"{number}",
        "issue_key": f"CHK-{number}",
        "followed_at": NOW - timedelta(days=10),
        "opened_at": NOW - timedelta(days=10),
    }
    return FollowedItem(**given | fields)


PARKED = followed(1, standing="parked", issue_id=None, issue_key=None, why_parked="no route", opened_at=None)
UNOWNED = followed(2, assignee=Assignee(), team="Core", service=None)
OVERDUE = followed(3, due_on=date(2026, 11, 14), status="In Progress", opened_at=NOW - timedelta(days=40))
LATER = followed(4, due_on=date(2026, 12, 24), opened_at=NOW - timedelta(days=100))
SOON = followed(5, assignee=Assignee(account_id="712020:team"))
DONE = followed(6, standing="done", done_at=NOW - timedelta(days=2), due_on=date(2026, 11, 20))
REMOVED = followed(7, standing="removed")
EVERY = (DONE, LATER, SOON, REMOVED, OVERDUE, UNOWNED, PARKED)


def listed(wanted: Wanted, items: tuple[FollowedItem, ...] = EVERY) -> list[str]:
    return [row.item.key[-1] for row in list_items(items, wanted, now=NOW, zone=UTC)]


def test_what_needs_somebody_comes_first_whatever_the_order_it_came_in():
    for seed in range(5):
        shuffled = Random(seed).sample(EVERY, len(EVERY))
        assert listed(Wanted(every=True), tuple(shuffled)) == ["1", "2", "3", "5", "4", "6", "7"]
    assert listed(Wanted()) == ["1", "2", "3", "5", "4"]


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ({"overdue": True}, "3"),
        ({"unowned": True}, "2"),
        ({"parked": True}, "1"),
        ({"team": "core "}, "2"),
        ({"service": "CHECKOUT", "every": True}, "135467"),
        ({"incident": "#37", "parked": True}, "1"),
        ({"incident": "Q9"}, ""),
        ({"older_than": timedelta(days=30)}, "34"),
        ({"overdue": True, "team": "core"}, ""),
    ],
)
def test_each_filter_leaves_what_fits_it(asked: dict[str, Any], keys: str):
    assert listed(Wanted(**asked)) == [*keys]


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("team", ["Core", "Payments"]),
        ("service", ["checkout", "no service"]),
        ("owner", ["Ada Byron", "default owner", "nobody yet"]),
        ("age", ["over three months", "one to three months", "one week to a month"]),
    ],
)
def test_groups_have_names_and_those_without_one_come_last(by: Grouping, names: list[str]):
    groups = group_rows(list_items(EVERY, Wanted(), now=NOW, zone=UTC), by)
    assert [group.name for group in groups] == names
    assert sum(len(group.rows) for group in groups) == 5


def test_a_row_says_how_long_it_is_over_how_old_it_is_and_whose():
    rows = {row.item.key: row for row in list_items(EVERY, Wanted(every=True), now=NOW, zone=UTC)}
    assert due_words(rows["pm-03"]) == "2026-11-14 (3 days over)"
    assert due_words(rows["pm-06"]) == "2026-11-20"
    assert age_words(rows["pm-06"]) == "8 days"
    assert age_words(rows["pm-07"]) == "unknown"
    assert [owner_words(one) for one in (OVERDUE, SOON, UNOWNED)] == ["Ada Byron", "default owner", "nobody yet"]
    assert [state_words(one) for one in (OVERDUE, SOON, PARKED, DONE)] == ["In Progress", "open", "parked", "done"]
    assert tally_words(rows.values()) == "5 open: 1 overdue, 1 unowned, 1 parked; 1 done; 1 removed"


def test_days_are_those_of_the_configured_zone():
    late = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)
    due_today = followed(1, due_on=date(2026, 11, 17))
    (in_utc,), (in_berlin,) = (list_items([due_today], Wanted(), now=late, zone=zone) for zone in (UTC, BERLIN))
    assert in_utc.days_over is None
    assert due_words(in_berlin) == "2026-11-17 (1 day over)"


def figures(*items: FollowedItem, **asked: Any) -> FollowUpReport:
    return report_on_items(items, now=NOW, zone=UTC, **asked)


def test_overdue_items_count_as_not_done_on_time_and_what_cannot_be_judged_is_named():
    late = followed(8, standing="done", done_at=NOW, due_on=date(2026, 11, 16))
    undated = followed(9, due_on=None)
    unclear = followed(10, standing="done", done_at=None)
    report = figures(*EVERY, late, undated, unclear)
    assert (report.on_time, report.judged) == (1, 3)
    assert (report.undated, report.unclear, report.removed) == (1, 1, 1)
    first, *_ = report_sentences(report)
    assert first == (
        "Done on time: 1 of 3 (33%)",
        (
            "Of the items that are done or overdue. Left out: 1 without a due date, 1 done on a day nobody knows, "
            "1 removed by a person or dropped."
        ),
    )


def test_an_item_done_on_its_due_date_in_the_readers_zone_is_on_time():
    done = followed(1, standing="done", due_on=date(2026, 11, 16), done_at=datetime(2026, 11, 16, 23, 30, tzinfo=UTC))
    assert report_on_items([done], now=NOW, zone=UTC).on_time == 1
    assert report_on_items([done], now=NOW, zone=BERLIN).on_time == 0


def test_age_teams_and_priorities_say_of_how_many_they_speak():
    report = figures(*EVERY, followed(8, priority=None, opened_at=None, followed_at=None, team=None))
    assert (report.median_age_days, report.aged, report.open) == (10, 5, 6)
    assert report_sentences(report)[1] == (
        "Median age of what is open: 10 days",
        "Of 5 of 6 open items; when the others began is unknown.",
    )
    assert [(one.team, one.overdue, one.open) for one in report.teams] == [
        ("Core", 0, 1), ("Payments", 1, 4), ("no team", 0, 1),
    ]  # fmt: skip
    assert [(one.priority, one.open, one.items) for one in report.priorities] == [("P1", 5, 6), ("no priority", 1, 1)]


def test_months_in_which_nothing_happened_are_months_too():
    report = figures(followed(1, opened_at=datetime(2026, 8, 31, 23, tzinfo=UTC)), DONE)
    assert [(one.month, one.opened, one.done) for one in report.months] == [
        ("2026-08", 1, 0), ("2026-09", 0, 0), ("2026-10", 0, 0), ("2026-11", 1, 1),
    ]  # fmt: skip
    old = figures(followed(1, opened_at=datetime(2020, 1, 1, tzinfo=UTC)))
    assert (len(old.months), old.before, old.months[-1].month) == (24, 59, "2026-11")


def test_since_and_team_narrow_every_figure_and_say_what_has_no_beginning():
    unknown = followed(9, opened_at=None, followed_at=None)
    report = figures(*EVERY, unknown, since=date(2026, 11, 1))
    assert report.items == 4
    assert report.unknown_start == 1
    assert report_sentences(report)[-1][1].endswith("1 with an unknown beginning are left out.")
    assert figures(*EVERY, team="core").items == 1


def test_nothing_followed_gives_figures_of_nothing_and_no_division():
    report = figures()
    assert report_sentences(report) == (
        ("Done on time: nothing to judge yet", "Of the items that are done or overdue."),
        ("Median age of what is open: unknown", "Of 0 open items."),
        ("Open: 0, of which 0 overdue, 0 unowned, 0 parked", "Of 0 items; 0 are done."),
    )
    assert report.months == report.teams == report.priorities == ()


def test_nobody_is_ranked():
    """The names of owners are nowhere in a report, whatever is asked."""
    assert "Ada Byron" not in figures(*EVERY).model_dump_json()

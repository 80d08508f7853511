"""Followed items as a list: which of them, in what order, in which groups. Days are those of one time zone."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple

from postmortem.follow_up.followed import FollowedItem
from postmortem.moment import day_in
from postmortem.noun import Noun

Grouping = Literal["team", "service", "age", "owner"]
NOBODY = "nobody yet"
_AGES = ((7, "under a week"), (30, "one week to a month"), (90, "one to three months"))
_OLDEST, _UNKNOWN = "over three months", "of unknown age"


class Wanted(Noun):
    """Which items: those with something left to do, or `every` one; of these those that everything else here fits.

    Names are compared whole, capitals aside. `incident` is an incident's id or its number.
    """

    every: bool = False
    overdue: bool = False
    unowned: bool = False
    parked: bool = False
    team: str | None = None
    service: str | None = None
    incident: str | None = None
    older_than: timedelta | None = None


class Row(NamedTuple):
    """One item on one day: how many days it is over its due date, and how many it has been there, or was until done."""

    item: FollowedItem
    days_over: int | None
    days_old: int | None


class Group(NamedTuple):
    """`name` is that of a team, a service, an owner or an age; "" where nothing was to be grouped."""

    name: str
    rows: tuple[Row, ...]


def list_items(items: Iterable[FollowedItem], wanted: Wanted, *, now: datetime, zone: tzinfo) -> tuple[Row, ...]:
    """What needs somebody first: parked, unowned, overdue, by due date; at the end what is done or was removed."""
    rows = (_row(item, now, zone) for item in items)
    today = day_in(zone, now)
    return tuple(sorted((row for row in rows if _fits(row, wanted, today)), key=_place))


def group_rows(rows: Iterable[Row], by: Grouping | None) -> tuple[Group, ...]:
    """The rows in groups, each group in their order; the groups by name, those of no name last."""
    groups: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        groups.setdefault(_group(row, by), []).append(row)
    return tuple(Group(name, tuple(groups[place, name])) for place, name in sorted(groups))


def owner_words(item: FollowedItem) -> str:
    """An account without a name is a team's default owner, whom the settings know by account alone."""
    return item.assignee.name or ("default owner" if item.assignee.account_id else NOBODY)


def due_words(row: Row) -> str:
    """ "2026-11-20 (3 days over)" """
    if row.item.due_on is None:
        return "no date"
    return f"{row.item.due_on.isoformat()} ({days(row.days_over)} over)" if row.days_over else f"{row.item.due_on}"


def age_words(row: Row) -> str:
    return "unknown" if row.days_old is None else days(row.days_old)


def state_words(item: FollowedItem) -> str:
    """The state as Jira names it, where that says more."""
    if item.is_dropped and item.standing == "open":
        return "dropped"
    return item.status or item.standing if item.standing == "open" else item.standing


def tally_words(rows: Iterable[Row]) -> str:
    """ "12 open: 3 overdue, 2 unowned, 1 parked; 4 done" """
    every = tuple(rows)
    is_open = [row.item for row in every if row.item.is_open]
    matters = {
        "overdue": sum(bool(row.days_over) for row in every),
        "unowned": sum(item.is_unowned for item in is_open),
        "parked": sum(item.standing == "parked" for item in is_open),
    }
    open_words = ", ".join(f"{count} {what}" for what, count in matters.items() if count)
    ended = {what: sum(row.item.standing == what for row in every) for what in ("done", "removed")}
    parts = [f"{len(is_open)} open" + (f": {open_words}" if open_words else "")]
    return "; ".join((*parts, *(f"{count} {what}" for what, count in ended.items() if count)))


def days(count: int | None) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def _row(item: FollowedItem, now: datetime, zone: tzinfo) -> Row:
    today = day_in(zone, now)
    over = (today - item.due_on).days if item.due_on and item.is_overdue(today) else None
    return Row(item, over, days_old(item, now, zone))


def days_old(item: FollowedItem, now: datetime, zone: tzinfo) -> int | None:
    """From the day it was opened, or first followed, to today or to the day it was done; None where nobody knows."""
    began = item.began_at
    if began is None or (not item.is_open and item.done_at is None):
        return None
    return max((day_in(zone, item.done_at or now) - day_in(zone, began)).days, 0)


def _fits(row: Row, wanted: Wanted, today: date) -> bool:
    item = row.item
    return all(
        (
            wanted.every or item.is_open,
            not wanted.overdue or item.is_overdue(today),
            not wanted.unowned or item.is_unowned,
            not wanted.parked or item.standing == "parked",
            _is_called(item.team, wanted.team),
            _is_called(item.service, wanted.service),
            _is_of(item, wanted.incident),
            wanted.older_than is None or timedelta(days=row.days_old or 0) > wanted.older_than,
        )
    )


def _is_called(name: str | None, wanted: str | None) -> bool:
    return wanted is None or (name or "").strip().casefold() == wanted.strip().casefold()


def _is_of(item: FollowedItem, wanted: str | None) -> bool:
    return wanted is None or wanted.strip().removeprefix("#") in (item.incident_id, str(item.incident_number))


def _place(row: Row) -> tuple[int, date, str, str]:
    item = row.item
    ranks = (item.standing == "parked", item.is_unowned, bool(row.days_over), item.is_open, item.standing == "done")
    rank = ranks.index(True) if True in ranks else len(ranks)
    return rank, item.due_on or date.max, item.incident_id, item.key


def _group(row: Row, by: Grouping | None) -> tuple[int, str]:
    match by:
        case None:
            return 0, ""
        case "team":
            return _named(row.item.team, "no team")
        case "service":
            return _named(row.item.service, "no service")
        case "owner":
            return _named(row.item.assignee.name, owner_words(row.item))
        case "age":
            return _age(row)


def _named(name: str | None, instead: str) -> tuple[int, str]:
    return (0, name) if name else (1, instead)


def _age(row: Row) -> tuple[int, str]:
    """The oldest first."""
    if row.days_old is None:
        return len(_AGES) + 1, _UNKNOWN
    ages: Iterator[tuple[int, str]] = (
        (len(_AGES) - place, name) for place, (most, name) in enumerate(_AGES) if (row.days_old or 0) < most
    )
    return next(ages, (0, _OLDEST))

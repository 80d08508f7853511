"""What became of action items, in figures: each says of how many it speaks, and what is left out.

Of teams and priorities, never of a person: whoever counts people gets items that nobody dares to take.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from itertools import takewhile
from statistics import median

from postmortem.follow_up.followed import FollowedItem
from postmortem.follow_up.listing import days_old
from postmortem.follow_up.wording import counted
from postmortem.moment import day_in
from postmortem.noun import Noun

NO_TEAM, NO_PRIORITY = "no team", "no priority"
MOST_MONTHS = 24


class TeamFigure(Noun):
    """How many of a team's open items are over their due date."""

    team: str
    overdue: int
    open: int


class PriorityFigure(Noun):
    """Items of incidents of one priority: those still open, and all."""

    priority: str
    open: int
    items: int


class MonthFigure(Noun):
    """What was opened and what was done in a month, "2026-11"."""

    month: str
    opened: int
    done: int


class FollowUpReport(Noun):
    """Figures on one day. `removed` items (by a person, or dropped) are in no other figure.

    `on_time` of `judged` were done by their due date; judged are those that are done or overdue. `undated` have no due
    date, and of `unclear` nobody knows when they were done. `median_age_days` is of the `aged` open ones, whose
    beginning is known. `before` months are too long ago to be listed. `since` leaves out `unknown_start` items.
    """

    today: date
    since: date | None
    team: str | None
    items: int
    open: int
    parked: int
    unowned: int
    overdue: int
    done: int
    removed: int
    on_time: int
    judged: int
    undated: int
    unclear: int
    median_age_days: float | None
    aged: int
    unknown_start: int
    teams: tuple[TeamFigure, ...]
    priorities: tuple[PriorityFigure, ...]
    months: tuple[MonthFigure, ...]
    before: int


def report_on_items(
    items: Iterable[FollowedItem], *, now: datetime, zone: tzinfo, since: date | None = None, team: str | None = None
) -> FollowUpReport:
    """`since` counts items that were opened on that day or later, by the zone's calendar; `team` those of one team."""
    asked = [item for item in items if team is None or (item.team or NO_TEAM).casefold() == team.strip().casefold()]
    known = [item for item in asked if (day := _began_on(item, zone)) and (since is None or day >= since)]
    unknown = [item for item in asked if _began_on(item, zone) is None]
    every = known if since else asked
    here, today = [item for item in every if item.standing != "removed" and not item.is_dropped], day_in(zone, now)
    is_open = [item for item in here if item.is_open]
    ages = [age for item in is_open if (age := days_old(item, now, zone)) is not None]
    judged = [item for item in here if _is_judged(item, today)]
    months = tuple(_months(here, zone, today))
    return FollowUpReport(
        today=today,
        since=since,
        team=team,
        items=len(here),
        open=len(is_open),
        parked=sum(item.standing == "parked" for item in is_open),
        unowned=sum(item.is_unowned for item in is_open),
        overdue=sum(item.is_overdue(today) for item in is_open),
        done=sum(item.standing == "done" for item in here),
        removed=len(every) - len(here),
        on_time=sum(_is_on_time(item, zone) for item in judged),
        judged=len(judged),
        undated=sum(item.due_on is None for item in here),
        unclear=sum(item.standing == "done" and item.done_at is None and item.due_on is not None for item in here),
        median_age_days=median(ages) if ages else None,
        aged=len(ages),
        unknown_start=len(unknown) if since else 0,
        teams=_teams(is_open, today),
        priorities=_priorities(here),
        months=months[-MOST_MONTHS:],
        before=max(len(months) - MOST_MONTHS, 0),
    )


def report_sentences(report: FollowUpReport) -> tuple[tuple[str, str], ...]:
    """Every figure in words: what it is, and what it counts. The same on a terminal and on the page."""
    left_out = (
        (report.undated, "without a due date"),
        (report.unclear, "done on a day nobody knows"),
        (report.removed, "removed by a person or dropped"),
    )
    left = ", ".join(f"{count} {why}" for count, why in left_out if count)
    days = report.median_age_days
    age = "unknown" if days is None else "1 day" if days == 1 else f"{days:g} days"
    start = f" {report.unknown_start} with an unknown beginning are left out." if report.unknown_start else ""
    return (
        (
            f"Done on time: {share_words(report.on_time, report.judged)}",
            f"Of the items that are done or overdue.{f' Left out: {left}.' if left else ''}",
        ),
        (f"Median age of what is open: {age}", _aged_words(report)),
        (
            f"Open: {report.open}, of which {report.overdue} overdue, {report.unowned} unowned, {report.parked} parked",
            f"Of {counted(report.items, 'item', 'items')}; {counted(report.done, 'is', 'are')} done.{start}",
        ),
    )


def share_words(part: int, of: int) -> str:
    """ "12 of 20 (60%)"; no percentage of nothing."""
    return f"{part} of {of} ({round(100 * part / of)}%)" if of else "nothing to judge yet"


def _aged_words(report: FollowUpReport) -> str:
    """How many of the open items the age is of: it is not known of every one."""
    if report.aged == report.open:
        return f"Of {counted(report.open, 'open item', 'open items')}."
    return f"Of {report.aged} of {report.open} open items; when the others began is unknown."


def _is_judged(item: FollowedItem, today: date) -> bool:
    if item.due_on is None:
        return False
    return item.is_overdue(today) or (item.standing == "done" and item.done_at is not None)


def _is_on_time(item: FollowedItem, zone: tzinfo) -> bool:
    return item.done_at is not None and item.due_on is not None and day_in(zone, item.done_at) <= item.due_on


def _began_on(item: FollowedItem, zone: tzinfo) -> date | None:
    return day_in(zone, item.began_at) if item.began_at else None


def _teams(is_open: Sequence[FollowedItem], today: date) -> tuple[TeamFigure, ...]:
    """By name: an order by size would be a ranking."""
    every = Counter(item.team or NO_TEAM for item in is_open)
    over = Counter(item.team or NO_TEAM for item in is_open if item.is_overdue(today))
    return tuple(TeamFigure(team=team, overdue=over[team], open=every[team]) for team in sorted(every))


def _priorities(here: Sequence[FollowedItem]) -> tuple[PriorityFigure, ...]:
    every = Counter(item.priority or NO_PRIORITY for item in here)
    left = Counter(item.priority or NO_PRIORITY for item in here if item.is_open)
    names = sorted(every, key=lambda name: (name == NO_PRIORITY, name))
    return tuple(PriorityFigure(priority=name, open=left[name], items=every[name]) for name in names)


def _months(here: Sequence[FollowedItem], zone: tzinfo, today: date) -> Iterator[MonthFigure]:
    """From the first month in which anything happened to this one, months in which nothing did among them."""
    opened = Counter(_month(day_in(zone, item.opened_at)) for item in here if item.opened_at)
    done = Counter(_month(day_in(zone, item.done_at)) for item in here if item.done_at and item.standing == "done")
    happened = [month for month in (*opened, *done) if month <= _month(today)]
    if not happened:
        return
    last = takewhile(lambda month: month >= min(happened), _backwards(today))
    for month in reversed([*last]):
        yield MonthFigure(month=month, opened=opened[month], done=done[month])


def _backwards(today: date) -> Iterator[str]:
    year, month = today.year, today.month
    while year >= 1:
        yield f"{year:04}-{month:02}"
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)


def _month(day: date) -> str:
    return f"{day.year:04}-{day.month:02}"

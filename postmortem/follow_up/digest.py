"""The weekly digest of a team's action items, for its channel: what waits, and what is done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from postmortem.action_items.business_days import working_day
from postmortem.announcement import Paragraphs
from postmortem.follow_up.contact import Contact, is_within
from postmortem.follow_up.followed import FollowedItem
from postmortem.follow_up.reminders import place_of
from postmortem.follow_up.wording import Line, item_line, on_one_line, said
from postmortem.moment import day_in
from postmortem.settings import Settings

MOST_LINES = 15
"""Items of one kind that are named."""

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
_A_WEEK = timedelta(days=7)
_PARKED, _UNOWNED, _OVERDUE, _OPEN = "Not opened in Jira", "Without an owner", "Past the due date", "Open"


def digest_week(settings: Settings, now: datetime) -> str | None:
    """The week whose digest may be posted now, as ISO names it ("2026-W47"); None where it is not the time.

    From the digest's day on, in business hours of days worked: a machine that was off that day posts it on the next.
    """
    here, day = now.astimezone(ZoneInfo(settings.timezone)), settings.follow_up.digest_day
    if day == "never" or here.weekday() < _DAYS.index(day) or not working_day(here.date(), settings.holidays):
        return None
    if not is_within(settings.follow_up.business_hours, here):
        return None
    year, week, _ = here.isocalendar()
    return f"{year}-W{week:02}"


def digest_channels(items: Iterable[FollowedItem], settings: Settings, now: datetime) -> tuple[str, ...]:
    """The channels that get a digest this week: not those of teams whose first item came after the digest's day."""
    day = settings.follow_up.digest_day
    today = day_in(ZoneInfo(settings.timezone), now)
    since = today - timedelta(days=today.weekday() - (_DAYS.index(day) if day in _DAYS else 0))
    known = (item for item in items if item.digest_channel and _came_before(item, since))
    return tuple(sorted({item.digest_channel for item in known if item.digest_channel}))


def team_digest(
    items: Iterable[FollowedItem], channel: str, contacts: Mapping[str, Contact], settings: Settings, now: datetime
) -> Paragraphs:
    """What is said in this channel; () where nothing is open and nothing was done for a week."""
    today = day_in(ZoneInfo(settings.timezone), now)
    ours = sorted((item for item in items if item.digest_channel == channel), key=place_of)
    waiting = [item for item in ours if item.is_open]
    done = [item for item in ours if item.standing == "done" and item.done_at and now - item.done_at < _A_WEEK]
    if not waiting and not done:
        return ()
    parts = _parts(waiting, today)
    lines: list[Line] = [said(_head(ours, today)), said(_counts(parts, len(done)))]
    for words, some in parts.items():
        lines += _part(words, some, today)
    lines += _part("Done since last week, thank you", done, today)
    return (*lines, *map(said, _unreached(waiting, contacts)))


def _parts(waiting: Sequence[FollowedItem], today: date) -> dict[str, list[FollowedItem]]:
    """What waits, each item where it is most in need."""
    parts: dict[str, list[FollowedItem]] = {part: [] for part in (_PARKED, _UNOWNED, _OVERDUE, _OPEN)}
    for item in waiting:
        parts[_part_of(item, today)].append(item)
    return parts


def _part_of(item: FollowedItem, today: date) -> str:
    if item.standing == "parked":
        return _PARKED
    if item.assignee.account_id is None:
        return _UNOWNED
    return _OVERDUE if item.is_overdue(today) else _OPEN


def _part(words: str, items: Sequence[FollowedItem], today: date) -> Iterator[Line]:
    if not items:
        return
    yield said(f"{words}:")
    for item in items[:MOST_LINES]:
        more = on_one_line(item.why_parked or "")
        yield item_line(item, today, may_read=False, with_owner=True, more=more)
    if len(items) > MOST_LINES:
        yield said(f"… and {len(items) - MOST_LINES} more; debrief actions lists all of them.")


def _head(ours: Sequence[FollowedItem], today: date) -> str:
    teams = sorted({on_one_line(item.team) for item in ours if item.team})
    monday = today - timedelta(days=today.weekday())
    return f"Action items{f' of {", ".join(teams)}' if teams else ''}, week of {monday}"


def _counts(parts: Mapping[str, Sequence[FollowedItem]], done: int) -> str:
    waiting = sum(map(len, parts.values()))
    told = [f"{len(parts[part])} {part[0].lower()}{part[1:]}" for part in (_OVERDUE, _UNOWNED, _PARKED) if parts[part]]
    return f"{', '.join([f'{waiting} open', *told])}; {done} done since last week."


def _unreached(waiting: Sequence[FollowedItem], contacts: Mapping[str, Contact]) -> Iterator[str]:
    """Owners who get no reminders, and what to do about it; who has what was said in private is not named."""
    by_owner: dict[tuple[str, bool], list[FollowedItem]] = {}
    for item in waiting:
        by_owner.setdefault((item.assignee.account_id or "", item.is_private), []).append(item)
    for (account_id, is_private), items in by_owner.items():
        contact = contacts.get(account_id)
        if contact and contact.slack_id is None:
            who = "The owner" if is_private else on_one_line(items[0].assignee.name or "The owner")
            keys = ", ".join(item.issue_key or "one without an issue" for item in items[:MOST_LINES])
            why = "Open it to see who that is." if is_private else contact.why
            yield f"⚠ {who} gets no reminders ({keys}). {why}"


def _came_before(item: FollowedItem, day: date) -> bool:
    return item.began_at is None or item.began_at.date() < day

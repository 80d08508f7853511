"""Who is reminded of which items now. Pure: the moment, the items and what was said before are arguments.

Of an item its owner hears a while before its due date, on it, and then again and again while it is open, also long
after the incident. Everything a person has to hear goes into one message, and there is one a day at most. Whoever owns
nothing of it but stands in for a team hears of what nobody owns, of what waits without an answer, and of what could not
be opened.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from postmortem.action_items.business_days import last_working_day, working_day
from postmortem.follow_up.contact import Contact, is_within, zone_of
from postmortem.follow_up.followed import FollowedItem
from postmortem.moment import Utc, day_in
from postmortem.noun import Noun
from postmortem.settings import Settings
from postmortem.settings.follow_up import FollowUpSettings, Holidays

type Why = Literal["own", "unanswered", "unreached", "unowned", "parked"]
"""Why a person hears of an item: it is theirs, or they stand in where its owner does not answer, is not reached, is
nobody, or where there is no issue yet."""

FORGOTTEN_AFTER = timedelta(days=90)
_LONGEST_HOLIDAYS = timedelta(days=14)


class Told(Noun):
    """How an item stood when a person was last told of it. `misses` counts reminders of it while it was overdue, one a
    period, since anything was done about it; `counted_on` is the day of the last that counted."""

    on: date
    due_on: date | None = None
    status: str | None = None
    misses: int = 0
    counted_on: date | None = None


class Memory(Noun):
    """What is remembered of one person: the day of their last message, in their own zone, and what it was about."""

    slack_id: str
    on: date | None = None
    snoozed_until: Utc | None = None
    told: dict[str, Told] = Field(default_factory=dict[str, Told])


class Mention(Noun):
    """One item in a message; `item_key` is the item's for ever."""

    item_key: str
    why: Why


type Contacts = Mapping[str, Contact]
"""By Jira account."""
type Memories = Mapping[str, Memory]
"""By Slack id."""
type Duty = tuple[FollowedItem, Why]


def duties(
    items: Iterable[FollowedItem], contacts: Contacts, memories: Memories, settings: Settings, now: datetime
) -> dict[str, list[Duty]]:
    """Slack id to what this person is to hear of sooner or later: their own items, and those they stand in for."""
    found: dict[str, list[Duty]] = {}
    for item in sorted(items, key=place_of):
        for account_id, why in _hearers(item, contacts, memories, settings, now):
            contact = contacts.get(account_id)
            if contact and contact.slack_id:
                found.setdefault(contact.slack_id, []).append((item, why))
    return found


def choose_mentions(
    their: Sequence[Duty], contact: Contact, memory: Memory, settings: Settings, now: datetime
) -> tuple[Mention, ...]:
    """What to tell this person now: nothing, or everything that is due soon, due, overdue, or waits without an owner.

    Nothing outside their hours, on a day off, while they snooze, or on a day on which they were told.
    """
    here = now.astimezone(zone_of(contact, settings.timezone))
    today, follow_up = here.date(), settings.follow_up
    if not follow_up.remind or not working_day(today, settings.holidays):
        return ()
    if not is_within(follow_up.business_hours, here) or not is_ready(memory, today, now):
        return ()
    if not any(_is_heard(duty, memory.told.get(duty[0].key), today, settings) for duty in their):
        return ()
    return tuple(
        Mention(item_key=item.key, why=why) for item, why in their if why != "own" or _is_near(item, today, settings)
    )


def remembered(memory: Memory, said: Iterable[Duty], on: date, every: timedelta) -> Memory:
    """The memory after a message on this day. What nobody was told of for long is done, or another's, and forgotten."""
    oldest = on - FORGOTTEN_AFTER - _days(every)
    told = {key: one for key, one in memory.told.items() if one.on >= oldest}
    told |= {item.key: _told(item, told.get(item.key), on, every) for item, _ in said}
    return memory.model_copy(update={"on": on, "told": told})


def snoozed(memory: Memory, until: datetime) -> Memory:
    """The memory after a person asked for quiet: that is an answer, so nothing counts as missed."""
    latest = max(until, memory.snoozed_until) if memory.snoozed_until else until
    told = {key: one.model_copy(update={"misses": 0, "counted_on": None}) for key, one in memory.told.items()}
    return memory.model_copy(update={"snoozed_until": latest, "told": told})


def owner_of(item: FollowedItem) -> str | None:
    """The Jira account of the owner; None where there is none."""
    return item.assignee.account_id


def _hearers(
    item: FollowedItem, contacts: Contacts, memories: Memories, settings: Settings, now: datetime
) -> Iterator[tuple[str, Why]]:
    """Accounts, and why each hears of the item. A default owner who owns the item hears of it once."""
    if not item.is_open:
        return
    owner, stand_in = owner_of(item), item.default_owner
    contact = contacts.get(owner or "")
    if item.standing == "open" and owner and contact and contact.slack_id:
        yield owner, "own"
    if stand_in is None or stand_in == owner:
        if item.standing == "parked" and stand_in:
            yield stand_in, "parked"
        return
    why = _why_stand_in(item, contact, memories, settings, now)
    if why:
        yield stand_in, why


def _why_stand_in(
    item: FollowedItem, contact: Contact | None, memories: Memories, settings: Settings, now: datetime
) -> Why | None:
    if item.standing == "parked":
        return "parked"
    if owner_of(item) is None:
        return "unowned"
    if contact is None:  # not asked for yet
        return None
    if contact.slack_id is None:
        return "unreached"
    memory = memories.get(contact.slack_id)
    zone = zone_of(contact, settings.timezone)
    return "unanswered" if memory and _is_missed(item, memory, settings.follow_up, zone, now) else None


def _is_missed(item: FollowedItem, memory: Memory, follow_up: FollowUpSettings, zone: ZoneInfo, now: datetime) -> bool:
    """Whether the owner was reminded often enough, has had a day for the last time, and nothing was done about it."""
    told = memory.told.get(item.key)
    if told is None or (memory.snoozed_until and now < memory.snoozed_until):
        return False
    today = day_in(zone, now)
    return item.is_overdue(today) and _misses(item, told) >= follow_up.escalate_after and told.on < today


def is_ready(memory: Memory, today: date, now: datetime) -> bool:
    """Whether they were told nothing yet on this day of theirs, and do not want quiet now."""
    is_awake = memory.snoozed_until is None or now >= memory.snoozed_until
    return is_awake and (memory.on is None or memory.on < today)


def _is_heard(duty: Duty, told: Told | None, today: date, settings: Settings) -> bool:
    """Whether this item alone is reason for a message today."""
    item, why = duty
    every = _days(settings.follow_up.remind_every)
    if why != "own":
        return told is None or today >= told.on + every
    if item.due_on is None:
        since = told.on if told else _first_day(item)
        return since is None or today >= since + every
    soon, day = milestones(item.due_on, settings.follow_up.remind_before, settings.holidays)
    if today > item.due_on:
        return told is None or told.on < day or today >= told.on + every
    return any(mark <= today and (told is None or told.on < mark) for mark in (soon, day))


def milestones(due_on: date, before: timedelta, holidays: Holidays) -> tuple[date, date]:
    """The days on which an owner hears of an item before it is overdue: a while before, and on the due date.

    Where one of them is a day off, it is the last day worked before it.
    """
    first = date.fromordinal(max(due_on.toordinal() - before.days, 1))
    return _worked(first, holidays), _worked(due_on, holidays)


def _worked(day: date, holidays: Holidays) -> date:
    return last_working_day(date.fromordinal(max(day.toordinal() - _LONGEST_HOLIDAYS.days, 1)), day, holidays)


def _is_near(item: FollowedItem, today: date, settings: Settings) -> bool:
    """Whether an owner who is written to anyway is told of this item too."""
    if item.due_on is None:
        return True
    return milestones(item.due_on, settings.follow_up.remind_before, settings.holidays)[0] <= today


def _told(item: FollowedItem, before: Told | None, on: date, every: timedelta) -> Told:
    misses = _misses(item, before) if before else 0
    counted_on = before.counted_on if before and misses else None
    if item.is_overdue(on) and (counted_on is None or on >= counted_on + _days(every)):
        misses, counted_on = misses + 1, on
    return Told(on=on, due_on=item.due_on, status=item.status, misses=misses, counted_on=counted_on)


def _misses(item: FollowedItem, told: Told) -> int:
    """How often the owner heard of it in vain: another date or another status is an answer."""
    return told.misses if (told.due_on, told.status) == (item.due_on, item.status) else 0


def _first_day(item: FollowedItem) -> date | None:
    return item.began_at.date() if item.began_at else None


def _days(duration: timedelta) -> timedelta:
    """In whole days, one at least: there is one message a day at most."""
    return timedelta(days=max(duration.days, 1))


def place_of(item: FollowedItem) -> tuple[date, str, str]:
    """Its place in a list: by due date, those without one last."""
    return (item.due_on or date.max, item.issue_key or "", item.key)

"""Changes that systems recorded: deploys, rollbacks, configuration. Before the start they are facts, never causes."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from postmortem.citations import cite_event, day_and_clock
from postmortem.line import Line
from postmortem.sections.quoting import shorten_quote
from postmortem.timeline import TimelineEvent
from postmortem.told import Told

BEFORE_THE_START = "Changes before the start"
_LOOK_BACK = timedelta(hours=24)
_MOST = 5
_BY_A_BOT = re.compile(
    r"\b(?:deploy(?:ed|ing|ment)|rolled (?:back|out)|rolling (?:back|out)|rollback|released|promoted|reverted|"
    r"(?:merged|applied|synced|upgraded|scaled|restarted|migrated))\b",
    re.IGNORECASE,
)
_NO_DEED = re.compile(
    r"\b(?:firing|alert\w*|resolved:|triggered|acknowledged|(?:will|to) be|scheduled|pending|"
    r"approve)\b",
    re.IGNORECASE,
)


def start_of(told: Told) -> datetime | None:
    """When it began, as far as is known: the start of the impact, else the first trigger, else the first record."""
    started = told.milestones.named("impact_started") or told.milestones.named("detected")
    events = told.timeline.events
    triggered = next((event.at for event in events if event.kind in ("triggered", "alert")), None)
    known = [at for at in (started.at if started else None, triggered) if at]
    return min(known) if known else None


def deeds_of_systems(told: Told) -> list[TimelineEvent]:
    """PagerDuty's change events, and what deploy bots say they did."""
    return [event for event in told.timeline.events if event.kind == "deploy" or _is_a_bots_deed(event)]


def changes_before_the_start(told: Told) -> Iterator[Line]:
    """The latest few of the day before, oldest first."""
    start = start_of(told)
    if start is None:
        return
    before = [event for event in deeds_of_systems(told) if timedelta(0) <= start - event.at <= _LOOK_BACK]
    for event in before[-_MOST:]:
        text = f"{day_and_clock(event.at)}: “{shorten_quote(event.text)}”"
        yield Line(text=text, citations=(cite_event(event),), label="change before the start", group=BEFORE_THE_START)


def _is_a_bots_deed(event: TimelineEvent) -> bool:
    return (
        event.is_bot
        and event.kind == "message"
        and bool(_BY_A_BOT.search(event.text))
        and not _NO_DEED.search(event.text)
    )

"""Lessons: what people marked as one, quoted; else questions that this incident's own facts raise."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from postmortem.citations import cite_all, cite_event, clock
from postmortem.line import Line, Section
from postmortem.response_times import duration_in_words
from postmortem.sections.effects_of_actions import effect_label
from postmortem.sections.grouping import STILL_UNKNOWN
from postmortem.sections.lesson_marks import BADLY, GROUPS, LUCKY, NOTED, WELL, Mark, marks_in
from postmortem.sections.quoting import at_most, once, own_words, quote_part, said_by_people, shorten_quote
from postmortem.sections.roles import COMMANDER, EVERYONE, RESOLVER, RESPONDERS, SERVICE_OWNER
from postmortem.sections.tried import Tried
from postmortem.sections.vocabulary import TROUBLE_WORDS
from postmortem.timeline import TimelineEvent
from postmortem.told import Told

_MOST_QUESTIONS = 4
_LATE = 15 * 60  # seconds until somebody acknowledged: longer is worth a question
_NIGHT_FROM, _NIGHT_UNTIL = 22, 6
_LONGEST_ACTION = 80
_UNMARKED = {
    frozenset((WELL, BADLY, LUCKY)): "What went well, what went badly, and where did we get lucky?",
    frozenset((WELL, BADLY)): "What went well, and what went badly?",
    frozenset((WELL, LUCKY)): "What went well, and where did we get lucky?",
    frozenset((BADLY, LUCKY)): "What went badly, and where did we get lucky?",
    frozenset((WELL,)): "What went well?",
    frozenset((BADLY,)): "What went badly?",
    frozenset((LUCKY,)): "Where did we get lucky?",
}


def list_lessons(told: Told) -> Section:
    marks = list(_marks(told))
    lines = [line for group in GROUPS for line in _group(told, marks, group)]
    questions = [*islice(_of_this_incident(told), _MOST_QUESTIONS), *_unmarked({mark.group for mark in marks})]
    if lines:
        questions = [line.model_copy(update={"group": STILL_UNKNOWN}) for line in questions]
    return Section(key="lessons", heading="Lessons", lines=(*lines, *questions))


def _marks(told: Told) -> Iterator[Mark]:
    emoji = frozenset(told.settings.slack.lesson_emoji)
    marked = {
        message.id
        for message in told.evidence.messages
        if any(reaction.plain_emoji in emoji for reaction in message.reactions)
    }
    for event in said_by_people(told):
        found = list(marks_in(event))
        if not found and event.id in marked:
            found = [Mark(event, 0, len(own_words(event)), NOTED)]
        yield from found


def _group(told: Told, marks: list[Mark], group: str) -> Iterator[Line]:
    quoted = (
        quote_part(mark.event, (mark.start, mark.end), told.identities, only=True)
        for mark in marks
        if mark.group == group
    )
    yield from at_most([line.model_copy(update={"group": group}) for line in once(quoted)])


def _unmarked(groups: set[str]) -> Iterator[Line]:
    """One question for what nobody marked."""
    question = _UNMARKED.get(frozenset((WELL, BADLY, LUCKY)) - groups)
    if question:
        yield Line(text=question, asked_of=EVERYONE)


def _of_this_incident(told: Told) -> Iterator[Line]:
    """What the facts ask by themselves, the weightiest first: each names its fact, and where it is on record."""
    yield from _it_was_reopened(told)
    yield from _an_action_did_not_help(told)
    yield from _people_told_before_alerts(told)
    yield from _it_took_long_to_acknowledge(told)
    yield from _it_was_escalated(told)
    yield from _it_was_at_night(told)


def _it_was_reopened(told: Told) -> Iterator[Line]:
    reopened = [event for event in told.timeline.events if event.kind == "reopened"]
    if reopened:
        times = "once" if len(reopened) == 1 else f"{len(reopened)} times, first"
        text = (
            f"It was reopened {times} at {clock(reopened[0].at)}: why did the earlier fix not hold, and what "
            f"would have shown it?"
        )
        yield Line(text=text, asked_of=RESOLVER, citations=cite_all(reopened))


def _an_action_did_not_help(told: Told) -> Iterator[Line]:
    known = told.once(Tried)
    for action, evidence in zip(known.actions, known.effects, strict=True):
        label = effect_label(evidence)
        if label in ("hurt", "no effect"):
            words = shorten_quote(own_words(action.event)[slice(*action.sentence.part)], _LONGEST_ACTION)
            came = "made things worse" if label == "hurt" else "made no difference"
            text = f"People said that “{words}” ({clock(action.event.at)}) {came}: what would have told so beforehand?"
            cited = (action.event, *(outcome.event for outcome in evidence))
            yield Line(text=text, asked_of=RESPONDERS, citations=tuple(dict.fromkeys(cite_all(cited))))
            return


def _people_told_before_alerts(told: Told) -> Iterator[Line]:
    """Somebody wrote of trouble before the first alert fired, or no alert fired at all."""
    if not told.evidence.incident.from_pagerduty:
        return
    alert = next((event for event in told.timeline.events if event.kind == "alert"), None)
    report = next((event for event in said_by_people(told) if _tells_of_trouble(event)), None)
    if report and (alert is None or report.at < alert.at):
        when = (
            f"the first alert fired {duration_in_words((alert.at - report.at).total_seconds())} later"
            if alert
            else "no alert is on record"
        )
        text = f"A person told of it at {clock(report.at)}, and {when}: which signal could have come first?"
        cited = (report, alert) if alert else (report,)
        yield Line(text=text, asked_of=SERVICE_OWNER, citations=cite_all(cited))


def _tells_of_trouble(event: TimelineEvent) -> bool:
    return bool(TROUBLE_WORDS.search(own_words(event).lower()))


def _it_took_long_to_acknowledge(told: Told) -> Iterator[Line]:
    measured = told.response_times.time_to_acknowledge
    if measured.seconds is None or measured.seconds < _LATE or not (measured.from_event and measured.to_event):
        return
    ends = [event for event in told.timeline.events if event.id in (measured.from_event, measured.to_event)]
    text = f"It took {duration_in_words(measured.seconds)} until it was acknowledged: what would make that shorter?"
    yield Line(text=text, asked_of=COMMANDER, citations=cite_all(ends))


def _it_was_escalated(told: Told) -> Iterator[Line]:
    escalated = [event for event in told.timeline.events if event.kind == "escalated"]
    if escalated:
        times = "once" if len(escalated) == 1 else f"{len(escalated)} times, first"
        text = f"It was escalated {times} at {clock(escalated[0].at)}: did it reach who could help, and soon enough?"
        yield Line(text=text, asked_of=COMMANDER, citations=cite_all(escalated[:3]))


def _it_was_at_night(told: Told) -> Iterator[Line]:
    """At night or at a weekend in the organisation's own time zone."""
    start = next((event for event in told.timeline.events if event.kind == "triggered"), None)
    local = _local(start.at, told.settings.timezone) if start else None
    if start is None or local is None:
        return
    is_night = local.hour >= _NIGHT_FROM or local.hour < _NIGHT_UNTIL
    if is_night or local.weekday() >= 5:
        zone = told.settings.timezone
        text = (
            f"It began on a {local:%A} at {local:%H:%M} ({zone}): what did that hour change in who could "
            f"respond, and with what?"
        )
        yield Line(text=text, asked_of=RESPONDERS, citations=(cite_event(start),))


def _local(at: datetime, zone: str) -> datetime | None:
    try:
        return at.astimezone(ZoneInfo(zone))
    except OverflowError:
        return None

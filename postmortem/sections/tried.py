"""What was tried: each action that somebody says was done, by whom, when, and its effect as the record shows it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from postmortem.citations import cite_event, cite_record, clock, moment_seen_from
from postmortem.line import Line, Section
from postmortem.moment import moved
from postmortem.participants import CHAT_ROLE, PAGED_ROLE, RESPONDER_ROLE
from postmortem.response_times import duration_in_words
from postmortem.sections.changes import deeds_of_systems, start_of
from postmortem.sections.effects_of_actions import (
    Action,
    Outcome,
    effect_label,
    evidence_of,
    first_better_state,
    rare_words,
    read_actions,
    read_outcomes,
)
from postmortem.sections.grouping import STILL_UNKNOWN
from postmortem.sections.quoting import at_most, excerpt, once, own_words, said_by_people, shorten_quote
from postmortem.sections.resolution_notes import resolution_notes
from postmortem.sections.roles import RESPONDERS
from postmortem.timeline import TimelineEvent
from postmortem.told import Told

MITIGATION = "Actions to mitigate"
DIAGNOSIS = "Diagnosis"
BY_SYSTEMS = "Recorded by systems"
_MOST = {MITIGATION: 15, DIAGNOSIS: 8, BY_SYSTEMS: 8}
_ALERT_WITHIN = timedelta(minutes=30)
_REOPENED_WITHIN = timedelta(hours=6)
_MOST_ALERTS = 3
_MOST_ASKED = 4
_LONGEST_ASKED = 80  # characters of an action inside a question
_NO_ACTION = "The record names no action"
_NO_ROLE = (RESPONDER_ROLE, CHAT_ROLE, PAGED_ROLE, "")


class Tried:
    """What the section is written from."""

    def __init__(self, told: Told) -> None:
        self.told = told
        ended = {event.id for event in resolution_notes(told)}
        spoken = said_by_people(told)
        self.outcomes = read_outcomes(spoken)
        self.actions = read_actions([event for event in spoken if event.id not in ended], told.identities)
        self.rare = rare_words(self.actions, spoken)
        self.roles = {person.name: person.role for person in told.participants}
        self.first = told.timeline.events[0].at if told.timeline.events else None
        self.reopened = [event for event in told.timeline.events if event.kind == "reopened"]
        self.effects = [self._evidence(place) for place in range(len(self.actions))]

    def _evidence(self, place: int) -> list[Outcome]:
        return evidence_of(place, self.actions, self.outcomes, self.rare, self.told.identities)


def list_what_was_tried(told: Told) -> Section:
    known = told.once(Tried)
    groups = (
        (MITIGATION, [_action(known, place) for place in _of_kind(known, "mitigating")]),
        (DIAGNOSIS, [_action(known, place) for place in _looks(known)]),
        (BY_SYSTEMS, [_by_system(event, known) for event in _by_systems(told)]),
    )
    lines = [line for group, all_lines in groups for line in _grouped(group, all_lines)]
    questions = list(_questions(known))
    if lines:
        questions = [line.model_copy(update={"group": STILL_UNKNOWN}) for line in questions]
    return Section(key="tried", heading="What was tried", lines=(*lines, *questions))


def _of_kind(known: Tried, kind: str) -> list[int]:
    return [place for place, action in enumerate(known.actions) if action.deed.kind == kind]


def _looks(known: Tried) -> list[int]:
    """Each look at the system; what several said in the same words ("looking at the dashboards") is told once."""
    first: dict[str, int] = {}
    for place in _of_kind(known, "diagnostic"):
        first.setdefault(known.actions[place].sentence.plain.strip(), place)
    return list(first.values())


def _grouped(group: str, lines: Sequence[Line]) -> Iterator[Line]:
    yield from at_most([line.model_copy(update={"group": group}) for line in once(lines)], _MOST[group])


def _action(known: Tried, place: int) -> Line:
    """By role, when, in the words of who did it; its effect under it."""
    action = known.actions[place]
    event, part = action.event, action.sentence.part
    text = f"{_who(known, event)}, {_when(known, event.at)}: “{excerpt(own_words(event), part)}”"
    label = _label(known, place)
    return Line(text=text, citations=(cite_event(event),), label=label, under=tuple(_under(known, place)))


def _label(known: Tried, place: int) -> str | None:
    """What was said, unless the incident was reopened on it: then the record tells both.

    A look at something has no effect of its own: it gets a label only where one was told in the same breath.
    """
    evidence = known.effects[place]
    if known.actions[place].deed.kind == "diagnostic" and not evidence:
        return None
    label = effect_label(evidence)
    return "unknown" if label == "helped" and any(_reopened(known, place)) else label


def _under(known: Tried, place: int) -> Iterator[Line]:
    action, evidence = known.actions[place], known.effects[place]
    for sentence in action.again:
        yield _said(known, sentence.event, sentence.part, "told again")
    for outcome in evidence:
        yield _said(known, outcome.event, (outcome.start, outcome.end), outcome.effect)
    if action.deed.kind == "diagnostic":
        return
    state = None if evidence else first_better_state(place, known.actions, known.outcomes)
    if state:
        yield _said(known, state.event, (state.start, state.end), "said afterwards")
    yield from _alerts_that_ended(known, place)
    yield from _reopened(known, place)


def _said(known: Tried, event: TimelineEvent, part: tuple[int, int], label: str) -> Line:
    """Only this part of what was said, word for word."""
    name = known.told.identities.name(event.who) or "Somebody"
    words = own_words(event)[slice(*part)].strip()
    text = f"{name}, {_when(known, event.at)}: “{excerpt(words, (0, len(words)))}”"
    return Line(text=text, citations=(cite_event(event),), label=label)


def _until_the_next(known: Tried, place: int, within: timedelta) -> datetime:
    """When something else was done, at the latest `within` after the action."""
    action = known.actions[place]
    latest = moved(action.event.at, within)
    later = (known.actions[next_one] for next_one in range(place + 1, len(known.actions)))  # a slice would copy them
    return next((min(one.event.at, latest) for one in later if one.deed.kind == "mitigating"), latest)


def _reopened(known: Tried, place: int) -> Iterator[Line]:
    """That the incident was reopened before anything else was done."""
    at, until = known.actions[place].event.at, _until_the_next(known, place, _REOPENED_WITHIN)
    for event in known.reopened:
        if at < event.at <= until:
            after = duration_in_words((event.at - at).total_seconds())
            text = f"The incident was reopened {after} after it, at {clock(event.at)}."
            yield Line(text=text, citations=(cite_event(event),), label="on record")
            return


def _alerts_that_ended(known: Tried, place: int) -> Iterator[Line]:
    """Alerts that PagerDuty shows as resolved soon after, before anything else was done: a fact, no proof."""
    action, until = known.actions[place], _until_the_next(known, place, _ALERT_WITHIN)
    ended = [
        (alert.resolved_at.at, alert)
        for alert in known.told.evidence.alerts
        if alert.resolved_at and action.event.at < alert.resolved_at.at <= until and alert.moment.at < action.event.at
    ]
    ended.sort(key=lambda pair: (pair[0], pair[1].id))
    for at, alert in ended[:_MOST_ALERTS]:
        after = duration_in_words((at - action.event.at).total_seconds())
        text = f"The alert “{shorten_quote(alert.text)}” was resolved {after} after it, at {clock(at)}."
        yield Line(text=text, citations=(cite_record(alert.id, alert.link),), label="on record")


def _by_systems(told: Told) -> list[TimelineEvent]:
    start = start_of(told)
    return [event for event in deeds_of_systems(told) if start is None or event.at > start]


def _by_system(event: TimelineEvent, known: Tried) -> Line:
    by = known.told.identities.name(event.who) if event.who else None
    by = by or ("PagerDuty change event" if event.source == "pagerduty" else "bot")
    text = f"System ({by}), {_when(known, event.at)}: “{shorten_quote(event.text)}”"
    return Line(text=text, citations=(cite_event(event),))


def _who(known: Tried, event: TimelineEvent) -> str:
    """The role first, the name after it."""
    name = known.told.identities.name(event.who) or "somebody"
    role = known.roles.get(name, "")
    return f"{'Responder' if role in _NO_ROLE else role} ({name})"


def _when(known: Tried, at: datetime) -> str:
    return moment_seen_from(known.first or at, at)


def _questions(known: Tried) -> Iterator[Line]:
    mending = _of_kind(known, "mitigating")
    if not mending:
        but = " but what ended it" if resolution_notes(known.told) else ""
        question = f"What was tried to find the cause or to mend it, and what came of each? {_NO_ACTION}{but}."
        yield Line(text=question, asked_of=RESPONDERS)
        return
    unknown = [place for place in mending if _label(known, place) == "unknown"]
    if unknown:
        yield _asked(known, unknown)


def _asked(known: Tried, unknown: Sequence[int]) -> Line:
    """One question for all whose effect nobody told."""
    if len(unknown) > _MOST_ASKED:
        named = f"the {len(unknown)} actions marked unknown"
    else:
        named = "; ".join(_named(known, known.actions[place]) for place in unknown)
    citations = tuple(cite_event(known.actions[place].event) for place in unknown[:_MOST_ASKED])
    text = f"What came of {named}: did it help, hurt, or make no difference?"
    return Line(text=text, asked_of=RESPONDERS, citations=citations)


def _named(known: Tried, action: Action) -> str:
    words = own_words(action.event)[slice(*action.sentence.part)]
    return f"“{shorten_quote(words, _LONGEST_ASKED)}” ({_when(known, action.event.at)})"

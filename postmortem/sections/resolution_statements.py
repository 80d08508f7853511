"""What ended the incident, as the record shows it: notes, the mitigation's words, deeds that worked, links of fixes."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import NamedTuple

from postmortem.milestones import Milestone
from postmortem.sections.mood import asks, plans
from postmortem.sections.quoting import own_words, said_by_people
from postmortem.sections.resolution_notes import resolution_notes
from postmortem.sections.resolution_words import names_a_deed, names_a_fix, reports_a_deed, tells_a_deed, tells_an_end
from postmortem.sections.sentences import Sentence, sentences_of
from postmortem.timeline import TimelineEvent
from postmortem.told import Told

LAST_ACTION, LAST_ACTION_BEFORE = "last action on record", "last action before it ended"
CHANGE = "change"  # the link of one that somebody called a fix
_NO_END = (LAST_ACTION, CHANGE)
_MOST_OF_A_KIND = 3
# A deed that worked is told shortly before somebody says that the whole is well again, or after.
_BEFORE_MITIGATION = timedelta(minutes=15)


class Ending(NamedTuple):
    """The characters `part` of what an event says, and what they are in a word or two."""

    event: TimelineEvent
    part: tuple[int, int]
    label: str | None = None


def what_ended_it(told: Told) -> tuple[Ending, ...]:
    """In the order of time, of each event once; nothing from before the last reopening."""
    return told.once(_what_ended_it)


def _what_ended_it(told: Told) -> tuple[Ending, ...]:
    since = {event.id for event in _after_last_reopening(told)}
    newest_first = [event for event in reversed(said_by_people(told)) if event.id in since]
    stated = [*_from_mitigation(told), *_last(_MOST_OF_A_KIND, _from_deeds(told, newest_first))]
    noted, changes = _from_notes(told), _last(_MOST_OF_A_KIND, _from_changes(newest_first))
    eased = [] if noted or stated else _last(1, _said_to_be_over(newest_first))
    is_told = noted or changes or _tells_a_deed(stated)
    acted = [] if is_told else _last(1, _actions(told, newest_first))
    once: dict[str, Ending] = {}
    for ending in (*noted, *stated, *changes, *eased, *acted):
        once.setdefault(ending.event.id, ending)
    places = {event.id: place for place, event in enumerate(told.timeline.events)}
    return tuple(sorted(once.values(), key=lambda ending: places[ending.event.id]))


def how_it_was_resolved(told: Told) -> Ending | None:
    """The one statement that tells it best: the last note, else the mitigation's sentence, else the last deed.

    A change that somebody called a fix is none: that it ended the incident would be our claim.
    """
    noted = _from_notes(told)
    endings = [noted[-1]] if noted else [one for one in what_ended_it(told) if one.label not in _NO_END]
    return max(reversed(endings), key=_tells_well, default=None)


def _last(most: int, newest_first: Iterator[Ending]) -> list[Ending]:
    """The last so many, in the order of time; what is older is not looked at."""
    return list(islice(newest_first, most))[::-1]


def _from_notes(told: Told) -> list[Ending]:
    since = {event.id for event in _after_last_reopening(told)}
    return [_whole(event) for event in resolution_notes(told) if event.id in since]


def _tells_well(ending: Ending) -> tuple[bool, bool, bool]:
    return ending.event.kind == "note", ending.label == "mitigated", ending.label is None


def end_of_impact(told: Told) -> Milestone | None:
    """The mitigation: `find_milestones` takes none that alerts went on after."""
    return told.milestones.named("mitigated")


def _after_last_reopening(told: Told) -> list[TimelineEvent]:
    """What nothing was reopened after."""
    events = told.timeline.events
    last = max((event.at for event in events if event.kind == "reopened"), default=None)
    return [event for event in events if last is None or event.at >= last]


def resolved_too_early(told: Told) -> Iterator[tuple[TimelineEvent, TimelineEvent]]:
    """Each resolution note with the reopening that came after it."""
    reopened = [event for event in told.timeline.events if event.kind == "reopened"]
    for note in resolution_notes(told):
        after = next((event for event in reopened if event.at > note.at), None)
        if after:
            yield note, after


def _whole(event: TimelineEvent, label: str | None = None) -> Ending:
    return Ending(event, (0, len(own_words(event))), label)


def _from_mitigation(told: Told) -> Iterator[Ending]:
    mitigated = end_of_impact(told)
    event = next((event for event in told.timeline.events if mitigated and event.id == mitigated.event_id), None)
    if mitigated is None or event is None or not event.was_said:
        return
    said = " ".join((mitigated.said or "").split())
    fitting = (one for one in sentences_of(event) if said and said in " ".join(one.text.split()))
    sentence = next(fitting, None)
    yield Ending(event, sentence.part, "mitigated") if sentence else _whole(event, "mitigated")


def _from_deeds(told: Told, spoken: list[TimelineEvent]) -> Iterator[Ending]:
    """Messages that tell both a deed and that it worked."""
    mitigated = end_of_impact(told)
    for event in spoken:
        if mitigated is None or event.at - mitigated.at >= -_BEFORE_MITIGATION:
            sentences = list(sentences_of(event))
            worked = next((one for one in sentences if tells_an_end(one.plain)), None)
            if worked and any(names_a_deed(one.plain) for one in sentences):
                yield Ending(event, worked.part)


def _from_changes(spoken: list[TimelineEvent]) -> Iterator[Ending]:
    for event in spoken:
        for one in sentences_of(event) if "://" in event.text else ():
            if names_a_fix(one.plain) and not asks(one.plain):
                yield Ending(one.event, one.part, CHANGE)


def _said_to_be_over(spoken: list[TimelineEvent]) -> Iterator[Ending]:
    for event in spoken:
        yield from (Ending(one.event, one.part) for one in sentences_of(event) if tells_an_end(one.plain))


def _actions(told: Told, spoken: list[TimelineEvent]) -> Iterator[Ending]:
    """What was done, before it had ended where that is known: shown where nobody says what ended it."""
    ended = end_of_impact(told)
    label = LAST_ACTION_BEFORE if ended else LAST_ACTION
    for event in spoken:
        if ended is None or event.at < ended.at:
            yield from (Ending(one.event, one.part, label) for one in sentences_of(event) if _is_plain_deed(one))


def _is_plain_deed(sentence: Sentence) -> bool:
    return (
        reports_a_deed(sentence.plain)
        and tells_a_deed(sentence.plain)
        and not asks(sentence.plain)
        and not plans(sentence.plain)
    )


def _tells_a_deed(endings: list[Ending]) -> bool:
    return any(tells_a_deed(one.plain) for ending in endings for one in sentences_of(ending.event))

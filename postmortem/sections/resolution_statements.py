"""What ended the incident, as the record shows it: notes, the mitigation's words, deeds that worked, links of fixes."""

from collections.abc import Iterator
from datetime import timedelta
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
    spoken = [event for event in said_by_people(told) if holds(told, event)]
    stated = [*_from_mitigation(told), *_from_deeds(told, spoken)]
    noted = [_whole(event) for event in resolution_notes(told) if holds(told, event)]
    changes = _from_changes(spoken)
    eased = [] if noted or stated else _said_to_be_over(spoken)[-1:]
    acted = [] if noted or changes or eased or _tells_a_deed(stated) else list(_last_action(told, spoken))
    once: dict[str, Ending] = {}
    for ending in (*noted, *stated, *changes, *eased, *acted):
        once.setdefault(ending.event.id, ending)
    places = {event.id: place for place, event in enumerate(told.timeline.events)}
    return tuple(sorted(once.values(), key=lambda ending: places[ending.event.id]))


def how_it_was_resolved(told: Told) -> Ending | None:
    """The one statement that tells it best: the last note, else the mitigation's sentence, else the last deed."""
    endings = what_ended_it(told)
    known = [ending for ending in endings if ending.label != LAST_ACTION]
    return max(reversed(known), key=_tells_well, default=None)


def _tells_well(ending: Ending) -> tuple[bool, bool, bool]:
    return ending.event.kind == "note", ending.label == "mitigated", ending.label is None


def end_of_impact(told: Told) -> Milestone | None:
    """The mitigation, unless an alert fired later: then it may have been the end of something smaller."""
    mitigated = told.milestones.named("mitigated")
    fired = (event.until or event.at for event in told.timeline.events if event.kind == "alert")
    return mitigated if mitigated and not any(at > mitigated.at for at in fired) else None


def holds(told: Told, event: TimelineEvent) -> bool:
    """Whether nothing was reopened after it."""
    reopened = [one.at for one in told.timeline.events if one.kind == "reopened"]
    return not reopened or event.at >= reopened[-1]


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


def _from_deeds(told: Told, spoken: list[TimelineEvent]) -> list[Ending]:
    """The last messages that tell both a deed and that it worked."""
    mitigated = end_of_impact(told)
    found: list[Ending] = []
    for event in spoken:
        if mitigated is None or event.at - mitigated.at >= -_BEFORE_MITIGATION:
            sentences = list(sentences_of(event))
            worked = next((one for one in sentences if tells_an_end(one.plain)), None)
            if worked and any(names_a_deed(one.plain) for one in sentences):
                found.append(Ending(event, worked.part))
    return found[-_MOST_OF_A_KIND:]


def _from_changes(spoken: list[TimelineEvent]) -> list[Ending]:
    named = (one for event in spoken for one in sentences_of(event) if names_a_fix(one.plain) and not asks(one.plain))
    return [Ending(one.event, one.part, "change") for one in named][-_MOST_OF_A_KIND:]


def _last_action(told: Told, spoken: list[TimelineEvent]) -> Iterator[Ending]:
    """Where nobody says what ended it: what was done last, before it had ended where that is known."""
    ended = end_of_impact(told)
    before = [event for event in spoken if ended is None or event.at < ended.at]
    done = [one for event in before for one in sentences_of(event) if _is_plain_deed(one)]
    if done:
        yield Ending(done[-1].event, done[-1].part, LAST_ACTION_BEFORE if ended else LAST_ACTION)


def _said_to_be_over(spoken: list[TimelineEvent]) -> list[Ending]:
    return [Ending(one.event, one.part) for event in spoken for one in sentences_of(event) if tells_an_end(one.plain)]


def _is_plain_deed(sentence: Sentence) -> bool:
    return (
        reports_a_deed(sentence.plain)
        and tells_a_deed(sentence.plain)
        and not asks(sentence.plain)
        and not plans(sentence.plain)
    )


def _tells_a_deed(endings: list[Ending]) -> bool:
    return any(tells_a_deed(one.plain) for ending in endings for one in sentences_of(ending.event))

"""What came of each action, as the record shows it: the words that were said after it, and the alerts that ended.

An effect is only taken from words that speak of the action: in its own message, in its thread, by the same person, with
rare words in common, or outright ("that fixed it") right after it. An alert that ended is a fact beside it, no proof.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from postmortem.identities import Identities
from postmortem.sections.claims import topic_of
from postmortem.sections.deeds import Deed, deed_in
from postmortem.sections.effects import Effect, effect_of, may_tell_an_effect, speaks_of_what_was_done, where_told
from postmortem.sections.quoting import own_words
from postmortem.sections.sentences import Sentence, as_rules_read, sentences_of
from postmortem.timeline import TimelineEvent

_SOON = timedelta(minutes=10)
_WITHIN = timedelta(hours=1)
_IN_THREAD_WITHIN = timedelta(hours=2)
_MOST_EVIDENCE = 3
_MOST_LOOKED_AT = 120  # statements after an action: more is a channel of something else
_RARE = 3  # words that more messages hold than this tell no action from another


class Action(NamedTuple):
    """One deed as it was said, and what was said again of the same ("restarting", "restarted")."""

    sentence: Sentence
    deed: Deed
    topic: frozenset[str]
    again: tuple[Sentence, ...] = ()

    @property
    def event(self) -> TimelineEvent:
        return self.sentence.event


class Outcome(NamedTuple):
    """What somebody said came of something: characters `start` to `end` of the event's own words."""

    event: TimelineEvent
    start: int
    end: int
    effect: Effect
    is_outright: bool
    topic: frozenset[str]


def read_actions(spoken: Sequence[TimelineEvent], identities: Identities) -> list[Action]:
    """In order; what the same person says again of the same deed belongs to the first."""
    actions: list[Action] = []
    for event in spoken:
        for sentence in sentences_of(event):
            deed = deed_in(sentence.plain)
            if deed is None:
                continue
            action = Action(sentence, deed, topic_of(sentence.plain))
            before = _said_before(action, actions, identities)
            if before is None:
                actions.append(action)
            else:
                actions[before] = actions[before]._replace(again=(*actions[before].again, sentence))
    return actions


def read_outcomes(spoken: Sequence[TimelineEvent]) -> list[Outcome]:
    """Every sentence that tells of an effect; after a deed in the same sentence only what follows it counts."""
    return [outcome for event in spoken for sentence in sentences_of(event) for outcome in _outcomes(sentence)]


def evidence_of(
    place: int, actions: Sequence[Action], outcomes: Sequence[Outcome], rare: frozenset[str], identities: Identities
) -> list[Outcome]:
    """What was said of the effect of one action, in order, at most three."""
    action = actions[place]
    after = (
        outcome for outcome in _following(action, outcomes) if _speaks_of(outcome, place, actions, rare, identities)
    )
    return [outcome for outcome, _ in zip(after, range(_MOST_EVIDENCE), strict=False)]


def first_better_state(place: int, actions: Sequence[Action], outcomes: Sequence[Outcome]) -> Outcome | None:
    """The first word that it got better, by anybody, before another action: a fact beside it, no proof."""
    action = actions[place]
    for outcome in _following(action, outcomes):
        if outcome.event.at - action.event.at > _WITHIN or _is_after_another(outcome, place, actions):
            return None
        if outcome.effect == "helped":
            return outcome
    return None


def rare_words(actions: Sequence[Action], spoken: Sequence[TimelineEvent]) -> frozenset[str]:
    """The words of the actions that only a few messages hold."""
    asked = frozenset[str]().union(*(action.topic for action in actions))
    if not asked:
        return asked
    counts: Counter[str] = Counter()
    for event in spoken:
        counts.update(asked & topic_of(as_rules_read(own_words(event)[:2_000])))
    most = max(_RARE, len(spoken) // 50)
    return frozenset(word for word, count in counts.items() if count <= most)


def effect_label(evidence: Sequence[Outcome]) -> str:
    """What all of it says; unknown where nobody said it, or one says this and another that."""
    effects = {outcome.effect for outcome in evidence}
    return next(iter(effects)) if len(effects) == 1 else "unknown"


def _said_before(action: Action, actions: Sequence[Action], identities: Identities) -> int | None:
    """The place of the deed that this one tells again: running first, done later, by the same person."""
    for place in range(len(actions) - 1, max(-1, len(actions) - 30), -1):
        earlier = actions[place]
        if action.event.at - earlier.event.at > _IN_THREAD_WITHIN:
            return None
        if earlier.deed.verb == action.deed.verb:
            by_same = _same_person(earlier.event, action.event, identities)
            return place if _is_told_again(earlier, action) and (by_same or place == len(actions) - 1) else None
    return None


def _is_told_again(earlier: Action, action: Action) -> bool:
    """Running first and done later, or twice in one message, and of nothing else by its name ("web-1", "web-2")."""
    one, other = _names(earlier.topic), _names(action.topic)
    is_another = bool(one and other and not one & other)
    in_one_message = earlier.event.id == action.event.id
    return not is_another and (in_one_message or (earlier.deed.is_running and not action.deed.is_running))


def _names(topic: frozenset[str]) -> frozenset[str]:
    """The words that name one thing of many: with a figure, a stroke or a dot."""
    return frozenset(word for word in topic if not word.isalpha())


def _outcomes(sentence: Sentence) -> Iterator[Outcome]:
    if not may_tell_an_effect(sentence.plain):
        return
    deed = deed_in(sentence.plain)
    start = deed.end if deed else 0
    plain = sentence.plain[start:]
    effect = effect_of(plain)
    if effect:
        shown = sentence.start + start + where_told(plain)
        is_outright = speaks_of_what_was_done(plain)
        yield Outcome(sentence.event, shown, sentence.end, effect, is_outright, topic_of(sentence.plain))


def _following(action: Action, outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
    """What was said from the action's own sentence on, for two hours."""
    low, high = 0, len(outcomes)
    while low < high:
        middle = (low + high) // 2
        if outcomes[middle].event.at < action.event.at:
            low = middle + 1
        else:
            high = middle
    for outcome in outcomes[low : low + _MOST_LOOKED_AT]:
        if outcome.event.at - action.event.at > _IN_THREAD_WITHIN:
            return
        is_own = outcome.event.id == action.event.id
        if (is_own and outcome.start >= action.sentence.start) or not is_own:
            yield outcome


def _speaks_of(
    outcome: Outcome, place: int, actions: Sequence[Action], rare: frozenset[str], identities: Identities
) -> bool:
    action = actions[place]
    if outcome.event.id == action.event.id:
        return _is_next(outcome, place, actions)
    if any(outcome.event.id == sentence.event.id for sentence in action.again):
        return True
    if action.deed.kind == "diagnostic":
        return False
    if _in_thread(outcome.event, action.event):
        return not _is_after_another(outcome, place, actions, of_thread=True)
    if outcome.topic & action.topic & rare:
        return not _names_another(outcome, place, actions, rare)
    if outcome.event.at - action.event.at > _WITHIN or _is_after_another(outcome, place, actions):
        return False
    if outcome.event.thread_id != action.event.thread_id:
        return False
    by_same = _same_person(outcome.event, action.event, identities)
    return by_same or (outcome.is_outright and outcome.event.at - action.event.at <= _SOON)


def _is_next(outcome: Outcome, place: int, actions: Sequence[Action]) -> bool:
    """In one message that tells several actions, an effect belongs to the last one before it."""
    later = actions[place + 1] if place + 1 < len(actions) else None
    is_own = later is not None and later.event.id == outcome.event.id
    return not (is_own and later is not None and later.sentence.start <= outcome.start)


def _is_after_another(outcome: Outcome, place: int, actions: Sequence[Action], *, of_thread: bool = False) -> bool:
    """Whether something else was done to the system, or told in their thread, between the action and the outcome."""
    for later in range(place + 1, len(actions)):  # a slice would copy them all
        other = actions[later]
        if other.deed.kind == "mitigating" and (not of_thread or _in_thread(outcome.event, other.event)):
            return (other.event.at, other.event.id) <= (outcome.event.at, outcome.event.id)
    return False


def _names_another(outcome: Outcome, place: int, actions: Sequence[Action], rare: frozenset[str]) -> bool:
    """Whether a later action shares more of its words, or as many."""
    shared = len(outcome.topic & actions[place].topic & rare)
    later = (one for one in actions[place + 1 : place + 20] if one.event.at <= outcome.event.at)
    return any(
        len(outcome.topic & one.topic & rare) >= max(shared, 1) for one in later if one.deed.kind == "mitigating"
    )


def _in_thread(one: TimelineEvent, other: TimelineEvent) -> bool:
    if one.thread_id is None:
        return False
    return one.thread_id in (other.id, other.thread_id)


def _same_person(one: TimelineEvent, other: TimelineEvent, identities: Identities) -> bool:
    if one.who is None or other.who is None:
        return False
    return identities.human(one.who) == identities.human(other.who)

"""Hypotheses with what was said to them later: confirmed, ruled out, doubted.

People decide; an answer of which it is unclear what it speaks of stands alone.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from math import log
from typing import NamedTuple

from postmortem.sections.claims import Claim, topic_of
from postmortem.sections.sentences import as_rules_read
from postmortem.sections.stances import names_a_cause, tells_what_it_was
from postmortem.timeline import TimelineEvent

_SOON = timedelta(minutes=10)  # an answer that names nothing speaks of what was suspected just before
_LATER = timedelta(days=3)
_MOST_OPEN = 60  # hypotheses that one answer is compared with: the latest
_IN_THREAD = 2.0  # as good as two words that most messages lack
_FEW = 4  # messages: a word that no more of them hold tells one thing from another
_ENOUGH = 0.7  # a word that every second message holds says nothing


class Answered(NamedTuple):
    """A claim and the later ones that speak of it, in the order in which they were said."""

    claim: Claim
    answers: tuple[Claim, ...] = ()


def join_answers(claims: Iterable[Claim], spoken: Sequence[TimelineEvent]) -> list[Answered]:
    """Put each answer under the hypothesis it speaks of; what answers nothing and names nothing is left out."""
    claims = tuple(claims)
    weights = _weights(claims, spoken)
    under: dict[int, list[Claim]] = {}
    alone: list[int] = []
    guesses: list[int] = []
    for place, claim in enumerate(claims):
        answer = _as_answer(claim)
        of = _hypothesis_of(answer, claims, guesses, weights) if answer else None
        if answer and of is not None:
            under.setdefault(of, []).append(answer)
        elif claim.stands_alone:
            alone.append(place)
            guesses += [place] if claim.stance == "hypothesis" else []
    return [Answered(claims[place], tuple(under.get(place, ()))) for place in alone]


def _as_answer(claim: Claim) -> Claim | None:
    """The claim where it can speak of a hypothesis: "turns out it was the pool" confirms who suspected the pool."""
    if claim.stance == "finding":
        return claim._replace(stance="confirmed") if tells_what_it_was(claim.plain) else None
    return None if claim.stance == "hypothesis" else claim


def _hypothesis_of(
    answer: Claim, claims: Sequence[Claim], guesses: Sequence[int], weights: dict[str, float]
) -> int | None:
    """By thread, by shared rare words, by nearness; None where two are as likely, or none is."""
    earlier = [place for place in guesses[-_MOST_OPEN:] if answer.event.at - claims[place].event.at <= _LATER]
    if not earlier:
        return None
    shared = {place: _shared(answer, claims[place], weights) for place in earlier}
    named = [place for place in earlier if shared[place] >= _ENOUGH]
    if named:
        return max(named, key=lambda place: (shared[place] + _thread_bonus(answer, claims[place]), place))
    return _by_nearness(answer, claims, earlier) if _names_nothing_else(answer) else None


def _names_nothing_else(answer: Claim) -> bool:
    return not answer.stands_alone or not names_a_cause(answer.plain)


def _by_nearness(answer: Claim, claims: Sequence[Claim], earlier: Sequence[int]) -> int | None:
    """The one of its message or thread, else the only one that was said just before."""
    own = [place for place in earlier if claims[place].event.id == answer.event.id]
    threaded = own or [place for place in earlier if _same_thread(answer.event, claims[place].event)]
    if threaded:
        return threaded[-1]
    if answer.event.thread_id:
        return None
    if answer.stance in ("agreed", "doubt"):
        return None
    near = [place for place in earlier if answer.event.at - claims[place].event.at <= _SOON]
    return near[0] if len(near) == 1 else None


def _shared(answer: Claim, claim: Claim, weights: dict[str, float]) -> float:
    return sum(weights.get(word, 0.0) for word in answer.topic & claim.topic)


def _thread_bonus(answer: Claim, claim: Claim) -> float:
    return _IN_THREAD if _same_thread(answer.event, claim.event) else 0.0


def _same_thread(one: TimelineEvent, other: TimelineEvent) -> bool:
    """Whether one answers the other, or both answer the same message."""
    if one.thread_id is None:
        return False
    return one.thread_id in (other.id, other.thread_id)


def _weights(claims: Sequence[Claim], spoken: Sequence[TimelineEvent]) -> dict[str, float]:
    """How much a word of the hypotheses tells: the fewer messages hold it, the more."""
    asked = frozenset[str]().union(*(claim.topic for claim in claims if claim.stance == "hypothesis"))
    if not asked:
        return {}
    counts: Counter[str] = Counter()
    for event in spoken:
        counts.update(asked & topic_of(as_rules_read(event.text[:2_000])))
    few = max(_FEW, len(spoken) // 20)
    return {word: 1.0 if count <= few else log((len(spoken) + 2) / count) / 4 for word, count in counts.items()}

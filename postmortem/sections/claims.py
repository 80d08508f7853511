"""The sentences that speak of a cause, or of a safeguard that did not hold: who says what of which."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from postmortem.sections.mood import asks
from postmortem.sections.safeguards import speaks_of_a_safeguard, speaks_of_people_or_process
from postmortem.sections.sentences import Sentence, sentences_of
from postmortem.sections.stances import Stance, answers_only, names_a_cause, split_refutation, stance_of, states_a_cause
from postmortem.timeline import TimelineEvent

_WORD = re.compile(r"[^\W_][\w./-]*[^\W_]|[^\W\d_]")
# Words that say how something is said, not what it is about.
_WORDS_OF_SPEECH = """
a about actually after again all also am an and another any are as at be because been before being best but by
can cannot can't caused cause causes cause could confirmed confirm confirms culprit currently did didn't
definitely do does doesn't don't due for found from get go got guess had has hasn't have haven't he her here
hers him his how hunch i i'm i've if i'll in indeed is isn't issue it it's its just know last let like likely
look looking looks maybe me might more most my new no nope not now of off ok on one only or our out over pretty
probably problem reason really related right root ruled rules same seem seems seen see she should since so some
still story strongly suspect suspected suspecting that that's the their them then theory there these they think
this those though time to too turned turns unrelated until up upon us very was wasn't way we we're we've well
were weren't what what's when where whether which while who why will with won't would wouldn't yeah yep yes yet
yesterday today you your bug wrong bad
"""
_SAY_NOTHING = frozenset(_WORDS_OF_SPEECH.split())


class Claim(NamedTuple):
    """One or more sentences of one event that say the same of a cause: characters `start` to `end` of its own words.

    `topic` are the words that tell which cause. One that does not stand alone says nothing unless it answers another.
    """

    event: TimelineEvent
    start: int
    end: int
    stance: Stance
    topic: frozenset[str]
    plain: str
    stands_alone: bool = True

    @property
    def part(self) -> tuple[int, int]:
        return self.start, self.end


def read_claims(spoken: Sequence[TimelineEvent]) -> Iterator[Claim]:
    """In the order in which they were said; neighbours in one message that say the same are one."""
    for event in spoken:
        kept: list[Claim] = []
        for claim in (claim for sentence in sentences_of(event) for claim in _claims(sentence)):
            if kept and _say_the_same(kept[-1], claim):
                both = kept.pop()
                topic, plain = both.topic | claim.topic, f"{both.plain} {claim.plain}"
                claim = claim._replace(start=both.start, topic=topic, plain=plain)
            kept.append(claim)
        yield from kept


def topic_of(plain: str) -> frozenset[str]:
    """The words that tell what a sentence is about."""
    return frozenset(_stem(word) for word in _WORD.findall(plain) if word not in _SAY_NOTHING and len(word) > 1)


def _claims(sentence: Sentence) -> Iterator[Claim]:
    """One, or two where it says of one thing that it is the cause and of another that it is not."""
    parts = split_refutation(sentence.plain)
    if parts is None:
        claim = _claim(sentence, (0, len(sentence.plain)))
        yield from [claim] if claim else []
        return
    stated, refuted = parts
    claim = _claim(sentence, stated)
    yield claim or _claim_as(sentence, stated, "finding", stands_alone=True)
    yield _claim_as(sentence, refuted, "ruled out", stands_alone=False)


def _claim(sentence: Sentence, part: tuple[int, int]) -> Claim | None:
    plain = sentence.plain[slice(*part)]
    stance = stance_of(plain)
    if stance is None and not asks(plain) and (speaks_of_a_safeguard(plain) or speaks_of_people_or_process(plain)):
        stance = "finding"
    if stance is None:
        answer = answers_only(plain)
        return _claim_as(sentence, part, answer, stands_alone=False) if answer else None
    is_bare = stance == "doubt" or (stance == "ruled out" and not names_a_cause(plain))
    is_bare = is_bare or (stance == "confirmed" and not states_a_cause(plain))
    return _claim_as(sentence, part, stance, stands_alone=not is_bare)


def _claim_as(sentence: Sentence, part: tuple[int, int], stance: Stance, *, stands_alone: bool) -> Claim:
    start, end = (sentence.start + place for place in part)
    plain = sentence.plain[slice(*part)]
    return Claim(sentence.event, start, end, stance, topic_of(plain), plain, stands_alone)


def _say_the_same(one: Claim, other: Claim) -> bool:
    return one.stance == other.stance and one.stands_alone and other.stands_alone


def _stem(word: str) -> str:
    """ "pools" is "pool", "deployed" is "deploy": enough to compare two messages of one incident."""
    for ending in ("ing", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4 and not word.endswith("ss"):
            return word[: -len(ending)]
    return word

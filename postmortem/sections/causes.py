"""Root cause and contributing factors: only what people said, quoted, and what only they can answer.

Nothing here decides what the cause was. A hypothesis is one because its words say so; what became of it is told by the
quotes under it. Changes before the start are listed as changes.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby

from postmortem.citations import cite_event, moment_seen_from
from postmortem.line import Line, Section
from postmortem.sections.changes import changes_before_the_start
from postmortem.sections.claims import Claim, read_claims
from postmortem.sections.grouping import STILL_UNKNOWN
from postmortem.sections.headings import HUMAN, PROCESS, SAFEGUARDS
from postmortem.sections.hypotheses import Answered, join_answers
from postmortem.sections.mood import asks
from postmortem.sections.quoting import at_most, once, own_words, quote, quote_part, said_by_people, shorten_quote
from postmortem.sections.roles import COMMANDER, SERVICE_OWNER
from postmortem.sections.safeguards import GROUPS, group_of
from postmortem.sections.sentences import as_rules_read
from postmortem.timeline import TimelineEvent
from postmortem.told import Told

_MOST_NAMED = 3
_LONGEST_NAMED = 120  # characters of a hypothesis inside a question
_ASKED_BEFORE = timedelta(minutes=5)
# What is known best stands first.
_RANK = {"confirmed": 0, "finding": 0, "hypothesis, confirmed later": 0, "hypothesis": 1, "hypothesis, disputed": 1}
_LAST = 2
_GOES_ON = re.compile(r"\W*(?:so|then|that|this|which|it|they|those|these|because|hence|therefore|and)\b(?! that\b)")


class _Told:
    """What one section is written from: the claims with their answers, and the words around them."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.spoken = said_by_people(told)
        self.places = {event.id: place for place, event in enumerate(self.spoken)}
        self.answered = join_answers(read_claims(self.spoken), self.spoken)


def list_causes(told: Told) -> Section:
    known = _Told(told)
    lines = [
        *(line for group in GROUPS for line in _group(known, group)),
        *changes_before_the_start(told),
    ]
    questions = list(_questions(known))
    if lines:
        questions = [line.model_copy(update={"group": STILL_UNKNOWN}) for line in questions]
    return Section(key="causes", heading="Root cause and contributing factors", lines=(*lines, *questions))


def _group(known: _Told, group: str) -> Iterator[Line]:
    said = [one for one in known.answered if group_of(one.claim.plain) == group]
    said.sort(key=lambda one: _RANK.get(_label(one), _LAST))
    yield from at_most([line.model_copy(update={"group": group}) for line in once(_lines(known, said))])


def _lines(known: _Told, said: Sequence[Answered]) -> Iterator[Line]:
    """One line for what one message says in the same way, and under it what was answered."""
    for (_, label), of_message in groupby(said, key=lambda one: (one.claim.event.id, _label(one))):
        same = list(of_message)
        whole = same[0].claim._replace(end=max(one.claim.end for one in same))
        under = once(line for one in same for line in _answers(known, one))
        yield _quoted(known, whole).model_copy(update={"label": label, "under": tuple(under)})


def _answers(known: _Told, one: Answered) -> Iterator[Line]:
    for answer in one.answers:
        line = quote_part(answer.event, answer.part, known.told.identities)
        yield line.model_copy(update={"label": answer.stance})


def _quoted(known: _Told, claim: Claim) -> Line:
    """The claim; before one that is not understood alone ("my best guess is yes", "so it falls back to 20"), what
    it answers."""
    line = quote_part(claim.event, claim.part, known.told.identities)
    question = _answered_message(known, claim) if claim.topic else _question_before(known, claim.event)
    if question is None:
        return line
    asked = quote(question, known.told.identities)
    return Line(text=f"{asked.text} {line.text}", citations=(*asked.citations, *line.citations))


def _answered_message(known: _Told, claim: Claim) -> TimelineEvent | None:
    """The message of the thread that a claim goes on from ("so", "then", "that")."""
    place = known.places.get(claim.event.thread_id or "")
    goes_on = place is not None and known.spoken[place].id != claim.event.id and _GOES_ON.match(claim.plain)
    return known.spoken[place] if place is not None and goes_on else None


def _question_before(known: _Told, event: TimelineEvent) -> TimelineEvent | None:
    """What it replies to, else what was said right before it, where that is a question."""
    place = known.places[event.id]
    parent = known.places.get(event.thread_id or "")
    before = known.spoken[parent] if parent is not None else known.spoken[place - 1] if place else None
    is_near = before is not None and event.at - before.at <= _ASKED_BEFORE
    return before if before and is_near and asks(as_rules_read(own_words(before))) else None


def _label(one: Answered) -> str:
    """Its own stance, and for a hypothesis what people said to it later."""
    if one.claim.stance != "hypothesis":
        return one.claim.stance
    stances = {answer.stance for answer in one.answers}
    if {"confirmed", "ruled out"} <= stances:
        return "hypothesis, disputed"
    later = next((stance for stance in ("confirmed", "ruled out") if stance in stances), None)
    return f"hypothesis, {later} later" if later else "hypothesis"


def _questions(known: _Told) -> Iterator[Line]:
    """What the record leaves open, of those who can know it."""
    labels = {_label(one) for one in known.answered}
    groups = {group_of(one.claim.plain) for one in known.answered}
    is_known = bool(labels & {"confirmed", "finding", "hypothesis, confirmed later"})
    if not known.answered:
        yield _ask("Nobody wrote down a cause: which conditions together made this happen?", COMMANDER)
    elif is_known:
        yield _ask("Which conditions together made this happen?", COMMANDER)
    yield from _of_open_hypotheses(known, is_known=is_known)
    if known.answered and not groups & {PROCESS, HUMAN}:
        yield _ask("What in process, planning or hand-overs made this possible, or made it last longer?", COMMANDER)
    if SAFEGUARDS not in groups:
        question = (
            "Which safeguard (alert, test, canary, review, limit, runbook) was meant to catch this, and why did it not?"
        )
        yield _ask(f"{question} The record does not say.", SERVICE_OWNER)


def _of_open_hypotheses(known: _Told, *, is_known: bool) -> Iterator[Line]:
    still_open = [one.claim for one in known.answered if _label(one) in ("hypothesis", "hypothesis, disputed")]
    if not still_open:
        return
    named = "; ".join(_named(known, claim) for claim in still_open[:_MOST_NAMED])
    more = f"; and {len(still_open) - _MOST_NAMED} more" if len(still_open) > _MOST_NAMED else ""
    head = "Which of these held" if is_known else "No hypothesis was confirmed in the record. Which of these held"
    if len(still_open) == 1:
        head = "Did this hold" if is_known else "No hypothesis was confirmed in the record. Did this hold"
    citations = tuple(cite_event(claim.event) for claim in still_open[:_MOST_NAMED])
    yield Line(text=f"{head}: {named}{more}?", asked_of=COMMANDER, citations=citations)


def _named(known: _Told, claim: Claim) -> str:
    """A hypothesis inside a question: a few of its words, and when they were said."""
    words = own_words(claim.event)[claim.start : claim.end]
    first = known.told.timeline.events[0].at
    return f"“{shorten_quote(words, _LONGEST_NAMED)}” ({moment_seen_from(first, claim.event.at)})"


def _ask(question: str, role: str) -> Line:
    return Line(text=question, asked_of=role)

"""What was said of the start of the impact and is unclear, differs, or lies after its detection."""

from collections.abc import Iterator, Sequence

from postmortem.citations import cite_event, day_and_clock
from postmortem.contradictions.wording import ROUNDING, apart, ask_of, quoted
from postmortem.line import Citation, Line
from postmortem.milestones import Milestone
from postmortem.sections.roles import COMMANDER, SERVICE_OWNER
from postmortem.start_of_impact import LONGEST_UNSEEN, StartOfImpact
from postmortem.statements_of_start import StartStatement
from postmortem.statements_of_state import (
    first_of,
)
from postmortem.timeline import Timeline

_MOST_STARTS = 4  # what people said while they searched is in the log


def unclear_starts(start: StartOfImpact, detected: Milestone | None) -> Iterator[Line]:
    """What was said of the start and could not be taken: it quotes, and says why not."""
    told = [statement for statement in start.left if statement.is_of_impact or not start.taken]
    asked = [line for statement in told for line in _unclear_start(statement, detected)]
    yield from asked[:_MOST_STARTS]


def _unclear_start(statement: StartStatement, detected: Milestone | None) -> Iterator[Line]:
    if statement.doubt:
        yield _of_statement(statement, f"{statement.doubt}: when did the impact begin?")
    else:
        yield from _unclear_reading(statement, detected)


def _unclear_reading(statement: StartStatement, detected: Milestone | None) -> Iterator[Line]:
    first = statement.readings[0]
    if detected and first.is_plain and first.at > detected.at:
        if statement.is_of_impact:
            late = apart(first.at, detected.at)
            seen = f"{late} after it was detected at {day_and_clock(detected.at)}"
            yield _of_statement(statement, f"that is {day_and_clock(first.at)}, {seen}: which of the two is wrong?")
        return
    if detected and first.is_plain and detected.at - first.at > LONGEST_UNSEEN and len(statement.readings) == 1:
        early = f"{apart(first.at, detected.at)} before it was detected at {day_and_clock(detected.at)}"
        yield _of_statement(statement, f"that is {day_and_clock(first.at)}, {early}: is the date right?")
        return
    meant = " or ".join(f"{day_and_clock(one.at)} ({one.why})" for one in statement.readings[:4])
    yield _of_statement(statement, f"is that {meant}?" if len(statement.readings) > 1 else f"is that really {meant}?")


def _of_statement(statement: StartStatement, asked: str) -> Line:
    said = f"{quoted(statement.sentence)} was said at {day_and_clock(statement.event.at)}; {asked}"
    return ask_of(said, COMMANDER, (statement.event,))


def two_starts(start: StartOfImpact) -> Iterator[Line]:
    if not start.taken or start.taken[-1].at - start.taken[0].at <= ROUNDING:
        return
    first, last = start.taken[0], start.taken[-1]
    text = (
        f"The start of the impact was given as {day_and_clock(first.at)} ({quoted(first.said or '')}) and as "
        f"{day_and_clock(last.at)} ({quoted(last.said or '')}): which is right? The earlier one is used until then."
    )
    yield Line(text=text, asked_of=COMMANDER, citations=_of_milestones(start, (first, last)))


def _of_milestones(start: StartOfImpact, milestones: Sequence[Milestone]) -> tuple[Citation, ...]:
    ids = {milestone.event_id for milestone in milestones}
    return tuple(cite_event(event) for event in start.spoken if event.id in ids)


def alert_before_stated_start(timeline: Timeline, start: StartOfImpact) -> Iterator[Line]:
    stated = start.taken[0] if start.taken else None
    alert = first_of(timeline, "alert")
    if stated and alert and stated.at - alert.at > ROUNDING:
        text = (
            f"The start of the impact was given as {day_and_clock(stated.at)} ({quoted(stated.said or '')}), "
            f"{apart(alert.at, stated.at)} after an alert had fired at {day_and_clock(alert.at)} "
            f"({quoted(alert.text)}): did that alert tell of the same thing?"
        )
        yield Line(text=text, asked_of=SERVICE_OWNER, citations=(*_of_milestones(start, (stated,)), cite_event(alert)))

"""The description of an issue: read alone, in a backlog, weeks later, by somebody who was not in the incident."""

from collections.abc import Iterator
from itertools import chain

from postmortem.action_items.acceptance import done_when
from postmortem.action_items.item import ActionItem, Block, Route, Span
from postmortem.citations import cite_record
from postmortem.document import Postmortem
from postmortem.incident import Incident
from postmortem.line import Line
from postmortem.response_times import duration_in_words
from postmortem.sections.headings import BUSINESS, DATA, DOWNTIME, TECHNICAL, USERS
from postmortem.timeline import TimelineEvent

_LONGEST_QUOTE = 2_000
_LONGEST_LINE = 400
_MOST_SAID_AGAIN = 10
# Of the impact what people felt: not that it was reopened, nor how its rank changed.
_FELT = (USERS, BUSINESS, DOWNTIME, DATA)
# What the draft calls a line about causes, and what it is here. Nobody is told of a cause that was ruled out, nor that
# a deploy before the start was one: those stay in the draft, with what was said to them.
_CAUSES = {
    "confirmed": "{what}",
    "finding": "{what}",
    "hypothesis, confirmed later": "{what}",
    "hypothesis, disputed": "Suspected {what}, disputed",
    "hypothesis": "Suspected {what}, which nobody confirmed",
}
_WITHHELD = "It was said in a private channel: its words stay there, where its members can open them."
_SPACE = Span(text=" ")
_TWICE = 2
HINT = "(This is a hint, made from the words of the task. Adjust it to the work.)"


def describe(
    item: ActionItem,
    route: Route,
    postmortem: Postmortem,
    *,
    postmortem_link: str | None,
    key: str,
    private: tuple[str, ...],
) -> tuple[Block, ...]:
    """What to do, why, as it was said, whose it is, when it is done, and where more is to be read.

    `private` is how the ids of records begin that lie in a private channel ("slack/C042/"): none of them is repeated
    or linked, unless the issue gets the route's security level, which what was said in private alone gets.
    """
    hidden = () if route.security_level and item.rests_on(private) else private
    return tuple(
        chain(
            (_paragraph(item.text),),
            _why(postmortem, hidden),
            _as_said(item, postmortem, hidden),
            _whose(item, hidden),
            (_heading("Done when"), _paragraph(f"{_capital(done_when(item.text))} {HINT}")),
            _links(postmortem.incident, postmortem_link),
            (_paragraph(f"Opened by Debrief, {key}."),),
        )
    )


def _why(postmortem: Postmortem, hidden: tuple[str, ...]) -> Iterator[Block]:
    incident = postmortem.incident
    number = f"#{incident.number} " if incident.number else ""
    yield _heading("Why")
    yield Block(
        spans=(
            Span(text="From incident "),
            Span(text=f"{number}{incident.title}", link=incident.link),
            Span(text=f"{_where(incident)}. {_when(postmortem)}"),
        )
    )
    felt = (line for line in _told_in(postmortem, "impact", hidden) if line.group in _FELT)
    if impact := next(felt, None):
        yield _reason("Impact", impact)
    causes = [line for line in _told_in(postmortem, "causes", hidden) if line.label in _CAUSES]
    if causes:
        yield _cause(min(causes, key=lambda line: list(_CAUSES).index(line.label or "")))


def _cause(line: Line) -> Block:
    """What is said of process, people or safeguards is no cause by itself."""
    what = "cause" if line.group == TECHNICAL else "contributing factor"
    return _reason(_capital(_CAUSES[line.label or ""].format(what=what)), line)


def _reason(label: str, line: Line) -> Block:
    source = next((citation for citation in line.citations if citation.link), None)
    words = f"{label}: {_shortened(' '.join(line.text.split()), _LONGEST_LINE)}"
    cited = (Span(text=f" ({source.label})", link=source.link),) if source else ()
    return Block(spans=(Span(text=words), *cited))


def _where(incident: Incident) -> str:
    parts = (f"service {incident.service.name}" if incident.service else "", incident.priority or "")
    words = ", ".join(part for part in parts if part)
    return f" ({words})" if words else ""


def _when(postmortem: Postmortem) -> str:
    incident, rounds = postmortem.incident, len(postmortem.cycles)
    began, ended = incident.created_at.at, incident.resolved_at.at if incident.resolved_at else None
    if ended is None:
        return f"It began on {began:%Y-%m-%d} at {began:%H:%M} UTC."
    end = f"{ended:%H:%M}" if ended.date() == began.date() else f"{ended:%Y-%m-%d %H:%M}"
    if rounds > 1:
        again = "again" if rounds == _TWICE else f"{rounds - 1} times more"
        return f"It began on {began:%Y-%m-%d %H:%M}, was opened {again}, and ended on {ended:%Y-%m-%d %H:%M} UTC."
    lasted = f" ({duration_in_words((ended - began).total_seconds())})" if ended > began else ""
    return f"It lasted from {began:%Y-%m-%d %H:%M} to {end} UTC{lasted}."


def _told_in(postmortem: Postmortem, key: str, hidden: tuple[str, ...]) -> Iterator[Line]:
    """The lines of a section that the draft has a source for; a question is none, nor what was said in private."""
    lines = (line for section in postmortem.sections if section.key == key for line in section.lines)
    return (line for line in lines if _may_be_told(line, hidden))


def _may_be_told(line: Line, hidden: tuple[str, ...]) -> bool:
    is_told = line.asked_of is None and bool(line.citations)
    return is_told and not any(_is_hidden(citation.evidence_id, hidden) for citation in line.citations)


def _as_said(item: ActionItem, postmortem: Postmortem, hidden: tuple[str, ...]) -> Iterator[Block]:
    events = {event.id: event for event in postmortem.timeline.events}
    where = _source(item.evidence_id, item.evidence_link, events.get(item.evidence_id))
    is_hidden = _is_hidden(item.evidence_id, hidden)
    yield _heading("As it was said")
    yield Block(
        spans=(Span(text=_WITHHELD if is_hidden else f"“{_shortened(item.quote, _LONGEST_QUOTE)}”"), _SPACE, where)
    )
    again = [events[one] for one in item.also_said if one in events and not _is_hidden(one, hidden)]
    for event in again[:_MOST_SAID_AGAIN]:
        yield Block(kind="bullet", spans=(Span(text="Said again: "), _source(event.id, event.link, event)))


def _source(evidence_id: str, link: str | None, event: TimelineEvent | None) -> Span:
    """Where it was said, and when if the draft holds the record: "#inc-42, 2026-03-26 14:03 UTC"."""
    label = cite_record(evidence_id, None, event.channel_name if event else None).label
    return Span(text=f"{label}, {event.at:%Y-%m-%d %H:%M} UTC" if event else label, link=link)


def _whose(item: ActionItem, hidden: tuple[str, ...]) -> Iterator[Block]:
    owner = item.owner
    named = owner.name or (f"whoever holds the role {owner.role}" if owner.role else "nobody yet")
    yield _heading("Owner and due date")
    yield _bullet(f"Owner: {named} ({owner.why.rstrip('.')}).")
    if owner.others:
        yield _bullet(f"Named beside them: {', '.join(owner.others)}. A Jira issue has one assignee.")
    if item.decision and item.decision.verdict == "accepted":
        likely = None if _is_hidden(item.evidence_id, hidden) else item.likely
        why = f"Suggested, because {likely.in_short}. " if likely else ""
        yield _bullet(f"{why}{item.decision.by} accepted it {item.decision.where}.")
    yield _bullet(f"Due {item.due_on.isoformat()} ({item.due_why.rstrip('.')})." if item.due_on else "No due date.")


def _links(incident: Incident, postmortem_link: str | None) -> Iterator[Block]:
    system = "The incident in PagerDuty" if incident.from_pagerduty else "The incident's chat"
    links = [Span(text="The postmortem", link=postmortem_link), Span(text=system, link=incident.link)]
    if any(span.link for span in links):
        yield _heading("More")
        yield from (Block(kind="bullet", spans=(span,)) for span in links if span.link)


def _is_hidden(evidence_id: str, hidden: tuple[str, ...]) -> bool:
    return evidence_id.startswith(hidden)


def _heading(text: str) -> Block:
    return Block(kind="heading", spans=(Span(text=text),))


def _paragraph(text: str) -> Block:
    return Block(spans=(Span(text=text),))


def _bullet(text: str) -> Block:
    return Block(kind="bullet", spans=(Span(text=text),))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"

"""The draft as GitHub Markdown. Text from outside is data: it can neither format, link, nor load anything."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from urllib.parse import quote

from postmortem.action_item import ActionItem
from postmortem.citations import cite_event, cite_record, clock, day_and_clock, moment_seen_from
from postmortem.document import Postmortem
from postmortem.evidence import Reading
from postmortem.line import Citation, Line, Section
from postmortem.outputs.layout import BUILT_IN, Layout
from postmortem.people import Source
from postmortem.response_times import ResponseTime, duration_in_words
from postmortem.timeline import TimelineEvent, names_its_author

# What can begin or end a construct of GitHub Markdown inside a line; an underscore between two letters cannot. The
# last two keep an address from becoming a link by itself (https://github.github.com/gfm/, autolinks; read 2026-11-20).
_SPECIAL = re.compile(
    r"([\\`*\[<>|~$]|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])|(?<=[a-z]):(?=//)|(?<=www)\.)", re.IGNORECASE
)
_AT_START = re.compile(r"^(\d{0,9})(?=[-+=#.)])")
_URL = re.compile(r"(https?://[^\s<>\\^`{|}\"]+[^\s<>\\^`{|}\".,;:!?)\]'*_~])")
_NO_ITEMS = "❓ **Everyone who took part:** Nothing was marked as an action item: what should change, and who does it?"
_NO_START = (
    "❓ **Incident commander:** When did it begin, and when was it acknowledged, mitigated and resolved? "
    "No trigger of the incident is on record."
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_SCHEMES = ("https://", "http://", "mailto:")
_LONGEST_IN_MAIN = 400
_SOURCES: dict[Source, str] = {"pagerduty": "PagerDuty", "slack": "Slack", "jira": "Jira"}


def template_problems(_: Postmortem, layout: Layout) -> tuple[str, ...]:
    """What is wrong with the organisation's templates, a sentence each."""
    return layout.problems


def render_markdown(postmortem: Postmortem, layout: Layout = BUILT_IN) -> str:  # noqa: ARG001
    """The whole document, ending with a newline."""
    return "\n".join(_document(postmortem)) + "\n"


def _document(postmortem: Postmortem) -> Iterator[str]:
    yield f"# Postmortem: {_heading(postmortem.title)}"
    yield ""
    of = f" · {escape(postmortem.organisation)}" if postmortem.organisation else ""
    yield f"Status: **{postmortem.status}**{of} · composed {day_and_clock(postmortem.composed_at)} · all times are UTC"
    for section in postmortem.sections[:2]:
        yield from _section(section)
    yield from _main_timeline(postmortem)
    yield from _response_times(postmortem)
    for section in postmortem.sections[2:]:
        yield from _section(section)
    yield from _action_items(postmortem.action_items)
    yield from _people(postmortem)
    yield from _sources(postmortem)
    yield from _full_log(postmortem)


def escape(text: str) -> str:
    """Text from outside as plain text of one line: nothing in it formats, links or loads."""
    return _SPECIAL.sub(r"\\\1", _one_line(text))


def prose(text: str) -> str:
    """Text from outside in which web addresses can be opened; nothing else does anything. Lines end in a stroke."""
    parts = _URL.split(" / ".join(filter(None, map(_one_line, text.splitlines()))))
    return "".join(f"<{part}>" if n % 2 else _SPECIAL.sub(r"\\\1", part) for n, part in enumerate(parts))


def at_line_start(escaped: str) -> str:
    """The same at the start of a line or a list item, where more signs have a meaning."""
    return _AT_START.sub(r"\1\\", escaped, count=1)


def _heading(text: str) -> str:
    """A heading may end in signs that would be taken for its own closing ones."""
    escaped = escape(text)
    return f"{escaped[:-1]}\\#" if escaped.endswith("#") else escaped


def _one_line(text: str) -> str:
    return " ".join(_CONTROL.sub("", text).split())


def link(label: str, url: str | None) -> str:
    """A link where the address is safe to open; the label alone where it is not. The label cannot end it early."""
    if url is None or not url.startswith(_SCHEMES):
        return escape(label)
    shown = escape(label).replace("]", "\\]")
    return f"[{shown}]({quote(url, safe=':/?#@!&*+,;=%~-._', errors='replace')})"


def _section(section: Section) -> Iterator[str]:
    yield from ("", f"## {section.heading}", "")
    for group, lines in groupby(section.lines, key=lambda line: line.group):
        if group:
            yield from ("", f"### {escape(group)}", "")
        for line in lines:
            yield f"- {_line(line)}"
            yield from (f"  - {_line(under)}" for under in line.under)


def _line(line: Line) -> str:
    if line.asked_of:
        return f"❓ **{escape(line.asked_of.capitalize())}:** {escape(line.text)}"
    label = f"**{escape(line.label.capitalize())}** · " if line.label else ""
    return f"{label}{at_line_start(prose(line.text))} {_cited(line.citations)}"


def _cited(citations: Iterable[Citation]) -> str:
    links = dict.fromkeys(link(citation.label, citation.link) for citation in citations)
    return f"({', '.join(links)})"


def _main_timeline(postmortem: Postmortem) -> Iterator[str]:
    shown = [event for event in postmortem.timeline.events if event.in_main]
    folded = len(postmortem.timeline.events) - len(shown)
    yield from ("", "## Timeline")
    yield from _days(postmortem, shown, longest=_LONGEST_IN_MAIN)
    if folded:
        yield from ("", f"{folded} more events are in the [full log](#full-log) below.")
    if not postmortem.timeline.events:
        yield from ("", "- ❓ **Responders:** No source held any event: what happened, and when?")


def _days(postmortem: Postmortem, events: Iterable[TimelineEvent], longest: int | None) -> Iterator[str]:
    by_id = {event.id: event for event in postmortem.timeline.events}
    for day, of_day in groupby(events, key=lambda event: event.at.date()):
        yield from ("", f"### {day:%A}, {day.isoformat()} (UTC)", "")
        for event in of_day:
            reply = f"{_reply(event, by_id.get(event.thread_id))} " if event.thread_id else ""
            yield f"- {clock(event.at)} · {reply}{_event(postmortem, event, longest)}"


def _reply(event: TimelineEvent, parent: TimelineEvent | None) -> str:
    """A reply stands at its own time, between others: what it answers is told by the time of that."""
    return f"↳ to {moment_seen_from(event.at, parent.at)} ·" if parent else "↳"


def _event(postmortem: Postmortem, event: TimelineEvent, longest: int | None) -> str:
    who = escape(postmortem.names.get(event.who, "")) if event.who else ""
    is_told = not who or names_its_author(event, postmortem.names[event.who or ""])
    speaker = f"**{who}**: " if event.was_said and not is_told else ""
    by = "" if event.was_said or is_told else f" (by {who})"
    text = event.text if longest is None else shorten(event.text, longest)
    repeated = f" (×{event.count}, until {moment_seen_from(event.at, event.until)})" if event.until else ""
    edited = " (edited)" if event.is_edited else ""
    also = " · also in Slack" if event.source != "slack" and _is_in_slack_too(event) else ""
    return f"{speaker}{prose(text) or '(without words)'}{by}{repeated}{edited} {_cited([cite_event(event)])}{also}"


def shorten(text: str, longest: int) -> str:
    """The text, cut between words where it is too long: half an address would open something else."""
    if len(text) <= longest:
        return text
    cut = text[: longest + 1]
    return (cut.rsplit(maxsplit=1)[0] if len(cut.split()) > 1 else cut[:-1]) + " […]"


def _is_in_slack_too(event: TimelineEvent) -> bool:
    return any(evidence_id.startswith("slack/") for evidence_id in event.evidence_ids)


def _response_times(postmortem: Postmortem) -> Iterator[str]:
    measured = postmortem.response_times.measured
    by_id = {event.id: event for event in postmortem.timeline.events}
    yield from ("", "## Response times", "")
    if not any(one.seconds is not None for one in measured) and postmortem.milestones.named("detected") is None:
        yield f"- {_NO_START}"
    else:
        yield from ("| | | measured |", "| --- | --- | --- |")
        yield from (_response_time(one, by_id) for one in measured)
    yield from (f"- {_line(line)}" for line in postmortem.milestones.questions)


def _response_time(measured: ResponseTime, by_id: dict[str, TimelineEvent]) -> str:
    if measured.seconds is None:
        asked = f"❓ **Incident commander:** When was it? Unknown: {escape(measured.why_unknown or 'nothing tells')}."
        return f"| {measured.heading} | unknown | {asked} |"
    start = _measured_from(measured.from_event, measured.from_at, by_id)
    end = _measured_from(measured.to_event, measured.to_at, by_id)
    from_said = f", where it says “{prose(measured.from_said)}”," if measured.from_said else ""
    said = f", where it says “{prose(measured.said)}”" if measured.said else ""
    return f"| {measured.heading} | **{duration_in_words(measured.seconds)}** | {start}{from_said} to {end}{said} |"


def _measured_from(event_id: str | None, at: datetime | None, by_id: dict[str, TimelineEvent]) -> str:
    event = by_id[event_id or ""]
    return f"{day_and_clock(at or event.at)} {_cited([cite_event(event)])}"


def _action_items(items: tuple[ActionItem, ...]) -> Iterator[str]:
    yield from ("", "## Action items", "")
    if not items:
        yield f"- {_NO_ITEMS}"
        return
    yield from ("| Action item | Owner | Due | Issue | Said |", "| --- | --- | --- | --- | --- |")
    for item in sorted(items, key=lambda item: item.owner.account_id is not None or item.owner.name is not None):
        yield _action_item(item)


def _action_item(item: ActionItem) -> str:
    owner = escape(item.owner.name or "") or ("default owner" if item.owner.account_id else "❓ **nobody yet**")
    warning = "" if item.owner.account_id else f" ⚠ {escape(item.owner.why)}"
    due = item.due_on.isoformat() if item.due_on else "❓"
    issue = link(item.issue_key, item.issue_link) if item.issue_key else "not opened"
    issue += "".join(f" ⚠ {escape(sentence)}" for sentence in item.said)
    source = cite_record(item.evidence_id, item.evidence_link)
    said = link(source.label, source.link)
    return f"| {prose(item.text)} | {owner}{warning} | {due} | {issue} | {said} |"


def _people(postmortem: Postmortem) -> Iterator[str]:
    yield from ("", "## People", "")
    for participant in postmortem.participants:
        cited = f" {_cited(participant.citations)}" if participant.citations else ""
        yield f"- {at_line_start(escape(participant.name) or 'Somebody')}: {escape(participant.how)}{cited}"
    if not postmortem.participants:
        yield "- ❓ **Incident commander:** Nobody is on record as having taken part: who was there?"


def _sources(postmortem: Postmortem) -> Iterator[str]:
    yield from ("", "## Sources and gaps", "")
    for source, name in _SOURCES.items():
        readings = [reading for reading in postmortem.readings if reading.source == source]
        if readings:
            yield f"- Read from {name}: {', '.join(map(_reading, readings))}{_window(readings)}"
    for gap in postmortem.gaps:
        yield f"- ⚠ **Not read:** {escape(gap.what)}: {escape(gap.why)} {escape(gap.remedy)}"


def _reading(reading: Reading) -> str:
    return f"{reading.count} {link(reading.what, reading.link)}"


def _window(readings: Iterable[Reading]) -> str:
    """The window asked for; one source's readings of one draft share it."""
    bounds = [(reading.since, reading.until) for reading in readings]
    since, until = next((bound for bound in bounds if bound[0] and bound[1]), (None, None))
    return f"; from {day_and_clock(since)} to {day_and_clock(until)}" if since and until else ""


def _full_log(postmortem: Postmortem) -> Iterator[str]:
    count = len(postmortem.timeline.events)
    yield from ("", "## Full log", "", f"<details><summary>All {count} events, in order</summary>")
    yield from _days(postmortem, postmortem.timeline.events, longest=None)
    yield from ("", "</details>")

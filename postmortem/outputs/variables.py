"""What a template can name. This set is documented in docs/templates.md, and stays as it is over releases."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from postmortem.document import Participant, Postmortem
from postmortem.evidence import Reading
from postmortem.line import Line
from postmortem.outputs.agenda import Asked, agenda, missing_moments, open_questions
from postmortem.outputs.escaping import Md, escape, joined, link, link_to_heading, together
from postmortem.outputs.item_tables import (
    changes_in_jira,
    dropped_lines,
    due_reasons,
    how_to_accept,
    item_rows,
    item_warnings,
    suggestion_rows,
    unowned,
)
from postmortem.outputs.layout import Layout
from postmortem.outputs.main_timeline import view_timeline
from postmortem.outputs.markers import KEYS
from postmortem.outputs.tables import time_rows
from postmortem.people import Source

HEADINGS = {
    "summary": "Summary",
    "impact": "Impact",
    "timeline": "Timeline",
    "response_times": "Response times",
    "causes": "Root cause and contributing factors",
    "tried": "What was tried",
    "resolution": "Resolution and recovery",
    "response": "The response itself",
    "lessons": "Lessons",
    "action_items": "Action items",
    "people": "People",
    "sources": "Sources and gaps",
    "similar": "Similar past incidents",
    "review": "Review",
    "full_log": "Full log",
}
_STATUS = {"draft": "draft", "in_review": "in review", "reviewed": "reviewed", "closed": "closed"}
_ONE_OF = re.compile(r"\b(alert|event|entr|note|message|thread|incident)(ies|s)\b")
_SOURCES: dict[Source, str] = {"pagerduty": "PagerDuty", "slack": "Slack", "jira": "Jira"}

NAMES = (
    "title",
    "organisation",
    "status",
    "history",
    "composed_at",
    "zone",
    "incident",
    "lasted",
    "timeline",
    "milestones",
    "milestone_questions",
    "response_times",
    "is_measured",
    "action_items",
    "action_item_warnings",
    "due_reasons",
    "changes_in_jira",
    "unowned",
    "suggestions",
    "how_to_accept",
    "dropped",
    "people",
    "read",
    "gaps",
    "similar",
    "agenda",
    "links",
    "problems",
)
"""What every template knows; a section's also `section`, the document's also `sections` and `by_key`."""


class Group(NamedTuple):
    """Lines under one sub-heading; "" for those without."""

    heading: str
    lines: tuple[Line, ...]


class Role(NamedTuple):
    """Those who took part under one role; "" for no role."""

    heading: str
    people: tuple[Participant, ...]


class SectionView(NamedTuple):
    """One section as its template sees it: `questions` are those that the settings add."""

    key: str
    heading: str
    groups: tuple[Group, ...]
    questions: tuple[Line, ...]


class Read(NamedTuple):
    """What was read from one source: in words with links, and the window asked for."""

    source: str
    what: Md
    since: Any
    until: Any


def variables(postmortem: Postmortem, layout: Layout) -> dict[str, Any]:
    """Everything that is the same for all sections of one document."""
    return {
        "title": postmortem.title,
        "organisation": postmortem.organisation,
        "status": _STATUS[postmortem.status],
        "history": [{"to": _STATUS[one.to], "by": one.by, "at": one.at} for one in postmortem.history],
        "composed_at": postmortem.composed_at,
        "zone": "UTC",
        "incident": postmortem.incident,
        "lasted": postmortem.response_times.time_to_resolve.seconds,
        "timeline": view_timeline(postmortem),
        "milestones": postmortem.milestones.found,
        "milestone_questions": (*missing_moments(postmortem), *postmortem.milestones.questions),
        "response_times": time_rows(postmortem),
        "is_measured": bool(postmortem.milestones.found),
        "action_items": item_rows(postmortem),
        "action_item_warnings": item_warnings(postmortem.action_items),
        "due_reasons": due_reasons(postmortem.action_items),
        "changes_in_jira": changes_in_jira(postmortem.action_items),
        "unowned": len(unowned(postmortem.action_items)),
        "suggestions": suggestion_rows(postmortem),
        "how_to_accept": how_to_accept(postmortem),
        "dropped": dropped_lines(postmortem),
        "people": _by_role(postmortem),
        "read": tuple(_readings(postmortem)),
        "gaps": postmortem.gaps,
        "similar": postmortem.similar,
        "agenda": agenda(open_questions(postmortem, _extra(layout))),
        "links": {key: link_to_heading(heading_of(layout, key)) for key in HEADINGS if key not in layout.hidden},
    }


def section_view(postmortem: Postmortem, layout: Layout, key: str) -> SectionView:
    """The section's own lines, where it is one of those that are made of lines."""
    lines = next((section.lines for section in postmortem.sections if section.key == key), ())
    questions = tuple(Line(text=asked.text, asked_of=asked.of) for asked in _extra(layout) if asked.section == key)
    groups = tuple(Group(name or "", tuple(of)) for name, of in groupby(lines, key=lambda line: line.group))
    return SectionView(key, heading_of(layout, key), groups, questions)


def heading_of(layout: Layout, key: str) -> str:
    return dict[str, str](layout.headings).get(key, HEADINGS.get(key, key))


def shown_keys(layout: Layout) -> tuple[str, ...]:
    """The sections of the body in their order, the head first; the full log stands behind them."""
    keys = dict.fromkeys(("head", *layout.order, *KEYS))
    return tuple(key for key in keys if key not in layout.hidden and key != "full_log")


def _extra(layout: Layout) -> Iterator[Asked]:
    return (Asked(question.ask, question.of, key) for key, question in layout.questions if key not in layout.hidden)


def _by_role(postmortem: Postmortem) -> tuple[Role, ...]:
    """Participants under their role, in the order of the document."""
    people = postmortem.participants
    return tuple(Role(role, tuple(of)) for role, of in groupby(people, key=lambda one: one.role))


def _readings(postmortem: Postmortem) -> Iterator[Read]:
    for source, name in _SOURCES.items():
        readings = [reading for reading in postmortem.readings if reading.source == source]
        bounds = [(one.since, one.until) for one in readings if one.since and one.until]
        since, until = bounds[0] if bounds else (None, None)
        if readings:
            what = joined(", ", map(_counted, readings))
            yield Read(name, what, since, until)


def _counted(reading: Reading) -> Md:
    """ "45 messages of #inc-1", "1 log entry", each with its link."""
    one = _ONE_OF.sub(lambda plural: plural[1] + ("y" if plural[2] == "ies" else ""), reading.what, count=1)
    return together(escape(f"{reading.count}"), " ", link(one if reading.count == 1 else reading.what, reading.link))

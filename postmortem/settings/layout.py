"""How the document is laid out: templates, sections on, off, renamed, in another order, and questions of your own."""

from typing import Literal

from pydantic import Field

from postmortem.settings.kinds import TemplateFile
from postmortem.settings.section import Match, Section

SectionKey = Literal[
    "head",
    "summary",
    "impact",
    "timeline",
    "response_times",
    "causes",
    "tried",
    "resolution",
    "response",
    "lessons",
    "action_items",
    "people",
    "sources",
    "similar",
    "review",
]


class Question(Section):
    """A question of your own, asked at the end of a section and once more under Review."""

    ask: str
    """The question, such as "Was the regulator told?"."""
    of: str
    """The role that is asked, such as service owner."""


class SectionLayout(Section):
    """One section of the document."""

    show: bool | None = None
    """Whether the section is there. Default: true."""
    heading: str | None = None
    """Another heading."""
    template: TemplateFile | None = None
    """File of a template for this section alone, relative to debrief.yml."""
    questions: tuple[Question, ...] = ()
    """Further questions, each with the role it is asked of."""


class DocumentLayout(Section):
    """The layout of the document. Templates are described in docs/templates.md."""

    template: TemplateFile | None = None
    """File of a template for the whole document, relative to debrief.yml."""
    order: tuple[SectionKey, ...] = ()
    """Sections that come first, in this order; the others follow in theirs."""
    sections: dict[SectionKey, SectionLayout] = Field(default_factory=dict)
    """Section by section: show, heading, template, questions."""


class LayoutOverride(DocumentLayout):
    """Another layout for some incidents. What it does not say stays as it is."""

    match: Match
    """services, teams or priorities that this layout is for."""


class DocumentSettings(DocumentLayout):
    """How the document is laid out, for the organisation and for some of its incidents."""

    overrides: tuple[LayoutOverride, ...] = ()
    """Layouts for teams, services or priorities. A service wins over a team, a team over a priority, and of two that
    match alike the one that also names a priority, then the first."""

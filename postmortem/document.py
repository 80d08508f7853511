"""The postmortem as data: what every output renders. A line has a source, or is plainly a question to somebody."""

from typing import Literal, Self

from pydantic import model_validator

from postmortem.action_item import ActionItem
from postmortem.evidence import Gap, Reading
from postmortem.incident import Incident
from postmortem.moment import Utc
from postmortem.noun import Noun
from postmortem.response_times import ResponseTimes
from postmortem.timeline import Timeline

POSTMORTEM_SCHEMA = 1
PostmortemStatus = Literal["draft", "in_review", "reviewed", "closed"]


class Citation(Noun):
    """Where a line comes from: the record's id, a label a person can read, and its link where there is one."""

    evidence_id: str
    label: str
    link: str | None = None


class Line(Noun):
    """One statement with its sources, or a question with the role it is asked of. Nothing else can be built."""

    text: str
    citations: tuple[Citation, ...] = ()
    asked_of: str | None = None

    @model_validator(mode="after")
    def _has_a_source_or_asks(self) -> Self:
        if not self.citations and self.asked_of is None:
            raise ValueError("a line needs a source, or somebody who is asked")
        return self


class Section(Noun):
    """`key` is stable over releases; `heading` is what people read."""

    key: str
    heading: str
    lines: tuple[Line, ...] = ()


class Participant(Noun):
    """Somebody who took part, and how, in words ("acknowledged; wrote 12 messages")."""

    name: str
    how: str
    citations: tuple[Citation, ...] = ()


class Postmortem(Noun):
    """The whole draft. `names` maps the ids of people to what they are called; `evidence_name` is where the evidence
    that it was made from is kept."""

    schema_version: int
    status: PostmortemStatus = "draft"
    title: str
    organisation: str | None = None
    incident: Incident
    composed_at: Utc
    evidence_name: str | None = None
    summary: Section
    impact: Section
    timeline: Timeline
    response_times: ResponseTimes
    questions: tuple[Section, ...]
    action_items: tuple[ActionItem, ...]
    participants: tuple[Participant, ...]
    readings: tuple[Reading, ...]
    gaps: tuple[Gap, ...]
    names: dict[str, str]

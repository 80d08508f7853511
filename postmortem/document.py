"""The postmortem as data: what every output renders, whole, and nothing beside it."""

from functools import lru_cache

from pydantic import BaseModel

from postmortem.action_items.item import ActionItem
from postmortem.cycles import Cycle
from postmortem.evidence import Gap, Reading
from postmortem.incident import Incident
from postmortem.life import PostmortemStatus, StatusChange
from postmortem.likeness import SimilarIncident
from postmortem.line import Citation, Section
from postmortem.milestones import Milestones
from postmortem.moment import Utc
from postmortem.noun import Noun
from postmortem.response_times import ResponseTimes
from postmortem.silences import Silence
from postmortem.timeline import Timeline

POSTMORTEM_SCHEMA = 2


class Participant(Noun):
    """Somebody who took part, and how, in words ("acknowledged; wrote in the chat").

    `role` is the heading under which they stand ("Incident commander", "Responders", "Wrote in the chat", "Only paged
    or asked"): participants of one role stand next to each other, in the order in which the roles are read.
    """

    name: str
    how: str
    role: str = ""
    citations: tuple[Citation, ...] = ()


class Postmortem(Noun):
    """The whole document. `sections` are the parts made of lines, in the order of `postmortem/sections/`; the others
    have a shape of their own. `names` maps the ids of people to what they are called; `evidence_name` is where the
    evidence that it was made from is kept. `suggestions_left_out` counts those that are less sure than the
    suggestions among the `action_items`. `history` is every move of its `status`, oldest first. `settings_version`
    names the settings that it was made with (None in older ones).
    """

    schema_version: int
    status: PostmortemStatus = "draft"
    history: tuple[StatusChange, ...] = ()
    title: str
    organisation: str | None = None
    incident: Incident
    composed_at: Utc
    evidence_name: str | None = None
    settings_version: str | None = None
    sections: tuple[Section, ...]
    timeline: Timeline
    milestones: Milestones
    response_times: ResponseTimes
    silences: tuple[Silence, ...] = ()
    cycles: tuple[Cycle, ...] = ()
    action_items: tuple[ActionItem, ...]
    suggestions_left_out: int = 0
    participants: tuple[Participant, ...]
    similar: tuple[SimilarIncident, ...] = ()
    readings: tuple[Reading, ...]
    gaps: tuple[Gap, ...]
    names: dict[str, str]

    def moved(self, history: tuple[StatusChange, ...]) -> "Postmortem":
        """The same document with every move of its status so far, oldest first."""
        status = history[-1].to if history else "draft"
        return self.model_copy(update={"history": history, "status": status})

    def section(self, key: str) -> Section:
        """The section of this key; KeyError where there is none."""
        found = next((section for section in self.sections if section.key == key), None)
        if found is None:
            raise KeyError(key)
        return found


class _Kept(BaseModel):
    """Of a kept document only what says how to read it."""

    schema_version: int


@lru_cache(maxsize=2)
def read_postmortem(content: bytes) -> Postmortem | None:
    """The document as it was kept; None for one of another schema, which the next draft composes anew from evidence.

    Its Markdown needs no reading, and stays. Raises pydantic.ValidationError for what is no postmortem. The last ones
    are remembered: every step of a journey reads the same one anew.
    """
    is_known = _Kept.model_validate_json(content).schema_version == POSTMORTEM_SCHEMA
    return Postmortem.model_validate_json(content) if is_known else None

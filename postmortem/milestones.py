"""The moments that a response is measured by, each with the event that tells it and how sure that is."""

from typing import Literal

from pydantic import Field

from postmortem.line import Line
from postmortem.moment import Utc
from postmortem.noun import Noun

MilestoneName = Literal["impact_started", "detected", "acknowledged", "mitigated", "resolved"]
# A system's record, a person's statement, or our reading of an order of events.
Confidence = Literal["recorded", "stated", "inferred"]


class Milestone(Noun):
    """One moment. `why` says in words what it rests on; `said` is the sentence it was taken from, if it was said.

    `at` is the event's own time, but where a person said when something was ("since 13:40 UTC"): then it is that.
    """

    name: MilestoneName
    at: Utc
    event_id: str
    confidence: Confidence
    why: str
    said: str | None = None


class Milestones(Noun):
    """What was found, in the order of the names, and what contradicts itself, as questions to a person.

    `not_found` says of a name why it is missing, where more is known than that nothing tells.
    """

    found: tuple[Milestone, ...] = ()
    questions: tuple[Line, ...] = ()
    not_found: dict[MilestoneName, str] = Field(default_factory=dict[MilestoneName, str])

    def why_not(self, name: MilestoneName) -> str | None:
        """What this record says of a moment that it does not hold."""
        return self.not_found.get(name)

    def named(self, name: MilestoneName) -> Milestone | None:
        return next((milestone for milestone in self.found if milestone.name == name), None)

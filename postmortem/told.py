"""What every section is written from: the evidence, and what was already made out of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from postmortem.action_items.item import ActionItem
from postmortem.cycles import Cycle
from postmortem.document import Participant
from postmortem.evidence import Evidence
from postmortem.identities import Identities
from postmortem.milestones import Milestones
from postmortem.response_times import ResponseTimes
from postmortem.settings import Settings
from postmortem.silences import Silence
from postmortem.timeline import Timeline


@dataclass(frozen=True)
class Told:
    """Built once by `compose`; a section reads what it needs and changes nothing."""

    evidence: Evidence
    settings: Settings
    identities: Identities
    timeline: Timeline
    milestones: Milestones
    response_times: ResponseTimes
    silences: tuple[Silence, ...]
    cycles: tuple[Cycle, ...]
    participants: tuple[Participant, ...]
    action_items: tuple[ActionItem, ...]
    suggestions_left_out: int = 0
    _read: dict[Callable[["Told"], Any], Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once[T](self, read: Callable[["Told"], T]) -> T:
        """What more than one section reads out of all that was said: read when it is first asked for, and kept as long
        as this draft is being made. `read` is a function of a module, and nobody changes what it returns.
        """
        if read not in self._read:
            self._read[read] = read(self)
        return self._read[read]

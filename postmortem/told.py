"""What every section is written from: the evidence, and what was already made out of it."""

from typing import NamedTuple

from postmortem.action_item import ActionItem
from postmortem.cycles import Cycle
from postmortem.document import Participant
from postmortem.evidence import Evidence
from postmortem.identities import Identities
from postmortem.milestones import Milestones
from postmortem.response_times import ResponseTimes
from postmortem.settings import Settings
from postmortem.silences import Silence
from postmortem.timeline import Timeline


class Told(NamedTuple):
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

"""Root cause and contributing factors: only what people said, quoted, and what only they can answer."""

import re

from postmortem.line import Section
from postmortem.sections.quoting import ask, quotes, said_by_people
from postmortem.sections.roles import COMMANDER, SERVICE_OWNER
from postmortem.told import Told

_CAUSE = re.compile(
    r"\b(root cause|caused? by|because of|due to|turns? out|culprit|introduced (in|by)|suspect\w*|best guess|"
    r"went from \S+ to|changed (its|the|from)|was (never|not) (set|renewed|configured|deployed)|misconfigur\w+|"
    r"(a|the) regression|bug in)\b",
    re.IGNORECASE,
)


def list_causes(told: Told) -> Section:
    lines = (
        *quotes(said_by_people(told), _CAUSE, told.identities),
        ask("Which conditions together made this happen, and which of the above still hold?", COMMANDER),
        ask("Which safeguard should have caught it earlier, and why did it not?", SERVICE_OWNER),
    )
    return Section(key="causes", heading="Root cause and contributing factors", lines=lines)

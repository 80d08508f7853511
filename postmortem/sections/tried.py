"""What was tried: what people said they did."""

import re

from postmortem.line import Section
from postmortem.sections.quoting import ask, quotes, said_by_people
from postmortem.sections.resolution import resolution_notes
from postmortem.sections.roles import RESPONDERS
from postmortem.told import Told

_TRIED = re.compile(
    r"\b(roll(ed|ing)?[- ]?back(?! (run|play)book)|revert(ed|ing)|restart(ed|ing)|redeploy\w*|fail(ed|ing) over|"
    r"scal(ed|ing) (up|down|out)|disabl(ed|ing)|drain(ed|ing)|switch(ed|ing)|block(ed|ing)|rais(ed|ing)|"
    r"delet(ed|ing)|upgrad(ed|ing)|manually|deploy(ed|ing))\b",
    re.IGNORECASE,
)


def list_what_was_tried(told: Told) -> Section:
    ended = {event.id for event in resolution_notes(told)}
    before = [event for event in said_by_people(told) if event.id not in ended]
    lines = (
        *quotes(before, _TRIED, told.identities),
        ask("Which of these helped, which hurt, and which made no difference?", RESPONDERS),
    )
    return Section(key="tried", heading="What was tried", lines=lines)

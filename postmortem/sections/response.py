"""The response itself: computed facts with their sources, questions for this incident, and no verdict on people."""

from postmortem.line import Section
from postmortem.sections.kept_informed import list_rounds, list_silences, list_updates, time_outside_office_hours
from postmortem.sections.quoting import ask
from postmortem.sections.reached import count_escalations, count_hand_offs, count_pages, time_to_assemble
from postmortem.sections.roles import COMMANDER
from postmortem.sections.tools_failed import list_failed_tools
from postmortem.told import Told

# In the order in which they are read; where there are more questions than fit, those of the first ones stay.
_PARTS = (
    count_pages,
    count_escalations,
    time_to_assemble,
    count_hand_offs,
    list_rounds,
    list_updates,
    list_silences,
    list_failed_tools,
    time_outside_office_hours,
)
_MOST_QUESTIONS = 4


def describe_response(told: Told) -> Section:
    lines = [line for part in _PARTS for line in part(told)]
    facts = [line for line in lines if line.asked_of is None]
    asked = [line for line in lines if line.asked_of is not None][:_MOST_QUESTIONS]
    general = ask("Were the right people reached, with the right tools, soon enough?", COMMANDER)
    return Section(key="response", heading="The response itself", lines=(*facts, *(asked or [general])))

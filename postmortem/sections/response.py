"""The response itself: computed facts, and no verdict on people."""

from postmortem.line import Section
from postmortem.sections.quoting import ask
from postmortem.sections.roles import COMMANDER
from postmortem.told import Told


def describe_response(_: Told) -> Section:
    lines = (ask("Were the right people reached, with the right tools, soon enough?", COMMANDER),)
    return Section(key="response", heading="The response itself", lines=lines)

"""Lessons: what people marked as one, else questions."""

from postmortem.line import Section
from postmortem.sections.quoting import ask
from postmortem.sections.roles import EVERYONE
from postmortem.told import Told


def list_lessons(_: Told) -> Section:
    lines = tuple(ask(q, EVERYONE) for q in ("What went well?", "What went badly?", "Where did we get lucky?"))
    return Section(key="lessons", heading="Lessons", lines=lines)

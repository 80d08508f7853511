"""Lines under sub-headings, with what nobody told under one of its own at the end."""

from collections.abc import Iterable, Mapping, Sequence

from postmortem.line import Line
from postmortem.sections.quoting import ask

STILL_UNKNOWN = "Still unknown"


def under_groups(by_group: Mapping[str, Sequence[Line]], order: Iterable[str]) -> tuple[Line, ...]:
    """The lines of each group in the order of the groups, each saying which group it is of."""
    return tuple(line.model_copy(update={"group": group}) for group in order for line in by_group.get(group, ()))


def asked_at_the_end(questions: Sequence[str], role: str, *, after: Sequence[Line]) -> tuple[Line, ...]:
    """Each question to one role; under a heading of their own where other headings came before."""
    lines = (ask(question, role) for question in questions)
    return tuple(line.model_copy(update={"group": STILL_UNKNOWN}) if after else line for line in lines)

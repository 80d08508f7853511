"""The sections of a document, in the order in which they are read."""

from postmortem.line import Section
from postmortem.sections.causes import list_causes
from postmortem.sections.deeds import forget_deeds
from postmortem.sections.impact import describe_impact
from postmortem.sections.lessons import list_lessons
from postmortem.sections.resolution import describe_resolution
from postmortem.sections.response import describe_response
from postmortem.sections.sentences import forget_sentences
from postmortem.sections.summary import summarise
from postmortem.sections.tried import list_what_was_tried
from postmortem.told import Told

_WRITERS = (
    summarise,
    describe_impact,
    list_causes,
    list_what_was_tried,
    describe_resolution,
    describe_response,
    list_lessons,
)


def write_sections(told: Told) -> tuple[Section, ...]:
    """Each section from the same told facts; none reads another."""
    try:
        return tuple(write(told) for write in _WRITERS)
    finally:
        forget_sentences()
        forget_deeds()

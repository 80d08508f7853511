"""How a contradiction is put into words: quotes on one line, spans, and the records that are cited."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from postmortem.citations import cite_all
from postmortem.line import Line
from postmortem.response_times import duration_in_words
from postmortem.timeline import TimelineEvent

# Times in words are rounded, often to five minutes; clocks of two systems differ by less.
ROUNDING = timedelta(minutes=5)
_LONGEST_QUOTE = 160


def ask_of(text: str, role: str, events: Sequence[TimelineEvent]) -> Line:
    """A question that cites each of the records once."""
    return Line(text=text, asked_of=role, citations=tuple(dict.fromkeys(cite_all(events))))


def quoted(text: str) -> str:
    """The words in quotation marks, on one line; cut between words where they are long."""
    words = " ".join(text.split())
    cut = words if len(words) <= _LONGEST_QUOTE else f"{words[:_LONGEST_QUOTE].rsplit(maxsplit=1)[0]} […]"
    return f"“{cut}”"


def apart(one: datetime, other: datetime) -> str:
    """How long one is from the other, whichever comes first."""
    return duration_in_words(abs((other - one).total_seconds()))

"""The full log as Markdown: every event, folded. A plain function, and no template: it may be ten thousand lines."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from postmortem.document import Postmortem
from postmortem.outputs.events import Events
from postmortem.outputs.markers import between_marks
from postmortem.timeline import TimelineEvent


def full_log_markdown(postmortem: Postmortem) -> str:
    """The section between its marks, with its heading, ending in a newline."""
    return between_marks("full_log", "\n".join(_log(postmortem)))


def _log(postmortem: Postmortem) -> Iterator[str]:
    events = postmortem.timeline.events
    yield from ("## Full log", "", f"<details><summary>All {len(events)} events, in order</summary>")
    yield from _days(Events(postmortem), events)
    yield from ("", "</details>")


def _days(ready: Events, events: Iterable[TimelineEvent]) -> Iterator[str]:
    for day, of_day in groupby(events, key=lambda event: event.at.date()):
        yield from ("", f"### {day:%A, %Y-%m-%d} (UTC)", "")
        yield from (f"- {ready.item(event)}" for event in of_day)

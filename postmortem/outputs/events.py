"""One event of the timeline as an item of a Markdown list: by whom, what, and where that is written."""

import re

from postmortem.citations import cite_event, clock, moment_seen_from
from postmortem.document import Postmortem
from postmortem.outputs.escaping import Md, escape, passage, shorten, together
from postmortem.outputs.lines import cited
from postmortem.timeline import TimelineEvent, names_its_author

# What a chat system writes in a person's name: nobody said it.
HOUSEKEEPING = re.compile(
    r"(?:@?\S[^\n]{0,80}? )??(?P<did>"
    r"(?:has )?(?:joined|left) (?:the (?:channel|group|conversation)|#\S{1,80})[^\n]{0,120}|"
    r"(?:has )?(?:set|cleared|changed) the channel (?:topic|purpose|description|name)\b[^\n]{0,300}|"
    r"(?:has )?(?:renamed|archived|unarchived) the channel\b[^\n]{0,300})",
    re.IGNORECASE,
)


class Events:
    """The events of one document, ready to be written: who is who, and what answers what."""

    def __init__(self, postmortem: Postmortem) -> None:
        self._names = postmortem.names
        self.by_id = {event.id: event for event in postmortem.timeline.events}

    def item(self, event: TimelineEvent, *, longest: int | None = None, marked: Md | None = None) -> Md:
        """ "14:03:22 UTC · **Bea**: the pool is exhausted ([#inc-1](…))"; `marked` stands before the words."""
        head = together(
            escape(clock(event.at)), " · ", self._reply(event), together(marked, " · ") if marked else Md("")
        )
        return together(head, self._told(event, longest))

    def _told(self, event: TimelineEvent, longest: int | None) -> Md:
        as_what, words = what_it_is(event)
        text = words if longest is None else shorten(words, longest)
        by, after = self._author(event), _after(event)
        housekeeping = HOUSEKEEPING.fullmatch(text) if event.source == "slack" else None
        if housekeeping:
            return together(by, " ", passage(housekeeping["did"], after=after)) if by else passage(text, after=after)
        if event.was_said:
            said = passage(text, after=after) if text.strip() else together("(without words) ", after)
            return together("**", by, "** " if as_what else "**", escape(as_what), ": ", said) if by else said
        return passage(text, after=together("(by ", by, ") ", after) if by else after)

    def _author(self, event: TimelineEvent) -> Md:
        """Who did or said it; nobody where the sentence itself names them."""
        name = self._names.get(event.who or "", "")
        return escape(name) if name and not names_its_author(event, name) else Md("")

    def _reply(self, event: TimelineEvent) -> Md:
        """A reply stands at its own time, between others: what it answers is told by the time of that."""
        if not event.thread_id:
            return Md("")
        parent = self.by_id.get(event.thread_id)
        return together("↳ to ", escape(moment_seen_from(event.at, parent.at)), " · ") if parent else Md("↳ ")


def what_it_is(event: TimelineEvent) -> tuple[str, str]:
    """What we call a text, apart from its words."""
    prefix = "Resolution note: "
    if event.kind == "note" and event.text.startswith(prefix):
        return " (resolution note)", event.text.removeprefix(prefix)
    return "", event.text


def _after(event: TimelineEvent) -> Md:
    """What follows the words: how often it was repeated, whether it was edited, and the sources."""
    repeated = escape(f"(×{event.count}, until {moment_seen_from(event.at, event.until)}) ") if event.until else Md("")
    return together(
        repeated,
        " " if repeated else "",
        "(edited) " if event.is_edited else "",
        cited([cite_event(event)]),
        " · also in Slack" if event.is_also_in_chat else "",
    )

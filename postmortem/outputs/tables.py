"""Rows of the document's tables and what stands beside them: response times, action items."""

from collections.abc import Iterable
from typing import NamedTuple

from postmortem.action_items.item import ActionItem
from postmortem.citations import cite_event, cite_record, day_and_clock
from postmortem.document import Postmortem
from postmortem.moment import Utc
from postmortem.outputs.escaping import Md, escape, joined, link, prose, shorten, together
from postmortem.outputs.events import Events
from postmortem.outputs.lines import cited
from postmortem.response_times import ResponseTime, duration_in_words

_SHORT = 60
_LONGEST_SAID = 160
_NOBODY = "❓ **nobody yet**"


class TimeRow(NamedTuple):
    """One response time: its name, how long, from when to when with the events, and how sure that is."""

    heading: Md
    duration: Md
    start: Md
    end: Md
    confidence: Md


class ItemRow(NamedTuple):
    """One action item, each cell ready."""

    text: Md
    nature: Md
    owner: Md
    due: Md
    issue: Md
    said: Md


def time_rows(postmortem: Postmortem) -> tuple[TimeRow, ...]:
    """In the order in which they are read; words that several were measured from are quoted once."""
    ready, quoted = Events(postmortem), set[str]()
    return tuple(_time_row(ready, one, quoted) for one in postmortem.response_times.measured)


def _time_row(ready: Events, measured: ResponseTime, quoted: set[str]) -> TimeRow:
    start = _end(ready, measured.from_event, measured.from_at, _once(measured.from_said, quoted))
    end = _end(ready, measured.to_event, measured.to_at, _once(measured.said, quoted))
    if measured.seconds is None:
        unknown = Md("❓ asked below")
        return TimeRow(escape(measured.heading), Md("unknown"), start or unknown, end or unknown, Md(""))
    lasted = together("**", escape(duration_in_words(measured.seconds)), "**")
    return TimeRow(escape(measured.heading), lasted, start, end, escape(measured.confidence or ""))


def _once(said: str | None, quoted: set[str]) -> str | None:
    if said is None or said in quoted:
        return None
    quoted.add(said)
    return shorten(said, _LONGEST_SAID)


def _end(ready: Events, event_id: str | None, at: Utc | None, said: str | None) -> Md:
    """One end of a response time: the moment, its source, and the words it was taken from."""
    event = ready.by_id.get(event_id or "")
    if event is None:
        return Md("")
    words = together(", where it says “", prose(said), "”") if said else Md("")
    return together(escape(day_and_clock(at or event.at)), " ", cited([cite_event(event)]), words)


def item_rows(items: Iterable[ActionItem]) -> tuple[ItemRow, ...]:
    """Those that nobody owns first, those that nobody says any more last."""
    return tuple(_item_row(item) for item in sorted(items, key=lambda item: (item.is_gone, _is_owned(item))))


def _item_row(item: ActionItem) -> ItemRow:
    gone = together("*No longer said:* ", prose(item.text)) if item.is_gone else prose(item.text)
    owner = escape(item.owner.name or "") or ("default owner" if item.owner.account_id else _NOBODY)
    source = cite_record(item.evidence_id, item.evidence_link)
    return ItemRow(
        text=gone,
        nature=escape(item.nature or ""),
        owner=together(owner, "" if item.owner.account_id or not item.owner.name else " ⚠"),
        due=escape(item.due_on.isoformat()) if item.due_on else Md("❓"),
        issue=_issue(item),
        said=link(source.label, source.link),
    )


def _issue(item: ActionItem) -> Md:
    if item.issue_key:
        status = together(", ", escape(item.status)) if item.status else Md("")
        return together(link(item.issue_key, item.issue_link), status)
    return Md("not opened") if item.accepted else Md("suggested")


def item_warnings(items: Iterable[ActionItem]) -> tuple[Md, ...]:
    """What a person has to mend, each sentence once, with the items that it is about."""
    told = [(item, item.owner.why) for item in items if not item.owner.account_id and not item.is_gone]
    told += [(item, sentence) for item in items for sentence in item.said]
    return _by_sentence(told)


def due_reasons(items: Iterable[ActionItem]) -> tuple[Md, ...]:
    """Why the items are due when they are, each reason once."""
    return _by_sentence([(item, item.due_why) for item in items if item.due_why])


def unowned(items: Iterable[ActionItem]) -> tuple[ActionItem, ...]:
    return tuple(item for item in items if not item.is_gone and not _is_owned(item))


def _is_owned(item: ActionItem) -> bool:
    return item.owner.account_id is not None or item.owner.name is not None


def _by_sentence(told: Iterable[tuple[ActionItem, str]]) -> tuple[Md, ...]:
    """ "Nobody was named: “Raise the pool”, “Add an alert”" """
    by_sentence: dict[str, list[ActionItem]] = {}
    for item, sentence in told:
        by_sentence.setdefault(sentence, []).append(item)
    return tuple(
        together(
            escape(f"{sentence[:1].upper()}{sentence[1:].rstrip('.')}:"), " ", joined(", ", map(_short_name, about))
        )
        for sentence, about in by_sentence.items()
    )


def _short_name(item: ActionItem) -> Md:
    return together("“", escape(shorten(item.text, _SHORT)), "”")

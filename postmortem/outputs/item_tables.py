"""The action items of a document, ready to be written: those that are, those that are suggested, those dropped."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from postmortem.action_items.item import ActionItem, Owner, short_name
from postmortem.citations import cite_event, cite_record
from postmortem.document import Postmortem
from postmortem.line import Citation
from postmortem.outputs.escaping import Md, code, escape, joined, link, prose, shorten, together
from postmortem.outputs.lines import sources_of
from postmortem.timeline import TimelineEvent

_SHORT = 60
_NOBODY = "❓ **nobody yet**"
_DOUBTED = 0.0


class ItemRow(NamedTuple):
    """One action item, each cell ready."""

    text: Md
    nature: Md
    owner: Md
    due: Md
    issue: Md
    said: Md


class SuggestionRow(NamedTuple):
    """What nobody marked, each cell ready. `name` is what it is accepted by."""

    text: Md
    owner: Md
    due: Md
    why: Md
    said: Md
    name: Md


def item_rows(postmortem: Postmortem) -> tuple[ItemRow, ...]:
    """Those that nobody owns first, those that nobody says any more last."""
    events = _events(postmortem)
    items = sorted(listed(postmortem), key=lambda item: (item.is_gone, not item.is_unowned))
    return tuple(_item_row(item, events) for item in items)


def suggestion_rows(postmortem: Postmortem) -> tuple[SuggestionRow, ...]:
    """The surest first."""
    events = _events(postmortem)
    suggested = sorted((item for item in postmortem.action_items if item.is_suggestion), key=_doubt)
    return tuple(_suggestion_row(item, events, postmortem.names) for item in suggested)


def how_to_accept(postmortem: Postmortem) -> Md:
    """What a reader of the document can do about a suggestion."""
    command = code(f"debrief actions accept {postmortem.incident.id} NAME")
    return together(
        "Accept one in Slack, on the page, or with ", command, "; drop what is none.", _left_out(postmortem)
    )


def _left_out(postmortem: Postmortem) -> Md:
    count = postmortem.suggestions_left_out
    rest = " more that is less sure is left out." if count == 1 else " more that are less sure are left out."
    return together(" ", escape(str(count)), rest) if count else together()


def dropped_lines(postmortem: Postmortem) -> tuple[Md, ...]:
    """A line each: what, by whom, where, and the issue that there was already."""
    return tuple(_dropped(item) for item in postmortem.action_items if item.is_dropped)


def listed(postmortem: Postmortem) -> tuple[ActionItem, ...]:
    return tuple(item for item in postmortem.action_items if item.is_listed)


def item_warnings(items: Iterable[ActionItem]) -> tuple[Md, ...]:
    """What a person has to mend, each sentence once, with the items that it is about."""
    items = [item for item in items if item.is_listed]
    told = [(item, item.owner.why) for item in items if item.owner.is_unsettled and not item.is_gone]
    told += [(item, sentence) for item in items for sentence in item.said]
    return _by_sentence(told)


def due_reasons(items: Iterable[ActionItem]) -> tuple[Md, ...]:
    """Why the items are due when they are, each reason once."""
    return _by_sentence([(item, item.due_why) for item in items if item.due_why and item.is_listed])


def changes_in_jira(items: Iterable[ActionItem]) -> tuple[Md, ...]:
    """What people changed in the issues, each sentence once."""
    return _by_sentence([(item, sentence) for item in items if item.is_listed for sentence in item.changes])


def unowned(items: Iterable[ActionItem]) -> tuple[ActionItem, ...]:
    return tuple(item for item in items if item.is_listed and item.is_unowned)


def _events(postmortem: Postmortem) -> Mapping[str, TimelineEvent]:
    """By each record that says so; an event's own record before those that were folded into another."""
    folded = {record: event for event in postmortem.timeline.events for record in event.evidence_ids}
    return folded | {event.id: event for event in postmortem.timeline.events}


def _item_row(item: ActionItem, events: Mapping[str, TimelineEvent]) -> ItemRow:
    return ItemRow(
        text=together("*No longer said:* ", prose(item.text)) if item.is_gone else prose(item.text),
        nature=escape(item.nature or ""),
        owner=_owner(item.owner),
        due=_due(item),
        issue=_issue(item),
        said=together(_said(item, events), _decided(item)),
    )


def _suggestion_row(item: ActionItem, events: Mapping[str, TimelineEvent], names: Mapping[str, str]) -> SuggestionRow:
    event = events.get(item.evidence_id)
    author = escape(names.get(event.who or "", "")) if event else Md("")
    return SuggestionRow(
        text=prose(item.text),
        owner=_owner(item.owner, is_looked_up=False) if _is_owned(item) else Md("nobody yet"),
        due=_due(item) if item.due_on else Md(""),
        why=_why(item),
        said=together(author, ", " if author else "", _said(item, events)),
        name=escape(short_name(item.id)),
    )


def _why(item: ActionItem) -> Md:
    """ "Likely: its author said “I'll”"."""
    if item.likely is None:
        return Md("")
    surely = item.likely.in_words
    reason = prose(item.likely.in_short)
    return together(escape(f"{surely[:1].upper()}{surely[1:]}"), ": " if reason else "", reason)


def _doubt(item: ActionItem) -> tuple[float, str]:
    return -(item.likely.confidence if item.likely else _DOUBTED), item.id


def _owner(owner: Owner, *, is_looked_up: bool = True) -> Md:
    """Whose it is and who else was named; a sign where Jira was asked and does not know them."""
    name = escape(owner.name or "") or ("default owner" if owner.account_id else Md(_NOBODY))
    role = together(" (", escape(owner.role), ")") if owner.role else Md("")
    others = together(", with ", joined(", ", map(escape, owner.others))) if owner.others else Md("")
    is_unknown = is_looked_up and owner.name and not owner.account_id
    return together(name, role, " ⚠" if is_unknown else "", others)


def _due(item: ActionItem) -> Md:
    return escape(item.due_on.isoformat()) if item.due_on else Md("❓")


def _issue(item: ActionItem) -> Md:
    if item.issue_key is None:
        return Md("not opened")
    status = together(", ", escape(item.status)) if item.status else Md("")
    return together(link(item.issue_key, item.issue_link), status)


def _said(item: ActionItem, events: Mapping[str, TimelineEvent]) -> Md:
    """Where it was said, and where again: the first is its own record."""
    again = (_citation(record, events) for record in item.also_said)
    first = cite_record(item.evidence_id, item.evidence_link)
    return sources_of((first, *again))


def _citation(record: str, events: Mapping[str, TimelineEvent]) -> Citation:
    event = events.get(record)
    found = cite_event(event) if event else None
    return cite_record(record, found.link if found else None)


def _decided(item: ActionItem) -> Md:
    """Who made an item of what nobody marked."""
    if item.decision is None or item.likely is None or not item.accepted:
        return Md("")
    return together("; accepted by ", escape(item.decision.by), " ", escape(item.decision.where))


def _dropped(item: ActionItem) -> Md:
    by = item.decision
    who = together(" by ", escape(by.by), " ", escape(by.where)) if by else Md("")
    issue = together("; its issue stays as it is: ", _issue(item)) if item.issue_key else Md("")
    return together("Dropped", who, ": ", _name(item), issue)


def _is_owned(item: ActionItem) -> bool:
    return item.owner.account_id is not None or item.owner.name is not None


def _by_sentence(told: Iterable[tuple[ActionItem, str]]) -> tuple[Md, ...]:
    """ "Nobody was named: “Raise the pool”, “Add an alert”" """
    by_sentence: dict[str, list[ActionItem]] = {}
    for item, sentence in told:
        by_sentence.setdefault(sentence, []).append(item)
    return tuple(
        together(escape(f"{sentence[:1].upper()}{sentence[1:].rstrip('.')}:"), " ", joined(", ", map(_name, about)))
        for sentence, about in by_sentence.items()
    )


def _name(item: ActionItem) -> Md:
    return together("“", escape(shorten(item.text, _SHORT)), "”")

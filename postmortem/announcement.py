"""What is said in the channel and on the incident when the draft is ready: links, gaps, who owns what."""

from postmortem.action_items.item import ActionItem, Span
from postmortem.document import Postmortem
from postmortem.outputs.escaping import printable

type Paragraphs = tuple[tuple[Span, ...], ...]

HEAD = "Draft postmortem ready"
"""Begins every announcement: by it, among others, our own words are told from people's."""


def announce_draft(
    postmortem: Postmortem,
    *,
    draft: str,
    links: tuple[tuple[str, str], ...] = (),
    said: tuple[str, ...] = (),
    withheld: tuple[str, ...] = (),
) -> Paragraphs:
    """The announcement as paragraphs. `draft` is the file's name, `links` (words, address) open it where readers can.

    `said` are sentences about its publication. Of items whose evidence id begins with one of `withheld` ("slack/C1/",
    or "" for every one) only the issue is named: the readers of this announcement are not those to whom they were said.
    """
    opened = [span for words, link in links for span in (Span(text=" · "), Span(text=words, link=link))][1:]
    head = (Span(text=f"{HEAD}: {postmortem.title} — "), *(opened or [Span(text=draft)]))
    items = postmortem.action_items
    hidden = [item for item in items if item.evidence_id.startswith(withheld)]
    told = tuple(item for item in items if item not in hidden)
    listed = _items(told) if told or not hidden else ()
    whole = (head, *_warned(said), *_missing(postmortem), *listed, *map(_bare, hidden), *_unresolved(told))
    return tuple(tuple(map(_shown, spans)) for spans in whole)


def _shown(span: Span) -> Span:
    """Neither Slack nor PagerDuty takes out what turns the direction of reading."""
    return Span(text=printable(span.text), link=span.link and printable(span.link))


def _warned(said: tuple[str, ...]) -> Paragraphs:
    return tuple((Span(text=f"⚠ {sentence}"),) for sentence in said)


def _missing(postmortem: Postmortem) -> Paragraphs:
    return tuple((Span(text=f"Not read: {gap.what}. {gap.remedy}"),) for gap in postmortem.gaps)


def _items(items: tuple[ActionItem, ...]) -> Paragraphs:
    if not items:
        return ((Span(text="No action items were marked. Mark one with “ACTION: @name what, by when”."),),)
    return tuple(_item(item) for item in items)


def _item(item: ActionItem) -> tuple[Span, ...]:
    due = f", due {item.due_on.isoformat()}" if item.due_on else ""
    owner = item.owner.name or ("the default owner" if item.owner.account_id else "nobody yet")
    return (*_bare(item), Span(text=f" {item.text} ({owner}{due})"))


def _bare(item: ActionItem) -> tuple[Span, ...]:
    """The issue alone: who may open it reads the rest there."""
    issue = Span(text=item.issue_key, link=item.issue_link) if item.issue_key else Span(text="no issue")
    return (Span(text="• "), issue)


def _unresolved(items: tuple[ActionItem, ...]) -> Paragraphs:
    unowned = [item for item in items if item.owner.account_id is None]
    said = [(item, sentence) for item in items for sentence in item.said]
    warnings = [(item, f"{item.owner.why.rstrip('.')}.") for item in unowned] + said
    return tuple((Span(text=f"⚠ {item.issue_key or item.text}: {sentence}"),) for item, sentence in warnings)


def plain_text(paragraphs: Paragraphs) -> str:
    """The announcement for places that know no formatting, links written out."""
    return "\n".join(
        "".join(f"{span.text} ({span.link})" if span.link else span.text for span in spans) for spans in paragraphs
    )

"""What is said in the channel and on the incident when the draft is ready: links, gaps, who owns what; and asked."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from postmortem.action_items.item import ActionItem, Span
from postmortem.document import Postmortem
from postmortem.noun import Noun
from postmortem.outputs.escaping import printable

type Paragraphs = tuple[tuple[Span, ...], ...]
type Choice = Literal["accept", "edit", "drop", "claim"]

HEAD = "Draft postmortem ready"
"""Begins every announcement: by it, among others, our own words are told from people's."""
MOST_ASKED = 10
"""Of one kind. Who is asked about more answers none."""
MOST_NAMED = 30
"""Lines of one kind: the draft lists all, and Slack cuts a message off at 40,000 characters."""

_DECIDE: tuple[Choice, ...] = ("accept", "edit", "drop")
_OWN: tuple[Choice, ...] = ("claim", "edit")


class Line(Noun):
    """A line of the announcement. With `choices`, what can be chosen there for the item `item_id`."""

    spans: tuple[Span, ...]
    item_id: str | None = None
    choices: tuple[Choice, ...] = ()


def announce_draft(
    postmortem: Postmortem,
    *,
    draft: str,
    links: tuple[tuple[str, str], ...] = (),
    said: tuple[str, ...] = (),
    withheld: tuple[str, ...] = (),
) -> Paragraphs:
    """The announcement where nobody can choose anything. The arguments are those of `announce_and_ask`."""
    lines = announce_and_ask(postmortem, draft=draft, links=links, said=said, withheld=withheld, asks=False)
    return paragraphs_of(lines)


def announce_and_ask(
    postmortem: Postmortem,
    *,
    draft: str,
    links: tuple[tuple[str, str], ...] = (),
    said: tuple[str, ...] = (),
    withheld: tuple[str, ...] = (),
    asks: bool = True,
) -> tuple[Line, ...]:
    """The announcement, its items that nobody owns first, and the suggestions that somebody has to decide on.

    `draft` is the file's name, `links` (words, address) open it where readers can. `said` are sentences about its
    publication. Of items that rest on one of the places `withheld` ("slack/C1/", or "" for every one) only the issue
    is named, and nobody is asked about them: the readers are not those to whom they were said. Where it does not
    ask, the suggestions are counted.
    """
    opened = [span for words, link in links for span in (Span(text=" · "), Span(text=words, link=link))][1:]
    head = (Span(text=f"{HEAD}: {postmortem.title} — "), *(opened or [Span(text=draft)]))
    hidden = [item for item in postmortem.action_items if item.rests_on(withheld)]
    told = [item for item in postmortem.action_items if not item.rests_on(withheld)]
    items = [item for item in told if item.is_listed]
    ask = _asked if asks else _counted
    whole = (
        *_lines((head, *_warned(said), *_missing(postmortem))),
        *(_items(items, asks=asks) if items or not hidden else ()),
        *_named(_lines(_bare(item) for item in hidden if item.is_listed)),
        *_named(_lines(_unresolved(items))),
        *ask([item for item in told if item.is_suggestion]),
        *_dropped([item for item in told if item.is_dropped]),
    )
    return tuple(map(_shown, whole))


def _shown(line: Line) -> Line:
    """Neither Slack nor PagerDuty takes out what turns the direction of reading."""
    spans = tuple(Span(text=printable(span.text), link=span.link and printable(span.link)) for span in line.spans)
    return line.model_copy(update={"spans": spans})


def _lines(paragraphs: Iterable[tuple[Span, ...]]) -> tuple[Line, ...]:
    return tuple(Line(spans=spans) for spans in paragraphs)


def _sentence(text: str) -> Line:
    return Line(spans=(Span(text=text),))


def _warned(said: tuple[str, ...]) -> Paragraphs:
    return tuple((Span(text=f"⚠ {sentence}"),) for sentence in said)


def _missing(postmortem: Postmortem) -> Paragraphs:
    return tuple((Span(text=f"Not read: {gap.what}. {gap.remedy}"),) for gap in postmortem.gaps)


def _items(items: list[ActionItem], *, asks: bool) -> Iterator[Line]:
    """Those that nobody owns first, with what can be done about it."""
    if not items:
        yield _sentence("No action items were marked. Mark one with “ACTION: @name what, by when”.")
        return
    unowned = [item for item in items if item.is_unowned]
    if unowned and asks:
        yield _sentence("These need an owner:")
    asked = (_OWN if asks and place < MOST_ASKED else () for place in range(len(unowned)))
    yield from _named(
        tuple(Line(spans=_item(item), item_id=item.id, choices=own) for item, own in zip(unowned, asked, strict=True))
    )
    if unowned and asks and len(unowned) < len(items):
        yield _sentence("Action items:")
    yield from _named(_lines(_item(item) for item in items if not item.is_unowned))


def _named(lines: Sequence[Line]) -> Iterator[Line]:
    """As many as somebody reads, and how many there are beside."""
    yield from lines[:MOST_NAMED]
    if len(lines) > MOST_NAMED:
        yield _sentence(f"… and {len(lines) - MOST_NAMED} more, which the draft lists.")


def _asked(suggestions: list[ActionItem]) -> Iterator[Line]:
    """The surest first; how many there are beside, and where."""
    if not suggestions:
        return
    yield _sentence("Suggested, not opened (nobody marked these; each becomes an issue when somebody accepts it):")
    surest = sorted(suggestions, key=_doubt)
    for item in surest[:MOST_ASKED]:
        why = item.likely.in_short if item.likely else ""
        spans = (Span(text=f"• {item.text} ({_who_and_when(item)})"), *((Span(text=f" — {why}"),) if why else ()))
        yield Line(spans=spans, item_id=item.id, choices=_DECIDE)
    if len(surest) > MOST_ASKED:
        left_out = _amount(len(surest) - MOST_ASKED, "more suggestion")
        yield _sentence(f"… and {left_out}, which the draft lists.")


def _counted(suggestions: list[ActionItem]) -> Iterator[Line]:
    if suggestions:
        wait = "waits" if len(suggestions) == 1 else "wait"
        yield _sentence(f"{_amount(len(suggestions), 'suggested action item')} {wait} for a decision: see the draft.")


def _dropped(items: list[ActionItem]) -> Iterator[Line]:
    if items:
        by = sorted({item.decision.by for item in items if item.decision})
        yield _sentence(f"Dropped: {_amount(len(items), 'item')}, by {', '.join(by)}.")


def _doubt(item: ActionItem) -> float:
    return -item.likely.confidence if item.likely else 0.0


def _amount(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _item(item: ActionItem) -> tuple[Span, ...]:
    return (*_bare(item), Span(text=f" {item.text} ({_who_and_when(item)})"))


def _who_and_when(item: ActionItem) -> str:
    due = f", due {item.due_on.isoformat()}" if item.due_on else ""
    return (item.owner.name or ("the default owner" if item.owner.account_id else "nobody yet")) + due


def _bare(item: ActionItem) -> tuple[Span, ...]:
    """The issue alone: who may open it reads the rest there."""
    issue = Span(text=item.issue_key, link=item.issue_link) if item.issue_key else Span(text="no issue")
    return (Span(text="• "), issue)


def _unresolved(items: list[ActionItem]) -> Paragraphs:
    unsettled = [item for item in items if item.owner.is_unsettled]
    said = [(item, sentence) for item in items for sentence in item.said]
    warnings = [(item, f"{item.owner.why.rstrip('.')}.") for item in unsettled] + said
    about: dict[str, list[ActionItem]] = {}
    for item, sentence in warnings:
        about.setdefault(sentence, []).append(item)
    return tuple((Span(text=f"⚠ {_whose(some, items)}: {sentence}"),) for sentence, some in about.items())


def _whose(some: list[ActionItem], items: list[ActionItem]) -> str:
    """Which items a sentence is about, which is said once."""
    if len(some) == len(items) and len(some) > 1:
        return f"All {len(some)} items"
    if len(some) > MOST_ASKED:
        return f"{len(some)} items"
    return ", ".join(item.issue_key or item.text for item in some)


def paragraphs_of(lines: Iterable[Line]) -> Paragraphs:
    return tuple(line.spans for line in lines)


def plain_text(paragraphs: Paragraphs) -> str:
    """The announcement for places that know no formatting, links written out."""
    return "\n".join(
        "".join(f"{span.text} ({span.link})" if span.link else span.text for span in spans) for spans in paragraphs
    )

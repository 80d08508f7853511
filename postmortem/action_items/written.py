"""Items that people write into the document itself: the boxes of a list, found again at every run."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markdown_it.token import Token
from rapidfuzz import fuzz

from postmortem.action_items.item import ActionItem
from postmortem.action_items.marked import MarkedItem, read_item
from postmortem.action_items.seen import ordinals
from postmortem.action_items.spoken import Spoken, mentions_by_name
from postmortem.evidence import Evidence
from postmortem.identities import Identities
from postmortem.observations import Written
from postmortem.outputs.parsing import parse, without_full_log

TICKED = "Ticked in the document. Debrief closes no issue, a person does that in Jira."
_BOX = re.compile(r"\[(?P<sign>[ \t\xa0xX]?)\](?=\s)")
# In a document a line is as often taken out and another written as it is reworded; the words in common, of 100.
_STILL_THE_SAME = 55
_TOLD_BY = 500


class Box(NamedTuple):
    """One item of a list with a box before it, its words without marks."""

    text: str
    is_ticked: bool


def find_boxes(markdown: str) -> tuple[Box, ...]:
    """Every box of the document's lists, in order: not those in code, in quotes, or struck through.

    What stands in our full log is no person's, whatever it looks like.
    """
    if not _BOX.search(markdown):
        return ()
    return tuple(box for words in _items(parse(without_full_log(markdown))) if (box := _box(words)))


def written_in(
    evidence: Evidence, identities: Identities, seen: Sequence[ActionItem]
) -> Iterator[tuple[Spoken, MarkedItem]]:
    """Each item with the record that it was read in; `seen` are those of that record that were listed before.

    A ticked one is an item only where it has an issue: that goes on being listed.
    """
    written = _once(evidence.written)
    numbers = ordinals([one.text for one in written], _possibly_edited(seen, written))
    opened = {int(item.id.rpartition("#")[2]) for item in seen if item.issue_key}
    for one, number in zip(written, numbers, strict=True):
        if not one.is_ticked or number in opened:
            mentions = mentions_by_name(one.mention_ids or _mentioned_in(one.text, evidence), identities)
            record = Spoken(id=one.id, moment=one.moment, link=one.link, mentions=mentions)
            yield record, _read(one, mentions).model_copy(update={"ordinal": number})


def as_ticked(item: ActionItem, evidence: Evidence, before: ActionItem | None) -> ActionItem:
    """The item as it is; one that is ticked in the document keeps its issue, and nothing more is asked for."""
    is_ticked = any(one.is_ticked and one.text == item.quote for one in _once(evidence.written))
    return without_request(item, before, TICKED) if before and is_ticked else item


def without_request(item: ActionItem, before: ActionItem, why: str) -> ActionItem:
    """The item with the issue that it had, for which nothing more is asked of Jira."""
    kept = {name: getattr(before, name) for name in ("issue_key", "issue_link", "status")}
    return item.model_copy(update={"accepted": False, "said": (why,), **kept})


def _once(written: Sequence[Written]) -> tuple[Written, ...]:
    """The same words in two places are one item; open in one of them, it is open."""
    found: dict[str, Written] = {}
    for one in sorted(written, key=lambda one: one.is_ticked):
        found.setdefault(_plain(one.text), one)
    return tuple(found.values())


def _possibly_edited(seen: Sequence[ActionItem], written: Sequence[Written]) -> tuple[ActionItem, ...]:
    """What was listed before, where nothing written now is like it marked as gone: nobody takes its place."""
    said = {_plain(item.quote) for item in seen}
    new = [_plain(one.text) for one in written if _plain(one.text) not in said]
    return tuple(
        item
        if any(_are_alike(_plain(item.quote), words) for words in new)
        else item.model_copy(update={"is_gone": True})
        for item in seen
    )


def _are_alike(one: str, other: str) -> bool:
    return fuzz.token_sort_ratio(one[:_TOLD_BY], other[:_TOLD_BY], score_cutoff=_STILL_THE_SAME) > 0


def _mentioned_in(text: str, evidence: Evidence) -> tuple[str, ...]:
    """Whom a Markdown document mentions, only the names can tell."""
    named = ((person.id, name) for person in evidence.people for name in (person.name, person.handle) if name)
    return tuple(id_ for id_, name in named if f"@{name}" in text)


def _read(one: Written, mentions: dict[str, str]) -> MarkedItem:
    """Confluence assigns a task to the first whom it mentions, wherever in its words that is."""
    found = read_item(one.text, one.text, tuple(mentions))
    if found.named is None and not found.says_i and one.mention_ids:
        first = next((name for name, id_ in mentions.items() if id_ == one.mention_ids[0]), None)
        return found.model_copy(update={"named": first, "with_at": first is not None})
    return found


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())


def _items(tokens: Sequence[Token]) -> Iterator[Token]:
    """The words at the beginning of each item of a list that stands in no quote."""
    quoted = 0
    for before, paragraph, words in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if before.type in ("blockquote_open", "blockquote_close"):
            quoted += before.nesting
        if before.type == "list_item_open" and paragraph.type == "paragraph_open" and not quoted:
            yield words


def _box(words: Token) -> Box | None:
    """The words as they were written tell a box from a text that looks like one: there, its brackets are escaped."""
    opening = _BOX.match(words.content)
    if opening is None:
        return None
    text = " ".join("".join(_texts(words.children or ())).split())
    said = _BOX.sub("", f"{text} ", count=1).strip()
    return Box(said, opening["sign"] in ("x", "X")) if said else None


def _texts(children: Sequence[Token]) -> Iterator[str]:
    """What a reader sees, with where a link leads; not what is struck through."""
    struck, links = 0, list[tuple[str, list[str]]]()
    for token in children:
        struck += token.nesting if token.tag == "s" else 0
        if token.type == "link_open":
            links.append((str(token.attrs.get("href", "")), []))
        elif token.type == "link_close" and links:
            address, label = links.pop()
            yield "" if "".join(label) in (address, "") or struck else f" ({address})"
        text = " " if token.type in ("softbreak", "hardbreak") else _code_or_text(token)
        if text and not struck:
            if links:
                links[-1][1].append(text)
            yield text


def _code_or_text(token: Token) -> str:
    return f"`{token.content}`" if token.type == "code_inline" else token.content if token.type == "text" else ""

"""What Debrief says in the channel, and finding it again after a lost answer."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import groupby

from connectors.errors import BadReply, NotAllowed, NotFound, OutcomeUnknown, Rejected
from connectors.slack.api import SlackApi
from connectors.slack.clicks import ItemRef, item_buttons
from connectors.slack.markup import MOST_CHARACTERS, escape, scrub
from connectors.slack.replies import Raw, listed, next_cursor
from connectors.slack.translate import OUR_EVENT
from connectors.slack.window import slack_ts
from postmortem.action_items.item import Span
from postmortem.announcement import Line

# https://docs.slack.dev/reference/block-kit/blocks (read 2026-11-20)
MOST_BLOCKS = 50
LONGEST_BLOCK = 3000
MOST_PAGES = 20
_LINK = re.compile(r"https?://[^\s/?#\\]")
type Piece = tuple[list[Raw], int]
"""Blocks that belong together, and how many lines they show."""
_LOOK = "It may have happened: look before trying again."


def announce(api: SlackApi, channel_id: str, text: str, blocks: list[Raw] | None, key: str) -> str:
    """Post, and return the message's ts. `text` is plain: it is escaped here, and read where blocks cannot be shown.

    `key` names the announcement for ever. Raises OutcomeUnknown where the answer was lost: `find_announcement` looks.
    """
    answer = api.chat_post_message(channel_id, escape(text)[:MOST_CHARACTERS], blocks=blocks, key=key)
    ts = answer.get("ts")
    if not isinstance(ts, str):
        # It was accepted, so it may be there: refused it is not.
        raise OutcomeUnknown(f"Slack chat.postMessage for {channel_id}", "the answer names no message", _LOOK)
    return ts


def update_announcement(
    api: SlackApi, channel_id: str, ts: str, text: str, blocks: list[Raw] | None, key: str
) -> str | None:
    """Bring an announcement up to date; the same again changes nothing. None, or in words why it stays as it is.

    Somebody may have deleted it or archived its channel: that is theirs to do, and nothing is posted instead.
    """
    try:
        api.chat_update(channel_id, ts, escape(text)[:MOST_CHARACTERS], blocks=blocks, key=key)
    except (NotFound, NotAllowed, Rejected) as refusal:
        return str(refusal)
    return None


def find_announcement(api: SlackApi, channel_id: str, key: str, since: datetime) -> str | None:
    """The ts of the announcement with this key, posted since then; None where there is none."""
    return _find(api, channel_id, since, lambda message: _is_ours(message.get("metadata"), key))


def find_file(api: SlackApi, channel_id: str, name: str, since: datetime) -> str | None:
    """The ts of the message that shares a file of this name since then; None where there is none."""
    return _find(
        api, channel_id, since, lambda message: any(file.get("name") == name for file in listed(message, "files"))
    )


def _find(api: SlackApi, channel_id: str, since: datetime, fits: Callable[[Raw], bool]) -> str | None:
    """Reads the newest first. History shows at once what was posted. Raises BadReply for pages that lead back to
    themselves: what may stand behind them is not absent, and must not be posted again."""
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        answer = api.conversations_history(channel_id, oldest=slack_ts(since), cursor=cursor)
        for message in listed(answer, "messages"):
            if fits(message):
                return scrub(message.get("ts"))
        following = next_cursor(answer) if answer.get("has_more") else None
        if following is None:
            return None
        if following == cursor:
            raise BadReply(f"Looking for what we posted in {channel_id}", "Slack's pages do not come to an end")
        cursor = following
    return None


def blocks_from_paragraphs(paragraphs: Iterable[tuple[Span, ...]]) -> list[Raw]:
    """Rich text, in which Slack parses nothing: a name cannot become a mention, and only our own spans are links.

    Where there is more than a message takes, the last block says how many lines are left out.
    """
    return _fitting([([_rich(sections)], len(sections)) for sections in _packed(paragraphs)])


def blocks_from_lines(lines: Iterable[Line], incident_id: str) -> list[Raw]:
    """The same, and under the lines on which somebody is asked, their buttons."""
    pieces: list[Piece] = []
    for is_asked, run in groupby(lines, key=lambda line: bool(line.choices)):
        if is_asked:
            pieces.extend((_asked(line, incident_id), 1) for line in run)
        else:
            pieces.extend(([_rich(each)], len(each)) for each in _packed(line.spans for line in run))
    return _fitting(pieces)


def _asked(line: Line, incident_id: str) -> list[Raw]:
    item = ItemRef(incident_id, line.item_id or "")
    buttons = item_buttons(line.choices, item, "".join(span.text for span in line.spans).lstrip("• "))
    return [_rich([_section(_elements(line.spans))]), *([buttons] if buttons else [])]


def _packed(paragraphs: Iterable[tuple[Span, ...]]) -> list[list[Raw]]:
    """Paragraphs in as few blocks as take them, each block as its sections."""
    blocks: list[list[Raw]] = []
    room = 0
    for spans in paragraphs:
        elements = _elements(spans)
        length = sum(len(element["text"]) for element in elements) + 1
        if length > room:
            blocks.append([])
            room = LONGEST_BLOCK
        blocks[-1].append(_section(elements))
        room -= length
    return blocks


def _fitting(pieces: list[Piece]) -> list[Raw]:
    """As many pieces as a message takes, from the first on."""
    if sum(len(blocks) for blocks, _ in pieces) <= MOST_BLOCKS:
        return [block for blocks, _ in pieces for block in blocks]
    kept: list[Raw] = []
    for place, (blocks, _) in enumerate(pieces):
        if len(kept) + len(blocks) >= MOST_BLOCKS:
            left_out = sum(lines for _, lines in pieces[place:])
            notice = Span(text=f"… and {left_out} more lines, which do not fit here: they are in the draft.")
            return [*kept, _rich([_section(_elements((notice,)))])]
        kept.extend(blocks)
    return kept


def _rich(sections: list[Raw]) -> Raw:
    return {"type": "rich_text", "elements": sections}


def _section(elements: list[Raw]) -> Raw:
    return {"type": "rich_text_section", "elements": [*elements, {"type": "text", "text": "\n"}]}


def _elements(spans: Iterable[Span]) -> list[Raw]:
    """One paragraph, cut where it would be longer than a block."""
    elements: list[Raw] = []
    room = LONGEST_BLOCK - 1  # for the newline
    for span in spans:
        text = scrub(span.text)[:room]
        room -= len(text)
        if text:
            elements.append(_element(span, text))
    return elements


def _element(span: Span, text: str) -> Raw:
    if span.link and _LINK.match(span.link):
        return {"type": "link", "url": scrub(span.link), "text": text}
    return {"type": "text", "text": text}


def _is_ours(metadata: object, key: str) -> bool:
    if not isinstance(metadata, dict):
        return False
    payload = metadata.get("event_payload")
    return metadata.get("event_type") == OUR_EVENT and isinstance(payload, dict) and payload.get("key") == key

"""The text inside Slack's blocks and attachments. Pure and total.

Source: https://docs.slack.dev/reference/block-kit/blocks (read 2026-11-20). A kind we do not know gives its `text`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.slack.markup import date_text, decode, labelled, mention, scrub, unescape

DEEPEST = 12
"""Slack nests rich text four deep; whatever is deeper than this was not made by Slack."""

# https://docs.slack.dev/messaging/unfurling-links-in-messages (read 2026-11-21)
_UNFURLED = ("from_url", "original_url", "app_unfurl_url")
_NO_PREVIEW = ("[no preview available]", "This content can't be displayed.")


@dataclass(slots=True)
class Reader:
    """Reads one message. `names` gives people's names by Slack id; `mentioned` collects the ids met on the way."""

    names: Mapping[str, str]
    mentioned: list[str] = field(default_factory=list)

    def blocks(self, blocks: object, depth: int = 0) -> str:
        """All blocks, one below the other."""
        return "\n".join(text for text in (self._block(block, depth) for block in records(blocks)) if text.strip())

    def attachments(self, attachments: object, beside: str) -> str:
        """All attachments, one below the other, without previews of links in `beside`, the message's own raw text."""
        texts = (self._attachment(each) for each in records(attachments) if not _is_preview(each, beside))
        return "\n".join(text for text in texts if text.strip())

    def _attachment(self, attachment: Mapping[str, Any]) -> str:
        """What people saw of it. A message that was shared is quoted: its words are somebody else's."""
        parts = [self.mrkdwn(attachment.get("pretext")), self._titled(attachment), self.mrkdwn(attachment.get("text"))]
        fields = records(attachment.get("fields"))
        told = ((self.mrkdwn(entry.get("title")), self.mrkdwn(entry.get("value"))) for entry in fields)
        parts.extend(": ".join(filter(None, pair)) for pair in told)
        text = "\n".join(part for part in parts if part) or self._instead(attachment)
        if not (attachment.get("is_share") or attachment.get("is_msg_unfurl")):
            return text
        author = scrub(attachment.get("author_name"))
        return "\n".join(f"> {line}" for line in (f"{author}: {text}" if author else text).splitlines())

    def _instead(self, attachment: Mapping[str, Any]) -> str:
        fallback = self.mrkdwn(attachment.get("fallback"))
        return fallback if fallback and fallback not in _NO_PREVIEW else self.blocks(attachment.get("blocks"), 1)

    def _titled(self, attachment: Mapping[str, Any]) -> str:
        title, link = self.mrkdwn(attachment.get("title")), scrub(attachment.get("title_link"))
        return labelled(link, title) if title and link else title

    def _block(self, block: Mapping[str, Any], depth: int) -> str:
        if depth > DEEPEST:
            return ""
        match block.get("type"):
            case "rich_text":
                return "\n".join(self._rich(element, depth + 1) for element in records(block.get("elements")))
            case "context":
                return " ".join(filter(None, map(self._text_object, records(block.get("elements")))))
            case "image" | "video":
                return self._text_object(block.get("title")) or scrub(block.get("alt_text"))
            case "table":
                rows = block.get("rows")
                return "\n".join(self._row(row, depth + 1) for row in rows) if isinstance(rows, list) else ""
            case _:
                parts = [self._text_object(block.get("text"))]
                parts.extend(map(self._text_object, records(block.get("fields"))))
                return "\n".join(filter(None, parts))

    def _row(self, row: object, depth: int) -> str:
        return " | ".join(self._text_object(cell) or self._block(cell, depth) for cell in records(row))

    def _text_object(self, value: object) -> str:
        """A text object: mrkdwn is decoded, plain_text is what it says."""
        if not isinstance(value, Mapping):
            return self.mrkdwn(value)
        if value.get("type") == "mrkdwn":
            return self.mrkdwn(value.get("text"))
        return scrub(value.get("text")) or scrub(value.get("alt_text"))

    def mrkdwn(self, value: object) -> str:
        return decode(scrub(value), self.names, self.mentioned)

    def _rich(self, element: Mapping[str, Any], depth: int) -> str:
        """Rich text is a tree whose leaves are plain: nothing in it is escaped."""
        if depth > DEEPEST:
            return ""
        children = records(element.get("elements"))
        if element.get("type") == "rich_text_list":
            return "\n".join("• " + self._rich(child, depth + 1) for child in children)
        if "elements" in element:
            return "".join(self._rich(child, depth + 1) for child in children)
        return self._leaf(element)

    def _leaf(self, element: Mapping[str, Any]) -> str:
        def say(key: str) -> str:
            return scrub(element.get(key))

        match element.get("type"):
            case "link":
                return labelled(say("url"), say("text"))
            case "user":
                return mention(say("user_id"), "", self.names, self.mentioned)
            case "channel":
                return "#" + (self.names.get(say("channel_id")) or say("channel_id"))
            case "usergroup" | "broadcast":
                return "@" + (say("usergroup_id") or say("range"))
            case "date":
                return date_text(str(element.get("timestamp", "")), say("fallback"))
            case _:
                return say("text") or say("value") or (f":{say('name')}:" if say("name") else "")


def _is_preview(attachment: Mapping[str, Any], beside: str) -> bool:
    """Whether Slack or an app unfurled a link that the text names: it tells what lies there, not what was said."""
    addresses = (attachment.get(key) for key in _UNFURLED)
    said = unescape(beside)
    return any(isinstance(address, str) and address and unescape(address) in said for address in addresses)


def records(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects in a list; nothing where there is no list, and nothing for what is not an object."""
    if isinstance(value, list):
        for entry in value:
            if isinstance(entry, Mapping):
                yield entry


def strings(value: object) -> Iterator[str]:
    """Every string anywhere inside, without recursion."""
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, str):
            yield current
        elif isinstance(current, Mapping):
            waiting.extend(reversed(list(current.values())))
        elif isinstance(current, list):
            waiting.extend(reversed(current))

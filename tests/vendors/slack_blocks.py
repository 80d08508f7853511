"""Block Kit as strictly as Slack checks it: kinds, ids, lengths, and where text must be plain.

https://docs.slack.dev/reference/block-kit and https://docs.slack.dev/reference/views/modal-views (read 2026-11-21)
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from tests.vendors.slack_memory import Raw

MOST_BLOCKS = {"message": 50, "modal": 100}
LONGEST_ID = 255
_MOST_ELEMENTS = {"context": 10, "actions": 25}
_IN_RICH_TEXT = {"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}
_A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def problems_of_blocks(blocks: Any, where: str = "message", users: Collection[str] = ()) -> list[str]:
    """Everything Slack would refuse, each with its place. `users` are the ids that exist."""
    if not isinstance(blocks, list):
        return ["blocks: not a list"]
    found = [f"blocks: more than {MOST_BLOCKS[where]}"] if len(blocks) > MOST_BLOCKS[where] else []
    ids = [block["block_id"] for block in blocks if isinstance(block, dict) and "block_id" in block]
    found += ["blocks: a block_id twice"] if len(ids) != len(set(ids)) else []
    for place, block in enumerate(blocks):
        found += [f"/blocks/{place}: {problem}" for problem in _block(block, where, users)]
    return found


def problems_of_view(view: Any, users: Collection[str]) -> list[str]:
    """Everything Slack would refuse of a modal."""
    if not isinstance(view, dict) or view.get("type") != "modal":
        return ["view: no modal"]
    found = [*_plain(view.get("title"), 24, "title")]
    for name in ("submit", "close"):
        found += _plain(view[name], 24, name) if name in view else []
    kinds = {block.get("type") for block in view.get("blocks", ())}
    found += ["submit: missing beside inputs"] if "input" in kinds and "submit" not in view else []
    found += _text_at_most(view.get("private_metadata", ""), 3000, "private_metadata")
    found += _text_at_most(view.get("callback_id", ""), LONGEST_ID, "callback_id")
    return found + problems_of_blocks(view.get("blocks"), "modal", users)


def _block(block: Any, where: str, users: Collection[str]) -> Iterator[str]:
    if not isinstance(block, dict):
        yield "no object"
        return
    yield from _text_at_most(block.get("block_id", ""), LONGEST_ID, "block_id")
    match block.get("type"):
        case "section" if block.get("text") or block.get("fields"):
            yield from _any_text(block.get("text"), 3000, "text") if "text" in block else ()
        case "header":
            yield from _plain(block.get("text"), 150, "text")
        case "rich_text":
            yield from _rich_text(block.get("elements"))
        case "actions" | "context" as kind:
            yield from _elements(block.get("elements"), kind, users)
        case "input" if where == "modal":
            yield from _plain(block.get("label"), 2000, "label")
            yield from _plain(block["hint"], 2000, "hint") if "hint" in block else ()
            yield from _element(block.get("element"), users)
        case "divider":
            return
        case kind:
            yield f"{kind!r} is no block here, or lacks its text"


def _rich_text(elements: Any) -> Iterator[str]:
    if not isinstance(elements, list) or not elements:
        yield "rich_text without elements"
        return
    for element in elements:
        if element.get("type") not in _IN_RICH_TEXT:
            yield f"{element.get('type')!r} is nothing of rich_text"
        for inner in element.get("elements", ()):
            if inner.get("type") == "text" and not inner.get("text"):
                yield "a text that is empty"
            if inner.get("type") == "link" and not inner.get("url"):
                yield "a link without url"


def _elements(elements: Any, kind: str, users: Collection[str]) -> Iterator[str]:
    if not isinstance(elements, list) or not 1 <= len(elements) <= _MOST_ELEMENTS[kind]:
        yield f"{kind}: none or too many elements"
        return
    if kind == "actions":
        ids = [element.get("action_id") for element in elements]
        if len(ids) != len(set(ids)):
            yield "an action_id twice in one block"
        for element in elements:
            yield from _element(element, users)


def _element(element: Any, users: Collection[str]) -> Iterator[str]:
    if not isinstance(element, dict):
        yield "no element"
        return
    yield from _text_at_most(element.get("action_id", ""), LONGEST_ID, "action_id")
    if "confirm" in element:
        yield from _confirm(element["confirm"])
    if element.get("type") == "button":
        yield from _button(element)
    else:
        yield from _field(element, users)


def _field(element: Raw, users: Collection[str]) -> Iterator[str]:
    match element.get("type"):
        case "plain_text_input":
            yield from _text_at_most(element.get("initial_value", ""), element.get("max_length", 3000), "initial_value")
        case "users_select":
            initial = element.get("initial_user")
            yield from [] if initial is None or initial in users else [f"{initial!r} is no user"]
        case "datepicker":
            yield from [] if _A_DAY.fullmatch(element.get("initial_date", "2026-01-01")) else ["initial_date"]
        case "static_select":
            initial = [element["initial_option"]] if "initial_option" in element else []
            yield from _options(element.get("options"), 100, initial)
        case "checkboxes":
            yield from _options(element.get("options"), 10, element.get("initial_options", []))
        case kind:
            yield f"{kind!r} is no element that the fake knows"


def _button(element: Raw) -> Iterator[str]:
    yield from _plain(element.get("text"), 75, "button")
    yield from _text_at_most(element.get("value", ""), 2000, "value")
    yield from _text_at_most(element.get("url", ""), 3000, "url")
    yield from _text_at_most(element.get("accessibility_label", ""), 75, "accessibility_label")
    if element.get("style", "primary") not in ("primary", "danger"):
        yield "style"


def _confirm(confirm: Raw) -> Iterator[str]:
    yield from _plain(confirm.get("title"), 100, "confirm title")
    yield from _any_text(confirm.get("text"), 300, "confirm text")
    yield from _plain(confirm.get("confirm"), 30, "confirm")
    yield from _plain(confirm.get("deny"), 30, "deny")


def _options(options: Any, most: int, initial: Iterable[Raw]) -> Iterator[str]:
    if not isinstance(options, list) or not 1 <= len(options) <= most:
        yield "none or too many options"
        return
    for option in options:
        yield from _any_text(option.get("text"), 75, "option")
        yield from _text_at_most(option.get("value", ""), 150, "option value")
    yield from ["an initial option that is none of the options" for option in initial if option not in options]


def _plain(text: Any, longest: int, what: str) -> list[str]:
    if not isinstance(text, dict) or text.get("type") != "plain_text":
        return [f"{what}: must be plain_text"]
    return _any_text(text, longest, what)


def _any_text(text: Any, longest: int, what: str) -> list[str]:
    if not isinstance(text, dict) or text.get("type") not in ("plain_text", "mrkdwn"):
        return [f"{what}: no text object"]
    if not text.get("text"):
        return [f"{what}: must be more than 0 characters"]
    return _text_at_most(text["text"], longest, what)


def _text_at_most(text: Any, longest: int, what: str) -> list[str]:
    if not isinstance(text, str) or len(text) > longest:
        return [f"{what}: must be less than {longest + 1} characters"]
    return []

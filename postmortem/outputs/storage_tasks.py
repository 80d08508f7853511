"""Tasks that people put on a Confluence page, as they stand there in its storage format."""

from collections.abc import Iterator
from typing import NamedTuple

from postmortem.outputs.storage_tree import Element, tree_from_storage

_NOT_SAID = ("ac:task-list", "ac:task-id", "ac:parameter", "ac:plain-text-body", "ac:placeholder", "del")
_ENDS_WORDS = ("p", "br", "li", "div")


class PageTask(NamedTuple):
    """`text` is what a reader sees, a mention as "@" and what the account is called. `account_ids` are those whom it
    mentions, in their order: Confluence assigns the task to the first."""

    text: str
    is_complete: bool
    account_ids: tuple[str, ...]


def find_tasks(body: str, named: dict[str, str]) -> tuple[PageTask, ...]:
    """Every task of the page in order, outside quotes; none where the page is not well-formed.

    `named` are names by account id; who is not among them is called by the id.
    """
    root = tree_from_storage(body.encode("utf-8", "surrogatepass")) if "<ac:task" in body else None
    return tuple(task for element in _tasks(root) if (task := _task(element, named)).text) if root else ()


def _tasks(element: Element) -> Iterator[Element]:
    if element.name == "ac:task":
        yield element
    if element.name != "blockquote":
        for child in element.elements():
            yield from _tasks(child)


def _task(element: Element, named: dict[str, str]) -> PageTask:
    status = "".join(_said(child, named) for child in element.elements() if child.name == "ac:task-status")
    bodies = [child for child in element.elements() if child.name == "ac:task-body"]
    text = " ".join("".join(_said(body, named) for body in bodies).split())
    accounts = (account for body in bodies for account in _mentioned(body))
    return PageTask(text, status.strip() == "complete", tuple(dict.fromkeys(accounts)))


def _said(element: Element, named: dict[str, str]) -> str:
    if element.name == "ri:user":
        account_id = element.attributes.get("ri:account-id", "")
        return f"@{named.get(account_id, account_id)}" if account_id else ""
    if element.name == "time":
        return element.attributes.get("datetime", "")
    pieces = (
        child if isinstance(child, str) else "" if child.name in _NOT_SAID else _said(child, named)
        for child in element.children
    )
    return "".join(pieces) + (" " if element.name in _ENDS_WORDS else "")


def _mentioned(element: Element) -> Iterator[str]:
    account_id = element.attributes.get("ri:account-id")
    if element.name == "ri:user" and account_id:
        yield account_id
    for child in element.elements():
        if child.name not in _NOT_SAID:
            yield from _mentioned(child)

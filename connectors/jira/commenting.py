"""One comment on an issue, found again by the name at its end."""

from typing import Any, cast

from connectors.jira.adf import adf_from_paragraphs
from connectors.jira.api import JiraApi
from postmortem.action_items.item import Span
from postmortem.announcement import Paragraphs


def comment(api: JiraApi, issue_id: str, paragraphs: Paragraphs, mark: str) -> dict[str, Any]:
    """Write the comment; `mark` is a few letters by which it is found again. {"comment_id"}."""
    made = api.add_comment(issue_id, adf_from_paragraphs((*paragraphs, (Span(text=_footer(mark)),))))
    return {"comment_id": str(made.get("id"))}


def find_comment(api: JiraApi, issue_id: str, mark: str) -> dict[str, Any] | None:
    """The comment with this mark, read from the database; None where there is none."""
    footer = _footer(mark)
    found = next((one for one in api.list_comments(issue_id) if footer in _text(one.get("body"))), None)
    return {"comment_id": str(found.get("id"))} if found else None


def _footer(mark: str) -> str:
    return f"Written by Debrief, {mark}."


def _text(node: object) -> str:
    """The words of an ADF document."""
    if isinstance(node, list):
        return "".join(map(_text, cast("list[object]", node)))
    if not isinstance(node, dict):
        return ""
    known = cast("dict[str, object]", node)
    return str(known.get("text", "")) + _text(known.get("content", []))

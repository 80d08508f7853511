"""Judging what came back from Confluence: a value, or an error that says what to do next. Pure.

What the status means, `connectors/atlassian.py` says: the same for Jira. Two refusals are told apart by their `fields`:
`version` where somebody wrote meanwhile, `title` where another page of the space has that title.
"""

import re
from functools import partial
from typing import Any, NoReturn, cast
from urllib.parse import parse_qs, urlsplit

from connectors import atlassian
from connectors.atlassian import LONGEST_SENTENCE, MOST_SENTENCES, Answer, NoAnswer, Product, error_body
from connectors.errors import Rejected

# Neither is in Confluence's own document; both are seen in many public code bases (read 2026-11-21).
_TAKEN_TITLE = re.compile(r"page (?:with this title )?already exists|same TITLE", re.IGNORECASE)
_OLD_VERSION = re.compile(r"version must be incremented|stale|conflict", re.IGNORECASE)


def _refuse(tried: str, came: Answer) -> NoReturn:
    if came.status == 413:
        raise Rejected(tried, "Confluence takes no page of this size (413)", fields={"body": "is too large"})
    sentences = " ".join(_messages(came))
    if came.status == 409 and (not sentences or _OLD_VERSION.search(sentences)):
        raise Rejected(tried, "somebody wrote meanwhile (409)", fields={"version": "is not the next one"})
    if came.status == 400 and _TAKEN_TITLE.search(sentences):
        raise Rejected(tried, "another page of the space has this title (400)", fields={"title": "is taken"})
    raise Rejected(tried, CONFLUENCE.said(f"Confluence refused it ({came.status})", came))


def _messages(came: Answer) -> list[str]:
    """What a refusal says: `errors[].title` (v2) or `message` (v1)."""
    body = error_body(came)
    errors = body.get("errors")
    if isinstance(errors, list):
        records = [one for one in cast("list[Any]", errors)[:MOST_SENTENCES] if isinstance(one, dict)]
        return [str(cast("dict[str, Any]", one).get("title") or "")[:LONGEST_SENTENCE] for one in records]
    message = body.get("message")
    return [message[:LONGEST_SENTENCE]] if isinstance(message, str) else []


CONFLUENCE = Product(
    name="Confluence",
    check_the_token="Check CONFLUENCE_TOKEN and confluence.email: the token must be that account's, and not expired.",  # noqa: S106 (a sentence)
    give_permission="Give the account of confluence.email the right to view, add and edit pages in the space.",
    check_the_site="Check that confluence.site is the site's own address, like https://acme.atlassian.net.",
    sentences=_messages,
    refuse=_refuse,
)
judge = partial(atlassian.judge, CONFLUENCE)
object_from = partial(atlassian.object_from, CONFLUENCE)


def judge_written(tried: str, came: Answer | NoAnswer) -> dict[str, Any]:
    """The record that was written, with its `id`."""
    return atlassian.judge_made(CONFLUENCE, tried, came, "what was written", "id")


def page_of_results(tried: str, value: Any) -> tuple[list[dict[str, Any]], str | None]:
    """The records of a page of results, and the cursor of the next; None at the end.

    Of the next page's address only the cursor is taken: the token goes nowhere that an answer names.
    """
    page = object_from(tried, value)
    records, links = atlassian.list_from(CONFLUENCE, tried, page.get("results")), page.get("_links")
    following = cast("dict[str, Any]", links).get("next") if isinstance(links, dict) else None
    return records, _cursor(following) if isinstance(following, str) else None


def _cursor(address: str) -> str | None:
    try:
        return parse_qs(urlsplit(address).query).get("cursor", [None])[0]
    except ValueError:
        return None

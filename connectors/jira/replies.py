"""Judging what came back from Jira: a value, or an error that says what to do next. Pure.

What the status means, `connectors/atlassian.py` says: the same for Confluence.
"""

from dataclasses import replace
from functools import partial
from typing import Any, NoReturn, cast

from connectors import atlassian
from connectors.atlassian import LONGEST_SENTENCE, MOST_SENTENCES, Answer, NoAnswer, Product, error_body
from connectors.errors import BadReply, Rejected


def _refuse(tried: str, came: Answer) -> NoReturn:
    raise Rejected(tried, JIRA.said(f"Jira refused it ({came.status})", came), fields=_refused_fields(came))


def _refused_fields(came: Answer) -> dict[str, str]:
    errors = error_body(came).get("errors")
    if not isinstance(errors, dict):
        return {}
    pairs = list(cast("dict[str, Any]", errors).items())[:MOST_SENTENCES]
    return {str(name)[:LONGEST_SENTENCE]: str(sentence)[:LONGEST_SENTENCE] for name, sentence in pairs}


def _sentences(came: Answer) -> list[str]:
    return [*_messages(came), *(f"{name}: {sentence}" for name, sentence in _refused_fields(came).items())]


def _messages(came: Answer) -> list[str]:
    body = error_body(came)
    messages = body.get("errorMessages")
    if isinstance(messages, list):
        return [str(message)[:LONGEST_SENTENCE] for message in cast("list[Any]", messages)[:MOST_SENTENCES]]
    message = body.get("message") or body.get("errorMessage")
    return [message[:LONGEST_SENTENCE]] if isinstance(message, str) else []


JIRA = Product(
    name="Jira",
    check_the_token="Check JIRA_TOKEN and JIRA_EMAIL: the token must be that account's, and not expired.",  # noqa: S106 (a sentence)
    give_permission=(
        "Give the account of JIRA_EMAIL that permission in the project, or use the JIRA_TOKEN of one that has it."
    ),
    check_the_site="Check that jira.site is the site's own address, like https://acme.atlassian.net.",
    sentences=_sentences,
    refuse=_refuse,
)
_ADMINISTERED = replace(
    JIRA,
    give_permission=(
        "Only an administrator of Jira may: use the JIRA_TOKEN of one, "
        "or let one do it by hand as debrief jira webhook create --by-hand says."
    ),
)
judge = partial(atlassian.judge, JIRA)
judge_administered = partial(atlassian.judge, _ADMINISTERED)
object_from = partial(atlassian.object_from, JIRA)
list_from = partial(atlassian.list_from, JIRA)


def judge_created(tried: str, came: Answer | NoAnswer) -> dict[str, Any]:
    """The `id` and `key` of the issue that was made."""
    return atlassian.judge_made(JIRA, tried, came, "the new issue", "id", "key")


def judge_commented(tried: str, came: Answer | NoAnswer) -> dict[str, Any]:
    """The comment that was written, with its `id`."""
    return atlassian.judge_made(JIRA, tried, came, "the new comment", "id")


def judge_webhook_made(tried: str, came: Answer | NoAnswer) -> dict[str, Any]:
    """The webhook that was made, with its address in Jira as `self`."""
    return atlassian.judge_made(_ADMINISTERED, tried, came, "the new webhook", "self")


def numbered_page(tried: str, value: Any, *names: str) -> tuple[list[dict[str, Any]], int | None]:
    """The records of a page under the first of `names` that is there, and `startAt` of the next; None at the end."""
    page = object_from(tried, value)
    name = next((name for name in names if name in page), names[0])
    records = list_from(tried, page.get(name))
    start, total = page.get("startAt", 0), page.get("total", 0)
    if not isinstance(start, int) or not isinstance(total, int):
        raise BadReply(tried, "Jira's page does not say where it begins and ends")
    after = start + len(records)
    return records, after if records and after < total else None


def token_page(tried: str, value: Any) -> tuple[list[dict[str, Any]], str | None]:
    """The issues of a search page, and the token of the next; None on the last."""
    page = object_from(tried, value)
    token = page.get("nextPageToken")
    return list_from(tried, page.get("issues")), token if token and not page.get("isLast") else None

"""Judging what came back from Confluence: a value, or an error that says what to do next. Pure.

`repeatable` tells whether the call may simply be made again. What may not (a create, a new version) ends in
OutcomeUnknown wherever it is not certain that nothing happened. Two refusals are told apart by their `fields`:
`version` where somebody wrote meanwhile, `title` where another page of the space has that title.
"""

import json
import re
from typing import Any, NoReturn, cast
from urllib.parse import parse_qs, urlsplit

from connectors.atlassian import Answer, NoAnswer, wait_from_headers
from connectors.errors import BadReply, NotAllowed, NotFound, OutcomeUnknown, RateLimited, Rejected, Unreachable

CHECK_THE_TOKEN = "Check CONFLUENCE_TOKEN and confluence.email: the token must be that account's, and not expired."  # noqa: S105
GIVE_PERMISSION = "Give the account of confluence.email the right to view, add and edit pages in the space."
CHECK_THE_SITE = "Check that confluence.site is the site's own address, like https://acme.atlassian.net."
LOOK_FIRST = "Look whether it exists before trying again."
LONGEST_SENTENCE = 300
MOST_SENTENCES = 10

# Neither is in Confluence's own document; both are seen in many public code bases (read 2026-11-21).
_TAKEN_TITLE = re.compile(r"page (?:with this title )?already exists|same TITLE", re.IGNORECASE)
_OLD_VERSION = re.compile(r"version must be incremented|stale|conflict", re.IGNORECASE)


def judge(tried: str, came: Answer | NoAnswer, *, repeatable: bool = True) -> Any:
    """The JSON value of a 2xx answer, None where it is empty. Raises a ConnectorError for everything else."""
    if isinstance(came, NoAnswer):
        _refuse_silence(tried, came, repeatable)
    if not 200 <= came.status < 300 or (repeatable and _is_anonymous(came)):
        _refuse_status(tried, came, repeatable)
    if not came.body.strip():
        return None
    try:
        return json.loads(came.body)
    except (ValueError, RecursionError):
        unreadable = f"Confluence answered {came.status} with a body that is not JSON"
    if repeatable:
        raise BadReply(tried, unreadable, CHECK_THE_SITE)
    raise OutcomeUnknown(tried, unreadable, LOOK_FIRST)


def judge_written(tried: str, came: Answer | NoAnswer) -> dict[str, Any]:
    """The record that was written. An answer without its id is OutcomeUnknown, never a failure."""
    value = judge(tried, came, repeatable=False)
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        return cast("dict[str, Any]", value)
    raise OutcomeUnknown(tried, "Confluence's answer does not name what was written", LOOK_FIRST)


def object_from(tried: str, value: Any) -> dict[str, Any]:
    """The value as a JSON object. Raises BadReply."""
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    raise BadReply(tried, "Confluence's answer is not a JSON object", CHECK_THE_SITE)


def page_of_results(tried: str, value: Any) -> tuple[list[dict[str, Any]], str | None]:
    """The records of a page of results, and the cursor of the next; None at the end.

    Of the next page's address only the cursor is taken: the token goes nowhere that an answer names.
    """
    page = object_from(tried, value)
    results, links = page.get("results"), page.get("_links")
    if not isinstance(results, list) or not all(isinstance(one, dict) for one in cast("list[Any]", results)):
        raise BadReply(tried, "Confluence's answer is not a list of records", CHECK_THE_SITE)
    following = cast("dict[str, Any]", links).get("next") if isinstance(links, dict) else None
    return cast("list[dict[str, Any]]", results), _cursor(following) if isinstance(following, str) else None


def _cursor(address: str) -> str | None:
    try:
        return parse_qs(urlsplit(address).query).get("cursor", [None])[0]
    except ValueError:
        return None


def _refuse_silence(tried: str, came: NoAnswer, repeatable: bool) -> NoReturn:
    if came.sent and not repeatable:
        raise OutcomeUnknown(tried, came.why, LOOK_FIRST)
    raise Unreachable(tried, came.why, CHECK_THE_SITE)


def _refuse_status(tried: str, came: Answer, repeatable: bool) -> NoReturn:
    status, hint = came.status, wait_from_headers(came.headers)
    if status == 401 or _is_anonymous(came):
        raise NotAllowed(tried, f"Confluence did not accept the token ({status})", CHECK_THE_TOKEN)
    if status == 403:
        raise NotAllowed(tried, _said("Confluence does not allow it (403)", came), GIVE_PERMISSION)
    if status == 404:
        raise NotFound(tried, "Confluence says it does not exist, or this account may not see it (404)")
    if status == 429 or (status == 503 and hint is not None and repeatable):
        raise RateLimited(tried, f"Confluence asked to slow down ({status})", retry_after=hint)
    if status >= 500 or status < 200 or status in (408, 425):
        failed = f"Confluence failed with {status}"
        raise Unreachable(tried, failed) if repeatable else OutcomeUnknown(tried, failed, LOOK_FIRST)
    _refuse_request(tried, came)


def _refuse_request(tried: str, came: Answer) -> NoReturn:
    if 300 <= came.status < 400:
        raise Rejected(tried, f"Confluence points elsewhere ({came.status}), which is not followed", CHECK_THE_SITE)
    if came.status == 413:
        raise Rejected(tried, "Confluence takes no page of this size (413)", fields={"body": "is too large"})
    sentences = " ".join(_messages(came))
    if came.status == 409 and (not sentences or _OLD_VERSION.search(sentences)):
        raise Rejected(tried, "somebody wrote meanwhile (409)", fields={"version": "is not the next one"})
    if came.status == 400 and _TAKEN_TITLE.search(sentences):
        raise Rejected(tried, "another page of the space has this title (400)", fields={"title": "is taken"})
    raise Rejected(tried, _said(f"Confluence refused it ({came.status})", came))


def _is_anonymous(came: Answer) -> bool:
    """A wrong token may be answered as if nobody had logged in; this header is then the only sign of it.

    https://jira.atlassian.com/browse/JRA-41559 (2026-11-20)
    """
    return "AUTHENTICATED_FAILED" in came.headers.get("x-seraph-loginreason", "")


def _said(beginning: str, came: Answer) -> str:
    sentences = [sentence.rstrip(". ") for sentence in _messages(came) if sentence.strip()]
    return f"{beginning}: {'; '.join(sentences)}" if sentences else beginning


def _messages(came: Answer) -> list[str]:
    """What a refusal says: `errors[].title` (v2) or `message` (v1)."""
    try:
        body = json.loads(came.body)
    except (ValueError, RecursionError):
        return []
    errors = body.get("errors") if isinstance(body, dict) else None
    if isinstance(errors, list):
        records = [one for one in cast("list[Any]", errors)[:MOST_SENTENCES] if isinstance(one, dict)]
        return [str(cast("dict[str, Any]", one).get("title") or "")[:LONGEST_SENTENCE] for one in records]
    message = cast("dict[str, Any]", body).get("message") if isinstance(body, dict) else None
    return [message[:LONGEST_SENTENCE]] if isinstance(message, str) else []

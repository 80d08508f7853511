"""Judging what came back from Jira: a value, or an error that says what to do next. Pure.

`repeatable` tells whether the call may simply be made again: every read, and an upsert. What may not be made again (a
create) ends in OutcomeUnknown wherever it is not certain that nothing happened.
"""

import json
from typing import Any, NoReturn, cast

from connectors.atlassian import Answer, NoAnswer, wait_from_headers
from connectors.errors import BadReply, NotAllowed, NotFound, OutcomeUnknown, RateLimited, Rejected, Unreachable

CHECK_THE_TOKEN = "Check JIRA_TOKEN and JIRA_EMAIL: the token must be that account's, and not expired."  # noqa: S105 (a sentence)
GIVE_PERMISSION = (
    "Give the account of JIRA_EMAIL that permission in the project, or use the JIRA_TOKEN of one that has it."
)
CHECK_THE_SITE = "Check that jira.site is the site's own address, like https://acme.atlassian.net."
LOOK_FIRST = "Look whether it exists before trying again."
LONGEST_SENTENCE = 300
MOST_SENTENCES = 10


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
        unreadable = f"Jira answered {came.status} with a body that is not JSON"
    if repeatable:
        raise BadReply(tried, unreadable, CHECK_THE_SITE)
    raise OutcomeUnknown(tried, unreadable, LOOK_FIRST)


def judge_created(tried: str, came: Answer | NoAnswer) -> dict[str, Any]:
    """The `id` and `key` of the issue that was made. An answer without them is OutcomeUnknown, never a failure."""
    value = judge(tried, came, repeatable=False)
    if isinstance(value, dict) and isinstance(value.get("id"), str) and isinstance(value.get("key"), str):
        return cast("dict[str, Any]", value)
    raise OutcomeUnknown(tried, "Jira's answer does not name the new issue", LOOK_FIRST)


def judge_commented(tried: str, came: Answer | NoAnswer) -> dict[str, Any]:
    """The comment that was written, with its `id`. An answer without one is OutcomeUnknown, never a failure."""
    value = judge(tried, came, repeatable=False)
    if isinstance(value, dict) and isinstance(cast("dict[str, Any]", value).get("id"), str):
        return cast("dict[str, Any]", value)
    raise OutcomeUnknown(tried, "Jira's answer does not name the new comment", LOOK_FIRST)


def object_from(tried: str, value: Any) -> dict[str, Any]:
    """The value as a JSON object. Raises BadReply."""
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    raise BadReply(tried, "Jira's answer is not a JSON object", CHECK_THE_SITE)


def list_from(tried: str, value: Any) -> list[dict[str, Any]]:
    """The value as a list of JSON objects. Raises BadReply."""
    if isinstance(value, list) and all(isinstance(record, dict) for record in cast("list[Any]", value)):
        return cast("list[dict[str, Any]]", value)
    raise BadReply(tried, "Jira's answer is not a list of records", CHECK_THE_SITE)


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


def _refuse_silence(tried: str, came: NoAnswer, repeatable: bool) -> NoReturn:
    if came.sent and not repeatable:
        raise OutcomeUnknown(tried, came.why, LOOK_FIRST)
    raise Unreachable(tried, came.why, CHECK_THE_SITE)


def _refuse_status(tried: str, came: Answer, repeatable: bool) -> NoReturn:
    status, hint = came.status, wait_from_headers(came.headers)
    if status == 401 or _is_anonymous(came):
        raise NotAllowed(tried, f"Jira did not accept the token ({status})", CHECK_THE_TOKEN)
    if status == 403:
        raise NotAllowed(tried, _said("Jira does not allow it (403)", came), GIVE_PERMISSION)
    if status == 404:
        raise NotFound(tried, "Jira says it does not exist, or this account may not see it (404)")
    if status == 429 or (status == 503 and hint is not None and repeatable):
        reason = came.headers.get("ratelimit-reason", "")[:60]
        slow_down = f"Jira asked to slow down ({status}{', ' + reason if reason else ''})"
        raise RateLimited(tried, slow_down, retry_after=hint)
    if status >= 500 or status < 200 or status in (408, 425):
        failed = f"Jira failed with {status}"
        raise Unreachable(tried, failed) if repeatable else OutcomeUnknown(tried, failed, LOOK_FIRST)
    _refuse_request(tried, came)


def _refuse_request(tried: str, came: Answer) -> NoReturn:
    if 300 <= came.status < 400:
        raise Rejected(tried, f"Jira points elsewhere ({came.status}), which is not followed", CHECK_THE_SITE)
    raise Rejected(tried, _said(f"Jira refused it ({came.status})", came), fields=_refused_fields(came))


def _is_anonymous(came: Answer) -> bool:
    """A wrong token may be answered as if nobody had logged in; this header is then the only sign of it.

    https://jira.atlassian.com/browse/JRA-41559 (2026-11-20)
    """
    return "AUTHENTICATED_FAILED" in came.headers.get("x-seraph-loginreason", "")


def _said(beginning: str, came: Answer) -> str:
    fields = [f"{name}: {sentence}" for name, sentence in _refused_fields(came).items()]
    sentences = [sentence.rstrip(". ") for sentence in (*_messages(came), *fields) if sentence.strip()]
    return f"{beginning}: {'; '.join(sentences)}" if sentences else beginning


def _refused_fields(came: Answer) -> dict[str, str]:
    errors = _error_body(came).get("errors")
    if not isinstance(errors, dict):
        return {}
    pairs = list(cast("dict[str, Any]", errors).items())[:MOST_SENTENCES]
    return {str(name)[:LONGEST_SENTENCE]: str(sentence)[:LONGEST_SENTENCE] for name, sentence in pairs}


def _messages(came: Answer) -> list[str]:
    body = _error_body(came)
    messages = body.get("errorMessages")
    if isinstance(messages, list):
        return [str(message)[:LONGEST_SENTENCE] for message in cast("list[Any]", messages)[:MOST_SENTENCES]]
    message = body.get("message") or body.get("errorMessage")
    return [message[:LONGEST_SENTENCE]] if isinstance(message, str) else []


def _error_body(came: Answer) -> dict[str, Any]:
    try:
        body = json.loads(came.body)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", body) if isinstance(body, dict) else {}

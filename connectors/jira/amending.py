"""Changing what a person decided in an issue that is open: only what still says what we last knew it to say."""

from typing import Any

from connectors.errors import Rejected
from connectors.jira.api import JiraApi
from postmortem.follow_up.amendments import Amendment

_FIELDS = ("summary", "duedate", "assignee")
_IN_WORDS = {"summary": "name", "duedate": "due date", "assignee": "assignee"}


def amend(api: JiraApi, amendment: Amendment) -> dict[str, Any]:
    """Change the issue; {"key", "said"}: a sentence for each field that a person changed in Jira, and that stays so."""
    now = _now(api, amendment)
    fields = {name: value for name, value in amendment.wanted.items() if now[name] != value}
    theirs = {name for name in fields if now[name] != amendment.known.get(name)}
    ours = {name: value for name, value in fields.items() if name not in theirs}
    assignee = ours.pop("assignee", None)
    if ours:
        api.edit_issue(amendment.issue_id, ours)
    refused = _assigned(api, amendment, assignee) if assignee else []
    said = [f"{amendment.issue_key} keeps the {_IN_WORDS[name]} that it has in Jira." for name in sorted(theirs)]
    return {"key": amendment.issue_key, "said": [*said, *refused]}


def is_amended(api: JiraApi, amendment: Amendment) -> dict[str, Any] | None:
    """Whether the issue says it already: what `amend` answers then, else None."""
    now = _now(api, amendment)
    is_so = all(now[name] == value for name, value in amendment.wanted.items())
    return {"key": amendment.issue_key, "said": []} if is_so else None


def _now(api: JiraApi, amendment: Amendment) -> dict[str, str | None]:
    fields: dict[str, Any] = api.get_issue(amendment.issue_id, _FIELDS).get("fields") or {}
    assignee: dict[str, Any] = fields.get("assignee") or {}
    return {
        "summary": fields.get("summary"),
        "duedate": fields.get("duedate"),
        "assignee": assignee.get("accountId"),
    }


def _assigned(api: JiraApi, amendment: Amendment, account_id: str) -> list[str]:
    try:
        api.assign(amendment.issue_id, account_id)
    except Rejected as refusal:  # the other fields were changed: this one is said
        return [f"{amendment.issue_key} was not assigned: {refusal}"]
    return []

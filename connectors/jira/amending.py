"""Changing what a person decided in an issue that is open: only what still says what we last knew it to say."""

from typing import Any

from connectors.errors import Rejected
from connectors.jira.api import JiraApi
from connectors.jira.translate import SECURITY
from postmortem.follow_up.amendments import Amendment

_FIELDS = ("summary", "duedate", "assignee", SECURITY)
_IN_WORDS = {"summary": "name", "duedate": "due date", "assignee": "assignee"}
NOT_SECURED = (
    "{key} stays as it is: what was decided about it rests on a private channel, and everybody in the project could "
    "read it. Change it in Jira."
)


def amend(api: JiraApi, amendment: Amendment) -> dict[str, Any]:
    """Change the issue; {"key", "said", "theirs"}: a sentence for each field that a person changed in Jira, and that
    stays so, and the names of those fields.

    Where only a secured issue may hold it, another is left alone, and that is said.
    """
    now = _now(api, amendment)
    if amendment.must_be_secured and not now[SECURITY]:
        return {
            "key": amendment.issue_key,
            "said": [NOT_SECURED.format(key=amendment.issue_key)],
            "theirs": [*amendment.wanted],
        }
    fields = {name: value for name, value in amendment.wanted.items() if now[name] != value}
    theirs = {name for name in fields if now[name] != amendment.known.get(name)}
    ours = {name: value for name, value in fields.items() if name not in theirs}
    assignee = ours.pop("assignee", None)
    if ours:
        api.edit_issue(amendment.issue_id, ours)
    refused = _assigned(api, amendment, assignee) if assignee else []
    said = [f"{amendment.issue_key} keeps the {_IN_WORDS[name]} that it has in Jira." for name in sorted(theirs)]
    stays = [*sorted(theirs), *(["assignee"] if refused else [])]
    return {"key": amendment.issue_key, "said": [*said, *refused], "theirs": stays}


def is_amended(api: JiraApi, amendment: Amendment) -> dict[str, Any] | None:
    """Whether the issue says it already: what `amend` answers then, else None."""
    now = _now(api, amendment)
    is_so = all(now[name] == value for name, value in amendment.wanted.items())
    return {"key": amendment.issue_key, "said": [], "theirs": []} if is_so else None


def _now(api: JiraApi, amendment: Amendment) -> dict[str, str | None]:
    fields: dict[str, Any] = api.get_issue(amendment.issue_id, _FIELDS).get("fields") or {}
    assignee: dict[str, Any] = fields.get("assignee") or {}
    security: dict[str, Any] = fields.get(SECURITY) or {}
    return {
        "summary": fields.get("summary"),
        "duedate": fields.get("duedate"),
        "assignee": assignee.get("accountId"),
        SECURITY: security.get("name"),
    }


def _assigned(api: JiraApi, amendment: Amendment, account_id: str) -> list[str]:
    try:
        api.assign(amendment.issue_id, account_id)
    except Rejected as refusal:  # the other fields were changed: this one is said
        return [f"{amendment.issue_key} was not assigned: {refusal}"]
    return []

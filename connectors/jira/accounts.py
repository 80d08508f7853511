"""Whose Jira account is whose: by an exact e-mail, and nobody's where that is not sure.

The `jira` client's own assigning takes the first hit of a search, and so can give an issue to a stranger.
"""

from collections.abc import Sequence
from typing import Any

from connectors.errors import ConnectorError, NotAllowed, NotFound
from connectors.jira.api import JiraApi
from postmortem.action_items.ladder import Place

NOBODY = "Jira shows nobody with that e-mail (or JIRA_EMAIL may not browse users and groups)"
OWN = "the account is the one that Debrief itself uses"
APP = "the account is an app's"
DEACTIVATED = "the Jira account is deactivated"
UNKNOWN = "Jira knows no such account"


def who_we_are(jira: JiraApi) -> str:
    """The account id of our own token, which never owns anything."""
    return str(jira.get_myself().get("accountId"))


def account_by_email(jira: JiraApi, email: str, own: str) -> dict[str, str]:
    """{"account_id"} of the one person who surely has this e-mail, or {"problem"}. One call."""
    return judged_by_email(jira.find_users(email), email, own)


def judged_by_email(users: Sequence[dict[str, Any]], email: str, own: str) -> dict[str, str]:
    """Of what a search for an e-mail found: the one active person who shows it; or, where it is hidden, the only one
    found, because a hidden e-mail is found by the whole of it alone. Names match a search too: they count for nothing.
    """
    people = [user for user in users if _is_person(user)]
    wanted = email.strip().casefold()
    shown = [user for user in people if str(user.get("emailAddress") or "").strip().casefold() == wanted]
    hidden = people if len(people) == 1 and not people[0].get("emailAddress") else []
    surely = shown or hidden
    if len(surely) > 1:
        return {"problem": f"Jira shows {len(surely)} people with that e-mail"}
    if not surely:
        return {"problem": NOBODY}
    account_id = str(surely[0].get("accountId"))
    return {"problem": OWN} if account_id == own else {"account_id": account_id}


def place_of(jira: JiraApi, account_id: str, project: str, own: str | None) -> tuple[Place, str | None]:
    """Whether this account can have issues of the project, why not, and the e-mail it shows. One call, or two where it
    cannot. Raises a ConnectorError where Jira cannot be asked."""
    user = jira.assignable_user(project, account_id)
    known = user if user is not None else _user(jira, account_id)
    name = str((known or {}).get("displayName") or "") or None
    email = (known or {}).get("emailAddress")
    problem, remedy = _problem(known, own, project, is_assignable=user is not None)
    return Place(name=name, problem=problem, remedy=remedy), str(email) if email else None


def problem_of(jira: JiraApi, account_id: str, own: str) -> tuple[str | None, str | None]:
    """Why this account can own nothing anywhere, and what to do; (None, None) where it can. One call."""
    user = _user(jira, account_id)
    return _problem(user, own, "", is_assignable=True)


def _problem(
    user: dict[str, Any] | None, own: str | None, project: str, *, is_assignable: bool
) -> tuple[str | None, str | None]:
    if user is None:
        return UNKNOWN, "Correct jira_account_id in people, or default_owner, in debrief.yml."
    if user.get("accountId") == own:
        return OWN, "Give JIRA_TOKEN an account of its own, or the item to somebody else."
    if user.get("accountType", "atlassian") != "atlassian":
        return APP, "Give the item to a person."
    if user.get("active") is False:
        return DEACTIVATED, "Give the item to somebody else."
    if not is_assignable:
        return f"Jira does not let it be assigned in {project}", f"Give it the permission Assignable User in {project}."
    return None, None


def _user(jira: JiraApi, account_id: str) -> dict[str, Any] | None:
    """The user, as far as we may see them: without the permission to browse users only their id is known."""
    try:
        return jira.get_user(account_id)
    except NotFound:
        return None
    except NotAllowed:
        return {"accountId": account_id}


def _is_person(user: dict[str, Any]) -> bool:
    return user.get("active") is not False and user.get("accountType", "atlassian") == "atlassian"


def no_answer(vendor: str, error: ConnectorError) -> str:
    return f"{vendor} did not answer: {error}".rstrip(". ")

"""Opening one issue: create it, link it, and find it again after a lost answer.

Nothing here knows what was done before: that an issue is opened exactly once is the ledger's work
(`connectors/effects.py`). These pieces only never lie about what they do not know.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import batched
from typing import Any

from connectors.errors import ConnectorError, NotFound, Rejected
from connectors.jira.api import MOST_AT_ONCE, JiraApi
from connectors.jira.routes import PROJECT_KEY
from connectors.jira.translate import (
    ANCHOR_FIELD,
    OPTIONAL,
    PROPERTY,
    REALLY,
    SECURITY,
    Payload,
    Screen,
    can_be_linked,
    is_secured,
    key_from_issue,
    labels_from_issue,
    missing_required,
    payload_from_request,
    remote_link_body,
    set_fields,
    without,
)
from postmortem.action_items.item import IssueRequest, Route
from postmortem.noun import Noun

REQUEST_KEY = re.compile(r"[a-z0-9-]{1,64}")
ISSUE_KEY = re.compile(r"[A-Z][A-Z0-9_]+-[1-9][0-9]*")
PRIVATE = "it was said in a private channel, and everybody in the project could read it; nothing was sent"
MOST_LIKELY = 10
"""Issues with the same label that are looked at; there should be one."""


class AnchorRefused(ConnectorError):
    """Jira does not link the new issue to its anchor, and made nothing: it can be made without, but not found so."""


class Opened(Noun):
    """An issue that is there. `id` never changes, `key` does when it is moved; `said` are sentences for people."""

    key: str
    id: str
    link: str
    said: tuple[str, ...] = ()


def create(
    api: JiraApi,
    request: IssueRequest,
    screen: Screen,
    anchor: str | None = None,
    *,
    may_hold_private: bool = False,
    before_each: Callable[[], None] = lambda: None,
) -> Opened:
    """Create the issue: one POST, and one more for each time that Jira refuses a field an issue can do without.

    A refused create made nothing, so it may be followed by another; `before_each` may raise what keeps it from that.
    Raises Rejected with `fields` before anything is sent where a required field has no value, or where anybody could
    read what was said in private; AnchorRefused where Jira does not take the link to the anchor; OutcomeUnknown where
    an answer was lost.
    """
    payload = payload_from_request(request, screen, anchor)
    if missing := missing_required(screen, payload):
        raise Rejected(
            f"Creating a {screen.title}",
            f"the project requires {', '.join(missing)}",
            "Set fields in routing.fields, an assignee or a due date on the action item.",
            fields=dict.fromkeys(missing, "is required"),
        )
    if request.is_private and not may_hold_private and not is_secured(payload):
        raise Rejected(f"Creating a {screen.title}", PRIVATE, remedy_for_private(request.route, screen))
    for _ in OPTIONAL:
        before_each()
        try:
            return _opened(api, api.create_issue(payload.body), payload.said)
        except NotFound as refusal:
            if ANCHOR_FIELD not in set_fields(payload):
                raise
            raise AnchorRefused(refusal.tried, refusal.came_back, refusal.remedy) from None
        except Rejected as refusal:
            payload = _without_refused(payload, refusal)
    before_each()
    return _opened(api, api.create_issue(payload.body), payload.said)


def remedy_for_private(route: Route, screen: Screen) -> str:
    """Which level to name in the settings, as far as the project has any."""
    field = screen.field(SECURITY)
    levels = ", ".join(name for _, name in (field.allowed or ()) if field) if field else ""
    there = f"one of {levels}" if levels else f"one that {route.project} has, and put its field on the create screen"
    named = f"{route.security_level} is none of its levels: s" if route.security_level else "S"
    return f"{named}et routing.security_level to {there}; or set jira.may_hold_private_channels."


def ensure_assigned(api: JiraApi, key: str, account_id: str) -> list[str]:
    """Look whether a new issue has the assignee that its create named, because some sites forget it without a word;
    give it once more where nobody has it. Never takes an issue from anybody. Sentences about what is not so."""
    now = _assignee(api, key)
    if now is None:
        try:
            api.assign(key, account_id)
        except Rejected as refusal:
            return [f"{key} is unassigned: {refusal}"]
        now = _assignee(api, key)
    if now is None:
        return [
            f"{key} is unassigned: Jira took its owner as assignee twice and kept it neither time. Assign it there."
        ]
    chosen = str(now.get("displayName") or "somebody else")
    return [] if now.get("accountId") == account_id else [f"{key} is assigned to {chosen} in Jira, not to its owner."]


def _assignee(api: JiraApi, key: str) -> dict[str, Any] | None:
    return api.get_issue(key, ("assignee",)).get("fields", {}).get("assignee")


def link(api: JiraApi, key: str, remote_link: tuple[str, str, str]) -> None:
    """Link the issue to a page: (globalId, url, title). Safe to repeat: the same globalId is the same link."""
    global_id, url, title = remote_link
    if not can_be_linked(url):
        raise Rejected(f"Linking {key} to its postmortem", "Jira links only to http and https addresses")
    api.upsert_remote_link(key, remote_link_body(global_id, url, title))


def find_linked(api: JiraApi, request_key: str, anchor: str) -> Opened | None:
    """The issue of this request among those linked to the issue that its create linked it to.

    Proves absence: the link is made in the create itself, and links are read from the database, not from the index.
    Raises NotFound where the anchor is gone, or where Jira does not show what it says is linked: that proves nothing.
    """
    linked = sorted({*_linked_keys(api, anchor)}, key=lambda key: (len(key), key), reverse=True)
    found = [
        issue
        for keys in batched(linked, MOST_AT_ONCE, strict=False)
        for issue in api.bulk_fetch(keys, ("labels",), (PROPERTY,))
    ]
    if ours := _ours_among(found, request_key):
        return _oldest(api, ours)
    if len(found) < len(linked):
        raise NotFound(f"Reading the issues linked to {anchor}", "Jira does not show all of them")
    return None


def find_newest(api: JiraApi, request_key: str, project: str) -> Opened | None:
    """The issue of this request among the newest keys of its project. Not seeing it there proves nothing."""
    jql_for(request_key, project)
    return _oldest(api, [issue for issue in _newest(api, project) if key_from_issue(issue) == request_key])


def find_labelled(api: JiraApi, request_key: str, project: str) -> Opened | None:
    """The issue of this request in the search index, which lags seconds to minutes behind, confirmed on the issue
    itself. Not seeing it there proves nothing."""
    labelled = api.search(jql_for(request_key, project), ("id",), most=MOST_LIKELY)
    there = _read(api, (str(issue.get("id", "")) for issue in labelled))
    return _oldest(api, _ours_among(there, request_key))


def jql_for(request_key: str, project: str) -> str:
    """The only JQL there is, made of a checked key and a checked project. Raises Rejected for anything else."""
    tried = "Looking for an issue"
    if not REQUEST_KEY.fullmatch(request_key):
        raise Rejected(tried, "the key of the action item is not of [a-z0-9-], at most 64")
    if not PROJECT_KEY.fullmatch(project):
        raise Rejected(tried, f"{project[:40]!r} is not a Jira project key", "Change routing.project.")
    return f'project = "{project}" AND labels = "{request_key}" ORDER BY key ASC'


def _without_refused(payload: Payload, refusal: Rejected) -> Payload:
    """The payload without what was refused. Goes on raising where anything else was refused too."""
    named = {REALLY.get(name, name): sentence for name, sentence in refusal.fields.items()}
    refused = {name: sentence for name, sentence in named.items() if name in OPTIONAL}
    if not refused or refused.keys() != named.keys() or not refused.keys() & set_fields(payload):
        raise refusal
    if ANCHOR_FIELD in refused.keys() & set_fields(payload):
        raise AnchorRefused(refusal.tried, refusal.came_back, refusal.remedy)
    return without(payload, refused)


def _read(api: JiraApi, keys: Iterable[str]) -> Iterator[dict[str, Any]]:
    for key in keys:
        try:
            yield api.get_issue(key, ("labels",), (PROPERTY,))
        except NotFound:
            continue  # deleted since it was indexed


def _ours_among(issues: Iterable[dict[str, Any]], request_key: str) -> list[dict[str, Any]]:
    """By entity property, or by label where the property is not there.

    A person's copy of our issue has the label too, but not the property: it counts only where no issue has that.
    """
    known = list(issues)
    by_property = [issue for issue in known if key_from_issue(issue) == request_key]
    unnamed = (issue for issue in known if key_from_issue(issue) is None)
    return by_property or [issue for issue in unnamed if request_key in labels_from_issue(issue)]


def _oldest(api: JiraApi, issues: list[dict[str, Any]]) -> Opened | None:
    """The first of them, and a sentence for each other; None where there is none."""
    if not issues:
        return None
    oldest, *others = sorted(issues, key=lambda issue: (len(issue["id"]), issue["id"]))
    said = [f"{issue['key']} is a second issue for the same action item: close it." for issue in others]
    return _opened(api, oldest, tuple(said))


def _linked_keys(api: JiraApi, anchor: str) -> Iterator[str]:
    fields = api.get_issue(anchor, ("issuelinks",)).get("fields", {})
    for issue_link in fields.get("issuelinks") or []:
        for end in ("inwardIssue", "outwardIssue"):
            if end in issue_link:
                yield str(issue_link[end]["key"])


def _newest(api: JiraApi, project: str) -> list[dict[str, Any]]:
    """The last indexed issue's neighbours by key, a hundred on either side, from the database.

    Keys are given in order, so what the index has not seen yet lies just above what it has.
    """
    jql = f'project = "{project}" ORDER BY key DESC'
    newest = [str(issue.get("key", "")) for issue in api.search(jql, ("key",), most=1)]
    last = int(newest[0].rpartition("-")[2]) if newest and ISSUE_KEY.fullmatch(newest[0]) else 0
    below = range(max(1, last - MOST_AT_ONCE + 1), last + 1)
    above = range(last + 1, last + 1 + MOST_AT_ONCE)
    return [
        issue
        for numbers in (above, below)
        if numbers
        for issue in api.bulk_fetch([f"{project}-{number}" for number in numbers], ("labels",), (PROPERTY,))
    ]


def _opened(api: JiraApi, issue: dict[str, Any], said: tuple[str, ...]) -> Opened:
    key = str(issue["key"])
    return Opened(key=key, id=str(issue["id"]), link=f"{api.site_url}/browse/{key}", said=said)

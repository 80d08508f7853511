"""Pages that lie: an answer with fewer records than there are, and cursors that lead where nobody expects.

A shorter page is asked of the fake itself, with a smaller limit, so that its cursor is honest. An empty page, and one
that comes again, carry a cursor of ours that means "where you were": `honest` puts the real one back.
"""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

from tests.vendors.wire import Reply, Request, json_reply

if TYPE_CHECKING:
    from tests.simulation.household import Household

_AGAIN = "again:"
_LISTS = re.compile(
    r"/(incidents|alerts|log_entries|services|oncalls|webhook_subscriptions)"
    r"|/api/conversations\.(list|history|replies)|/rest/api/3/search/jql|/wiki/api/v2/(pages|spaces)"
)


def has_pages(request: Request) -> bool:
    """Whether this asks for a list that comes in pages."""
    is_listing = request.method == "GET" or request.path.startswith("/api/")
    return is_listing and any(request.path.endswith(match[0]) for match in _LISTS.finditer(request.path))


def lies(variant: int, household: "Household", side: str, request: Request) -> Reply | None:
    """The page as this variant has it; None where it would be as it always is.

    0: empty, with a cursor. 1: cut short, and the rest under the cursor. 2: whole, and a cursor to itself. 3: cut
    short, and before the rest is read somebody adds a record at the front.
    """
    answer = getattr(household, side).answer
    if variant in (1, 3):
        shorter = answer(honest(_asked(request, side, {_LIMITS[side]: "1"})))
        if variant == 3:
            _somebody_adds(household, side)
        return shorter if _has_more(side, shorter) else None
    whole = answer(honest(request))
    if not isinstance(_records(whole), list):
        return None
    return _with_more(side, whole, request, is_empty=variant == 0)


_LIMITS = {"pagerduty": "limit", "slack": "limit", "jira": "maxResults", "confluence": "limit"}
_CURSORS = {"slack": "cursor", "jira": "nextPageToken", "confluence": "cursor"}


def honest(request: Request) -> Request:
    """The request with the real cursor instead of ours."""
    if b"again%3A" not in request.body and not any(
        value.startswith(_AGAIN) for values in request.query.values() for value in values
    ):
        return request
    return _edited(request, _real)


def _real(name: str, values: list[str]) -> list[str]:
    if name not in ("cursor", "nextPageToken"):
        return values
    return [real for value in values if (real := value.removeprefix(_AGAIN))]


def _asked(request: Request, side: str, changes: dict[str, str]) -> Request:
    changed = _edited(request, lambda name, values: [changes.get(name, values[0])])
    missing = {name: [value] for name, value in changes.items() if name not in _given(request)}
    if not missing:
        return changed
    if _is_form(request):
        return replace(changed, body=changed.body + b"&" + urlencode(missing, doseq=True).encode())
    return replace(changed, query=changed.query | missing)


def _edited(request: Request, change: Callable[[str, list[str]], list[str]]) -> Request:
    edited = {name: change(name, values) for name, values in _given(request).items()}
    if _is_form(request):
        return replace(request, body=urlencode(edited, doseq=True).encode())
    return replace(request, query={name: values for name, values in edited.items() if values})


def _given(request: Request) -> dict[str, list[str]]:
    return parse_qs(request.body.decode(), keep_blank_values=True) if _is_form(request) else dict(request.query)


def _is_form(request: Request) -> bool:
    return request.path.startswith("/api/") and bool(request.body)


def _records(reply: Reply) -> Any:
    """The list of a reply."""
    value: dict[str, Any] = json.loads(reply.body) if reply.status == 200 else {}
    return next((found for found in value.values() if isinstance(found, list)), None)


def _has_more(side: str, reply: Reply) -> bool:
    value: dict[str, Any] = json.loads(reply.body) if reply.status == 200 else {}
    more = {
        "pagerduty": value.get("more"),
        "slack": value.get("response_metadata", {}).get("next_cursor"),
        "jira": value.get("nextPageToken"),
        "confluence": value.get("_links", {}).get("next"),
    }
    return bool(more[side])


def _with_more(side: str, whole: Reply, request: Request, *, is_empty: bool) -> Reply:
    value: dict[str, Any] = json.loads(whole.body)
    name = next(name for name, found in value.items() if isinstance(found, list))
    cursor = _AGAIN + "".join(_given(request).get(_CURSORS.get(side, ""), [])).removeprefix(_AGAIN)
    more: dict[str, Any] = {
        "pagerduty": {"more": True},
        "slack": {"has_more": True, "response_metadata": {"next_cursor": cursor}},
        "jira": {"isLast": False, "nextPageToken": cursor},
        "confluence": {"_links": {"next": f"{request.path}?{urlencode({'cursor': cursor})}"}},
    }[side]
    return json_reply(value | more | ({name: []} if is_empty else {}), headers=whole.headers)


def _somebody_adds(household: "Household", side: str) -> None:
    """A record that stands before the others in a list, such as one that is newer."""
    incident_id = household.incident_id()
    match side:
        case "slack":
            name = household.scripts[0].slack["channels"][0]["name"]
            household.slack.channel(name).says(next(iter(household.slack.workspace.users)), "meanwhile it stays quiet")
        case "jira":
            projects = household.scripts[0].jira["projects"]
            household.jira.person_opens(projects[0]["key"], "Something else")
        case "confluence":
            household.confluence.writes("Lunch")
        case _:
            household.pagerduty.person_publishes(incident_id, "All quiet.", by=household.pagerduty.somebody())

"""The Jira issue that an action item becomes: it must read well alone, in a backlog, weeks later."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from postmortem.action_items.description import describe
from postmortem.action_items.item import ActionItem, IssueRequest, Route
from postmortem.document import Postmortem
from postmortem.incident import Incident
from postmortem.outputs.escaping import printable

KEY_LENGTH = 26
NO_ROUTE = "Not opened: no route fits this incident; set default_route or routing in debrief.yml."
_LONGEST_SUMMARY = 200


def action_key(install_id: str, incident_id: str, action_item_id: str) -> str:
    """What identifies an action item for ever: "pm-" and 26 letters; the same for the same item, whatever its words."""
    digest = hashlib.sha256(f"{install_id}\0{incident_id}\0{action_item_id}".encode()).digest()
    return "pm-" + base64.b32encode(digest).decode().casefold()[:KEY_LENGTH]


def request_issue(
    item: ActionItem,
    route: Route,
    postmortem: Postmortem,
    *,
    install_id: str,
    postmortem_link: str | None,
    private: tuple[str, ...] = (),
) -> IssueRequest:
    """What to ask of Jira for this item. `postmortem_link` opens the draft, where readers can open it.

    `private` is how the ids of records begin that lie in a private channel ("slack/C042/").
    """
    incident = postmortem.incident
    key = action_key(install_id, incident.id, item.id)
    return IssueRequest(
        key=key,
        action_item_id=item.id,
        incident_id=incident.id,
        route=route,
        summary=summary_of(item.text),
        paragraphs=describe(item, route, postmortem, postmortem_link=postmortem_link, key=key, private=private),
        account_id=item.owner.account_id,
        due_on=item.due_on,
        remote_link=_remote_link(incident, postmortem_link),
        is_private=item.rests_on(private),
    )


def request_issues(
    postmortem: Postmortem, *, install_id: str, postmortem_link: str | None, private: tuple[str, ...] = ()
) -> tuple[IssueRequest | None, ...]:
    """One request per action item, in their order; None for an item that is not accepted, or that no route takes."""
    ask = partial(
        request_issue, postmortem=postmortem, install_id=install_id, postmortem_link=postmortem_link, private=private
    )
    return tuple(ask(item, item.route) if item.accepted and item.route else None for item in postmortem.action_items)


def with_issues(postmortem: Postmortem, made: Sequence[Mapping[str, Any] | None]) -> Postmortem:
    """The postmortem with the issues that are known already: {"key", "link"} or None per action item."""
    items = zip(postmortem.action_items, made, strict=True)
    return postmortem.model_copy(update={"action_items": tuple(_with_outcome(item, issue) for item, issue in items)})


def with_outcomes(postmortem: Postmortem, outcomes: Mapping[str, Mapping[str, Any]]) -> Postmortem:
    """The postmortem after opening. `outcomes`: by item id its issue, or the reason why there is none."""
    items = tuple(_with_outcome(item, outcome_of(item, outcomes)) for item in postmortem.action_items)
    return postmortem.model_copy(update={"action_items": items})


def outcome_of(item: ActionItem, outcomes: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """What became of an item: one without a route was not tried. None where it is not accepted, or was composed since
    the issues were asked for."""
    if not item.accepted:
        return None
    return outcomes.get(item.id) if item.route else {"parked": NO_ROUTE}


def _and(said: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*said, *more)))


def _with_outcome(item: ActionItem, outcome: Mapping[str, Any] | None) -> ActionItem:
    """With everything that was said of it before, too."""
    if outcome is None or (item.issue_key and "parked" in outcome and item.route is None):
        return item  # an issue that is open stays open, also where its route was taken away since
    if "parked" in outcome:
        why = outcome["parked"]
        told = why if why == NO_ROUTE else f"Not opened: {why}"
        return item.model_copy(update={"said": _and(item.said, (told,))})
    issue = {"issue_key": outcome["key"], "issue_link": outcome["link"]}
    return item.model_copy(update=issue | {"said": _and(item.said, outcome.get("said", ()))})


def summary_of(text: str) -> str:
    """An issue's summary: the item's words on one line, cut where they are too long for one."""
    one_line = " ".join(printable(text).split())
    return one_line if len(one_line) <= _LONGEST_SUMMARY else one_line[: _LONGEST_SUMMARY - 1].rstrip() + "…"


def _remote_link(incident: Incident, postmortem_link: str | None) -> tuple[str, str, str] | None:
    url = postmortem_link or incident.link
    if url is None:
        return None
    what = "Postmortem" if postmortem_link else "Incident"
    return f"system=debrief&incident={incident.id}", url, f"{what}: {incident.title}"[:255]

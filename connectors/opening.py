"""Opening one Jira issue per accepted action item, exactly once, and saying aloud what could not be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from connectors.at_once import at_once
from connectors.effects import LATEST_CREATE, Create, Ledger, Look, ProofRefused, Sight, Unseen, Waits
from connectors.errors import BadReply, ConnectorError, NotAllowed, NotFound, OutcomeUnknown, Rejected, Unreachable
from connectors.jira.api import JiraApi
from connectors.jira.open_issue import (
    AnchorRefused,
    Opened,
    create,
    ensure_assigned,
    find_labelled,
    find_linked,
    find_newest,
    link,
)
from connectors.jira.routes import RouteCheck, check_route
from connectors.jira.translate import ANCHOR_FIELD, UNASSIGNED, Screen
from connectors.making import Maker, Sending, make_once
from connectors.patience import patiently
from connectors.steps import Json, Steps
from connectors.store.audit import What
from postmortem.action_items.item import IssueRequest, Route

OUTAGE = (Unreachable, BadReply)
"""Jira is not well: that is waited for, and then said, but never fails a journey whose draft is made."""
_REFUSED = f"The issue {UNASSIGNED}:"
_NOT_ON_SCREEN = "The issue has no assignee:"
_UNLINKED = "The issue is not linked to {anchor}: Jira refused it. Correct jira.anchor_issues."
_WHERE = (
    "Look in {project} for the label {key}: the next round and `debrief actions retry` adopt the issue that has it, "
    "also one that you open there with that label. {setting}"
)
_NAME_AN_ANCHOR = "Name an issue in jira.anchor_issues.{project}, and the next lost answer is settled without you."
_CREATE_AGAIN = "With jira.after_unclear: create the next one is made again without asking."

type Outcome = dict[str, Any]
"""{"key", "id", "link", "said"} of an issue, or {"parked": reason}."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What every issue of one round is opened with. `anchors` are issues, by project, that new ones are linked to;
    `may_hold_private`: whether everybody in a project may read what was said in a private channel; `count` is told of
    each issue that was made, or found."""

    jira: JiraApi
    ledger: Ledger
    token: int
    holds_lease: Callable[[], bool]
    now: Callable[[], datetime]
    waits: Waits
    anchors: Mapping[str, str]
    may_hold_private: bool
    count: Callable[[str], None] = lambda _: None

    def once(self, steps: Steps, name: str, key: str, maker: Maker) -> Outcome:
        return make_once(steps, name, self.ledger, key, maker, token=self.token, waits=self.waits)


def open_issues(steps: Steps, opening: Opening, requests: Sequence[IssueRequest], *, prefix: str = "") -> list[Outcome]:
    """Open an issue for every request, side by side; each backlog is looked at once. Results in the order of requests.

    A backlog that takes nothing parks its own items; what is open already stays what it is.
    """
    if not requests:
        return []
    routes = list[Route]()
    for request in requests:
        routes += [] if request.route in routes else [request.route]
    checked = steps.each(
        f"{prefix}read the routes", list(range(len(routes))), lambda child, n: _checked(child, opening, routes[n])
    )

    def open_one(child: Steps, place: int) -> Outcome:
        request = requests[place]
        known: Any = checked[routes.index(request.route)]
        if "parked" in known:
            before = _opened_before(child, opening, request, answers=known["answered"])
            return before or {"parked": known["parked"]}
        check = RouteCheck.model_validate(known)
        if check.screen is None:
            return _opened_before(child, opening, request, answers=True) or {"parked": " ".join(check.problems)}
        screen = check.screen
        return at_once(child, "open the issue", lambda steps: _open(steps, opening, request, screen))

    return steps.each(f"{prefix}open issues", list(range(len(requests))), open_one)


def _checked(steps: Steps, opening: Opening, route: Route) -> Json:
    """The check of a route as JSON, or {"parked": why, "answered": by Jira itself} where Jira does not let us look."""
    try:
        return patiently(
            steps,
            "read the route",
            lambda: check_route(opening.jira, route).model_dump(mode="json"),
            outage=OUTAGE,
        )
    except ConnectorError as refused:
        answered = isinstance(refused, NotAllowed | NotFound | Rejected)
        return {"parked": str(refused), "answered": answered}


def _opened_before(steps: Steps, opening: Opening, request: IssueRequest, *, answers: bool) -> Outcome | None:
    """The issue of an earlier round: what is wrong with its backlog today does not undo it. Where Jira answers, the
    link is tried again: what was said of it in that round would be forgotten in this one's document."""
    made = steps.run("look into the ledger", lambda: opening.ledger.read(request.key).made)
    if made is None or not answers:
        return made
    return made | {"said": [*made["said"], *_linked(steps, opening, request, made)]}


def _open(steps: Steps, opening: Opening, request: IssueRequest, screen: Screen) -> Outcome:
    outcome = opening.once(steps, "open the issue", request.key, _maker(opening, request, screen))
    if "made" not in outcome:
        return outcome
    made = outcome["made"]
    said = [*_assigned(steps, opening, request, made), *_linked(steps, opening, request, made)]
    return made | {"said": said}


def _maker(opening: Opening, request: IssueRequest, screen: Screen) -> Maker:
    """An issue carries its proof where its project has an anchor that the create screen lets it be linked to."""
    project = request.route.project
    anchor = opening.anchors.get(project) if screen.field(ANCHOR_FIELD) else None
    return Maker(
        partial(_create, opening, request, screen),
        partial(_look, opening, request.key, project),
        opening.holds_lease,
        opening.now,
        Sending(What.ISSUE, lambda: request.model_dump(mode="json")),
        proof=anchor,
        where=partial(_where, project, request.key),
    )


def _where(project: str, key: str, proof: str | None) -> str:
    setting = _CREATE_AGAIN if proof else _NAME_AN_ANCHOR
    return _WHERE.format(project=project, key=key, setting=setting.format(project=project))


def _create(opening: Opening, request: IssueRequest, screen: Screen, ask: Create) -> Outcome:
    anchor, began = opening.anchors.get(request.route.project), opening.now()
    carried = ask.proof or (None if screen.field(ANCHOR_FIELD) else anchor)

    def before_each() -> None:
        if opening.now() - began > LATEST_CREATE or not opening.holds_lease():
            raise Unreachable("Creating a Jira issue", "it was held up before anything was made")

    try:
        opened = create(
            opening.jira,
            request,
            screen,
            carried,
            may_hold_private=opening.may_hold_private,
            before_each=before_each,
        )
    except AnchorRefused as refusal:
        raise ProofRefused(refusal.tried, refusal.came_back, refusal.remedy) from None
    opening.count("IssuesOpened")
    unlinked = [_UNLINKED.format(anchor=anchor)] if anchor and not carried else []
    return opened.model_copy(update={"said": (*opened.said, *unlinked)}).model_dump(mode="json")


def _look(opening: Opening, key: str, project: str, ask: Look) -> Sight:
    sight = _looked(opening.jira, key, project, ask)
    if not isinstance(sight, Unseen):
        opening.count("IssuesAdopted")
    return sight


def _looked(jira: JiraApi, key: str, project: str, ask: Look) -> Sight:
    """At the anchor, whose answer is final; else among the newest keys and in the index, which only adopt."""
    if ask.proof:
        try:
            return _as_made(find_linked(jira, key, ask.proof)) or Unseen.SURELY_ABSENT
        except NotFound:
            pass  # a person took the anchor away: it proves nothing any more
    found = find_newest(jira, key, project) or (find_labelled(jira, key, project) if ask.search else None)
    return _as_made(found) or Unseen.NOT_SEEN


def _as_made(opened: Opened | None) -> Outcome | None:
    return opened.model_dump(mode="json") if opened else None


def _assigned(steps: Steps, opening: Opening, request: IssueRequest, issue: Outcome) -> list[str]:
    """What was said of the issue, put right by a look at its assignee. Once and never again: later it is people's."""
    said = list[str](issue["said"])
    account_id = request.account_id
    if account_id is None or any(sentence.startswith(_REFUSED) for sentence in said):
        return said

    def make() -> dict[str, Any]:
        try:
            return {"key": issue["key"], "said": ensure_assigned(opening.jira, issue["key"], account_id)}
        except NotFound:
            return {"key": issue["key"], "said": []}

    maker = Maker.consistent(
        create=make,
        find=lambda: None,
        holds_lease=opening.holds_lease,
        now=opening.now,
        sending=Sending(What.ASSIGNEE, lambda: account_id),
    )
    outcome = opening.once(steps, "see who has the issue", f"{request.key}/assignee", maker)
    told = outcome["made"]["said"] if "made" in outcome else [f"{issue['key']} may be unassigned: {outcome['parked']}"]
    return [*(sentence for sentence in said if not sentence.startswith(_NOT_ON_SCREEN)), *told]


def _linked(steps: Steps, opening: Opening, request: IssueRequest, issue: Outcome) -> list[str]:
    """Link the issue to the postmortem; an issue without its link is still an issue, so a refusal is only said. One
    that is made again changes nothing: what is lost is waited for, at Jira as in our own store."""
    remote_link = request.remote_link
    if remote_link is None:
        return []

    def put() -> None:
        opening.ledger.audit.will_send(What.LINK, issue["key"], remote_link, opening.now())
        link(opening.jira, issue["key"], remote_link)

    try:
        patiently(steps, "link the issue", put, outage=(*OUTAGE, OutcomeUnknown))
    except ConnectorError as error:
        return [f"{issue['key']} has no link to the postmortem: {error}"]
    return []

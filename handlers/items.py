"""What a journey does about the action items themselves: people's decisions, and following what was opened."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from itertools import batched
from typing import Any

from connectors.amending import Comment, Hand, amend_issues, comment_on_issues
from connectors.effects import TAKEN_OVER, Waits
from connectors.errors import ConnectorError
from connectors.jira.api import MOST_AT_ONCE, JiraApi
from connectors.jira.states import read_states
from connectors.slack.channel import Found, as_it_is_now
from connectors.steps import Json
from connectors.store.following import Following
from handlers.looking import look_at_all
from handlers.work import Work, private_everywhere, the_postmortem
from postmortem.action_items.decision import Decision
from postmortem.action_items.issues import action_key, outcome_of
from postmortem.action_items.item import ActionItem
from postmortem.document import Postmortem
from postmortem.follow_up.amendments import (
    Amendment,
    amended,
    amendments_of,
    asked,
    came_back_in_words,
    closed_before_it_came_back,
    not_amended,
)
from postmortem.follow_up.followed import FollowedItem
from postmortem.follow_up.following import dropped_by, followed_again, followed_from_item, left
from postmortem.follow_up.standing import is_looked_at
from postmortem.similar import issue_keys

NO_LONGER = "It was dropped, or is no longer said."
NO_DRAFT = "there is no draft of it here yet, or one of an older Debrief: draft it again"


def keep_decision(work: Work, decision: dict[str, Any], once: str) -> bool:
    """Keep what a person decided; the same click or request once, and none about an incident that is not here."""
    if not _state(work):
        return False
    return work.decisions.keep(Decision.model_validate(decision), once)


def known_evidence(work: Work) -> dict[str, Any]:
    """What the last draft was made of, as `collect_evidence` tells of it; {"stopped": why} where there is none."""
    state = _state(work)
    postmortem = work.shelf.postmortem() if state else None
    if postmortem is None or postmortem.evidence_name is None:
        return {"stopped": NO_DRAFT}
    return {"evidence": postmortem.evidence_name} | places_in(state)


def places_in(state: Mapping[str, Any]) -> dict[str, Any]:
    """Where an incident was talked about, by what is remembered of it."""
    return {
        "channel": state.get("channel"),
        "private": state.get("private_channels", []),
        "from_files": state.get("from_files", False),
    }


def channel_as_it_is(work: Work, known: dict[str, Any]) -> dict[str, Any]:
    """The same, with who reads the channel now: it may have been closed, or shared, since it was read."""
    if work.house.slack is None or known["channel"] is None or known["from_files"]:
        return known
    now = asdict(as_it_is_now(work.house.slack, work.steps, Found(**known["channel"]), work.prefix))

    def remember() -> list[Json]:
        work.shelf.remember(channel=now)
        return list[Json](work.shelf.rests_on([now["channel_id"]] if now["is_private"] else []))

    return known | {"channel": now, "private": work.steps.run(work.named("remember who reads the channel"), remember)}


def _state(work: Work) -> dict[str, Any]:
    """{} of an incident that is not here."""
    try:
        return work.shelf.state()
    except ValueError:  # an id that no store could keep
        return {}


def known_house(work: Work, known: dict[str, Any]) -> Work:
    """A draft that was made from files is written to no vendor, whoever decides about it."""
    if not known["from_files"]:
        return work
    return replace(work, house=replace(work.house, pagerduty=None, slack=None, jira=None, confluence=None))


def follow_items(work: Work, outcomes: Mapping[str, Mapping[str, Any]]) -> None:
    """Write down every accepted item with what became of it, to be followed until it is done. `outcomes` are by item
    id. Of what a person dropped nobody is reminded any more; its issue stays theirs."""
    following, postmortem = Following(work.house.store), the_postmortem(work)
    items = postmortem.action_items
    for one in _followed(work, postmortem, outcomes):
        following.change(one, lambda kept, one=one: followed_again(kept, one))
    accepted, dropped = ({item.id: item for item in items if fits(item)} for fits in (_is_accepted, _is_dropped))
    for kept in work.followed:
        if kept.item_id in dropped:
            item = dropped[kept.item_id]
            following.change(kept, lambda was, kept=kept, item=item: dropped_by(was or kept, item))
        elif kept.item_id not in accepted and kept.issue_id is None and kept.standing == "parked":
            following.change(kept, lambda was, kept=kept: left(was or kept, NO_LONGER))


def _followed(work: Work, postmortem: Postmortem, outcomes: Mapping[str, Mapping[str, Any]]) -> Iterator[FollowedItem]:
    settings = work.house.settings
    link, private = work.house.document_link(work.incident_id), private_everywhere(work)
    for item in postmortem.action_items:
        outcome = outcome_of(item, outcomes)
        if not outcome:
            continue
        key = action_key(settings.install_id, work.incident_id, item.id)
        yield followed_from_item(
            item,
            outcome,
            postmortem,
            key=key,
            postmortem_link=link,
            slack_id=work.owners.get(item.id, {}).get("slack_id"),
            private=private,
            now=work.house.now(),
        )


def _is_accepted(item: ActionItem) -> bool:
    return item.accepted


def _is_dropped(item: ActionItem) -> bool:
    return item.is_dropped


def look_at_issues(work: Work) -> dict[str, str]:
    """What became, as Jira says now, of the issues known before this round; nothing where Jira does not answer."""
    jira = work.house.jira

    def look() -> dict[str, Json]:
        try:
            if jira:
                _look_at_followed(work, jira)
            ours = {one.issue_key for one in work.followed}
            others = [key for key in issue_keys(the_postmortem(work)) if key not in ours]
            return dict[str, Json](read_states(jira, others)) if jira and others else {}
        except ConnectorError:  # the links are there; their state is shown the next time
            return {}

    return {key: str(state) for key, state in work.steps.run(work.named("look at the issues"), look).items()}


def _look_at_followed(work: Work, jira: JiraApi) -> None:
    """Read what became of the issues that are followed. Raises ConnectorError: then all stay as they were last seen."""
    now = work.house.now()
    looked_at = [one.issue_id for one in work.followed if one.issue_id and is_looked_at(one, now)]
    for some in batched(looked_at, MOST_AT_ONCE, strict=False):
        look_at_all(work.house.store, jira, some, now)


def bring_issues_up_to_date(work: Work, token: int) -> None:
    """Carry decisions into issues that are open, and tell one that was closed before the incident came back; once."""
    jira = work.house.jira
    if jira is None:
        return
    told = work.steps.run(work.named("what open issues should say"), lambda: _untold(work))
    amendments = [Amendment.model_validate(one) for one in told["amendments"]]
    comments = [_comment(work, one) for one in told["came_back"]]
    waits = work.house.settings.jira.unclear_wait
    hand = Hand(jira, work.ledger, token, lambda: work.holds_lease(token), work.house.now, Waits.consistent(waits))
    changed = amend_issues(work.steps, hand, amendments, work.prefix) if amendments else []
    if comments:
        comment_on_issues(work.steps, hand, comments, work.prefix)
    if changed:
        work.steps.run(work.named("note what was changed"), lambda: _note_changes(work, amendments, changed))


def _note_changes(work: Work, amendments: Sequence[Amendment], outcomes: Sequence[Mapping[str, Any]]) -> None:
    followed = {one.key: one for one in work.followed}
    for amendment, outcome in zip(amendments, outcomes, strict=True):
        if outcome.get("parked") == TAKEN_OVER:
            continue
        one = followed[amendment.item_key]
        Following(work.house.store).change(one, partial(_noted, one, amendment, outcome))


def _noted(
    one: FollowedItem, amendment: Amendment, outcome: Mapping[str, Any], kept: FollowedItem | None
) -> FollowedItem:
    if "parked" in outcome:
        return not_amended(kept or one, amendment, outcome["parked"])
    return amended(kept or one, amendment, outcome["made"]["said"], outcome["made"]["theirs"])


def _untold(work: Work) -> dict[str, Any]:
    followed = work.followed
    if not followed:
        return {"amendments": [], "came_back": []}
    postmortem = the_postmortem(work)
    private = () if work.house.settings.jira.may_hold_private_channels else private_everywhere(work)
    came_back = closed_before_it_came_back(postmortem, followed)
    amendments, by_key = amendments_of(postmortem, followed, private), {one.key: one for one in followed}
    for amendment in amendments:
        one = by_key[amendment.item_key]
        Following(work.house.store).change(one, lambda kept, one=one, by=amendment: asked(kept or one, by))
    return {
        "amendments": [one.model_dump(mode="json") for one in amendments],
        "came_back": [
            {"once": once, "issue_id": one.issue_id, "at": moment.isoformat()}
            for once, (one, moment) in came_back.items()
        ],
    }


def _comment(work: Work, told: dict[str, Any]) -> Comment:
    words = came_back_in_words(the_postmortem(work).incident, datetime.fromisoformat(told["at"]))
    return Comment(once=told["once"], issue_id=told["issue_id"], paragraphs=words)

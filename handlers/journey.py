"""The product, read top to bottom: from a resolved incident to a draft, owned issues, and an announcement.

A step is at-least-once and its result is kept, so a killed journey goes on where it was. What must happen once outside
goes through the effects ledger; what cannot be read becomes a gap in the draft, never a failed run.
"""

from typing import Any

from connectors.effects import TAKEN_OVER, Waits
from connectors.opening import Opening, open_issues
from connectors.steps import Steps
from handlers.announce import announce
from handlers.collector import collector_paused
from handlers.confluence import make_confluence_page, write_confluence_page
from handlers.gathering import collect_evidence, look_again
from handlers.house import House
from handlers.items import (
    bring_issues_up_to_date,
    channel_as_it_is,
    follow_items,
    keep_decision,
    known_evidence,
    known_house,
    look_at_issues,
)
from handlers.leasing import take_the_lease, under_the_lease
from handlers.on_aws import durable
from handlers.owners import find_the_owners, requests_to_open
from handlers.publishing import FIRST_PUBLISHED, publish
from handlers.telling import count_gaps
from handlers.work import ISSUES, Work, counted, recalled_by, requests_of, told_to_compose, work_of
from postmortem.action_items.issues import with_issues

ONCE_MORE = "once more: "
MOST_TIMES_MORE = 5
NO_JIRA = "Jira is not configured: set jira.site in debrief.yml, and JIRA_EMAIL and JIRA_TOKEN among the secrets"


def make_postmortem(steps: Steps, bell: Any, house: House) -> dict[str, Any]:
    """One resolve of one incident, to its end: the draft, its issues, its announcement, and one refresh later.

    A person's decision about an action item, and another try of what was parked, are the same round on known evidence.
    """
    work = work_of(steps, bell, house)
    if "decision" in bell or "retry" in bell:
        return take_up_again(work, bell)
    if "backfill" in bell:  # it is long over: nothing has to settle, and nobody goes on talking
        return follow_through(work)
    steps.wait("settle", house.settings.quiet_period)
    first = follow_through(work)
    if "stopped" in first:
        return first
    steps.wait("refresh later", house.settings.refresh_after)
    return first | {"refresh": follow_through(work.again(first["evidence"]))}


def handler(event: Any, context: Any) -> Any:
    """The entry point on AWS Lambda: the same journey on durable functions."""
    return durable(make_postmortem, "postmortem")(event, context)


def make_draft(steps: Steps, bell: Any, house: House) -> dict[str, Any]:
    """The same for a person at a terminal, who waits for it: at once, and without the later look."""
    return follow_through(work_of(steps, bell, house))


def take_up_again(work: Work, bell: dict[str, Any]) -> dict[str, Any]:
    """Somebody decided about an item, or what was parked is tried again: nothing is read anew."""
    if "decision" in bell:
        work.steps.run("keep the decision", lambda: keep_decision(work, bell["decision"], bell["once"]))
    known = work.steps.run("look up the evidence", lambda: known_evidence(work))
    return known if "stopped" in known else under_the_lease(work, go_on_with_what_is_known)


def go_on_with_what_is_known(work: Work, token: int) -> dict[str, Any]:
    """What the draft rests on is looked up under the lease: a round may have come to more while this one waited."""
    known = work.steps.run(work.named("look up the evidence under the lease"), lambda: known_evidence(work))
    known = channel_as_it_is(work, known)
    return write_and_open(known_house(work, known), token, known)


def follow_through(work: Work) -> dict[str, Any]:
    """One round from the beginning."""
    return under_the_lease(work, one_round)


def one_round(work: Work, token: int) -> dict[str, Any]:
    """Look again, collect, and make of it what there is to be made."""
    looked = look_again(work)
    if "stopped" in looked:
        return looked
    collected = collect_evidence(work, looked)
    if collected["nothing_new"]:
        return {"stopped": "nothing was said or done since the draft"}
    return write_and_open(work, token, collected)


def write_and_open(work: Work, token: int, collected: dict[str, Any]) -> dict[str, Any]:
    """Compose, publish, open issues, publish with their links, announce; from now on the items are followed.

    Where another journey took over meanwhile, this one does it once more when that has ended: what is made is not made
    again, and neither shows what the other has made old.
    """
    composed = compose_draft(work, collected["evidence"])
    publish(work, FIRST_PUBLISHED)
    work = work.with_owners(find_the_owners(work, collected["evidence"]))
    work.steps.run(work.named("let what was refused be tried again"), work.ledger.release_parked)
    page = make_confluence_page(work, token, collected)
    states = look_at_issues(work)
    bring_issues_up_to_date(work, token)
    issues = open_the_issues(work, token)
    held = take_the_lease(work, "to go on, ")
    if held != token and may_be_done_once_more(work):
        return go_on_with_what_is_known(work.once_more(ONCE_MORE), held)
    token = held
    work.steps.run(work.named("follow the items"), lambda: follow_items(work, issues))
    document = publish(work, "publish with issues", issues, states)
    page = write_confluence_page(work, token, page)
    announced = announce(work, token, collected, document, page)
    if any(said.get("parked") == TAKEN_OVER for said in announced.values()) and may_be_done_once_more(work):
        return go_on_with_what_is_known(work.once_more(ONCE_MORE), take_the_lease(work, "to announce, "))
    return composed | {"document": document, "issues": counted(issues.values()), "announced": announced, "page": page}


def may_be_done_once_more(work: Work) -> bool:
    return work.prefix.count(ONCE_MORE) < MOST_TIMES_MORE


def compose_draft(work: Work, evidence: str) -> dict[str, Any]:
    """Write the draft out of the evidence. Issues that were opened before are known at once."""

    def write() -> dict[str, Any]:
        from postmortem.compose import compose  # a tenth of a second to load, for those alone who write one

        with collector_paused():
            told, seen = told_to_compose(work, evidence)
            now = work.house.now()
            composed = compose(
                told,
                work.house.settings,
                composed_at=now,
                evidence_name=evidence,
                settings_version=work.house.settings_version,
                items_seen=seen,
                decisions=work.decisions.all(),
            )
        composed = recalled_by(work, composed, told)
        count_gaps(work.house.meter, told.gaps)
        made = {key: effect.made for key, effect in work.ledger.lines()}
        known = [made.get(request.key) if request else None for request in requests_of(work, composed)]
        work.shelf.keep_postmortem(with_issues(composed, known))
        items = sum(item.is_listed for item in composed.action_items)
        return {"evidence": evidence, "events": len(composed.timeline.events), "items": items}

    return work.steps.run(work.named("compose"), write)


def open_the_issues(work: Work, token: int) -> dict[str, dict[str, Any]]:
    """One Jira issue per accepted action item, once. What cannot be opened is parked with its reason. By item id."""
    if not work.makes(ISSUES):
        return {}
    jira, settings, requests = work.house.jira, work.house.settings, requests_to_open(work)
    if jira is None or not requests:
        return {request.action_item_id: {"parked": NO_JIRA} for request in requests}
    opening = Opening(
        jira,
        work.ledger,
        token,
        holds_lease=lambda: work.holds_lease(token),
        now=work.house.now,
        waits=Waits(settings.jira.unclear_wait, settings.jira.search_wait, settings.jira.after_unclear),
        anchors=settings.jira.anchor_issues,
        may_hold_private=settings.jira.may_hold_private_channels,
        count=work.house.meter.count,
    )
    outcomes = open_issues(work.steps, opening, requests, prefix=work.prefix)
    return {request.action_item_id: outcome for request, outcome in zip(requests, outcomes, strict=True)}

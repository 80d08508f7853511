"""What a decision changes in an issue that is open already, and where an incident came back after one closed."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from postmortem.action_items.issues import summary_of
from postmortem.action_items.item import ActionItem, Span
from postmortem.citations import day_and_clock
from postmortem.document import Postmortem
from postmortem.follow_up.followed import Assignee, FollowedItem
from postmortem.incident import Incident
from postmortem.noun import Noun


class Amendment(Noun):
    """What an issue should say from now on (`wanted`), and what it said when it was last read (`known`).

    Both map "summary", "duedate" and "assignee" (a Jira account id) to their values. `once` names it for ever. `owner`
    is what the assignee is called. `must_be_secured`: it was said in private, and only an issue with a security level
    may hold that.
    """

    once: str
    issue_id: str
    issue_key: str
    item_key: str
    wanted: dict[str, str]
    known: dict[str, str | None]
    owner: str | None = None
    must_be_secured: bool = False


def amendments_of(
    postmortem: Postmortem, followed: Iterable[FollowedItem], private: tuple[str, ...] = ()
) -> tuple[Amendment, ...]:
    """One for every decision about an item that has its issue already.

    `private` is how the ids of records begin whose words an issue without a security level may not hold.
    """
    by_id = {one.item_id: one for one in followed if one.issue_id and one.standing == "open"}
    pairs = ((item, by_id[item.id]) for item in postmortem.action_items if item.id in by_id and not item.is_dropped)
    return tuple(amendment for item, one in pairs if (amendment := _amendment(item, one, private)))


def amended(one: FollowedItem, amendment: Amendment, said: Iterable[str]) -> FollowedItem:
    """The item after its issue was changed; `said` tells what stayed as somebody had it in Jira: then that is read."""
    if told := tuple(said):
        return one.model_copy(update={"changes": tuple(dict.fromkeys((*one.changes, *told)))})
    return one.model_copy(update=dict(_taken_over(amendment)))


def _taken_over(amendment: Amendment) -> Iterator[tuple[str, Any]]:
    wanted = amendment.wanted
    if "summary" in wanted:
        yield "text", wanted["summary"]
    if "duedate" in wanted:
        yield "due_on", date.fromisoformat(wanted["duedate"])
    if "assignee" in wanted:
        yield "assignee", Assignee(account_id=wanted["assignee"], name=amendment.owner)


def _amendment(item: ActionItem, one: FollowedItem, private: tuple[str, ...]) -> Amendment | None:
    wanted = dict(_wanted(item))
    if not wanted or item.decision is None or one.issue_id is None:
        return None
    known = {
        "summary": summary_of(one.text),
        "duedate": one.due_on.isoformat() if one.due_on else None,
        "assignee": one.assignee.account_id,
    }
    return Amendment(
        once=f"amended/{one.key}/{item.decision.at.isoformat()}",
        issue_id=one.issue_id,
        issue_key=one.issue_key or one.issue_id,
        item_key=one.key,
        wanted=wanted,
        known=known,
        owner=item.owner.name,
        must_be_secured=item.rests_on(private),
    )


def _wanted(item: ActionItem) -> Iterator[tuple[str, str]]:
    decision = item.decision
    if decision and decision.text:
        yield "summary", summary_of(decision.text)
    if decision and decision.due_on:
        yield "duedate", decision.due_on.isoformat()
    if decision and (decision.owner_id or decision.owner) and item.owner.account_id:
        yield "assignee", item.owner.account_id


def closed_before_it_came_back(
    postmortem: Postmortem, followed: Iterable[FollowedItem]
) -> Mapping[str, tuple[FollowedItem, datetime]]:
    """Items that were done when the incident was opened again: by a name for ever, each with that moment."""
    reopened = [event.at for event in postmortem.timeline.events if event.kind == "reopened"]
    if not reopened:
        return {}
    last = max(reopened)
    done = (one for one in followed if one.issue_id and one.standing == "done")
    return {
        f"reopened/{one.key}/{last.isoformat()}": (one, last)
        for one in done
        if one.done_at is not None and one.done_at < last
    }


def came_back_in_words(incident: Incident, moment: datetime) -> tuple[tuple[Span, ...], ...]:
    """What is said on such an item's issue."""
    number = f"#{incident.number} " if incident.number else ""
    return (
        (
            Span(text="Incident "),
            Span(text=f"{number}{incident.title}", link=incident.link),
            Span(text=f" was opened again on {day_and_clock(moment)}, after this issue was done."),
        ),
        (Span(text="If what was done here should have prevented that, please look at it once more."),),
    )

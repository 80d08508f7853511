"""What a decision changes in an issue that is open already, and where an incident came back after one closed."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
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

    Both map "summary", "duedate" and "assignee" (a Jira account id) to their values; `marks` names the decisions behind
    them. `once` names it for ever. `owner` is what the assignee is called. `must_be_secured`: it was said in private,
    and only an issue with a security level may hold that.
    """

    once: str
    issue_id: str
    issue_key: str
    item_key: str
    wanted: dict[str, str]
    known: dict[str, str | None]
    marks: dict[str, str]
    owner: str | None = None
    must_be_secured: bool = False


def amendments_of(
    postmortem: Postmortem, followed: Iterable[FollowedItem], private: tuple[str, ...] = ()
) -> tuple[Amendment, ...]:
    """One for every item that has its issue already, of what was decided since and the issue was not told of yet.

    `private` is how the ids of records begin whose words an issue without a security level may not hold.
    """
    by_id = {one.item_id: one for one in followed if one.issue_id and one.standing == "open"}
    pairs = ((item, by_id[item.id]) for item in postmortem.action_items if item.id in by_id and not item.is_dropped)
    return tuple(amendment for item, one in pairs if (amendment := _amendment(item, one, private)))


def marks_of(item: ActionItem) -> dict[str, str]:
    """What tells the decisions about an item from others, by the field of the issue that they are about."""
    decision = item.decision
    if decision is None:
        return {}
    decided = {
        "summary": ("text", decision.text),
        "duedate": ("due_on", decision.due_on),
        "assignee": ("owner", decision.owner_id or decision.owner),
    }
    return {
        name: f"{since.isoformat()} {hashlib.sha256(str(value).encode(errors='surrogatepass')).hexdigest()[:16]}"
        for name, (field, value) in decided.items()
        if value and (since := decision.since.get(field))
    }


def asked(one: FollowedItem, amendment: Amendment) -> FollowedItem:
    """The item while its issue is being changed: what Jira tells of that is no change by a person."""
    return one.model_copy(update={"asked": amendment.wanted})


def amended(one: FollowedItem, amendment: Amendment, said: Iterable[str], theirs: Collection[str]) -> FollowedItem:
    """The item after its issue was changed. `theirs` are the fields that stayed as somebody had them in Jira, `said`
    tells of them. Each decision is carried into an issue once."""
    refused = _refused(amendment)
    changes = (*(told for told in one.changes if not told.startswith(refused)), *said)
    known = one.model_copy(update=dict(_taken_over(amendment, one, theirs)))
    return known.model_copy(
        update={"changes": tuple(dict.fromkeys(changes)), "carried": one.carried | amendment.marks, "asked": {}}
    )


def not_amended(one: FollowedItem, amendment: Amendment, why: str) -> FollowedItem:
    """The item whose issue Jira let nobody change: the next round tries it again."""
    told = f"{_refused(amendment)} {why}"
    return one.model_copy(update={"changes": tuple(dict.fromkeys((*one.changes, told))), "asked": {}})


def _refused(amendment: Amendment) -> str:
    return f"{amendment.issue_key} was not changed as it was decided:"


def _taken_over(amendment: Amendment, one: FollowedItem, theirs: Collection[str]) -> Iterator[tuple[str, Any]]:
    wanted = {name: value for name, value in amendment.wanted.items() if name not in theirs}
    if "summary" in wanted:
        yield "text", wanted["summary"]
    if "duedate" in wanted:
        yield "due_on", date.fromisoformat(wanted["duedate"])
    if "assignee" in wanted and wanted["assignee"] != one.assignee.account_id:
        yield "assignee", Assignee(account_id=wanted["assignee"], name=amendment.owner)


def _amendment(item: ActionItem, one: FollowedItem, private: tuple[str, ...]) -> Amendment | None:
    marks = {name: mark for name, mark in marks_of(item).items() if one.carried.get(name) != mark}
    wanted = {name: value for name, value in _wanted(item) if name in marks}
    if not wanted or one.issue_id is None:
        return None
    known = {
        "summary": summary_of(one.text),
        "duedate": one.due_on.isoformat() if one.due_on else None,
        "assignee": one.assignee.account_id,
    }
    marks = {name: marks[name] for name in wanted}
    return Amendment(
        once=f"amended/{one.key}/{hashlib.sha256(repr(sorted(marks.items())).encode()).hexdigest()[:32]}",
        issue_id=one.issue_id,
        issue_key=one.issue_key or one.issue_id,
        item_key=one.key,
        wanted=wanted,
        known=known,
        marks=marks,
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

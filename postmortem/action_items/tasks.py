"""PagerDuty's tasks of the incident as action items: as the newest of their webhooks tells them."""

from collections.abc import Iterator, Sequence

from postmortem.action_items.item import ActionItem, Owner
from postmortem.action_items.marked import MarkedItem
from postmortem.action_items.spoken import Spoken
from postmortem.action_items.written import without_request
from postmortem.evidence import Evidence
from postmortem.identities import Identities
from postmortem.observations import Observation, Task

TASK = "pagerduty/task/"
"""Begins the id of the record that a task is: several webhooks tell of one."""

COMPLETED = "Completed in PagerDuty. Debrief closes no issue, a person does that in Jira."
_DONE = ("completed", "complete", "done", "closed")


def tasks_in(evidence: Evidence, seen: Sequence[ActionItem]) -> Iterator[tuple[Spoken, MarkedItem]]:
    """Each task with its newest state as a record; `seen` are all items that were listed before.

    A completed one is an item only where it has an issue: that goes on being listed.
    """
    opened = {item.evidence_id for item in seen if item.issue_key}
    for told, task in _newest(evidence):
        if not _is_completed(task) or _record_id(task) in opened:
            yield Spoken(id=_record_id(task), moment=told.moment, link=told.link, mentions={}), _as_marked(task)


def as_assigned(item: ActionItem, evidence: Evidence, identities: Identities, before: ActionItem | None) -> ActionItem:
    """The item of those to whom PagerDuty assigned the task: the first owns it. A completed one keeps its issue."""
    told, task = next(one for one in _newest(evidence) if _record_id(one[1]) == item.evidence_id)
    owned = item.model_copy(update={"owner": _owner(told, identities) or item.owner})
    return without_request(owned, before, COMPLETED) if before and _is_completed(task) else owned


def _is_completed(task: Task) -> bool:
    return (task.status or "").casefold() in _DONE


def _newest(evidence: Evidence) -> Iterator[tuple[Observation, Task]]:
    """Webhooks come in any order: what PagerDuty says happened last counts; of one moment, a completion."""
    newest: dict[str, tuple[Observation, Task]] = {}
    for one in sorted(evidence.observations, key=_order):
        if one.task and one.task.name.strip():
            newest[one.task.id] = (one, one.task)
    yield from newest.values()


def _order(one: Observation) -> tuple[str, bool, str]:
    return one.moment.at.isoformat(), bool(one.task and _is_completed(one.task)), one.id


def _record_id(task: Task) -> str:
    return f"{TASK}{task.id}"


def _as_marked(task: Task) -> MarkedItem:
    quote = f"{task.name} ({task.description})" if task.description else task.name
    return MarkedItem(ordinal=1, quote=quote, body=" ".join(quote.split()), task=" ".join(task.name.split()))


def _owner(told: Observation, identities: Identities) -> Owner | None:
    """The first of its assignees who is a person; None where PagerDuty names nobody."""
    people = [person_id for person_id in told.subject_ids if not identities.is_bot(person_id)]
    if not people:
        return None
    first, *others = people
    name, account_id = identities.name(first), identities.account_id(first)
    unknown = f", but no Jira account is known: add jira_account_id for {name} to people in debrief.yml"
    return Owner(
        name=name,
        account_id=account_id,
        why=f"assigned the task in PagerDuty{'' if account_id else unknown}",
        person_id=first,
        others=tuple(filter(None, map(identities.name, others))),
    )

"""1, 2, 3 and 12: what is made outside is made once, or it is said that it was not."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from connectors.effects import Effect, Ledger
from connectors.engine.failed import failures_among
from connectors.store.intents import Intents
from connectors.store.notices import Notices
from connectors.store.shelf import Shelf
from handlers.leftovers import OLD
from handlers.reconcile import EVERY
from postmortem.action_items.issues import action_key
from postmortem.action_items.item import ActionItem
from postmortem.action_items.seen import record_of
from postmortem.places import in_channel
from tests.simulation.broken import Broken
from tests.simulation.household import Household
from tests.vendors.confluence_shapes import KeptPage

_KEY = re.compile(r"pm-[a-z2-7]{26}")


def check_new(household: Household) -> None:
    """1 and 3, of what was made since the last look."""
    for issue_id, body in _new(household, "made", household.jira.made):
        _check_issue(household, issue_id, body)
    for message in _new(household, "posted", household.slack.workspace.posted):
        _check_message(household, message)
    for incident_id, _ in _new(household, "notes", household.pagerduty.written_notes):
        _once(household, "notes on the incident", incident_id)
    for page in _new(household, "pages", household.confluence.made):
        _check_page(household, page)


def _new[T](household: Household, what: str, things: list[T]) -> list[T]:
    seen = household.witness.seen
    first = seen.get(what, 0)
    if first == len(things):
        return []
    seen[what] = len(things)
    return things[first:]


def _once(household: Household, what: str, which: str, number: int = 3) -> None:
    counted: Counter[tuple[str, str]] = household.witness.seen.setdefault("once", Counter())
    counted[what, which] += 1
    if counted[what, which] > 1:
        raise Broken(number, f"there are two {what} of {which}")


def _check_issue(household: Household, issue_id: str, body: dict[str, Any]) -> None:
    """By label, property and description: where they differ, nobody finds it again when one of them is gone."""
    fields = body["fields"]
    named = [{*_KEY.findall(json.dumps(part))} for part in (fields["labels"], body.get("properties"))]
    described = {*_KEY.findall(json.dumps(fields.get("description")))}
    keys = set[str]().union(*named, described)
    if len(keys) != 1 or not all(named):
        raise Broken(1, f"the issue {issue_id} is known by {sorted(keys) or 'no key'}")
    _once(household, "issues", keys.pop(), number=1)


def _check_message(household: Household, message: dict[str, Any]) -> None:
    """Announcements, reminders and digests have a key; an uploaded draft its name."""
    key = message.get("metadata", {}).get("event_payload", {}).get("key")
    if key:
        _once(household, "messages", str(key))
    for file in message.get("files", ()):
        _once(household, "uploads", f"{file['name']} in {message['channel']}")


def _check_page(household: Household, page: KeptPage) -> None:
    for incident_id in incidents_of(household):
        if incident_id in page.title:
            _once(household, "pages", incident_id)


def check_at_rest(household: Household) -> None:
    """2, 3 and 12."""
    for incident_id in incidents_of(household):
        _check_items(household, incident_id)
        _check_documents(household, incident_id)
    _check_comments(household)
    _check_intents(household)


def incidents_of(household: Household) -> list[str]:
    return [script.pagerduty["incident"]["id"] for script in household.scripts]


def shelf_of(household: Household, incident_id: str) -> Shelf:
    """What is kept of an incident, read past the gate."""
    return Shelf(household.store.store, incident_id, drafts=household.house.settings.publish.folder)


def document_of(household: Household, incident_id: str) -> str | None:
    """As it lies there; "" where it was never written, None where a person deleted it: Debrief deletes no files."""
    name = shelf_of(household, incident_id).state().get("document")
    file = household.store.store.load(name) if name else None
    if file is not None:
        return file.content.decode(errors="replace")
    return None if any(call.what == f"save {name}" for call in household.outside.calls) else ""


def _check_items(household: Household, incident_id: str) -> None:
    """2. Of an item that nobody says any more, or that was dropped, an issue may be there or not; while the incident's
    newest journey is one that failed, a person is told of that."""
    shelf = shelf_of(household, incident_id)
    postmortem = shelf.postmortem()
    if postmortem is None or household.house.jira is None or _has_failed(household, incident_id):
        return
    document, install_id = document_of(household, incident_id), household.house.settings.install_id
    made: Counter[tuple[str, str]] = household.witness.seen.get("once", Counter())
    _check_records(household, postmortem.action_items)
    for item in postmortem.action_items:
        if item.accepted and item.is_listed and not item.is_gone:
            _check_item(household, item, made["issues", action_key(install_id, incident_id, item.id)], document)


def _check_records(household: Household, items: Sequence[ActionItem]) -> None:
    """1. In other words an item is the same item: a message has no more issues than things it asks for."""
    issues = Counter(record_of(item.id) for item in items if item.issue_key)
    for channel_id, channel in household.slack.workspace.channels.items():
        for ts, message in channel.messages.items():
            made, asked = issues[f"{in_channel(channel_id)}{ts}"], message.get("text", "").count("ACTION:")
            if made > asked > 0:
                raise Broken(1, f"{made} issues were made of {asked} action items in {message['text']!r}")


def _has_failed(household: Household, incident_id: str) -> bool:
    failures = failures_among(household.engine.journeys(), "postmortem")
    return any(failure.payload.get("incident_id") == incident_id for failure in failures)


def _check_item(household: Household, item: ActionItem, made: int, document: str | None) -> None:
    is_parked = any(said.startswith("Not opened:") for said in item.said)
    if is_parked and (document is None or "Not opened:" in document):
        return
    if not made:
        raise Broken(2, f"{item.text!r} has no issue, and the document does not say why")
    if item.issue_key is None or (document is not None and item.issue_key not in document):
        raise Broken(2, f"{item.text!r} has an issue, and the document does not show it: {item.issue_key}")
    _check_link(household, item)


def _check_link(household: Household, item: ActionItem) -> None:
    issue = next((one for one in household.jira.issues if _is_known_as(one, item.issue_key)), None)
    if issue is None or any("has no link to the postmortem" in said for said in item.said):
        return
    ours = [link for link in household.jira.remote_links.get(issue["key"], ()) if "system=debrief" in str(link)]
    if len(ours) != 1:
        raise Broken(3, f"{issue['key']} is linked to the postmortem {len(ours)} times")


def _is_known_as(issue: dict[str, Any], key: str | None) -> bool:
    return key in (issue["key"], *issue["former_keys"])


def _check_documents(household: Household, incident_id: str) -> None:
    """One, and another beside it only where it says that it leaves a person's where it is."""
    folder = household.house.settings.publish.folder
    there = [name for name in household.store.store.names(f"{folder}/") if incident_id in name]
    if len(there) > (2 if "stays" in shelf_of(household, incident_id).state() else 1):
        raise Broken(3, f"there are {len(there)} documents of {incident_id}: {there}")


def _check_comments(household: Household) -> None:
    for issue in household.jira.issues:
        bodies = Counter(json.dumps(one["body"], sort_keys=True) for one in issue["comments"])
        for body, times in bodies.items():
            if times > 1 and "Written by Debrief" in body:
                raise Broken(3, f"{issue['key']} was told the same {times} times")


def _check_intents(household: Household) -> None:
    """12: what is unclear is named among the intents, and shown once the machine has looked since it became old."""
    store, now = household.store.store, household.clock.now()
    named, shown = {*Intents(store).all()}, Notices(store).all(now)
    old = max(OLD, 2 * household.house.settings.jira.search_wait) + EVERY
    looked = max((one.started_at for one in household.engine.journeys() if _has_looked(one)), default=None)
    for owner, key, effect in _unclear(household):
        if (owner, key) not in named:
            raise Broken(12, f"{key} of {owner} is unclear, and not among the intents")
        since = effect.sent_at or now
        is_due = looked is not None and looked > since + old - EVERY and now > since + old + timedelta(minutes=1)
        if is_due and not any(notice.key == f"unclear/{owner}" for notice in shown):
            raise Broken(12, f"{key} of {owner} is unclear since {since}, and nobody is told")


def _has_looked(journey: Any) -> bool:
    return journey.kind == "reconcile" and journey.state == "done"


def _unclear(household: Household) -> Iterator[tuple[str, str, Effect]]:
    """Owner, key and line of what the ledgers of incidents have at "sent"."""
    store = household.store.store
    for incident_id in incidents_of(household):
        for record in store.list(f"INC#{incident_id}", "EFFECT#"):
            key = record.sort.removeprefix("EFFECT#")
            effect = Ledger(store, incident_id).read(key)
            if effect.state == "sent":
                yield incident_id, key, effect

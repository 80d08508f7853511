"""4, 7, 8, 10 and 15: what the document says, what it leaves alone, and who may read what."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.engine.journal import Journey
from connectors.store.following import Following
from postmortem.timeline import TimelineEvent
from tests.simulation.broken import Broken
from tests.simulation.household import Household
from tests.simulation.invariants_effects import document_of, incidents_of, shelf_of
from tests.simulation.witness import Wrote

_CANARY = re.compile(r"\bcanary-[a-z0-9-]+")
_ID = re.compile(r'"id":"([^"]+)"')
_WRITTEN_WHEN = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? UTC|<!-- debrief:edition .*? -->")
_WRITES_WORDS = ("save ", "PUT /wiki")


def check_new(household: Household) -> None:
    """4, where something was written since the last look."""
    calls, seen = household.outside.calls, household.witness.seen
    new = calls[seen.get("words", 0) :]
    seen["words"] = len(calls)
    if any(call.writes and call.what.startswith(_WRITES_WORDS) for call in new):
        for wrote in household.witness.people_wrote:
            _check_kept(household, wrote)


def check_at_rest(household: Household) -> None:
    for wrote in household.witness.people_wrote:
        _check_kept(household, wrote)
    for incident_id in incidents_of(household):
        _check_timeline(household, incident_id)
        _check_states(household, incident_id)
    _check_private(household)


def _check_kept(household: Household, wrote: Wrote) -> None:
    """4. Where the thing itself was deleted by a person, nothing is lost by us."""
    there = _as_it_is(household, wrote.where)
    if there is not None and wrote.text not in there:
        raise Broken(4, f"in {wrote.where} a person's words are gone: {wrote.text!r}")


def _as_it_is(household: Household, where: str) -> str | None:
    if where == "confluence":
        pages = [page for page in household.confluence.made if page.status != "trashed"]
        return "\n".join(page.body for page in pages) if pages else None
    if "/" in where:
        file = household.store.store.load(where)
        return file.content.decode(errors="replace") if file else None
    issue = next((one for one in household.jira.issues if where in (one["key"], *one["former_keys"])), None)
    return json.dumps([issue["fields"], issue["comments"]], ensure_ascii=False) if issue else None


def _check_timeline(household: Household, incident_id: str) -> None:
    """8."""
    shelf = shelf_of(household, incident_id)
    postmortem = shelf.postmortem()
    if postmortem is None or postmortem.evidence_name is None:
        return
    known = {f"pagerduty/incident/{postmortem.incident.id}"}
    evidence = household.store.store.load(postmortem.evidence_name)
    known |= {*_ID.findall(evidence.content.decode())} if evidence else set()
    for event in postmortem.timeline.events:
        rests_on = {event.id.partition("#")[0], *event.evidence_ids}  # "#triggered" tells what of the record it is
        if missing := rests_on - known:
            raise Broken(8, f"{event.text!r} rests on {sorted(missing)}, which nobody told")
    _check_order(postmortem.timeline.events)


def _check_order(events: tuple[TimelineEvent, ...]) -> None:
    """By time; only where a source numbers its records its own order wins over its clock."""
    latest, numbers = None, dict[str, int]()
    for event in events:
        if event.sequence is not None:
            if event.sequence < numbers.get(event.source, event.sequence):
                raise Broken(8, f"{event.text!r} stands before what its source told earlier")
            numbers[event.source] = event.sequence
        elif latest is not None and event.at < latest:
            raise Broken(8, f"{event.text!r} of {event.at} stands after {latest}")
        latest = max(latest or event.at, event.at) if event.sequence is None else latest


def _check_private(household: Household) -> None:
    """10. A canary is a word in a private channel's message; who is told of it is only who reads that channel."""
    for canary, channel_id in _canaries(household):
        if where := next((where for where, text in _audiences(household, channel_id) if canary in text), None):
            raise Broken(10, f"{canary} was said in private in {channel_id}, and is told {where}")


def _canaries(household: Household) -> set[tuple[str, str]]:
    private = [one for one in household.slack.workspace.channels.values() if one.info.get("is_private")]
    return {
        (canary, channel.info["id"])
        for channel in private
        for message in channel.messages.values()
        for canary in _CANARY.findall(str(message.get("text", "")))
        if message.get("app_id") is None
    }


def _audiences(household: Household, channel_id: str) -> Iterator[tuple[str, str]]:
    """Where others than the readers of that channel read: the place in words, and all that it holds."""
    yield from _in_jira(household)
    for incident_id, note in household.pagerduty.written_notes:
        yield f"in a note on {incident_id}", note
    for page in household.confluence.made:
        yield f"in Confluence, {page.title}", "\n".join([page.title, *page.bodies])
    yield from _in_slack(household, channel_id)
    for incident_id in incidents_of(household):
        if channel_id not in shelf_of(household, incident_id).rests_on(()):
            yield f"in the draft of {incident_id}", document_of(household, incident_id) or ""


def _in_jira(household: Household) -> Iterator[tuple[str, str]]:
    """Issues under a security level are for who may see them."""
    if household.house.settings.jira.may_hold_private_channels:
        return
    for issue_id, body in household.jira.made:
        if not body["fields"].get("security"):
            yield f"in the issue {issue_id}", json.dumps(body, ensure_ascii=False)


def _in_slack(household: Household, channel_id: str) -> Iterator[tuple[str, str]]:
    """Also as it was posted first, and in uploaded files; a direct message is for its reader alone."""
    workspace = household.slack.workspace
    for message in workspace.posted:
        channel = workspace.named(message["channel"])
        if channel.info["id"] != channel_id and channel.kind != "im":
            now = channel.messages.get(message["ts"], {})
            files = [workspace.files[file["id"]]["content"].decode() for file in message.get("files", ())]
            yield f"in #{message['channel']}", json.dumps([message, now, *files], ensure_ascii=False)


def _check_states(household: Household, incident_id: str) -> None:
    """15: what Jira said of an issue before the last complete look at all of them is what the document says."""
    postmortem, looked = shelf_of(household, incident_id).postmortem(), _last_look(household)
    if postmortem is None or looked is None:
        return
    shown = {item.issue_key: item.status for item in postmortem.action_items if item.issue_key}
    for item in Following(household.store.store).of_incident(incident_id):
        issue = next((one for one in household.jira.issues if one["id"] == item.issue_id), None)
        if issue and _changed_at(issue) + _behind(household) < looked - timedelta(minutes=1):
            status = issue["fields"]["status"]["name"]
            if shown.get(issue["key"]) != status:
                raise Broken(15, f"{issue['key']} is {status}, and the document says {shown.get(issue['key'])}")


def _last_look(household: Household) -> datetime | None:
    """When the last sweep began that read every issue and has shown what was new."""
    sweeps = [one for one in household.engine.journeys() if _has_shown(one)]
    return max((sweep.started_at for sweep in sweeps), default=None)


def _has_shown(journey: Journey) -> bool:
    if journey.kind != "follow_up" or journey.state != "done":
        return False
    result: dict[str, Any] = json.loads(journey.result or "{}").get("value") or {}
    return "read" in result


def _behind(household: Household) -> timedelta:
    """How far Jira's clock, which stamps the changes, is behind ours, which says when we looked."""
    theirs = datetime.fromtimestamp(household.jira.now(), UTC)
    return max(timedelta(0), household.clock.now() - theirs)


def _changed_at(issue: dict[str, Any]) -> datetime:
    """By Jira's clock."""
    updated = issue["fields"].get("updated") or issue["fields"].get("created")
    return datetime.strptime(updated, "%Y-%m-%dT%H:%M:%S.%f%z") if updated else datetime.max.replace(tzinfo=UTC)


def end_of(household: Household) -> dict[str, Any]:
    """What it came to, for comparing two households that were told the same: without when it was written, and with
    issues called by their items, because Jira numbers them as they come."""
    documents = {id_: document_of(household, id_) or "" for id_ in incidents_of(household)}
    told = {
        "documents": documents,
        "issues": sorted(json.dumps(body, sort_keys=True, ensure_ascii=False) for _, body in household.jira.made),
        "announced": sorted(message.get("text", "") for message in household.slack.workspace.posted),
        "notes": sorted(household.pagerduty.written_notes),
    }
    text = _WRITTEN_WHEN.sub("", json.dumps(told, ensure_ascii=False))
    for issue in household.jira.issues:
        text = re.sub(rf"\b{issue['key']}\b", " ".join(issue["fields"]["labels"]), text)
    return json.loads(text)


def check_same_end(one: Household, other: Household) -> None:
    """7: two households that were told the same facts, in whichever order and however often, come to the same."""
    ours, theirs = end_of(one), end_of(other)
    for what, value in ours.items():
        if value != theirs[what]:
            raise Broken(7, f"the {what} depend on the order of events: {_first_difference(value, theirs[what])}")


def _first_difference(one: Any, other: Any) -> str:
    lines = [
        json.dumps(value, ensure_ascii=False, indent=0).replace("\\n", "\n").splitlines() for value in (one, other)
    ]
    pairs = zip(*lines, strict=False)
    return next((f"{first!r}, or {second!r}" for first, second in pairs if first != second), "one is longer")

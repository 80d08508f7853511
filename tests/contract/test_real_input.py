"""What real systems sent to others goes through whole: no documented kind is unhandled, and no record is lost."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.observing import observations_of
from connectors.pagerduty.batch import part_from_pagerduty
from connectors.pagerduty.export import read_export as read_pagerduty_export
from connectors.pagerduty.observe import observation_from_event
from connectors.pagerduty.translate import incident_from_pagerduty
from connectors.pagerduty.webhook import OBSERVED, Bell, parse
from connectors.slack.export import read_export as read_slack_export
from connectors.slack.translate import Place, messages_from_slack, people_in, person_from_slack
from connectors.store.shelf import Shelf
from postmortem.chat_incident import incident_from_chat
from postmortem.compose import compose
from postmortem.document import Postmortem
from postmortem.evidence import Evidence, Part, evidence_from_parts
from postmortem.incident import Incident
from postmortem.outputs.markdown import render_markdown
from postmortem.settings import read_settings
from tests.contract.openapi_document import shared_folder
from tests.incidents import by_name
from tests.world import World, world_of

DATA = shared_folder() / "data"
if not DATA.is_dir():
    pytest.skip("the real data is not here (../shared/data)", allow_module_level=True)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WEBHOOKS = sorted((DATA / "pagerduty-payloads/zulip").glob("*.json"))
JAVA_SHAPES = sorted((DATA / "slack-payloads/java-slack-sdk-shapes").glob("*.json"))
SLACK_EXPORTS = ("k8s-prow-slack-incidents/slack_export/2019-03-26", "slack-payloads/slack-export-viewer-testarchive")


def _read(place: str) -> Any:
    return json.loads((DATA / place).read_text())


def _drafted(incident: Incident, *parts: Part) -> tuple[Evidence, Postmortem, str]:
    evidence = evidence_from_parts(incident, parts, NOW)
    postmortem = compose(evidence, read_settings(""), composed_at=NOW)
    return evidence, postmortem, render_markdown(postmortem)


def _ids(evidence: Evidence) -> set[str]:
    told = (evidence.alerts, evidence.log_entries, evidence.notes, evidence.changes, evidence.messages)
    return {record.id for records in (*told, evidence.observations) for record in records}


def _nothing_is_lost(evidence: Evidence, postmortem: Postmortem) -> None:
    shown = {id_ for event in postmortem.timeline.events for id_ in event.evidence_ids}
    assert _ids(evidence) - shown == set()


# PagerDuty's webhooks


@pytest.mark.parametrize("path", WEBHOOKS, ids=lambda path: path.stem)
def test_a_real_webhook_is_taken_and_answered_with_a_reason(path: Path, world: World):
    """As old as it is, it is signed: PagerDuty gets a 2xx, or it would switch the subscription off."""
    answer = world.rings(json.loads(path.read_text()))
    assert answer.status == 202
    assert answer.reason.startswith("ignored: ")
    assert "too far from now" in answer.reason or "is read whole when it is resolved" in answer.reason


@pytest.mark.parametrize("path", WEBHOOKS, ids=lambda path: path.stem)
def test_a_real_webhook_moved_to_now_is_kept_as_evidence_of_a_known_kind(path: Path, world: World):
    webhook = json.loads(path.read_text())
    incident_id = _moved_to_now(webhook, world)
    answer = world.rings(webhook)
    world.settles()

    assert answer.status == 202
    assert [journey.error for journey in world.engine.journeys() if journey.state == "failed"] == []
    if webhook["event"]["event_type"] not in OBSERVED - {"incident.triggered"}:
        return
    (observation,) = observations_of(world.store, incident_id).observations
    assert observation.kind != "unrecognised"
    assert observation.text


def _moved_to_now(webhook: dict[str, Any], world: World) -> str:
    """As if it had just happened, to the incident that this PagerDuty holds."""
    event = webhook["event"]
    event["occurred_at"] = world.clock.now().isoformat()
    data = event["data"]
    (data if data.get("type") == "incident" else data["incident"])["id"] = world.incident_id()
    return world.incident_id()


@pytest.mark.parametrize("path", WEBHOOKS, ids=lambda path: path.stem)
def test_a_real_event_is_told_in_words_and_stands_in_the_draft(path: Path):
    bell = parse(path.read_bytes())
    if not isinstance(bell, Bell) or bell.resolved:
        return
    part = observation_from_event(bell.event)
    assert part.gaps == ()
    incident, whole = _checkout()
    evidence, postmortem, text = _drafted(incident, whole, part)
    _nothing_is_lost(evidence, postmortem)
    assert postmortem.title in text


def _checkout() -> tuple[Incident, Part]:
    translated = incident_from_pagerduty(by_name("checkout_latency").pagerduty["incident"])
    assert translated is not None
    return translated[0], Part(people=translated[1])


# PagerDuty's records


@pytest.mark.parametrize("number", ["4", "5", "6"])
def test_a_real_incident_with_its_log_entries_becomes_a_draft(number: str):
    path = DATA / "pagerduty-payloads/devlake/raw_pagerduty_incidents.json"
    incident, part = read_pagerduty_export(path, _id_of(json.loads(path.read_text()), number))
    evidence, postmortem, text = _drafted(incident, part)

    assert [gap.what for gap in evidence.gaps] == ["notes, change events"]
    assert evidence.log_entries
    assert [entry.vendor_kind for entry in evidence.log_entries if entry.kind == "unrecognised"] == []
    assert [event.text for event in postmortem.timeline.events if event.kind == "unrecognised"] == []
    _nothing_is_lost(evidence, postmortem)
    assert incident.title in text


def _id_of(incidents: list[dict[str, Any]], number: str) -> str:
    return next(one["id"] for one in incidents if str(one["incident_number"]) == number)


LISTS = {"alerts": "alerts", "log_entries": "log entries", "notes": "notes", "change_events": "change events"}


def test_the_records_of_another_client_are_read_and_none_disappears_silently():
    read = 0
    for literal in _read("pagerduty-payloads/go-pagerduty/literals.json"):
        for key, what in LISTS.items():
            records = _records(literal["json"], key)
            part = part_from_pagerduty(what, records)
            kept = len(part.alerts) + len(part.log_entries) + len(part.notes) + len(part.changes)
            said = sum(int(gap.what.split()[0]) for gap in part.gaps if gap.what[0].isdigit())
            assert kept + said == len(records), literal["file"]
            assert [entry.vendor_kind for entry in part.log_entries if entry.kind == "unrecognised"] == []
            read += kept
        for incident in _records(literal["json"], "incidents"):
            incident_from_pagerduty(incident)
        observation_from_event(literal["json"].get("event"))
    assert read == 11


def _records(value: Any, key: str) -> list[Any]:
    """With an id, a time and a type where that client's tests left them out."""
    found = value.get(key, value.get(re.sub("(ie)?s$", lambda end: "y" if end[1] else "", key), []))
    records = found if isinstance(found, list) else [found]
    least = {"created_at": "2026-11-17T14:00:00Z", "type": "annotate_log_entry"}
    return [{"id": f"R{place}"} | least | one for place, one in enumerate(records)]


# Alerts of monitors


def _alert_bodies() -> Iterator[tuple[str, Any]]:
    yield from _read("alert-payloads/keep_alert_mocks.json").items()
    for alert in _read("alert-payloads/opensre_alerts.json"):
        yield alert["path"], alert["json"]


def test_whatever_a_monitor_sent_is_an_alert_in_the_draft():
    bodies = list(_alert_bodies())
    incident, whole = _checkout()
    for place, (name, details) in enumerate(bodies):
        at = (incident.created_at.at + timedelta(seconds=place)).isoformat()
        alert = {"id": f"A{place}", "created_at": at, "summary": name, "alert_key": f"key {place}", "severity": "error"}
        part = part_from_pagerduty("alerts", [alert | {"body": {"type": "alert_body", "details": details}}])
        assert (len(part.alerts), part.gaps) == (1, ()), name
        assert part.alerts[0].details, name
        whole = whole.model_copy(update={"alerts": (*whole.alerts, *part.alerts)})
    evidence, postmortem, _ = _drafted(incident, whole)
    assert len(evidence.alerts) == len(bodies) == 86
    _nothing_is_lost(evidence, postmortem)


# Slack


@pytest.mark.parametrize("folder", SLACK_EXPORTS)
def test_a_real_export_becomes_a_draft_that_rests_on_every_message(folder: str):
    part = read_slack_export(DATA / folder)
    incident = incident_from_chat(part.messages)
    assert incident is not None
    evidence, postmortem, text = _drafted(incident, part)

    assert evidence.gaps == ()
    assert len(evidence.messages) == len(part.messages) > 50
    assert [event.text for event in postmortem.timeline.events if event.kind == "unrecognised"] == []
    _nothing_is_lost(evidence, postmortem)
    assert "## Timeline" in text


def _slack_shapes() -> Iterator[tuple[str, Any]]:
    for path in JAVA_SHAPES:
        yield path.stem, json.loads(path.read_text())
    for literal in _read("slack-payloads/slack_go_literals.json"):
        yield literal["file"], literal["json"]
    yield from _read("slack-payloads/slack_web_api_official_examples.json").items()


def test_every_shape_of_slacks_own_examples_is_translated():
    messages = people = 0
    place = Place("C1", "inc-1", "https://acme.slack.com/")
    for _, shape in _slack_shapes():
        said = [one for one in _objects(shape) if "ts" in one and ("text" in one or "blocks" in one)]
        heard = messages_from_slack(said, place, {})
        assert len(heard.messages) + heard.unreadable == len(said)
        people_in(said)
        messages += len(heard.messages)
        for user in _objects(shape):
            if "profile" in user and user.get("id"):
                assert person_from_slack(user).name
                people += 1
    assert messages > 50
    assert people > 5


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object anywhere inside."""
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            yield current
            waiting.extend(current.values())
        elif isinstance(current, list):
            waiting.extend(current)


def test_a_real_incident_that_happens_now_goes_through_the_whole_journey(tmp_path: Path):
    """The k8s channel of 2019-03-26, as if it were the channel of an incident that has just been resolved."""
    with world_of(tmp_path, "checkout-latency") as world:
        channel = world.slack.channel("inc-4211")
        start = world.clock.now() - timedelta(minutes=20)
        user = world.scripts[0].slack["users"][0]["id"]
        for place, message in enumerate(_read("k8s-prow-slack-incidents/k8s-prow-2019-03-26.json")["chat"]):
            channel.says(user, message["text"], ts=f"{start.timestamp() + place:.6f}")
        world.resolves()
        world.settles()

        evidence = Shelf(world.store, world.incident_id()).evidence(world.outcome()["evidence"])
        _nothing_is_lost(evidence, world.postmortem())

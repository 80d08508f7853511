"""One incident read whole: every list to its end, everybody known, no call too many, and every refusal said aloud."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from math import ceil
from pathlib import Path
from random import Random
from typing import Any

import pytest

from connectors.engine.clock import VirtualClock
from connectors.engine.local import LocalEngine
from connectors.errors import BadReply, NotFound
from connectors.pagerduty.batch import OPTIONAL_LISTS
from connectors.pagerduty.collect import collect, read_incident
from connectors.pagerduty.translate import note_to_pagerduty
from connectors.steps import Json, Steps
from postmortem.evidence import Evidence, Gap, Part, evidence_from_parts
from postmortem.people import Person
from tests.incidents import NAMES, by_name
from tests.incidents.script import Script
from tests.vendors.pagerduty import FakePagerDuty
from tests.vendors.pagerduty_setup import PagerDutyWorld, PlainSteps, pagerduty_world
from tests.vendors.wire import Reply, json_reply

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
REFUSED = json_reply({"error": {"message": "no", "code": 2010}}, 403)


@dataclass
class Collected:
    evidence: Evidence
    names: list[str]
    steps: PlainSteps


def collected(world: PagerDutyWorld, incident_id: str, known: Sequence[Person] = ()) -> Collected:
    """Look again and collect, as a journey does it."""
    kept: dict[str, Part] = {}

    def keep(name: str, part: Part) -> str:
        kept[name] = Part.model_validate_json(part.model_dump_json())
        return name

    steps = PlainSteps(passes=world.clock.passes)
    incident, first = read_incident(world.api, incident_id)
    names = collect(world.api, steps, keep, incident_id, (*first.people, *known))
    assert set(names) == set(kept)
    assert len(names) == len(kept)
    parts = [first, *(kept[name] for name in names)]
    return Collected(evidence_from_parts(incident, parts, NOW), names, steps)


def _script(name: str = "checkout_latency", **more: Any) -> Script:
    script = by_name(name)
    return Script(script.name, script.title, script.pagerduty | more)


def _world_of(script: Script, **options: Any) -> AbstractContextManager[PagerDutyWorld]:
    """One script holds records on purpose that no document of PagerDuty's allows."""
    is_documented = script.name != "unknown_records_rtl_names"
    return pagerduty_world(FakePagerDuty().holds(script.pagerduty), is_documented=is_documented, **options)


def _id(script: Script) -> str:
    return script.pagerduty["incident"]["id"]


def _referenced(evidence: Evidence) -> set[str]:
    found = {responder.person_id for responder in evidence.incident.responders}
    for record in (*evidence.log_entries, *evidence.notes, *evidence.observations):
        found |= {record.person_id or "", *getattr(record, "subject_ids", ())}
    return found - {""}


@pytest.mark.parametrize("name", NAMES)
def test_every_incident_is_read_whole_with_the_fewest_calls(name: str):
    script = _script(name)
    told = script.pagerduty
    with _world_of(script) as world:
        read = collected(world, _id(script)).evidence
        assert len(read.alerts) == len(told["alerts"])
        assert len(read.log_entries) == len(told["log_entries"])
        assert len(read.notes) == len(told["notes"])
        assert len(read.changes) == len(told["related_change_events"])
        pages = sum(max(1, ceil(len(told[key]) / 100)) for key in ("alerts", "log_entries"))
        asked_for = world.calls("/users/")
        assert len(asked_for) == len(set(asked_for))
        assert len(world.calls()) == 1 + pages + 4 + len(asked_for)
        people = {person.id: person for person in read.people}
        assert _referenced(read) <= set(people)
        assert {f"GET /users/{id_.removeprefix('pagerduty:')}" for id_ in people} >= set(asked_for)


@pytest.mark.parametrize("name", NAMES)
def test_everybody_has_an_e_mail_and_a_time_zone(name: str):
    script = _script(name)
    users = {f"pagerduty:{user['id']}": user for user in script.pagerduty["users"]}
    with pagerduty_world(FakePagerDuty().holds(script.pagerduty), is_documented=False) as world:
        for person in collected(world, _id(script)).evidence.people:
            if not person.is_bot:
                assert (person.email, person.timezone) == (users[person.id]["email"], users[person.id]["time_zone"])


def test_people_who_are_known_already_are_not_asked_for():
    script = _script()
    with _world_of(script) as world:
        known = collected(world, _id(script)).evidence.people
        before = len(world.calls("/users/"))
        again = collected(world, _id(script), known).evidence
        assert before > 0
        assert len(world.calls("/users/")) == before
        assert _referenced(again) <= {person.id for person in (*again.people, *known)}


def test_the_order_of_log_entries_survives_pages_and_equal_times():
    entries = [
        {"id": f"R{n:04}", "type": "notify_log_entry", "created_at": "2026-11-17T14:00:00Z"} for n in range(250, 0, -1)
    ]
    script = _script(log_entries=entries)
    with _world_of(script) as world:
        read = collected(world, _id(script)).evidence
    ordered = sorted(read.log_entries, key=lambda entry: entry.sequence)
    assert [entry.id for entry in ordered] == [f"pagerduty/log_entry/R{n:04}" for n in range(1, 251)]


def test_the_counts_of_every_list_are_told_once():
    alerts = [{"id": f"A{n}", "type": "alert", "created_at": "2026-11-17T14:00:00Z"} for n in range(250)]
    script = _script(alerts=alerts)
    with _world_of(script) as world:
        read = collected(world, _id(script)).evidence
    counts = {reading.what: reading.count for reading in read.readings}
    assert len(counts) == len(read.readings)
    assert counts["alerts"] == 250
    assert counts["log entries"] == len(script.pagerduty["log_entries"])
    assert set(counts) == {"incident", "alerts", "log entries", "notes", "change events", *OPTIONAL_LISTS}


@pytest.mark.parametrize(
    ("where", "what"),
    [
        ("/alerts", "alerts, from number 1"),
        ("/log_entries", "log entries, from number 1"),
        ("/notes", "notes, from number 1"),
        ("/related_change_events", "change events, from number 1"),
    ],
)
def test_a_list_that_is_refused_for_good_is_a_gap_and_the_rest_is_read(where: str, what: str):
    script = _script()
    with _world_of(script) as world:
        world.fake.fails_next(where, REFUSED)
        read = collected(world, _id(script)).evidence
    assert read.gaps == (
        Gap(
            source="pagerduty",
            what=what,
            why="PagerDuty answered status 403 (PagerDuty's code 2010)",
            remedy="Give the PagerDuty token the scope incidents.read, or its user that permission.",
        ),
    )
    full = [read.alerts, read.log_entries, read.notes, read.changes]
    assert sum(bool(records) for records in full) >= 2


PAST = {"incident": {"id": "PPAST01", "created_at": "2026-08-02T10:00:00Z", "title": "Pool ran dry"}, "score": 46.8}
RELATED = {
    "incident": {"id": "PREL001", "created_at": "2026-11-17T14:01:00Z", "title": "Payments slow"},
    "relationships": [{"type": "service_dependency", "metadata": {}}],
}


def test_past_and_related_incidents_come_home_with_pagerdutys_reason():
    script = _script(past_incidents=[PAST], related_incidents=[RELATED])
    with _world_of(script) as world:
        past, related = sorted(collected(world, _id(script)).evidence.past_incidents, key=lambda one: one.id)
    assert (past.incident_id, past.title, past.place) == ("PPAST01", "Pool ran dry", 1)
    assert past.why == "one of PagerDuty's past incidents"
    assert related.why == "its service and this one depend on each other"


def test_a_plan_without_past_incidents_is_said_and_is_no_gap():
    script = _script()
    with _world_of(script) as world:
        world.fake.has_aiops = False
        read = collected(world, _id(script)).evidence
    assert read.gaps == ()
    assert {reading.what for reading in read.readings if "plan" in reading.what} == {
        "past incidents (not in this account's plan)",
        "related incidents (not in this account's plan)",
    }


def test_what_was_read_before_a_refusal_is_kept():
    alerts = [{"id": f"A{n}", "type": "alert", "created_at": "2026-11-17T14:00:00Z"} for n in range(250)]
    script = _script(alerts=alerts)
    with _world_of(script) as world:
        world.fake.fails_next("/alerts", REFUSED, after=2)
        read = collected(world, _id(script)).evidence
    assert len(read.alerts) == 200
    assert [gap.what for gap in read.gaps] == ["alerts, from number 201"]
    assert next(one.count for one in read.readings if one.what == "alerts") == 200


def test_a_server_that_fails_for_one_list_only_is_a_gap():
    script = _script()
    with _world_of(script) as world:
        world.fake.fails_next("/notes", json_reply({}, 500), times=4)
        read = collected(world, _id(script)).evidence
    assert [gap.why for gap in read.gaps] == ["PagerDuty answered status 500"]


def test_people_whom_the_token_may_not_see_are_one_gap():
    script = _script()
    with _world_of(script) as world:
        world.fake.fails_next("/users/", REFUSED, times=99)
        read = collected(world, _id(script)).evidence
    assert [(gap.what, gap.remedy) for gap in read.gaps] == [
        (
            "e-mail addresses and time zones of people",
            "Give the PagerDuty token the scope users.read, or its user that permission.",
        )
    ]
    assert _referenced(read) <= {person.id for person in read.people}


def test_a_person_who_was_deleted_keeps_the_name():
    script = _script(users=[])
    with _world_of(script) as world:
        read = collected(world, _id(script)).evidence
    assert read.people
    assert all(" " in person.name for person in read.people)
    assert all(gap.what.startswith("the e-mail address and time zone of the user P") for gap in read.gaps)


def test_a_long_rate_limit_becomes_a_wait_of_the_engine():
    script = _script()
    with _world_of(script, seconds=30.0) as world:
        world.fake.limits_next("/alerts", times=1, reset=300)
        read = collected(world, _id(script))
        assert read.steps.waited == [timedelta(seconds=300)]
        assert world.clock.slept == []
    assert read.evidence.alerts
    assert read.evidence.gaps == ()


def test_a_list_that_does_not_answer_is_waited_for_and_read_when_it_does():
    script = _script()
    with _world_of(script) as world:
        world.fake.fails_next("/notes", Reply(dropped=True), times=8)
        read = collected(world, _id(script))
    assert read.steps.waited == [timedelta(seconds=30), timedelta(minutes=1)]
    assert (read.evidence.gaps, bool(read.evidence.notes)) == ((), True)


def test_what_debrief_wrote_is_no_evidence_and_what_people_quote_of_it_is():
    script = _script()
    with pagerduty_world(
        FakePagerDuty().holds(script.pagerduty), sender=script.pagerduty["users"][0]["email"]
    ) as world:
        before = collected(world, _id(script)).evidence
        world.api.create_note(_id(script), note_to_pagerduty("Draft postmortem ready: https://x"))
        people_wrote = {
            "A note of one called Debrief",
            note_to_pagerduty("Wrong:\n> Draft postmortem ready: https://x"),
        }
        for content in people_wrote:
            world.api.create_note(_id(script), content)
        after = collected(world, _id(script)).evidence
    assert {note.text for note in after.notes} - {note.text for note in before.notes} == people_wrote


def test_more_than_ten_thousand_records_are_read_to_the_cap_and_said_aloud():
    alerts = [{"id": f"A{n}", "type": "alert", "created_at": "2026-11-17T14:00:00Z"} for n in range(10_050)]
    script = _script(alerts=alerts)
    with pagerduty_world(FakePagerDuty().holds(script.pagerduty), is_documented=False) as world:
        read = collected(world, _id(script)).evidence
        assert len(world.calls("/alerts")) == 100
    assert len(read.alerts) == 10_000
    assert [(gap.what, gap.why) for gap in read.gaps] == [
        ("alerts beyond the first 10,000", "PagerDuty shows at most 10,000 records of a list")
    ]


def test_an_incident_that_is_not_there_is_said_in_one_sentence():
    with pagerduty_world(FakePagerDuty()) as world:
        with pytest.raises(NotFound) as refusal:
            read_incident(world.api, "QNOTHERE")
        assert str(refusal.value) == (
            "reading the PagerDuty incident QNOTHERE: status 404 (PagerDuty's code 2100). "
            "Check the id; a token also cannot see incidents of teams that are hidden from its user."
        )


def test_an_incident_without_any_time_is_a_bad_reply():
    fake = FakePagerDuty().holds({"incident": {"id": "Q1", "type": "incident", "status": "resolved"}})
    with pagerduty_world(fake) as world, pytest.raises(BadReply, match="an incident without an id or a time"):
        read_incident(world.api, "Q1")


def test_a_merge_is_seen_on_the_incident():
    script = _script("merged_into_parent")
    with _world_of(script) as world:
        incident, _ = read_incident(world.api, _id(script))
    assert incident.merged_into is not None
    assert incident.merged_into.id == script.pagerduty["incident"]["resolve_reason"]["incident"]["id"]


def test_the_engine_of_one_machine_waits_and_reads_no_page_twice(tmp_path: Path):
    alerts = [{"id": f"A{n}", "type": "alert", "created_at": "2026-11-17T14:00:00Z"} for n in range(250)]
    script = _script(alerts=alerts)
    kept: dict[str, Part] = {}
    clock = VirtualClock(NOW)

    def keep(name: str, part: Part) -> str:
        kept[name] = part
        return name

    with _world_of(script, seconds=30.0) as world:
        world.fake.limits_next("/alerts", reset=300, after=1)
        journey = partial(_journey, world, keep, _id(script))
        engine = LocalEngine(tmp_path / "journal.db", {"collect": journey}, clock, ordered=Random(1))
        engine.start("collect", "one", None)
        engine.run_due()
        clock.advance(timedelta(seconds=300))
        world.clock.passes(300)
        engine.settle()
        state = engine.state("one")
        engine.close()
        assert state is not None
        assert state.error is None
        assert len(world.calls("/alerts")) == 4
        assert len(world.calls("/notes")) == 1
    assert clock.now() == NOW + timedelta(seconds=300)
    assert sum(len(part.alerts) for part in kept.values()) == 250


def _journey(world: PagerDutyWorld, keep: Callable[[str, Part], str], incident_id: str, steps: Steps, _: Json) -> Json:
    return list[Json](collect(world.api, steps, keep, incident_id))

"""A saved incident, read without an account."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import Rejected
from connectors.pagerduty.export import read_export
from tests.contract.openapi_document import shared_folder
from tests.incidents import NAMES, by_name

REMEDY = (
    'Save the answer of GET /incidents/{id} as {"incident": {...}}, with "log_entries", "alerts", "notes" and "users" '
    "beside or inside it."
)


def _saved(folder: Path, value: Any) -> Path:
    path = folder / "incident.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


@pytest.mark.parametrize("name", NAMES)
def test_every_script_is_read_from_its_saved_json(name: str, tmp_path: Path):
    told = by_name(name).pagerduty
    incident, part = read_export(_saved(tmp_path, told))
    assert incident.id == told["incident"]["id"]
    assert (len(part.alerts), len(part.log_entries)) == (len(told["alerts"]), len(told["log_entries"]))
    assert (len(part.notes), len(part.changes)) == (len(told["notes"]), len(told["related_change_events"]))
    people = {person.id: person for person in part.people}
    assert {one.person_id for one in incident.responders} <= set(people)
    assert all(person.email for person in people.values() if not person.is_bot)
    assert {reading.what: reading.count for reading in part.readings}["alerts"] == len(told["alerts"])


def test_the_lists_may_stand_inside_and_the_incident_bare(tmp_path: Path):
    told = by_name("checkout_latency").pagerduty
    bare = told["incident"] | {key: told[key] for key in ("alerts", "log_entries", "notes", "users")}
    beside, inside = read_export(_saved(tmp_path, told))[1], read_export(_saved(tmp_path, bare))[1]
    assert (inside.alerts, inside.log_entries, inside.notes) == (beside.alerts, beside.log_entries, beside.notes)


def test_log_entries_saved_oldest_first_keep_their_order(tmp_path: Path):
    told = by_name("checkout_latency").pagerduty
    newest_first = read_export(_saved(tmp_path, told))[1]
    turned = told | {"log_entries": told["log_entries"][::-1]}
    assert read_export(_saved(tmp_path, turned))[1].log_entries == newest_first.log_entries


def test_of_a_list_one_incident_is_chosen_by_id_or_number(tmp_path: Path):
    incidents = [by_name(name).pagerduty["incident"] for name in ("checkout_latency", "five_hundred")]
    path = _saved(tmp_path, incidents)
    assert read_export(path, incidents[1]["id"])[0].id == incidents[1]["id"]
    assert read_export(path, "4211")[0].id == incidents[0]["id"]
    ids = ", ".join(sorted(one["id"] for one in incidents))
    with pytest.raises(Rejected) as refusal:
        read_export(path)
    assert str(refusal.value) == f"reading incident.json: it holds 2 incidents. Say which one: {ids}."
    with pytest.raises(Rejected) as refusal:
        read_export(path, "QOTHER")
    assert str(refusal.value) == f"reading incident.json: no incident QOTHER is in it. It holds {ids}."


@pytest.mark.parametrize("text", ["", "not json", "\x00", "[" * 100_000])
def test_what_is_not_json_is_refused_in_one_sentence(text: str, tmp_path: Path):
    with pytest.raises(Rejected) as refusal:
        read_export(_saved(tmp_path, text))
    assert str(refusal.value) == f"reading incident.json: the file is not JSON. {REMEDY}"


@pytest.mark.parametrize("value", [[], {}, 5, None, {"incident": None}, {"ok": True}, [{"id": "Q1"}], [[1]]])
def test_json_that_is_no_incident_is_refused_in_one_sentence(value: Any, tmp_path: Path):
    with pytest.raises(Rejected) as refusal:
        read_export(_saved(tmp_path, value))
    assert str(refusal.value) == f"reading incident.json: there is no PagerDuty incident in it. {REMEDY}"


def test_a_file_that_is_not_there_is_refused_in_one_sentence(tmp_path: Path):
    with pytest.raises(Rejected) as refusal:
        read_export(tmp_path / "nowhere.json")
    assert str(refusal.value) == (
        "reading nowhere.json: the file cannot be opened (FileNotFoundError). Check the path."
    )


def test_the_incidents_other_projects_captured_are_read_without_an_unknown_kind():
    path = shared_folder() / "data" / "pagerduty-payloads" / "devlake" / "raw_pagerduty_incidents.json"
    if not path.is_file():
        pytest.skip("the captured incidents (../shared/data or $DEBRIEF_SHARED) are absent")
    saved = json.loads(path.read_text())
    assert len(saved) == 3
    for raw in saved:
        incident, part = read_export(path, raw["id"])
        assert len(part.log_entries) == len(raw["log_entries"])
        assert {entry.kind for entry in part.log_entries} & {"unrecognised"} == set()
        assert [gap.what for gap in part.gaps] == ["notes, change events"], "what a file does not carry was not read"
        assert {one.person_id for one in incident.responders} <= {person.id for person in part.people}
    incident, part = read_export(path, "Q1OHFWFP3GPXOG")
    ordered = sorted(part.log_entries, key=lambda entry: entry.sequence)
    assert (ordered[0].kind, ordered[-1].kind) == ("triggered", "resolved")
    took_part = {
        (one.participation, next(p.name for p in part.people if p.id == one.person_id)) for one in incident.responders
    }
    assert took_part >= {("acknowledged", "Keon Amini"), ("resolved", "Keon Amini"), ("noted", "Keon Amini")}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["incident", "incidents", "id", "created_at", "alerts", "users"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None)
@given(value=_JSON)
def test_no_json_breaks_the_reading(value: Any, tmp_path_factory: pytest.TempPathFactory):
    path = _saved(tmp_path_factory.getbasetemp(), value)
    with pytest.raises(Rejected):
        read_export(path)

"""A saved incident, for use without an account: the JSON of the REST API, as people keep it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from connectors.errors import Rejected
from connectors.pagerduty.batch import LISTS, part_from_pagerduty
from connectors.pagerduty.raw import at, moment, people_in, records, text
from connectors.pagerduty.responders import with_responders
from connectors.pagerduty.translate import incident_from_pagerduty
from postmortem.evidence import Gap, Part, Reading
from postmortem.incident import Incident

_KEYS = {
    "alerts": ("alerts",),
    "log entries": ("log_entries",),
    "notes": ("notes",),
    "change events": ("related_change_events", "change_events"),
}
_REMEDY = (
    'Save the answer of GET /incidents/{id} as {"incident": {...}}, with "log_entries", "alerts", "notes" and "users" '
    "beside or inside it."
)


def read_export(path: Path, incident_id: str | None = None) -> tuple[Incident, Part]:
    """Read a saved incident: {"incident": {...}}, the bare incident, or a list of them.

    The lists of the incident stand inside it or beside it. Of several incidents, `incident_id` (or its number) says
    which. Raises Rejected, in one sentence with the remedy, where the file is not such a thing.
    """
    tried = f"reading {path.name}"
    saved = _loaded(tried, path)
    raw = _chosen(tried, _incidents(saved), incident_id)
    translated = incident_from_pagerduty(raw)
    if translated is None:
        raise Rejected(tried, "the incident in it has no id or no time with a zone", _REMEDY)
    incident, _ = translated
    places = [raw, saved] if isinstance(saved, dict) and saved is not raw else [raw]
    lists = {what: _list(places, what) for what in LISTS}
    users = [user for place in places for user in records(place, "users")]
    absent = [what for what in LISTS if not _is_there(places, what)]
    part = _together(lists, absent).model_copy(update={"people": people_in(raw, *lists.values(), users)})
    return with_responders(incident, part.log_entries), part


def _loaded(tried: str, path: Path) -> Any:
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise Rejected(tried, f"the file cannot be opened ({type(error).__name__})", "Check the path.") from None
    except (ValueError, RecursionError):
        raise Rejected(tried, "the file is not JSON", _REMEDY) from None


def _incidents(saved: Any) -> list[Any]:
    if isinstance(saved, list):
        return [at(one, "incident") or one for one in saved]
    return records(saved, "incidents") or [at(saved, "incident") or saved]


def _chosen(tried: str, incidents: list[Any], incident_id: str | None) -> Any:
    found = [one for one in incidents if text(one, "id") and moment(one, "created_at")]
    if not found:
        raise Rejected(tried, "there is no PagerDuty incident in it", _REMEDY)
    if incident_id is not None:
        found = [one for one in found if incident_id in (text(one, "id"), str(at(one, "incident_number")))]
    if len(found) == 1:
        return found[0]
    ids = ", ".join(sorted(text(one, "id") or "" for one in incidents if text(one, "id"))[:10])
    if incident_id is not None and not found:
        raise Rejected(tried, f"no incident {incident_id} is in it", f"It holds {ids}.")
    raise Rejected(tried, f"it holds {len(found)} incidents", f"Say which one: {ids}.")


def _list(places: Sequence[Any], what: str) -> list[Any]:
    """The first list under that name; log entries newest first, whichever way they were saved."""
    found = next((listed for place in places for key in _KEYS[what] if (listed := records(place, key))), [])
    if what == "log entries":
        times = [time.at for one in found if (time := moment(one, "created_at"))]
        return found[::-1] if times and times[0] < times[-1] else found
    return found


def _is_there(places: Sequence[Any], what: str) -> bool:
    """Whether the file carries this list at all: an empty one was read, a missing one was not."""
    return any(isinstance(at(place, key), list) for place in places for key in _KEYS[what])


def _together(lists: dict[str, list[Any]], absent: Sequence[str]) -> Part:
    parts = {what: part_from_pagerduty(what, listed) for what, listed in lists.items()}
    return Part(
        alerts=parts["alerts"].alerts,
        log_entries=parts["log entries"].log_entries,
        notes=parts["notes"].notes,
        changes=parts["change events"].changes,
        readings=tuple(
            Reading(source="pagerduty", what=what, count=len(lists[what])) for what in LISTS if what not in absent
        ),
        gaps=(*(gap for part in parts.values() for gap in part.gaps), *_gap_of(absent)),
    )


def _gap_of(absent: Sequence[str]) -> tuple[Gap, ...]:
    if not absent:
        return ()
    remedy = "Save those lists into the same file, beside the incident, or draft from the account."
    return (Gap(source="pagerduty", what=", ".join(absent), why="The saved file does not carry them.", remedy=remedy),)

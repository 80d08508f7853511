"""What PagerDuty's webhooks told of an incident while it happened, out of the events that the receiver kept."""

from typing import Any

from connectors.pagerduty.observe import observation_from_event
from connectors.store.observed import kept_events
from connectors.store.port import Store
from postmortem.evidence import Part


def observations_of(store: Store, incident_id: str) -> Part:
    """Everything that was observed of the incident, and a Gap for what was kept and cannot be told."""
    parts = [_part(kept) for kept in kept_events(store, incident_id)]
    observed = {one.id: one for part in parts for one in part.observations}
    people = {person.id: person for part in parts for person in part.people}
    gaps = dict.fromkeys(gap for part in parts for gap in part.gaps)
    return Part(observations=tuple(observed.values()), people=tuple(people.values()), gaps=tuple(gaps))


def _part(kept: dict[str, Any]) -> Part:
    return observation_from_event(kept["event"]) if "event" in kept else Part.model_validate(kept)

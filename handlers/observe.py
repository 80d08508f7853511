"""A PagerDuty event while the incident runs: keep what is told only once; join the channel before it is archived."""

from datetime import timedelta
from typing import Any

from connectors.collecting import enter_channel, read_incident
from connectors.pagerduty.observe import observation_from_event
from connectors.steps import Steps
from connectors.store.audit import Audit, What
from connectors.store.shelf import Shelf
from handlers.house import House
from handlers.on_aws import durable
from postmortem.incident import Incident

# Slack channels are made seconds to minutes after the incident, by people or by an integration.
LOOK_AFTER = (timedelta(0), timedelta(minutes=2), timedelta(minutes=10))


def observe(steps: Steps, bell: Any, house: House) -> dict[str, Any]:
    """Keep the event as evidence; at `incident.triggered`, find the channel and join it."""
    event, incident_id = bell["event"], bell["incident_id"]
    if event.get("event_type") == "incident.triggered":
        return join_channel(steps, incident_id, house)
    steps.run("keep the event", lambda: keep_event(event, incident_id, house))
    return {"kept": event.get("event_type")}


def handler(event: Any, context: Any) -> Any:
    """The entry point on AWS Lambda."""
    return durable(observe, "observe")(event, context)


def keep_event(event: dict[str, Any], incident_id: str, house: House) -> None:
    Shelf(house.store, incident_id).keep_observation(observation_from_event(event))


def join_channel(steps: Steps, incident_id: str, house: House) -> dict[str, Any]:
    """Look for the channel now and twice more; not finding it is no failure, the journey says so aloud."""
    for number, after in enumerate(LOOK_AFTER, 1):
        steps.wait(f"look {number}", after)
        joined = steps.each(
            f"enter the channel, look {number}", [incident_id], lambda child, id_: enter(child, id_, house)
        )
        if joined[0] is not None:
            return {"joined": joined[0]}
    return {"joined": None}


def enter(steps: Steps, incident_id: str, house: House) -> str | None:
    read = steps.run("read", lambda: read_incident(house.pagerduty, incident_id)[0].model_dump(mode="json"))
    audit = Audit(house.store, incident_id, f"ob-{incident_id}", house.settings_version)

    def will_join(channel_id: str) -> None:
        audit.will_send(What.CHANNEL, channel_id, "", house.now())

    incident = Incident.model_validate(read)
    return enter_channel(steps, house.settings, house.pagerduty, house.slack, incident, will_join)

"""An incident that begins: join its channel before it is archived. What else happens meanwhile the receiver keeps."""

from datetime import timedelta
from typing import Any

from connectors.collecting import enter_channel, read_incident
from connectors.steps import Steps
from connectors.store.audit import Audit, What
from handlers.house import House
from handlers.on_aws import durable
from postmortem.incident import Incident

# Slack channels are made seconds to minutes after the incident, by people or by an integration.
LOOK_AFTER = (timedelta(0), timedelta(minutes=2), timedelta(minutes=10))


def observe(steps: Steps, bell: Any, house: House) -> dict[str, Any]:
    """At `incident.triggered`: find the channel and join it."""
    return join_channel(steps, bell["incident_id"], house)


def handler(event: Any, context: Any) -> Any:
    """The entry point on AWS Lambda."""
    return durable(observe, "observe")(event, context)


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

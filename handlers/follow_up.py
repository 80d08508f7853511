"""Every hour, and whenever Jira or a person says something: what became of the items, and who is to hear of what."""

from datetime import datetime
from typing import Any

from connectors.at_once import at_once
from connectors.steps import Steps
from connectors.store.news import News
from connectors.store.port import ABSENT
from connectors.store.reminded import Reminded
from handlers.house import House
from handlers.on_aws import durable
from handlers.watching import read_one_issue, show_incident
from postmortem.follow_up.reminders import snoozed


def follow_up(steps: Steps, bell: Any, house: House) -> dict[str, Any]:
    """`bell`: {} for the hourly sweep; {"issue_id", "journey"} where Jira says that something happened to an issue;
    {"snooze": {"slack_id", "until"}}."""
    if "snooze" in bell:
        return steps.run("keep the snooze", lambda: keep_snooze(house, bell["snooze"]))
    if "issue_id" in bell:
        return look_at_issue(steps, house, bell["journey"], bell["issue_id"])
    from handlers.sweep import sweep  # whom it reminds and how: a third of what there is to load, for once an hour

    return sweep(steps, bell, house)


def handler(event: Any, context: Any) -> Any:
    """The entry point on AWS Lambda. What starts it is a payload, or EventBridge Scheduler's hourly tick, which tells
    nothing; `event` is the service's own, which says whose execution this is."""
    return durable(follow_up, "follow_up")(event, context)


def look_at_issue(steps: Steps, house: House, journey: str, issue_id: str) -> dict[str, Any]:
    """A hint is confirmed by reading: the same hint twice, or two in the wrong order, come to the same."""
    return at_once(steps, "look at the issue", lambda once: _look_at_issue(once, house, journey, issue_id))


def _look_at_issue(steps: Steps, house: House, journey: str, issue_id: str) -> dict[str, Any]:
    incident_id = read_one_issue(steps, house, issue_id)
    if incident_id is None:
        return {"stopped": "no item that is followed has this issue"}
    version = steps.run("which news", lambda: News(house.store).version(incident_id))
    if version == ABSENT:
        return {"stopped": "nothing is new"}
    return show_incident(steps, house, journey, incident_id, version)


def keep_snooze(house: House, snooze: dict[str, Any]) -> dict[str, Any]:
    """Keep a person's reminders back until then; where they asked twice, until the later moment."""
    until = datetime.fromisoformat(snooze["until"])
    memory = Reminded(house.store).change(snooze["slack_id"], lambda memory: snoozed(memory, until))
    return {"snoozed_until": memory.snoozed_until.isoformat() if memory.snoozed_until else None}

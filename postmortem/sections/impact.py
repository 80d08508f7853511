"""Who and what was hit, as far as records tell: alerts, status updates and custom fields."""

import re

from postmortem.citations import cite_all, cite_event, cite_incident
from postmortem.line import Line, Section
from postmortem.sections.roles import SERVICE_OWNER
from postmortem.told import Told

_UPDATE_BY = re.compile(r"Status update added by [^:]{1,80}:\s*")  # PagerDuty's words before the update's own


def describe_impact(told: Told) -> Section:
    """Alerts, status updates and custom fields; who was affected, and how badly, is asked."""
    evidence, timeline = told.evidence, told.timeline
    alerts = [event for event in timeline.events if event.kind == "alert"]
    lines: list[Line] = []
    if alerts:
        fired = sum(event.count for event in alerts)
        text = f"{fired} alert{'s' if fired > 1 else ''} fired ({len(alerts)} distinct)."
        lines.append(Line(text=text, citations=cite_all(alerts[:5])))
    lines.extend(
        Line(text=f"Told to stakeholders: “{_UPDATE_BY.sub('', event.text)}”", citations=(cite_event(event),))
        for event in timeline.events
        if event.kind == "status_update"
    )
    lines.extend(
        Line(text=f"{custom.name}: {custom.value}", citations=(cite_incident(evidence.incident),))
        for custom in evidence.incident.custom_fields
        if custom.value
    )
    question = "Which users and customers were affected, how badly, and was any data lost?"
    lines.append(Line(text=question, asked_of=SERVICE_OWNER))
    return Section(key="impact", heading="Impact", lines=tuple(lines))

"""From evidence to the whole draft. Pure: the same evidence and settings give the same bytes."""

from datetime import datetime

from postmortem.build_timeline import build_timeline
from postmortem.curation import Curation
from postmortem.document import POSTMORTEM_SCHEMA, Postmortem
from postmortem.evidence import Evidence
from postmortem.extract_action_items import extract_action_items
from postmortem.identities import Identities
from postmortem.items_seen import ItemsSeen
from postmortem.noun import Noun
from postmortem.participants import list_participants
from postmortem.questions import ask_what_is_missing
from postmortem.response_times import measure_response_times
from postmortem.settings import Settings, route_for
from postmortem.summary import describe_impact, summarise


def compose(
    evidence: Evidence,
    settings: Settings,
    *,
    composed_at: datetime,
    evidence_name: str | None = None,
    items_seen: ItemsSeen | None = None,
) -> Postmortem:
    """Build the timeline, measure the response, find the action items and their owners, and fill the document.

    `items_seen` are the action items of the incident's earlier drafts.
    """
    identities = Identities(evidence.people, settings.people)
    timeline = build_timeline(evidence, Curation(lifting_emoji=settings.slack.action_item_emoji))
    response_times = measure_response_times(timeline)
    participants = list_participants(evidence, identities)
    return Postmortem(
        schema_version=POSTMORTEM_SCHEMA,
        title=evidence.incident.title,
        organisation=settings.organisation,
        incident=evidence.incident,
        composed_at=composed_at,
        evidence_name=evidence_name,
        summary=summarise(evidence, timeline, response_times, len(participants)),
        impact=describe_impact(evidence, timeline),
        timeline=timeline,
        response_times=response_times,
        questions=ask_what_is_missing(evidence, timeline, identities),
        action_items=extract_action_items(
            evidence, identities, settings, route_for(settings, evidence.incident), items_seen
        ),
        participants=participants,
        readings=tuple(sorted(evidence.readings, key=_as_text)),
        gaps=tuple(sorted(evidence.gaps, key=_as_text)),
        names={
            person.id: identities.name(person.id) or person.id
            for person in sorted(evidence.people, key=lambda person: person.id)
        },
    )


def _as_text(told: Noun) -> str:
    """The order of what was read must not depend on which source answered first."""
    return repr(told)

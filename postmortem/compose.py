"""From evidence to the whole draft. Pure: the same evidence and settings give the same bytes."""

from datetime import datetime

from postmortem.action_items.decided import decided
from postmortem.action_items.decision import Decision
from postmortem.action_items.extract import extract_action_items
from postmortem.action_items.likeliest import likeliest
from postmortem.action_items.seen import ItemsSeen
from postmortem.build_timeline import build_timeline
from postmortem.curation import curation_from_settings
from postmortem.cycles import count_cycles
from postmortem.document import POSTMORTEM_SCHEMA, Postmortem
from postmortem.evidence import Evidence
from postmortem.find_milestones import find_milestones
from postmortem.identities import Identities
from postmortem.milestones import Milestones
from postmortem.noun import Noun
from postmortem.participants import list_participants
from postmortem.response_times import measure_response_times
from postmortem.sections.writing import write_sections
from postmortem.settings import Settings, route_for
from postmortem.silences import find_silences
from postmortem.similar import similar_from_pagerduty
from postmortem.timeline import dated_until
from postmortem.told import Told


def compose(
    evidence: Evidence,
    settings: Settings,
    *,
    composed_at: datetime,
    evidence_name: str | None = None,
    settings_version: str | None = None,
    items_seen: ItemsSeen | None = None,
    decisions: tuple[Decision, ...] = (),
) -> Postmortem:
    """Build the timeline, measure the response, find the action items and their owners, and fill the document.

    `items_seen` are the action items of the incident's earlier drafts, `decisions` what people decided about them,
    oldest first.
    """
    told = _told(evidence, settings, items_seen, decisions)
    return Postmortem(
        schema_version=POSTMORTEM_SCHEMA,
        title=evidence.incident.title,
        organisation=settings.organisation,
        incident=evidence.incident,
        composed_at=composed_at,
        evidence_name=evidence_name,
        settings_version=settings_version,
        sections=write_sections(told),
        timeline=told.timeline,
        milestones=told.milestones,
        response_times=told.response_times,
        silences=told.silences,
        cycles=told.cycles,
        action_items=told.action_items,
        suggestions_left_out=told.suggestions_left_out,
        participants=told.participants,
        similar=similar_from_pagerduty(evidence),
        readings=tuple(sorted(evidence.readings, key=_as_text)),
        gaps=tuple(sorted(evidence.gaps, key=_as_text)),
        names={
            person.id: told.identities.name(person.id) or person.id
            for person in sorted(evidence.people, key=lambda person: person.id)
        },
    )


def _told(
    evidence: Evidence, settings: Settings, items_seen: ItemsSeen | None, decisions: tuple[Decision, ...]
) -> Told:
    """What every section is written from, each made once, out of those before it."""
    identities = Identities(evidence.people, settings.people)
    timeline = build_timeline(evidence, curation_from_settings(settings))
    read = dated_until(timeline, evidence.collected_at)
    route = route_for(settings, evidence.incident)
    milestones = find_milestones(timeline, evidence, settings.timezone)
    found = extract_action_items(evidence, identities, settings, route, items_seen, _over_at(milestones))
    items, left_out = likeliest(decided(found, decisions, identities, settings, evidence.incident), items_seen)
    return Told(
        evidence=evidence,
        settings=settings,
        identities=identities,
        timeline=timeline,
        milestones=milestones,
        response_times=measure_response_times(milestones),
        silences=find_silences(read, milestones, evidence.incident.urgency, settings.timeline.silence_after),
        cycles=count_cycles(read),
        participants=list_participants(evidence, identities),
        action_items=items,
        suggestions_left_out=left_out,
    )


def _over_at(milestones: Milestones) -> datetime | None:
    """When it was mitigated, else resolved; None where nothing tells."""
    over = milestones.named("mitigated") or milestones.named("resolved")
    return over.at if over else None


def _as_text(noun: Noun) -> str:
    """The order of what was read must not depend on which source answered first."""
    return repr(noun)

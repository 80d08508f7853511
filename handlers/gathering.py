"""What a round begins with: the incident as it is now, and all that is read about it, put together as evidence."""

from datetime import datetime
from typing import Any

from connectors.collecting import Sources, collect, read_incident, who_took_part
from connectors.observing import observations_of
from connectors.steps import Json
from handlers.house import House
from handlers.work import Work, is_left_undone, met_before, read_until
from handlers.written import written_in
from postmortem.evidence import Part, evidence_from_parts, holds_the_same
from postmortem.incident import Incident
from postmortem.settings import reason_not_to_draft


def look_again(work: Work) -> dict[str, Any]:
    """Read the incident as it is now. Merged, reopened, or not wanted: stop, with the reason in words."""

    def read() -> dict[str, Any]:
        incident, part = read_incident(work.house.pagerduty, work.incident_id)
        work.house.on_part("pagerduty", part)
        name = work.shelf.keep_part("incident", part)
        work.shelf.remember(incident=incident.model_dump(mode="json"), from_files=False)
        reason = reason_to_stop(incident, work.house)
        until = work.until or read_until(work, incident)
        return {"part": name, "until": until.isoformat()} | ({"stopped": reason} if reason else {})

    return work.steps.run(work.named("look again"), read)


def reason_to_stop(incident: Incident, house: House) -> str | None:
    if incident.merged_into:
        return f"it was merged into {incident.merged_into.id}: the postmortem belongs to that one"
    if incident.status != "resolved":
        return f"it is {incident.status} again: a draft is made when it is resolved"
    return reason_not_to_draft(house.settings, incident)


def collect_evidence(work: Work, looked: dict[str, Any]) -> dict[str, Any]:
    """Read every source side by side; only the name of what was kept travels on."""
    house, shelf, known = work.house, work.shelf, Part(people=met_before(work))
    incident = Incident.model_validate(shelf.state()["incident"])
    (first,) = shelf.parts([looked["part"]])
    sources = Sources(
        settings=house.settings,
        pagerduty=house.pagerduty,
        slack=house.slack,
        keep=lambda source, name, part: keep(work, source, name, part),
        load=lambda names: tuple(shelf.parts(names)),
        since=work.since or incident.created_at.at - house.settings.slack.look_back,
        until=datetime.fromisoformat(looked["until"]),
        channel=work.channel,
        at_once=house.at_once,
        will_join=work.will_join,
        asked_before=frozenset(person.id for person in known.people),
    )
    collected = collect(work.steps, sources, incident, first.people, work.prefix)

    def put_together() -> dict[str, Any]:
        parts = [
            known,
            first,
            *shelf.parts(collected.parts),
            observations_of(house.store, incident.id),
            written_in(work),
        ]
        evidence = evidence_from_parts(incident, parts, house.now())
        evidence = evidence.model_copy(update={"incident": who_took_part(evidence)})
        seen = work.seen is not None and holds_the_same(evidence, shelf.evidence(work.seen))
        nothing_new = seen and not is_left_undone(work)
        name = work.seen if nothing_new else shelf.keep_evidence(work.named(work.journey), evidence)
        shelf.remember(channel=collected.channel)
        private = list[Json](shelf.rests_on(evidence.private_channels))
        return {"evidence": name, "channel": collected.channel, "private": private, "nothing_new": nothing_new}

    return work.steps.run(work.named("put the evidence together"), put_together)


def keep(work: Work, source: str, name: str, part: Any) -> str:
    work.house.on_part(source, part)
    return work.shelf.keep_part(name, part)

"""`debrief draft INCIDENT`: the journey that a webhook starts, for one incident, while a person watches."""

import hashlib
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from connectors.collecting import read_incident
from connectors.engine.local import LocalEngine
from connectors.engine.start import journey_name
from connectors.store.port import Store
from connectors.store.shelf import Shelf
from handlers.cli.asking import Asked, incident_id_from
from handlers.cli.display import Display
from handlers.cli.drawn import Drawn
from handlers.cli.edits import edits_in_words
from handlers.cli.exits import Ended, Exit, on_this_machine
from handlers.cli.rehearsing import preview, rehearsal_store
from handlers.cli.report import report_on
from handlers.cli.running import go_on_or_begin, run_to_end
from handlers.confluence import said_of_page
from handlers.gathering import reason_to_stop
from handlers.house import House
from handlers.journey import make_draft
from handlers.wiring import Machine, build_house, utc_now
from postmortem.document import Postmortem
from postmortem.evidence import Evidence
from postmortem.incident import Incident
from postmortem.outputs.markdown import render_markdown
from postmortem.settings import Settings

KINDS = {"draft": make_draft, "preview": preview}

type Confirm = Callable[[Incident, str], bool]


@dataclass(frozen=True, slots=True)
class Bench:
    """What a live draft is made with.

    `confirm` asks a person, once, before anything is written outside; None where nobody is there to ask.
    """

    machine: Machine
    settings: Settings
    asked: Asked
    display: Display
    confirm: Confirm | None

    def house(self, store: Store) -> House:
        templates = self.machine.templates(self.settings)
        secrets = self.machine.secrets()
        return build_house(self.settings, secrets, store, on_part=self.display.on_part, templates=templates)

    def due_incident(self, house: House) -> Incident:
        """The incident as it is now. Raises Ended where no draft is due, and every ConnectorError."""
        incident, _ = read_incident(house.pagerduty, incident_id_from(self.asked.incident or "", self.settings))
        reason = reason_to_stop(incident, house)
        if reason:
            raise Ended(Exit.NO_DRAFT, f"No draft is due for {incident.id}: {reason}.")
        return incident

    def payload(self, incident: Incident) -> dict[str, Any]:
        since, until = self.asked.window(self.settings)
        wanted = {
            "incident_id": incident.id,
            "channel": self.asked.channels[0] if self.asked.channels else None,
            "since": since.isoformat() if since else None,
            "until": until.isoformat() if until else None,
        }
        return wanted | {"journey": holder_of(incident, wanted)}


def draft_live(bench: Bench) -> Drawn:
    """Make the draft, open the issues, announce it: each once, however often this is asked. Raises Ended."""
    with on_this_machine(bench.machine.home):
        store = bench.machine.store()
    house = bench.house(store)
    writes = "" if bench.asked.yes else writes_outside(house)
    if writes and bench.confirm is None:
        raise Ended(Exit.USAGE, f"This will {writes}: add --yes to agree, or --dry-run to look first.")
    with closing(house), bench.display:
        incident = bench.due_incident(house)
        bench.display.pause()
        if writes and bench.confirm and not bench.confirm(incident, writes):
            raise Ended(Exit.STOPPED, "Stopped before anything was written.")
        payload = bench.payload(incident)
        with closing(_engine(bench, house, payload)) as engine:
            outcome = go_on_or_begin(engine, "draft", payload, house)
        return reported(house, incident, outcome)


def _engine(bench: Bench, house: House, payload: dict[str, Any]) -> LocalEngine:
    with on_this_machine(bench.machine.home):
        return bench.machine.engine(house, KINDS, _journal(payload), on_progress=bench.display.on_step)


def draft_dry(bench: Bench) -> Drawn:
    """Read everything, keep nothing, write nothing outside. Raises Ended."""
    with TemporaryDirectory(prefix="debrief-") as folder, bench.display:
        rehearsal = replace(bench.machine, home=Path(folder))
        store = rehearsal_store(bench.machine, rehearsal.home)
        with closing(bench.house(store)) as house:
            incident = bench.due_incident(house)
            postmortem = _rehearsed(bench, rehearsal, house, incident)
            evidence = Shelf(store, incident.id).evidence(postmortem.evidence_name or "")
            layout = house.layout(incident)
        report = report_on("dry run", postmortem, evidence, draft=None, announced=_would_announce(house, evidence))
    return Drawn(report, postmortem, layout, render_markdown(postmortem, layout))


def holder_of(incident: Incident, wanted: dict[str, Any]) -> str:
    """The journey's name, and its name as holder of the lease: never that of the journey a webhook started, nor that
    of another terminal where something else is wanted of the same incident."""
    moment = incident.resolved_at or incident.created_at
    return f"cli-{journey_name(incident.id, moment.at)}-{_digest(wanted)[:8]}"


def writes_outside(house: House) -> str:
    """What would be written where others see it, in words; "" where that is nothing."""
    settings = house.settings
    writes = [
        "make a Confluence page of the draft" if house.confluence else "",
        "open Jira issues for the action items" if house.jira else "",
        "announce the draft in the incident's Slack channel" if house.slack and settings.slack.announce else "",
        "write a note on the PagerDuty incident" if house.pagerduty and settings.pagerduty.write_note else "",
    ]
    *most, last = [words for words in writes if words] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def _journal(payload: dict[str, Any]) -> str:
    """A journal for what was asked: going on with one incident never goes on with another, unasked."""
    return f"journal-cli-{_digest(payload)[:16]}.db"


def _digest(payload: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def reported(house: House, incident: Incident, outcome: dict[str, Any]) -> Drawn:
    """What a round came to, with the document as it was published. Raises Ended where no draft was due."""
    if "stopped" in outcome:
        raise Ended(Exit.NO_DRAFT, f"No draft is due for {incident.id}: {outcome['stopped']}.")
    shelf = Shelf(house.store, incident.id)
    postmortem, evidence, document = shelf.postmortem(), shelf.evidence(outcome["evidence"]), outcome["document"]
    file = house.store.load(document)
    if postmortem is None or file is None:
        raise Ended(Exit.UNFORESEEN, f"The draft of {incident.id} is no longer where it was put: {document}.")
    announced, said = _announced(outcome["announced"], _where(evidence))
    page = outcome.get("page", {})
    announced += (f"as a Confluence page, {page['link']}",) if "link" in page and "gone" not in page else ()
    draft, hints, told = house.store.location(document), edits_in_words(shelf.state()), (*said, *said_of_page(page))
    report = report_on("live", postmortem, evidence, draft=draft, announced=announced, said=told, hints=hints)
    return Drawn(report, postmortem, house.layout(incident), file.content.decode(errors="replace"))


def _where(evidence: Evidence) -> str:
    """The incident's channel in words."""
    names = sorted({f"#{message.channel_name}" for message in evidence.messages})
    return f"in {', '.join(names)}" if names else "in the incident's Slack channel"


def _announced(outcome: dict[str, Any], channel: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What was announced, and what was refused."""
    done = {"slack": channel, "pagerduty": "as a note on the PagerDuty incident"}
    made = tuple(words for where, words in done.items() if "made" in outcome.get(where, {}))
    parked = [
        f"Not announced {words}: {reason}"
        for where, words in done.items()
        if (reason := outcome.get(where, {}).get("parked"))
    ]
    unshared = outcome.get("slack", {}).get("draft", {}).get("parked")
    refused = [f"The draft was not shared {channel}: {unshared}"] if unshared else []
    return made, (*parked, *refused)


def _rehearsed(bench: Bench, rehearsal: Machine, house: House, incident: Incident) -> Postmortem:
    """The draft as it would be, with the issues that are open already."""
    with closing(rehearsal.engine(house, KINDS, on_progress=bench.display.on_step)) as engine:
        payload = bench.payload(incident)
        run_to_end(engine, "preview", payload["journey"], payload, utc_now)
    postmortem = Shelf(house.store, incident.id).postmortem()
    if postmortem is None:
        raise Ended(Exit.UNFORESEEN, "The rehearsal left no draft.")
    return postmortem


def _would_announce(house: House, evidence: Evidence) -> tuple[str, ...]:
    settings, channel = house.settings, any(reading.source == "slack" for reading in evidence.readings)
    return tuple(
        words
        for words, wanted in (
            (_where(evidence), house.slack and settings.slack.announce and channel),
            ("as a note on the PagerDuty incident", house.pagerduty and settings.pagerduty.write_note),
        )
        if wanted
    )

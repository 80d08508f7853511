"""`debrief draft --pagerduty-export --slack-export`: a draft out of saved files. Nothing is written to any vendor."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from connectors.collecting import read_incident
from connectors.engine.clock import RealClock
from connectors.engine.local import LocalEngine
from connectors.errors import Rejected
from connectors.observing import observations_of
from connectors.pagerduty import collect as pagerduty_collect
from connectors.pagerduty.export import read_export as read_pagerduty_export
from connectors.slack.export import read_export as read_slack_export
from connectors.steps import Steps
from connectors.store.port import Store
from connectors.store.shelf import Shelf
from handlers.cli.asking import Asked, incident_id_from
from handlers.cli.display import Display
from handlers.cli.drawn import Drawn
from handlers.cli.edits import edits_in_words
from handlers.cli.exits import Ended, Exit, on_this_machine, sentence_case
from handlers.cli.rehearsing import rehearsal_store
from handlers.cli.report import report_on
from handlers.cli.running import run_to_end
from handlers.house import House
from handlers.journey import compose_draft
from handlers.publishing import publish
from handlers.wiring import Machine, build_house, utc_now
from handlers.work import Work, work_of
from postmortem.chat_incident import incident_from_chat
from postmortem.evidence import Message, Part, evidence_from_parts
from postmortem.incident import Incident
from postmortem.outputs.markdown import render_markdown
from postmortem.settings import Settings, bound_channel, channel_names

LONG_DAYS = 14
"""An export that spans more days than this is rarely one incident."""


LONGEST_OPEN = timedelta(days=30)
"""An incident that was saved open takes no chat from later than this: it would be another incident's."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What an offline draft is made with."""

    machine: Machine
    settings: Settings
    asked: Asked
    display: Display


@dataclass(frozen=True, slots=True)
class Saved:
    """What the files hold: the incident, its parts, and what a person should know about them."""

    incident: Incident
    parts: tuple[Part, ...]
    said: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


def draft_offline(desk: Desk) -> Drawn:
    """Read the files, compose, and put the draft where drafts are; with --dry-run nothing is left. Raises Ended."""
    with ExitStack() as stack:
        stack.enter_context(desk.display)
        scratch = Path(stack.enter_context(TemporaryDirectory(prefix="debrief-")))
        machine = desk.machine
        live = desk.asked.incident is not None and desk.asked.pagerduty_export is None
        saved = None if live else read_saved(desk)
        store = rehearsal_store(machine, scratch / "home") if desk.asked.dry_run else _store(machine)
        templates = machine.templates(desk.settings)
        house = build_house(desk.settings, machine.secrets(), store, on_part=desk.display.on_part, templates=templates)
        stack.callback(house.close)
        house = replace(house, slack=None, jira=None, pagerduty=house.pagerduty if live else None)
        saved = saved or _saved_beside_account(desk, house)
        engine = LocalEngine(
            scratch / "journal.db",
            {"offline": partial(_make_draft, house=house, parts=saved.parts, publishes=not desk.asked.dry_run)},
            RealClock(utc_now),
            on_progress=desk.display.on_step,
        )
        stack.callback(engine.close)
        payload: dict[str, Any] = {"incident_id": saved.incident.id, "journey": "offline", "read": live}
        Shelf(store, saved.incident.id).remember(incident=saved.incident.model_dump(mode="json"), from_files=not live)
        outcome = run_to_end(engine, "offline", "offline", payload, utc_now)
        return _reported(desk, house, saved, outcome)


def _store(machine: Machine) -> Store:
    with on_this_machine(machine.home):
        return machine.store()


def read_saved(desk: Desk) -> Saved:
    """The incident out of the PagerDuty file, or out of the chat where there is none. Raises Ended."""
    asked, settings = desk.asked, desk.settings
    if asked.pagerduty_export is None:
        return _saved_chat(desk)
    incident_id = incident_id_from(asked.incident, settings) if asked.incident else None
    with _usage():
        incident, part = read_pagerduty_export(asked.pagerduty_export, incident_id)
    desk.display.on_part("pagerduty", part)
    chat = _chat_of(desk, incident)
    return Saved(incident, (part, *chat), _state_of(incident))


def _saved_chat(desk: Desk) -> Saved:
    since, until = desk.asked.window(desk.settings)
    part = _chat(desk, desk.asked.channels or None, since, until)
    incident = incident_from_chat(part.messages, desk.asked.title)
    if incident is None:
        why = " ".join(sentence_case(f"{gap.what}: {gap.why}") for gap in part.gaps[:3])
        remedy = "Name another channel with --channel, or a longer time with --since and --until."
        raise Ended(Exit.NO_DRAFT, f"There is no message to write about. {why} {remedy}".replace("  ", " "))
    return Saved(incident, (part,), hints=_too_long(part.messages, desk.asked))


def _saved_beside_account(desk: Desk, house: House) -> Saved:
    """The incident from the account, the chat from the export."""
    incident, part = read_incident(house.pagerduty, incident_id_from(desk.asked.incident or "", desk.settings))
    return Saved(incident, (part, *_chat_of(desk, incident)), _state_of(incident))


def _export(
    desk: Desk, path: Path, channels: tuple[str, ...] | None, since: datetime | None, until: datetime | None
) -> Part:
    """An export does not name its workspace: the settings do, so that its messages can be opened."""
    team_url = desk.settings.slack.workspace_url
    return read_slack_export(path, channels=channels, since=since, until=until, team_url=team_url)


def _chat_of(desk: Desk, incident: Incident) -> tuple[Part, ...]:
    """The chat in the incident's time: of the channel that is named, or bound to it, or else of every public one."""
    settings = desk.settings
    if desk.asked.slack_export is None:
        return ()
    since, until = desk.asked.window(settings)
    since = since or incident.created_at.at - settings.slack.look_back
    ended_at = incident.resolved_at.at if incident.resolved_at else incident.created_at.at + LONGEST_OPEN
    until = until or ended_at + settings.refresh_after
    bound = bound_channel(settings, incident)
    names = desk.asked.channels or ((bound,) if bound else channel_names(settings, incident))
    part = _chat(desk, names or None, since, until)
    if part.messages or desk.asked.channels or not names:
        return (part,)
    return part.model_copy(update={"readings": ()}), _chat(desk, None, since, until)


def _chat(desk: Desk, channels: tuple[str, ...] | None, since: datetime | None, until: datetime | None) -> Part:
    path = desk.asked.slack_export
    with _usage():
        part = _export(desk, path, channels, since, until) if path else Part()
    desk.display.on_part("slack", part)
    return part


@contextmanager
def _usage() -> Generator[None]:
    """A file that is not what its option says is a mistake in the command, not a vendor's refusal."""
    try:
        yield
    except Rejected as error:
        raise Ended(Exit.USAGE, sentence_case(str(error))) from error


def _state_of(incident: Incident) -> tuple[str, ...]:
    if incident.merged_into:
        return (f"{incident.id} was merged into {incident.merged_into.id}: the postmortem belongs to that one.",)
    if incident.status != "resolved":
        return (f"{incident.id} is {incident.status} in what was read, not resolved: the draft may be unfinished.",)
    return ()


def _too_long(messages: tuple[Message, ...], asked: Asked) -> tuple[str, ...]:
    days = (max(m.moment.at for m in messages) - min(m.moment.at for m in messages)).days
    if days <= LONG_DAYS or asked.since or asked.until:
        return ()
    return (f"The messages span {days} days: name the incident's time with --since and --until.",)


def _make_draft(steps: Steps, bell: Any, house: House, parts: tuple[Part, ...], *, publishes: bool) -> dict[str, Any]:
    """The journey without its outside: what was read becomes evidence, the evidence a draft, the draft a file."""
    work = work_of(steps, bell, house)
    names = _read_the_rest(work, parts) if bell["read"] else []

    def put_together() -> str:
        incident = Incident.model_validate(work.shelf.state()["incident"])
        observed = observations_of(house.store, incident.id)
        evidence = evidence_from_parts(incident, (*parts, *work.shelf.parts(names), observed), house.now())
        return work.shelf.keep_evidence(f"offline-{incident.id}", evidence)

    name = steps.run("put the evidence together", put_together)
    composed, document = compose_draft(work, name), publish(work, "publish")
    return composed | {"document": document if publishes else None}


def _read_the_rest(work: Work, parts: tuple[Part, ...]) -> list[str]:
    """The lists of the incident from the account."""
    people = tuple(person for part in parts for person in part.people)

    def keep(name: str, part: Part) -> str:
        work.house.on_part("pagerduty", part)
        return work.shelf.keep_part(name, part)

    if work.house.pagerduty is None:
        return []
    return pagerduty_collect.collect(work.house.pagerduty, work.steps, keep, work.incident_id, people)


def _reported(desk: Desk, house: House, saved: Saved, outcome: dict[str, Any]) -> Drawn:
    shelf, document = Shelf(house.store, saved.incident.id), outcome["document"]
    postmortem, evidence = shelf.postmortem(), shelf.evidence(outcome["evidence"])
    if postmortem is None:
        raise Ended(Exit.UNFORESEEN, "The draft is no longer where it was put.")
    draft = house.store.location(document) if document else None
    file = house.store.load(document) if document else None
    mode = "dry run" if desk.asked.dry_run else "offline"
    hints = (*saved.hints, *(edits_in_words(shelf.state()) if file else ()))
    report = report_on(mode, postmortem, evidence, draft=draft, said=saved.said, hints=hints)
    layout = house.layout(saved.incident)
    markdown = file.content.decode(errors="replace") if file else render_markdown(postmortem, layout)
    return Drawn(report, postmortem, layout, markdown)

"""`debrief actions accept | drop | edit | retry`: a decision, and the draft and the issues that follow from it."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple

from rich.console import Console
from rich.text import Text

from connectors.engine.local import LocalEngine
from connectors.store.decisions import Decisions
from connectors.store.following import Following
from connectors.store.port import Store
from connectors.store.shelf import Shelf
from handlers.actions import Asked, Refused, bell_of, decision_about, item_named, retry_of
from handlers.cli.display import Display
from handlers.cli.exits import Ended, Exit, on_this_machine
from handlers.cli.plain import plain
from handlers.cli.review_command import found_incident, read_draft
from handlers.cli.running import go_on_or_begin
from handlers.cli.screen import linked, short
from handlers.house import House
from handlers.journey import make_postmortem
from handlers.wiring import Machine, build_house, utc_now
from postmortem.action_items.item import ActionItem, short_name
from postmortem.document import Postmortem
from postmortem.follow_up.followed import FollowedItem
from postmortem.settings import Settings

WHERE = "at the terminal"
_DONE = {"accepted": "Accepted", "dropped": "Dropped", None: "Changed"}

type Confirm = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Bench:
    """What a decision is made with. `confirm` is asked, with what is about to happen and what that writes, before
    anything is written outside; None where nobody is there to ask. `yes` agreed beforehand."""

    machine: Machine
    settings: Settings
    display: Display
    confirm: Confirm | None
    yes: bool = False

    def store(self) -> Store:
        with on_this_machine(self.machine.home):
            return self.machine.store()

    def house(self, store: Store) -> House:
        templates = self.machine.templates(self.settings)
        return build_house(self.settings, self.machine.secrets(), store, templates=templates)

    def agrees(self, what: str, writes: str) -> None:
        """Raises Ended where nobody agrees to what is written outside."""
        if not writes or self.yes:
            return
        if self.confirm is None:
            raise Ended(Exit.USAGE, f"This will {writes}: add --yes to agree.")
        self.display.pause()
        if not self.confirm(what, writes):
            raise Ended(Exit.STOPPED, "Stopped before anything was written.")


class Decided(NamedTuple):
    """The item as it stands after the decision, in which document, and whether an issue of it was to be expected."""

    verdict: str | None
    item: ActionItem
    incident_id: str
    document: str
    is_live: bool

    @property
    def code(self) -> Exit:
        is_unopened = self.is_live and self.item.accepted and not self.item.issue_key
        return Exit.WITH_GAPS if is_unopened else Exit.DONE


class Tried(NamedTuple):
    """What was parked, as it is followed now; `failed` are sentences about incidents that could not be worked on."""

    items: tuple[FollowedItem, ...]
    failed: tuple[str, ...] = ()
    code: Exit = Exit.DONE


def decide(bench: Bench, incident: str, name: str, asked: Asked, by: str) -> Decided:
    """Keep the decision, and do what follows from it, to its end. Raises Ended."""
    store = bench.store()
    with closing(bench.house(store)) as house, bench.display:
        incident_id = found_incident(store, incident, bench.settings)
        shelf = Shelf(store, incident_id, drafts=bench.settings.publish.folder)
        postmortem = read_draft(store, shelf, incident_id)
        item, bell = _bell(bench, store, postmortem, (name, asked, by))
        is_live = not shelf.state().get("from_files", False)
        what = f"{plain(postmortem.title)}\n{_DONE[asked.verdict]}: {plain(item.text)}"
        bench.agrees(what, writes_outside(house) if is_live else "")
        with closing(_engine(bench, house, incident_id)) as engine:
            outcome = go_on_or_begin(engine, "postmortem", bell, house)
        if "stopped" in outcome:
            raise Ended(Exit.NO_DRAFT, f"The decision is kept, and nothing else was done: {outcome['stopped']}.")
        now = _after(read_draft(store, shelf, incident_id), item)
        return Decided(asked.verdict, now, incident_id, store.location(outcome["document"]), is_live)


def retry(bench: Bench, incident: str | None) -> Tried:
    """Try again what is parked, of one incident or of all; one that fails holds up no other. Raises Ended."""
    store = bench.store()
    with closing(bench.house(store)) as house, bench.display:
        following = Following(store)
        chosen = found_incident(store, incident, bench.settings) if incident else None
        parked = [one for one in following.all() if one.standing == "parked" and chosen in (None, one.incident_id)]
        incidents = [*dict.fromkeys(one.incident_id for one in parked)]
        if incidents:
            count = len(parked)
            what = f"{count} parked {'item' if count == 1 else 'items'} of {len(incidents)} incident(s)."
            bench.agrees(what, writes_outside(house))
        ended = [end for incident_id in incidents if (end := _tried_again(bench, house, incident_id))]
        now = {one.key: one for one in following.all()}
    items = tuple(now.get(one.key, one) for one in parked)
    codes = [end.code for end in ended]
    still = Exit.WITH_GAPS if any(one.standing == "parked" for one in items) else Exit.DONE
    return Tried(items, tuple(end.sentence for end in ended), max(codes, default=still))


def writes_outside(house: House) -> str:
    """What others will see of it, in words; "" where that is nothing."""
    settings = house.settings
    writes = [
        "open or change its Jira issue, and try those that were refused" if house.jira else "",
        "write the draft's Confluence page again" if house.confluence else "",
        "tell the incident's Slack channel" if house.slack and settings.slack.announce else "",
        "write a note on the PagerDuty incident" if house.pagerduty and settings.pagerduty.write_note else "",
    ]
    return "; ".join(words for words in writes if words)


def decided_json(decided: Decided) -> dict[str, Any]:
    item = decided.item
    return {
        "exit_code": int(decided.code),
        "incident_id": decided.incident_id,
        "item": short_name(item.id),
        "document": decided.document,
        "action_item": item.model_dump(mode="json"),
    }


def tried_json(tried: Tried) -> dict[str, Any]:
    items = [{"item": short_name(one.item_id)} | one.model_dump(mode="json") for one in tried.items]
    return {"exit_code": int(tried.code), "items": items, "failed": list(tried.failed)}


def say_decided(console: Console, decided: Decided) -> None:
    """What was decided, what became of it, and where the draft lies."""
    item = decided.item
    head = f"{_DONE[decided.verdict]} {short_name(item.id)}: {plain(item.text)}"
    console.print(Text(head, style="bold"), soft_wrap=True)
    if item.accepted:
        console.print(_issue_line(item, is_live=decided.is_live), soft_wrap=True)
        owner = item.owner.name or ("the default owner" if item.owner.account_id else "nobody yet")
        due = item.due_on.isoformat() if item.due_on else "no date"
        console.print(Text(plain(f"  Owner: {owner} ({item.owner.why.rstrip('.')}). Due: {due}.")), soft_wrap=True)
    elif item.issue_key:
        console.print(Text(f"  {plain(item.issue_key)} stays as it is in Jira."), soft_wrap=True)
    for sentence in item.said:
        console.print(Text(f"  {plain(sentence)}", style="yellow"), soft_wrap=True)
    console.print(Text(f"  {plain(short(decided.document))}", style="cyan"), soft_wrap=True)


def say_tried(console: Console, tried: Tried) -> None:
    """Each item's outcome, those that are still parked with what to do."""
    if not tried.items:
        console.print("Nothing is parked: every accepted item has its issue.")
    for one in tried.items:
        name, text = short_name(one.item_id), plain(one.text)
        if one.standing == "parked":
            console.print(
                Text(f"! {name} still parked: {text}. {plain(one.why_parked or '')}", "yellow"), soft_wrap=True
            )
        elif one.issue_key:
            line = Text(f"✓ {name} ") + linked(one.issue_key, one.issue_link, "green") + Text(f": {text}")
            console.print(line, soft_wrap=True)
        else:
            console.print(Text(f"- {name} no longer followed: {text}", style="dim"), soft_wrap=True)
    for sentence in tried.failed:
        console.print(Text(f"! {plain(sentence)}", style="yellow"), soft_wrap=True)


def _bell(
    bench: Bench, store: Store, postmortem: Postmortem, typed: tuple[str, Asked, str]
) -> tuple[ActionItem, dict[str, Any]]:
    """The item that is meant, and what starts its journey. Raises Ended."""
    (name, asked, by), incident, settings = typed, postmortem.incident, bench.settings
    try:
        item = item_named(postmortem.action_items, name)
        decision = decision_about(item, asked, incident, settings, by=by, where=WHERE, now=utc_now())
    except Refused as error:
        raise Ended(Exit.USAGE, "\n".join(_lines(error))) from error
    bell = bell_of(incident.id, decision, Decisions(store, incident.id).all())
    return item, bell | {"journey": f"cli-{bell['journey']}"}  # serve's own journey of it holds another lease


def _lines(error: Refused) -> Iterator[str]:
    yield f"{error.sentence}{':' if error.candidates else '.'}"
    yield from (f"  {line}" for line in error.candidates)


def _tried_again(bench: Bench, house: House, incident_id: str) -> Ended | None:
    try:
        with closing(_engine(bench, house, incident_id)) as engine:
            outcome = go_on_or_begin(engine, "postmortem", retry_of(incident_id, f"cli-re-{incident_id}"), house)
    except Ended as ended:
        return Ended(ended.code, f"{incident_id}: {ended.sentence}")
    stopped = outcome.get("stopped")
    return Ended(Exit.WITH_GAPS, f"{incident_id}: {stopped}.") if stopped else None


def _engine(bench: Bench, house: House, incident_id: str) -> LocalEngine:
    """A journal for each incident: a decision that was interrupted is finished before the next one about it."""
    journal = f"journal-cli-items-{hashlib.sha256(incident_id.encode()).hexdigest()[:16]}.db"
    with on_this_machine(bench.machine.home):
        return bench.machine.engine(house, {"postmortem": make_postmortem}, journal, on_progress=bench.display.on_step)


def _after(postmortem: Postmortem, item: ActionItem) -> ActionItem:
    return next((one for one in postmortem.action_items if one.id == item.id), item)


def _issue_line(item: ActionItem, *, is_live: bool) -> Text:
    if item.issue_key:
        return Text("  ") + linked(item.issue_key, item.issue_link, "green") + Text(f"  {plain(item.issue_link or '')}")
    why = "No issue is opened: the draft was made from saved files." if not is_live else "It has no issue yet."
    return Text(f"  {why}", style="yellow")

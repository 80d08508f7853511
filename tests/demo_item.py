"""The second half of `make demo`: an item that nobody marked, from a line in the chat to the day when it is overdue."""

import http.client
import shutil
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from rich.text import Text

from connectors.engine.clock import VirtualClock
from connectors.engine.local import LocalEngine
from handlers.serve import KINDS
from handlers.ticks import start_sweep
from handlers.wiring import Machine, bound
from postmortem.action_items.business_days import add_business_days
from postmortem.action_items.item import ActionItem
from tests.neighbours import Neighbours
from tests.vendors.slack_modals import direct_channel

WHO = "emil"
SAID = "I'll put POOL_MAX into the deploy checklist tomorrow"
AFTER_THE_RESOLVE = timedelta(seconds=50)
EARLIEST = time(7)


def somebody_says(town: Neighbours, channel: str) -> None:
    """A last line in the channel, without a marker."""
    resolved_at = datetime.fromisoformat(town.scripts[0].pagerduty["incident"]["resolved_at"])
    ts = f"{(resolved_at + AFTER_THE_RESOLVE).timestamp():.6f}"
    town.slack.channel(channel).says(town.slack.user(WHO).user["id"], SAID, ts=ts)


def presses_accept(town: Neighbours, address: str) -> int:
    """Press the button under what was suggested; Slack tells Debrief, signed. Returns the HTTP status it got."""

    def delivers(body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=3)
        try:
            connection.request("POST", "/slack", body, headers)
            reply = connection.getresponse()
            return reply.status, reply.read().decode()
        finally:
            connection.close()

    town.slack.delivers = delivers
    return town.slack.user(WHO).clicks("Accept", on="POOL_MAX").status


def told_when_overdue(town: Neighbours, item: ActionItem, folder: Path) -> tuple[datetime, dict[str, Any]]:
    """When its owner hears that it is overdue, and the message: on a clock that is moved on, in a copy of the home, so
    that what the demo leaves behind is of today."""
    assert item.due_on, "somebody said when"
    machine = Machine(folder / "later", town.machine.settings_file, town.machine.secrets_file)
    shutil.copytree(town.machine.home, machine.home)
    settings = machine.settings()
    day = add_business_days(item.due_on, 1, settings.holidays)
    clock = VirtualClock(datetime.combine(day, EARLIEST, tzinfo=ZoneInfo(settings.timezone)).astimezone(UTC))
    try:
        message = sweep_until_told(town, machine, clock)
        return clock.now(), message
    finally:
        shutil.rmtree(machine.home)


def sweep_until_told(town: Neighbours, machine: Machine, clock: VirtualClock) -> dict[str, Any]:
    """Every hour of a day, as `debrief serve` does it."""

    def start(kind: str, name: str, payload: dict[str, Any]) -> bool:
        return engine.start(kind, name, payload)

    house = machine.house(machine.store(), now=clock.now, start=start)
    engine = LocalEngine(machine.home / "later.db", bound(KINDS, house), clock)
    their = direct_channel(town.slack.workspace, town.slack.user(WHO).user)
    try:
        while not their.order:
            start_sweep(engine.start, clock.now())
            engine.run_due()
            clock.advance(timedelta(hours=1))
    finally:
        engine.close()
        house.close()
    return their.messages[their.order[-1]]


def as_seen(message: dict[str, Any]) -> Text:
    """A message with buttons as Slack shows it: a link is its words, a button stands in brackets."""
    seen = Text()
    for block in message["blocks"]:
        if block["type"] == "actions":
            names = "  ".join(f"[{button['text']['text']}]" for button in block["elements"])
            seen.append(f"  {names}\n", "cyan")
        for section in block.get("elements", ()) if block["type"] == "rich_text" else ():
            for part in section["elements"]:
                seen.append(part.get("text", part.get("url", "")), "blue" if part["type"] == "link" else "")
    seen.rstrip()
    return seen

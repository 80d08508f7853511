"""`make demo`: one resolved incident on fake vendors, from the signed webhook to the draft, step by step as it happens.

The receiver, the engine and the pages are the real ones; the vendors are functions on loopback ports.
"""

import json
import shutil
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from connectors.engine.progress import Progress
from connectors.store.shelf import Shelf
from handlers.cli.tally import SOURCES, Tally
from handlers.serve import Parts, listening, put_together, web_server
from handlers.wiring import HOME, SECRETS_FILE, SETTINGS_FILE, Machine, utc_now
from postmortem.action_items.item import ActionItem
from postmortem.document import Postmortem
from postmortem.evidence import Part
from tests.demo_item import as_seen, presses_accept, somebody_says, told_when_overdue
from tests.incidents import by_name
from tests.incidents.moved import latest
from tests.neighbours import WEBHOOK_SECRET, Neighbours
from tests.vendors.pagerduty_webhooks import deliver

FOLDER = Path("build/demo")
QUIET_SECONDS = 2
LONGEST_SECONDS = 50.0
LINES_SHOWN = 18
CHANNEL = "inc-4211"

_WORDS = {
    "settle": f"Waiting {QUIET_SECONDS} s (90 s outside the demo): the resolution note and the last chat come later",
    "look again": "Looking at the incident again: resolved, not merged, wanted",
    "compose": "Composing the draft",
    "publish": "Publishing the draft",
    "read the route": "Looking at what the Jira project asks for",
    "open the issue at once": "Opening a Jira issue",
    "publish with issues": "Publishing it again, with its issues",
    "announce in Slack, round 1": "Announcing it in the incident's Slack channel",
    "note in PagerDuty, round 1": "Writing a note on the PagerDuty incident",
}


class Teller:
    """Shows what happens, from any thread. `over` is set once the first round of the journey is finished."""

    def __init__(self, console: Console) -> None:
        self.over = threading.Event()
        self._console, self._began, self._read = console, time.monotonic(), Tally()

    def says(self, words: str, *, then: str = "") -> None:
        seconds = f"{time.monotonic() - self._began:4.1f} s "
        line = Table.grid(padding=(0, 1))
        line.add_row(Text(seconds, style="dim"), Text.assemble(words, (f" {then}" if then else "", "cyan")))
        self._console.print(line)

    def on_part(self, source: str, part: Part) -> None:
        self._read.add(source, part)

    def on_progress(self, progress: Progress) -> None:
        """Only the journey itself and that of a press: the seven smaller ones that keep what is told once are summed
        up."""
        if not progress.journey.startswith(("pm-", "de-")):
            return
        if progress.why:
            self.says("The journey failed:", then=progress.why)
        if (progress.step, progress.event) == ("put the evidence together", "done"):
            for source in self._read.sources():
                self.says(f"Read from {SOURCES[source]}:", then=self._read.words(source))
        words = _WORDS.get(progress.step.rpartition(" > ")[2])
        if words and progress.journey.startswith("pm-") and progress.event in ("done", "waiting"):
            self.says(words)
        if (progress.step, progress.event) == ("finish", "done") or progress.why:
            self.over.set()


def main(folder: Path = FOLDER) -> int:
    console = Console()
    try:
        return demonstrate(console, folder)
    except KeyboardInterrupt:
        console.print("\nStopped. Nothing is left running.")
        return 130


def demonstrate(console: Console, folder: Path) -> int:
    """The whole show, in a fresh folder. 0, or 1 where something of it did not come about."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    teller = Teller(console)
    console.print()
    with the_town(folder) as town:
        with running(town, teller) as (parts, address):
            introduce(console, address)
            somebody_says(town, CHANNEL)
            ring(town, address, teller)
            teller.over.wait(LONGEST_SECONDS)
            shelf = Shelf(parts.house.store, town.incident_id())
            postmortem, document = shelf.postmortem(), shelf.state().get("outcome", {}).get("document")
            if postmortem is None or document is None:
                console.print(f"No draft after {LONGEST_SECONDS:.0f} s: {shelf.state().get('outcome')}")
                return 1
            path = Path(parts.house.store.location(document))
            show(console, town, postmortem, path)
            item = accept(console, town, address, teller, shelf)
        if item is None:
            console.print("The press of the button came to nothing: this should not happen.")
            return 1
        remind(console, town, item, folder)
    end(console, folder, path)
    return 0


def accept(console: Console, town: Neighbours, address: str, teller: Teller, shelf: Shelf) -> ActionItem | None:
    """What was suggested is accepted with one press. The item with its issue; None where there is none in time."""
    heading(console, "Emil Sørensen presses Accept: what nobody marked becomes an issue too")
    teller.over.clear()
    teller.says("Slack tells Debrief of the press, signed:", then=str(presses_accept(town, address)))
    postmortem = shelf.postmortem() if teller.over.wait(LONGEST_SECONDS) else None
    teller.says("Kept the decision, opened the issue; draft, announcement and note are up to date")
    items = tuple(item for item in postmortem.action_items if item.decision) if postmortem else ()
    if not items or items[0].issue_key is None:
        return None
    console.print(Padding(issues(items, town.jira.issues), (0, 2, 0, 2)))
    return items[0]


def remind(console: Console, town: Neighbours, item: ActionItem, folder: Path) -> None:
    """The clock is moved on: nobody has done anything, and its owner hears of it."""
    at, message = told_when_overdue(town, item, folder)
    heading(console, f"{at:%A, %Y-%m-%d}, on a clock that is moved on: the issue is still open")
    console.print(Padding(Panel(as_seen(message), title="Debrief, to Emil Sørensen alone"), (0, 2)))
    console.print("  And again every week, until it is closed or handed over.", style="dim")


def end(console: Console, folder: Path, path: Path) -> None:
    """Where everything lies, and how to look further."""
    heading(console, "The whole draft is here")
    console.print(f"  {_from_here(path)}", style="bold", soft_wrap=True, highlight=False)
    heading(console, "Look further")
    debrief = Path(sys.executable).with_name("debrief")
    for line in (f"cd {_from_here(folder)}", f"{debrief} actions", f"{debrief} serve"):
        console.print(f"  {line}", soft_wrap=True, highlight=False)
    console.print("  Pages: http://127.0.0.1:8080. By then the fake vendors are gone, so nothing is sent.", style="dim")
    console.print("\n  Next: .venv/bin/debrief draft INCIDENT, with your tokens in debrief.env\n", style="dim")


def _from_here(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


@contextmanager
def the_town(folder: Path) -> Generator[Neighbours]:
    """Three fake vendors on ports of this machine, and the settings and secrets that fit them."""
    script = latest(by_name("checkout_latency"), utc_now())
    town = Neighbours(folder, [script], utc_now, settings={"quiet_period": f"{QUIET_SECONDS}s"})
    # Where `debrief` looks by itself, in the demo's folder.
    town.machine = Machine(folder / HOME, folder / SETTINGS_FILE, folder / SECRETS_FILE)
    town.move_in()
    try:
        yield town
    finally:
        town.move_out()


@contextmanager
def running(town: Neighbours, teller: Teller) -> Generator[tuple[Parts, str]]:
    """What `debrief serve` runs, on a free port: yields its parts and its address."""
    with (
        listening(0) as listener,
        put_together(town.machine, on_progress=teller.on_progress, on_part=teller.on_part) as parts,
    ):
        server, stop = web_server(parts.app), threading.Event()
        threads = [
            threading.Thread(target=server.run, kwargs={"sockets": [listener]}),
            threading.Thread(target=parts.engine.serve, args=(stop,)),
        ]
        for thread in threads:
            thread.start()
        try:
            yield parts, f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            stop.set()
            for thread in threads:
                thread.join()


def introduce(console: Console, address: str) -> None:
    console.print(Text("Debrief, on fake vendors", style="bold"))
    console.print("No account, no key, nothing leaves this machine.", style="dim")
    console.print(f"Receiver, engine and pages: {address}\n", style="dim", highlight=False)


def ring(town: Neighbours, address: str, teller: Teller) -> None:
    """Deliver the incident's webhooks as PagerDuty does, signed; the resolve last, which is how they may arrive."""
    webhooks = sorted(town.scripts[0].webhooks, key=lambda webhook: webhook["event"]["event_type"].endswith("resolved"))
    teller.says(f"PagerDuty delivers {len(webhooks) - 1} signed events; kept is what its REST API cannot tell again")
    answers = [deliver(f"{address}/pagerduty", webhook, WEBHOOK_SECRET) for webhook in webhooks]
    status, answer = answers[-1]
    teller.says("PagerDuty delivers incident.resolved, signed:", then=f"{status} {json.loads(answer)['reason']}")


def show(console: Console, town: Neighbours, postmortem: Postmortem, path: Path) -> None:
    """What came of it: the draft's first screen, the issues, the announcement."""
    heading(console, "The draft, its first screen")
    first = "\n".join(path.read_text().splitlines()[:LINES_SHOWN])
    console.print(Padding(Markdown(first, hyperlinks=True), (0, 2)))
    console.print("  …", style="dim")
    heading(console, "The Jira issues")
    opened = tuple(item for item in postmortem.action_items if item.accepted)
    console.print(Padding(issues(opened, town.jira.issues), (0, 2)))
    heading(console, "The announcement, with buttons for what nobody marked")
    (said, *_) = town.slack.unexpected()
    console.print(Padding(Panel(as_seen(said), title=f"#{said['channel']}"), (0, 2)))
    console.print(f"  The same as a note on the PagerDuty incident: {len(town.pagerduty.written_notes)}", style="dim")


def heading(console: Console, words: str) -> None:
    console.print()
    console.print(Text(words, style="bold underline"))
    console.print()


def issues(items: tuple[ActionItem, ...], made: list[dict[str, Any]]) -> Table:
    """As Jira holds them: what, whose, in which project, by when."""
    table = Table("Issue", "What", "Owner", "Project", "Due", box=box.SIMPLE_HEAD, pad_edge=False)
    fields = {issue["key"]: issue["fields"] for issue in made}
    for item in sorted(items, key=lambda item: item.issue_key or ""):
        there = fields.get(item.issue_key or "", {})
        assignee = (there.get("assignee") or {}).get("displayName")
        owner = Text(assignee, style="green") if assignee else Text(f"unassigned: {item.owner.why}", style="yellow")
        project = there.get("project", {}).get("key", "")
        table.add_row(item.issue_key or "not opened", item.text, owner, project, there.get("duedate") or "none")
    return table


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))

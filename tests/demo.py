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

from connectors.engine.local_steps import Progress
from connectors.store.shelf import Shelf
from handlers.cli.tally import SOURCES, Tally
from handlers.serve import Parts, listening, put_together, web_server
from handlers.wiring import utc_now
from postmortem.action_items.item import ActionItem
from postmortem.document import Postmortem
from postmortem.evidence import Part
from tests.incidents import by_name
from tests.incidents.moved import latest
from tests.neighbours import WEBHOOK_SECRET, Neighbours
from tests.vendors.pagerduty_webhooks import deliver

FOLDER = Path("build/demo")
QUIET_SECONDS = 2
LONGEST_SECONDS = 50.0
LINES_SHOWN = 30

_WORDS = {
    "settle": f"Waiting {QUIET_SECONDS} s (90 s outside the demo): the resolution note and the last chat come later",
    "look again": "Looking at the incident again: resolved, not merged, wanted",
    "compose": "Composing the draft",
    "publish": "Publishing the draft",
    "read the route": "Looking at what the Jira project asks for",
    "open the issue, round 1": "Opening a Jira issue",
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
        """Only the journey itself: the seven smaller ones that keep what is told once are summed up."""
        if not progress.journey.startswith("pm-"):
            return
        if progress.why:
            self.says("The journey failed:", then=progress.why)
        if (progress.step, progress.event) == ("put the evidence together", "done"):
            for source in self._read.sources():
                self.says(f"Read from {SOURCES[source]}:", then=self._read.words(source))
        words = _WORDS.get(progress.step.rpartition(" > ")[2])
        if words and progress.event in ("done", "waiting"):
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
    """The whole show, in a fresh folder. 0, or 1 where no draft came of it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    teller = Teller(console)
    console.print()
    with the_town(folder) as town, running(town, teller) as (parts, address):
        introduce(console, address)
        ring(town, address, teller)
        if not teller.over.wait(LONGEST_SECONDS):
            console.print(f"No draft after {LONGEST_SECONDS:.0f} s: this should not happen.")
            return 1
        shelf = Shelf(parts.house.store, town.incident_id())
        postmortem, document = shelf.postmortem(), shelf.state().get("outcome", {}).get("document")
        if postmortem is None or document is None:
            console.print(f"No draft: {shelf.state().get('outcome')}")
            return 1
        path = Path(parts.house.store.location(document))
        show(console, town, postmortem, path)
    return 0


@contextmanager
def the_town(folder: Path) -> Generator[Neighbours]:
    """Three fake vendors on ports of this machine, and the settings and secrets that fit them."""
    script = latest(by_name("checkout_latency"), utc_now())
    town = Neighbours(folder, [script], utc_now, settings={"quiet_period": f"{QUIET_SECONDS}s"})
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
    """What came of it: the draft's first screen, the issues, the announcement, and where the draft lies."""
    heading(console, "The draft, its first screen")
    first = "\n".join(path.read_text().splitlines()[:LINES_SHOWN])
    console.print(Padding(Markdown(first, hyperlinks=True), (0, 2)))
    console.print("  …", style="dim")
    heading(console, "The Jira issues")
    console.print(Padding(issues(postmortem.action_items, town.jira.issues), (0, 2)))
    heading(console, "The announcement")
    (said, *_) = town.slack.unexpected()
    console.print(Padding(Panel(Text(without_path(said["text"], path)), title=f"#{said['channel']}"), (0, 2)))
    console.print(f"  The same as a note on the PagerDuty incident: {len(town.pagerduty.written_notes)}", style="dim")
    heading(console, "The whole draft is here")
    console.print(
        f"  {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}",
        style="bold",
        soft_wrap=True,
        highlight=False,
    )
    console.print("\n  Next: .venv/bin/debrief draft INCIDENT, with your tokens in debrief.env\n", style="dim")


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


def without_path(text: str, path: Path) -> str:
    """The draft's full path is long and shown below: in the announcement its name will do."""
    return text.replace(f"{path.parent}/", "…/")


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))

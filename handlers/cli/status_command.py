"""`debrief status`: the story of one incident, and the list of those that are under way, for a tired person's eyes."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.engine.journal import JournalReader, Journey
from connectors.store.notices import Notice, Notices
from connectors.store.shelf import list_postmortems
from handlers.cli.asking import incident_id_from
from handlers.cli.exits import Ended, Exit, on_this_machine
from handlers.cli.plain import plain
from handlers.cli.screen import short
from handlers.cli.settings_command import settings_of
from handlers.place import Place
from handlers.story import Told, is_known, story_of
from handlers.story_lines import Kind, Line, Story
from handlers.under_way import Row, under_way
from handlers.wiring import Machine, utc_now
from postmortem.chat_incident import FROM_CHAT
from postmortem.settings import Settings, SettingsError

_STYLES = {Kind.DONE: "", Kind.GAP: "yellow", Kind.WAITS: "cyan", Kind.TROUBLE: "red"}
_STATES = {"failed": "red", "unclear": "red", "parked": "yellow", "running": "green", "waiting": "cyan"}
_PRIVATE = "Some of it was said in a private channel: those words are not shown here."
_UNKNOWN = "Nothing is known {where} of the incident {typed}: no webhook told of it, and nobody asked for its draft."


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found on this machine, or a stage; `told` is None where nothing was ever kept. `blind` says what could
    not be found out."""

    place: Place
    told: Told | None
    blind: str | None = None


class Overview(NamedTuple):
    rows: list[Row]
    notices: tuple[Notice, ...]
    postmortems: int


class _Journals:
    """Every journal of a machine, those of the terminal too, as one."""

    def __init__(self, readers: list[JournalReader]) -> None:
        self._readers = readers

    def journeys(self) -> list[Journey]:
        every = (journey for reader in self._readers for journey in reader.journeys())
        return sorted(every, key=lambda journey: (journey.started_at, journey.name))

    def waits_in(self, name: str) -> str | None:
        return next((wait for reader in self._readers if (wait := reader.waits_in(name))), None)


@contextmanager
def reading(machine: Machine) -> Generator[Seen]:
    """The store and the journals of this machine, also while debrief serve runs. Raises Ended."""
    if not (machine.home / "records.sqlite").exists():
        yield Seen(machine, None)
        return
    with ExitStack() as stack, on_this_machine(machine.home):
        store = machine.store()
        stack.callback(store.close)
        files = sorted(machine.home.glob("journal*.db"))
        readers = [stack.enter_context(closing(JournalReader(file))) for file in files]
        yield Seen(machine, Told(store, _Journals(readers), utc_now()))


def overview_of(seen: Seen) -> Overview:
    told = seen.told
    if told is None:
        return Overview([], (), 0)
    return Overview(under_way(told), Notices(told.store).all(told.now), sum(1 for _ in list_postmortems(told.store)))


def story_on(seen: Seen, typed: str) -> Story:
    """Raises Ended where nothing is known of it."""
    told, incident_id = seen.told, _asked(seen.place, typed)
    found = _found(told, incident_id) if told else None
    if told is None or found is None:
        option = told.option if told else ""
        unknown = _UNKNOWN.format(where=f"in {seen.place.name}" if option else "here", typed=incident_id)
        raise Ended(Exit.NO_DRAFT, f"{unknown} To make one: debrief draft {incident_id}{option}")
    return story_of(told, found)


def overview_json(overview: Overview) -> dict[str, Any]:
    """{"under_way": [...], "notices": [...], "postmortems": how many are kept}."""
    rows = [
        {name: getattr(row, name) for name in ("incident_id", "number", "title", "state", "sentence")}
        for row in overview.rows
    ]
    notices = [{"key": one.key, "sentence": one.sentence, "since": one.since.isoformat()} for one in overview.notices]
    return {"under_way": rows, "notices": notices, "postmortems": overview.postmortems}


def story_json(story: Story) -> dict[str, Any]:
    names = (
        "incident_id",
        "number",
        "title",
        "state",
        "link",
        "document",
        "document_link",
        "is_private",
        "settings_version",
    )
    head = {name: getattr(story, name) for name in names}
    return head | {"past": [_line_json(line) for line in story.past], "now": [_line_json(line) for line in story.now]}


def say_overview(console: Console, overview: Overview) -> None:
    """What the machinery has to say, then a line for each incident; the sentence is cut where the screen ends."""
    for notice in overview.notices:
        console.print(Text(f"{_day(notice.since)}  {plain(notice.sentence)}", style="yellow"), soft_wrap=False)
    if not overview.rows:
        kept = overview.postmortems
        words = (
            f"{kept:,} postmortem{' is' if kept == 1 else 's are'} kept." if kept else "Nothing was drafted here yet."
        )
        console.print(Text(f"Nothing is under way, failed, or parked. {words}"), soft_wrap=True)
        return
    wide = max(len(row.name) for row in overview.rows)
    for row in overview.rows:
        line = Text(f"{row.state:<8}", style=_STATES[row.state])
        line.append(f"{row.name:<{wide}}  ", style="bold").append(f"{row.brief}  {plain(row.title)}")
        console.print(line, no_wrap=True, overflow="ellipsis")
    console.print(Text("The whole story of one: debrief status INCIDENT"), soft_wrap=True)


def say_story(console: Console, story: Story) -> None:
    number = f"#{story.number} " if story.number else ""
    console.print(Text(f"{number}{plain(story.title)} ({story.incident_id})", style="bold"), soft_wrap=True)
    for words in _heads(story):
        console.print(Text(f"  {plain(words)}", style="dim"), soft_wrap=True)
    console.print()
    console.print(_lines(story.past))
    console.print()
    console.print(Text("Now", style="bold"))
    console.print(_lines(story.now) if story.now else "Nothing is waited for, and nothing needs anybody.")


def _heads(story: Story) -> Iterator[str]:
    if story.link:
        yield f"PagerDuty: {story.link}"
    if story.document:
        yield f"Draft: {short(story.document)}"
    if story.document_link:
        yield f"Confluence: {story.document_link}"
    if story.settings_version:
        yield f"Made with the settings {story.settings_version}"
    if story.is_private:
        yield _PRIVATE


def _lines(lines: Iterable[Line]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for line in lines:
        said = Text(plain(line.said), style=_STYLES[line.kind])
        if line.link:
            said.append(f"\n{plain(line.link)}", style="dim")
        table.add_row(_when(line), said)
    return table


def _when(line: Line) -> Text:
    """What stands now has no time: what it is to its reader stands there instead."""
    if line.at is None:
        return Text("needs you" if line.kind is Kind.TROUBLE else "waits", style=_STYLES[line.kind])
    return Text(_day(line.at), style="dim")


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _line_json(line: Line) -> dict[str, Any]:
    return {"at": line.at.isoformat() if line.at else None, "kind": line.kind, "said": line.said, "link": line.link}


def _asked(place: Place, typed: str) -> str:
    """The id or number in what was typed. Raises Ended."""
    return typed.strip() if FROM_CHAT.fullmatch(typed.strip()) else incident_id_from(typed, _settings(place))


def _settings(place: Place) -> Settings:
    """A mistake in debrief.yml is for `debrief settings`: whoever asks how things stand is told that."""
    try:
        return settings_of(place) if isinstance(place, Machine) else place.settings()
    except SettingsError:
        return Settings()


def _found(told: Told, asked: str) -> str | None:
    """The incident's id, also where its number was given; None where nothing is known."""
    if is_known(told, asked):
        return asked
    kept = {incident_id: value.get("number") for incident_id, value in list_postmortems(told.store)}
    numbered = kept | {row.incident_id: row.number for row in under_way(told)}
    found = [incident_id for incident_id, number in numbered.items() if str(number) == asked]
    return found[0] if len(found) == 1 else None

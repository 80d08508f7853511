"""`debrief replay`: what failed for good, as a table, and started again."""

from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.text import Text

from connectors.engine.dead_letters import DeadLetters
from connectors.engine.executions import Executions
from connectors.engine.failed import failures_among
from connectors.engine.journal import JournalInUse
from connectors.engine.outcome import Mistake
from handlers.cli.exits import Ended, Exit, ended_by_journey, on_this_machine
from handlers.cli.plain import plain
from handlers.house import Start
from handlers.place import Place, find_place
from handlers.replay import Again, plan_failures, plan_letters, start_all
from handlers.stage import Stage
from handlers.wiring import Machine, utc_now

LONGEST_WHY = 300
_GO_ON = "They go on while debrief serve runs. How they stand: debrief status"
_SERVING = (
    "Debrief serve is running here, and starts what failed again by itself, every six hours for a week. At once, for "
    "one of them: debrief draft INCIDENT"
)


@dataclass(slots=True)
class Replay:
    """`planned` is what waits, the oldest first; `done` what was started, or taken out of the queue."""

    where: str
    follow: str
    planned: list[Again]
    is_dry: bool
    blind: str | None = None
    done: list[Again] = field(default_factory=list[Again])

    @property
    def left(self) -> list[Again]:
        return [one for one in self.planned if one.stays]


def replay(stage: str | None, region: str | None, *, dry_run: bool) -> Replay:
    """Raises Ended and every ConnectorError: what was not started then stays where it was."""
    place = find_place(stage, region)
    return _on_stage(place, dry_run=dry_run) if isinstance(place, Stage) else _here(place, dry_run=dry_run)


def as_json(replayed: Replay) -> dict[str, Any]:
    """{"where", "dry_run", "waiting": [{"incident_id", "title", "journey", "at", "why", "starts", "said", "done"}]}."""
    done = {id(one) for one in replayed.done}
    waiting = [
        {
            "incident_id": one.incident_id,
            "title": one.title,
            "journey": one.journey,
            "at": one.at.isoformat(),
            "why": one.why,
            "starts": one.name,
            "said": one.why_not,
            "done": id(one) in done,
        }
        for one in replayed.planned
    ]
    return {"where": replayed.where, "dry_run": replayed.is_dry, "waiting": waiting}


def say_replayed(console: Console, replayed: Replay) -> None:
    if not replayed.planned:
        console.print(Text(f"Nothing waits: no journey of {replayed.where} failed for good."), soft_wrap=True)
        return
    for one in replayed.planned:
        _say_one(console, one, is_dry=replayed.is_dry)
    if replayed.blind:
        console.print(Text(f"! What was made up for already is not known. {plain(replayed.blind)}", style="yellow"))
    console.print(Text(_summary(replayed)), soft_wrap=True)


def _summary(replayed: Replay) -> str:
    started = sum(one.name is not None for one in replayed.done)
    if replayed.is_dry:
        would = sum(one.name is not None for one in replayed.planned)
        return f"Dry run: {would} of {len(replayed.planned)} would be started again; nothing was changed."
    words = [f"{started} started again"]
    words += [f"{over} made up for already"] if (over := len(replayed.done) - started) else []
    words += [f"{len(replayed.left)} left in the queue"] if replayed.left else []
    return f"{', '.join(words)}. {replayed.follow}"


def _say_one(console: Console, one: Again, *, is_dry: bool) -> None:
    name = "  ".join(word for word in (f"{one.at:%Y-%m-%d %H:%M} UTC", one.incident_id, one.title) if word)
    console.print(Text(plain(name), style="bold"), soft_wrap=True)
    why = plain(ended_by_journey(one.why).sentence)
    for words, style in (
        (f"journey {one.journey}" if one.journey else "", "dim"),
        (why if len(why) <= LONGEST_WHY else f"{why[:LONGEST_WHY]}...", "red"),
        (one.why_not, "yellow"),
        (f"{'would start' if is_dry else 'started'} {one.name}" if one.name else "", "green"),
    ):
        if words:
            console.print(Text(f"  {plain(words)}", style=style), soft_wrap=True)


def _on_stage(stage: Stage, *, dry_run: bool) -> Replay:
    store = stage.store()
    queue = DeadLetters(stage.client("sqs"), stage.outputs["DeadLettersUrl"])
    executions = Executions(stage.client("lambda"), stage.outputs["PostmortemArn"])
    letters, taken = queue.receive(), set[str]()
    try:
        planned, blind = plan_letters(letters, store, executions)
        replayed = Replay(stage.name, f"How they stand: debrief status --stage {stage.stage}", planned, dry_run, blind)
        if not dry_run:
            start_all(planned, stage.start, queue, lambda one: _note(replayed, one, taken))
    finally:
        queue.give_back(letter for letter in letters if letter.id not in taken)
    return replayed


def _note(replayed: Replay, one: Again, taken: set[str]) -> None:
    replayed.done.append(one)
    if one.letter:
        taken.add(one.letter.id)


def _here(place: Place, *, dry_run: bool) -> Replay:
    if not isinstance(place, Machine):
        raise TypeError(place)
    if not (place.home / "journal.db").exists():
        return Replay(place.name, _GO_ON, [], dry_run)
    with _journal_of(place) as (engine, start, store):
        failures = failures_among(engine.journeys(), "postmortem")
        replayed = Replay(place.name, _GO_ON, plan_failures(failures, store, utc_now()), dry_run)
        if not dry_run:
            start_all(replayed.planned, start, None, replayed.done.append)
        return replayed


@contextmanager
def _journal_of(machine: Machine) -> Generator[tuple[Any, Start, Any]]:
    """The journal that debrief serve has open where it runs. Raises Ended."""
    from handlers.serve import KINDS

    with ExitStack() as stack, on_this_machine(machine.home):
        store = machine.store()
        house = machine.house(store)
        stack.callback(house.close)
        try:
            engine = stack.enter_context(closing(machine.engine(house, KINDS)))
        except JournalInUse:
            raise Ended(Exit.USAGE, _SERVING) from None
        except Mistake as error:
            raise Ended(Exit.UNFORESEEN, str(error)) from error
        yield engine, engine.start, store

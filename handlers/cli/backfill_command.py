"""`debrief backfill`: drafts for incidents that were resolved before Debrief was there, and how far that has come."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.collecting import NO_PAGERDUTY
from connectors.errors import NotAllowed
from connectors.store.looked import Looked
from connectors.store.port import Store
from connectors.store.rehearsal import RehearsalStore
from handlers.backfill import Due, Found, Wanted, calls_in_words, find_due
from handlers.cli.asking import moment_from_text
from handlers.cli.backfill_driving import Outcome, Pace, drive
from handlers.cli.backfill_places import serving_here, there_on
from handlers.cli.exits import Ended, Exit, on_this_machine
from handlers.cli.plain import plain
from handlers.cli.prompts import is_someone_at, says_yes
from handlers.house import House
from handlers.place import Place, find_place
from handlers.wiring import Machine, utc_now
from handlers.work import ANNOUNCEMENT, ISSUES, PAGE
from postmortem.settings import Settings

MOST_ROWS = 40
SAID_EVERY = 10.0
"""Seconds, where there is no terminal."""
_STOPPED = "Stopped. {done} {at_work}; the same command goes on from here."
_ENDS, _GOES_ON = "Each that was at work ends at its next step", "Those that were started there go on by themselves"
_WRITES = {
    ISSUES: "open their Jira issues",
    ANNOUNCEMENT: "announce them in Slack and by a note in PagerDuty",
    PAGE: "make their Confluence pages",
}


class Asked(NamedTuple):
    """What was typed."""

    since: str
    until: str | None
    services: tuple[str, ...]
    beside: tuple[str, ...]
    dry_run: bool
    per_minute: float
    yes: bool
    stage: str | None
    region: str | None


@dataclass(slots=True)
class Backfill:
    """What was found, and what became of it so far. `blind`: why nobody can say how those on the stage stand."""

    where: str
    wanted: Wanted
    found: Found
    per_minute: float
    is_dry: bool
    stage: str | None = None
    blind: str | None = None
    outcomes: dict[str, Outcome] = field(default_factory=dict[str, Outcome])

    @property
    def counts(self) -> Counter[str]:
        return Counter(outcome.state for outcome in self.outcomes.values())


def backfill(asked: Asked, console: Console, on_begin: Callable[[Backfill], None] = lambda _: None) -> Backfill:
    """Find them, and make their drafts. Raises Ended and every ConnectorError; what was made stays made."""
    place = find_place(asked.stage, asked.region)
    settings = place.settings()
    check_times(asked, settings)
    house = place.house(_store(place, dry=asked.dry_run))
    with closing(house):
        plan = _plan(asked, place, house, console)
        on_begin(plan)
        if not asked.dry_run and plan.found.due:
            _agree(asked, plan, console)
            _make(place, house, plan, console)
        return plan


def as_json(plan: Backfill) -> dict[str, Any]:
    """{"where", "since", "until", "dry_run", "due": [{..., "state", "why"}], "others": {why: how many}}."""
    return {
        "where": plan.where,
        "since": plan.wanted.since.isoformat(),
        "until": plan.wanted.until.isoformat(),
        "dry_run": plan.is_dry,
        "due": [_row_json(one, plan.outcomes.get(one.incident_id)) for one in plan.found.due],
        "others": plan.found.others,
    }


def say_found(console: Console, plan: Backfill) -> None:
    """How many there are, what they cost, and why the others get none."""
    count, wanted = len(plan.found.due), plan.wanted
    span = f"from {wanted.since:%Y-%m-%d %H:%M} to {wanted.until:%Y-%m-%d %H:%M} UTC"
    console.print(Text(f"{_incidents(count)} {span}: {_cost(plan)}"), soft_wrap=True)
    for why, others in plan.found.others.items():
        console.print(Text(f"  {others:,} left out: {plain(why)}", style="dim"), soft_wrap=True)
    if plan.is_dry and plan.found.due:
        console.print(_table(plan.found.due[:MOST_ROWS]))
        if count > MOST_ROWS:
            console.print(Text(f"... and {count - MOST_ROWS:,} more: --json lists them all."))


def say_ended(console: Console, plan: Backfill) -> None:
    if plan.is_dry:
        console.print(Text("Dry run: nothing was begun."), soft_wrap=True)
    elif plan.found.due:
        console.print(Text(in_words(plan)), soft_wrap=True)
        for one in plan.found.due:
            outcome = plan.outcomes.get(one.incident_id)
            if outcome and outcome.state in ("failed", "not due"):
                style = "red" if outcome.state == "failed" else "dim"
                said = f"  {one.name} {outcome.state}: {plain(outcome.why)}"
                console.print(Text(said, style=style), soft_wrap=True)
    if plan.counts["started"]:
        why = f"How they stand is not known here: {plan.blind} " if plan.blind else ""
        said = f"Those that were started go on by themselves: debrief status --stage {plan.stage}"
        console.print(Text(f"{why}{said}"), soft_wrap=True)


def in_words(plan: Backfill) -> str:
    """ "40 of 312 done: 38 drafts made, 2 not due." """
    names = {"made": "drafts made", "not due": "not due", "failed": "failed", "started": "started"}
    told = ", ".join(f"{plan.counts[state]:,} {words}" for state, words in names.items() if plan.counts[state])
    return f"{len(plan.outcomes):,} of {len(plan.found.due):,} done{': ' if told else ''}{told}."


def check_times(asked: Asked, settings: Settings) -> tuple[datetime, datetime | None]:
    """Both moments as they were typed. Raises Ended."""
    zone, now = ZoneInfo(settings.timezone), utc_now()
    since = moment_from_text("--since", asked.since, zone)
    until = moment_from_text("--until", asked.until, zone, end_of_day=True)
    if since is None or since >= now:
        raise Ended(Exit.USAGE, f"--since {asked.since} lies in the future: name a day that is over.")
    if until and until <= since:
        raise Ended(Exit.USAGE, f"--until {asked.until} lies before --since {asked.since}: turn them round.")
    return since, until


def _store(place: Place, *, dry: bool) -> Store:
    """What a look writes goes nowhere."""
    if not isinstance(place, Machine):
        return RehearsalStore(place.store()) if dry else place.store()
    with on_this_machine(place.home):
        return RehearsalStore(place.store()) if dry else place.store()


def _plan(asked: Asked, place: Place, house: House, console: Console) -> Backfill:
    since, until = check_times(asked, house.settings)
    now = house.now()
    until = until or Looked(house.store).begun_at() or now
    if until <= since:
        sentence = f"Since {until:%Y-%m-%d %H:%M} UTC {place.name} makes drafts by itself: name --until for later ones."
        raise Ended(Exit.USAGE, sentence)
    if house.pagerduty is None:
        raise _no_token(place)
    wanted = Wanted(since, min(until, now), asked.services, asked.beside)
    found = find_due(house.pagerduty, house.store, house.settings, wanted, now, _listing(console))
    return Backfill(place.name, wanted, found, asked.per_minute, asked.dry_run, asked.stage)


def _no_token(place: Place) -> NotAllowed:
    if isinstance(place, Machine):
        return NO_PAGERDUTY
    return NotAllowed(
        f"Reading incidents for {place.name}", "no PAGERDUTY_TOKEN is kept there", "Run debrief init there."
    )


def _listing(console: Console) -> Callable[[datetime, int], None]:
    said = monotonic()

    def on_page(back_to: datetime, count: int) -> None:
        nonlocal said
        if monotonic() - said >= SAID_EVERY:
            said = monotonic()
            _say(console, f"Listing: back to {back_to:%Y-%m-%d}, {count:,} incidents so far.")

    return on_page


def _agree(asked: Asked, plan: Backfill, console: Console) -> None:
    """Drafts alone need nobody's leave: they can be thrown away. Raises Ended."""
    writes = [words for what, words in _WRITES.items() if what in plan.wanted.beside]
    if not writes or asked.yes:
        return
    sentence = f"For {len(plan.found.due):,} incidents this will {' and '.join(writes)}"
    if not is_someone_at(console):
        raise Ended(Exit.USAGE, f"{sentence}: add --yes to agree, or --dry-run to look first.")
    if not says_yes(console, f"{sentence}. Go on?"):
        raise Ended(Exit.STOPPED, "Stopped before anything was begun.")


def _make(place: Place, house: House, plan: Backfill, console: Console) -> None:
    """Raises Ended, with how far it came."""
    progress = _Progress(plan, console)
    try:
        if isinstance(place, Machine):
            with serving_here(place, house, plan.wanted) as here:
                drive(here, plan.found.due, Pace(plan.per_minute), progress.on_done)
        else:
            there = there_on(place, house.store, house, plan.wanted.beside)
            drive(there, plan.found.due, Pace(plan.per_minute, look_every=2), progress.on_done)
            plan.blind = str(there.blind) if there.blind else None
    except KeyboardInterrupt:
        at_work = _GOES_ON if plan.stage else _ENDS
        raise Ended(Exit.STOPPED, _STOPPED.format(done=in_words(plan), at_work=at_work)) from None
    except Ended as ended:
        raise Ended(ended.code, f"{ended.sentence} {in_words(plan)} The same command goes on from here.") from ended


class _Progress:
    """A line whenever there is something to say: each draft on a terminal, every few seconds elsewhere."""

    def __init__(self, plan: Backfill, console: Console) -> None:
        self._plan, self._console, self._begun, self._said = plan, console, monotonic(), 0.0

    def on_done(self, one: Due, outcome: Outcome) -> None:
        self._plan.outcomes[one.incident_id] = outcome
        if self._console.is_terminal or outcome.state == "failed":
            why = f": {outcome.why}" if outcome.why else ""
            _say(self._console, f"{one.name} {one.created_at:%Y-%m-%d} {outcome.state}{why}")
        if monotonic() - self._said >= SAID_EVERY:
            self._said = monotonic()
            _say(self._console, f"{in_words(self._plan)}{self._left()}")

    def _left(self) -> str:
        done, every = len(self._plan.outcomes), len(self._plan.found.due)
        if done in (0, every):
            return ""
        seconds = (monotonic() - self._begun) / done * (every - done)
        return f" About {_minutes(timedelta(seconds=seconds))} left."


def _cost(plan: Backfill) -> str:
    count = len(plan.found.due)
    if not count:
        return "nothing to draft."
    least = timedelta(minutes=count / plan.per_minute)
    return f"{calls_in_words(count)}, {_minutes(least)} or more at {plan.per_minute:g} a minute."


def _minutes(time: timedelta) -> str:
    minutes = max(1, round(time.total_seconds() / 60))
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{minutes} min"


def _incidents(count: int) -> str:
    return f"{count:,} resolved incident{'' if count == 1 else 's'} without a draft"


def _table(due: tuple[Due, ...]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("Incident", "Opened", "Service", "Title"):
        table.add_column(
            name, no_wrap=name != "Title", overflow="ellipsis", max_width=24 if name == "Service" else None
        )
    for cells in _rows(due):
        table.add_row(*cells)
    return table


def _rows(due: tuple[Due, ...]) -> Iterator[tuple[Text, ...]]:
    for one in due:
        words = (one.name, f"{one.created_at:%Y-%m-%d}", one.service or "", one.title)
        yield tuple(Text(plain(word)) for word in words)


def _row_json(one: Due, outcome: Outcome | None) -> dict[str, Any]:
    told = {"incident_id": one.incident_id, "number": one.number, "title": one.title, "service": one.service}
    times = {"created_at": one.created_at.isoformat(), "resolved_at": one.resolved_at.isoformat()}
    state = {"state": outcome.state if outcome else "not begun", "why": outcome.why if outcome else ""}
    return told | times | state


def _say(console: Console, sentence: str) -> None:
    console.print(plain(sentence), soft_wrap=True, markup=False, highlight=False)

"""Replaying a kept history on today's code, and saying in plain words what would break where it does not go on."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from connectors.steps import Steps
from tests.simulation.durable.twins import Twin
from tests.simulation.histories.history import History, Noted, Waiting, restored
from tests.simulation.histories.noting import INSIDE, Asked
from tests.simulation.histories.recording import go_on

_ROOT = Path(__file__).parents[3]
_PREFIXES = ("refresh: ", "once more: ")
_NUMBERED = re.compile(r" at once$|: wait$|: asked to wait|(,? (attempt |round |wait |look |page )?\d+)+$")
_ASKS = r"\b(named|run|wait|each|patiently|make_once|once|at_once)\("
WAYS_OUT = """\
Ways out, the first that fits:
 0. Was that version never released? Then record it again: uv run python -m tests.simulation.histories --record
 1. Keep the old name, and the old order. Names are what a history is found by; nobody reads them but operators.
 2. Ask for the new step only where no history is, after the last wait, or behind a marker that is kept: let a step that
    was there before return one ({"way": 2}), and go the new way where it is there. Who began before has none.
 3. Where neither can be: raise the version in pyproject.toml, delete the histories that cannot go on, and write into
    docs/upgrade.md that this release is to be drained for, and how long that takes (refresh_after, 24 hours)."""


def replayed(history: History, kind: type[Twin], around: Callable[[Steps], Steps] = lambda steps: steps) -> list[str]:
    """Everything that is wrong with how it went on; [] where it went on as it should."""
    with restored(history, kind, around) as (twin, noted):
        go_on(twin, history)
        wrong = [wrong for waiting in history.waiting for wrong in _diverged(history, waiting, noted, kind)]
        return wrong or _ended_badly(history, twin)


def _diverged(history: History, waiting: Waiting, noted: Noted, kind: type[Twin]) -> list[str]:
    runs = noted.runs.get(Noted.name_of(waiting.payload), [])
    if not runs:
        return [f"{waiting.name} of {history.name} was not gone on with at all."]
    wrong = [_other_name(history, waiting, scope, runs[0]) for scope in waiting.asked]
    again = [key for key in waiting.kept if any(key in run.worked for run in runs)]
    wrong += [f"{history.name}: the work of the kept step “{_plain(key)}” was done again." for key in again]
    return [one for one in wrong if one and (kind is Twin or runs[0].names)]


def _other_name(history: History, waiting: Waiting, scope: str, run: Asked) -> str | None:
    """In a scope that this run went into: the first place where it asks for something else than was kept."""
    kept, asked = waiting.asked[scope], run.names.get(scope, [])
    if not asked or tuple(asked[: len(kept)]) == kept:
        return None
    place = next(n for n in range(len(kept)) if n >= len(asked) or asked[n] != kept[n])
    now = f"asks for “{asked[place]}”" if place < len(asked) else "asks for nothing more"
    where = f" of “{_plain(scope.removesuffix(INSIDE))}”" if scope else ""
    return (
        f"Executions of version {history.version} that wait during a deploy would break ({history.moment}).\n"
        f"As its step {place + 1}{where} the history has “{kept[place]}”, and today's code {now}.\n"
        "What was done there is done a second time. On AWS an execution goes on with the version of the function that\n"
        "it began with (docs/upgrade.md), unless somebody takes that away.\n"
        f"The file to edit: {_file_of(kept[place], *asked[place : place + 1])}.\n"
        f"{WAYS_OUT}"
    )


def _ended_badly(history: History, twin: Twin) -> list[str]:
    states = {one.name: (one.state, one.error) for one in twin.engine.journeys()}
    names = [*(waiting.name for waiting in history.waiting), *history.then]
    wrong = [
        f"{history.name}: {name} {states[name][0]}, and not done: {states[name][1]}\n{WAYS_OUT}"
        for name in names
        if states[name][0] != "done"
    ]
    return wrong or [
        f"{history.name}: there are {times} of {what}." for what, times in _made(twin).items() if times > 1
    ]


def _made(twin: Twin) -> Counter[str]:
    """How often each thing was made outside: an issue is known by its label, a message and a note by what they say."""
    labels = [f"the issue {label}" for issue in twin.jira.issues for label in issue["fields"]["labels"]]
    posted = [f"the message {said['channel']} {said['text']}" for said in twin.slack.workspace.posted]
    notes = [f"the note {note}" for note in twin.pagerduty.written_notes]
    return Counter([*(label for label in labels if label.startswith("the issue pm-")), *posted, *notes])


def _plain(key: str) -> str:
    return " > ".join(part for part in key.split(INSIDE) if not part.isdigit())


def _file_of(*names: str) -> str:
    """Where one of these names is written down, as far as it is not made up of others."""
    for name in names:
        for prefix in _PREFIXES:
            name = name.removeprefix(prefix)
        written = re.compile(_ASKS + r'[^\n]*["}]' + re.escape(_NUMBERED.sub("", name)) + r'["{,]')
        for folder in ("handlers", "connectors"):
            for file in sorted((_ROOT / folder).rglob("*.py")):
                if written.search(file.read_text()):
                    return str(file.relative_to(_ROOT))
    return "the one that asks for that step, under handlers/ or connectors/"

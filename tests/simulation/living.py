"""Living a story: from its first webhook on, or from where the undisturbed life of its house is taken up.

The same story is lived the same way, to the byte, whoever lived before it.
"""

import hashlib
import json
import pickle
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.incidents.stale_replica import script
from tests.simulation.beginnings import Kept, kept, taken_up
from tests.simulation.broken import Broken
from tests.simulation.household import Household
from tests.simulation.invariants import check_always
from tests.simulation.life import Home, Life, Lived, Over
from tests.simulation.outside import Call, Killed, fair, unnoticed
from tests.simulation.story import Story, house_of, points_of

_MEMORY = Path("/dev/shm")  # noqa: S108 # a disk in memory, where there is one


@dataclass
class _Keeping:
    """Keeps what a life leaves behind after the first call from each of the `points` on that belongs to a step. Then it
    is over."""

    life: Life
    points: list[int]
    left: dict[int, Kept] = field(default_factory=dict[int, Kept])

    def after(self, call: Call) -> None:
        household = self.life.household
        household.outside.after = unnoticed
        household.log.clear()
        try:
            check_always(household)
        except Broken as broken:
            self.life.lived.wrong = str(broken)
            raise Over from None
        while self.points and call.number >= self.points[0] and not self.life.sender.is_busy:
            self.left[self.points.pop(0)] = kept(self.life, household)
        household.outside.after = self.after
        if not self.points:
            raise Over


def lives(story: Story, kind: type[Home] = Home) -> Lived:
    """Live a story in a household of this kind, from its beginning to its end or to what went wrong."""
    lived = Lived(story)
    with _folder() as folder:
        life = _begun(story, lived, kind, folder)
        try:
            _live(life)
            lived.digest = _digest(life.household, lived)
        finally:
            life.household.close()
    return lived


def _begun(story: Story, lived: Lived, kind: type[Home], folder: Path) -> Life:
    left = left_behind(story.begins.house, kind).get(story.begins.call) if story.begins else None
    if left is not None:
        life = taken_up(left, folder)
        assert isinstance(life, Life)
        life.household.moves_to(folder)
        life.goes_on(story, lived)
        return life
    told = pickle.loads(_script(**story.script))  # noqa: S301 # our own, of a moment ago
    life = Life(story, kind(folder, told, seed=story.seed, **story.options).open(), lived)
    life.begins()
    return life


@cache
def left_behind(house: int, kind: type[Home]) -> dict[int, Kept]:
    """By the points of the house. Where its undisturbed life goes wrong there is nothing from there on, and who was to
    begin there lives from the first webhook on."""
    story = house_of(house)
    with _folder() as folder:
        life = _begun(story, Lived(story), kind, folder)
        keeping = _Keeping(life, list(points_of(house)))
        life.household.outside.after = keeping.after
        try:
            _live(life)
        finally:
            life.household.close()
    last = keeping.left[max(keeping.left)] if keeping.left and not life.lived.wrong else None
    return keeping.left | (dict.fromkeys(keeping.points, last) if last else {})


@contextmanager
def _folder() -> Generator[Path]:
    """On a disk in memory, where there is one."""
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        yield Path(folder)


@cache
def _script(**how: bool) -> bytes:
    """Every life has its own, and none need write it anew."""
    return pickle.dumps(script(**how))


def _live(life: Life) -> None:
    household, lived = life.household, life.lived
    try:
        life.is_lived()
    except Over:
        pass
    except (Exception, Killed) as error:  # noqa: BLE001 # a life that breaks is told like one that goes wrong
        frame = traceback.extract_tb(error.__traceback__)[-1]
        lived.wrong = f"{type(error).__name__} at {Path(frame.filename).name} line {frame.lineno}: {error}"
        household.tells(f"BROKEN: {lived.wrong}")
    household.outside.meets, household.outside.after = fair, unnoticed
    lived.met, lived.calls = life.weather.met, len(household.outside.calls) - life.first
    lived.lived_for = household.clock.now() - life.began
    lived.trace, lived.log = [str(line) for line in household.trace], household.log


def _digest(household: Household, lived: Lived) -> str:
    """Of every call, of all that was told, and of what the vendors and the store hold in the end."""
    held = hashlib.sha256("\n".join(map(str, household.outside.calls)).encode())
    vendors = (household.pagerduty, household.slack, household.jira, household.confluence)
    for part in ([vendor.state() for vendor in vendors], lived.trace, lived.wrong, sorted(lived.states.items())):
        held.update(json.dumps(part, sort_keys=True, default=str).encode())
    for name, text in sorted(household.drafts().items()):
        held.update(f"{name}\n{text}".encode())
    return held.hexdigest()

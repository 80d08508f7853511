"""What a life leaves behind at a call, kept so that others go on from there: the folder as it lies there, and all that
is not of the process: the fakes, the calendar, what was witnessed. A new process is started on it, as after a kill.
"""

import copyreg
import io
import pickle
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import FunctionType
from typing import Any

from handlers.wiring import Machine
from tests.simulation.household import Household

_DATABASES, _BESIDE_THEM = (".db", ".sqlite"), ("-wal", "-shm")
_LOCK = type(threading.RLock())


class CannotBeKept(BaseException):
    """Something in a household cannot be pickled, as a function that was made within another. Nothing catches it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """`files` by their names in the folder; `life` is pickled."""

    files: dict[str, bytes]
    life: bytes


def kept(life: object, household: Household) -> Kept:
    """What is left of a life in this household if its process dies now. Raises CannotBeKept."""
    outside = household.outside
    outside.calls = [replace(call, request=None) for call in outside.calls]  # nobody asks for them any more
    outside.ended = list(outside.calls)
    written = io.BytesIO()
    try:
        _Pickler(written, household).dump(life)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise CannotBeKept(str(error)) from error
    return Kept(_files_of(household.machine.home.parent), written.getvalue())


def taken_up(left: Kept, folder: Path) -> object:
    """The life, to go on from there in this folder. Its process is not started yet."""
    for name, content in left.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return _Unpickler(io.BytesIO(left.life), folder).load()


def _files_of(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(_BESIDE_THEM)]
    return {path.relative_to(folder).as_posix(): _content(path) for path in files}


def _content(path: Path) -> bytes:
    if path.suffix not in _DATABASES:
        return path.read_bytes()
    with closing(sqlite3.connect(path)) as database:
        return database.serialize()


_LAMBDAS = dict[int, FunctionType]()
"""Those that were met. What is kept does not outlive this process, so that they can be meant themselves."""


def _numbers(counted: "count[int]") -> tuple[Any, ...]:
    """`count(5)` goes on with 5."""
    return count, (int(repr(counted).removeprefix("count(").removesuffix(")")),)


class _Pickler(pickle.Pickler):
    """Leaves out what belongs to the process that dies, and where the folder is."""

    def __init__(self, file: io.BytesIO, household: Household) -> None:
        super().__init__(file)
        self.dispatch_table = copyreg.dispatch_table | {count: _numbers}
        self._of_the_process = (household.store, household.house, household.engine)

    def persistent_id(self, obj: Any) -> str | int | None:
        if isinstance(obj, Machine):
            return "machine"
        if isinstance(obj, _LOCK):
            return "lock"
        if isinstance(obj, FunctionType) and obj.__name__ == "<lambda>" and not obj.__closure__:
            _LAMBDAS[id(obj)] = obj
            return id(obj)
        return "process" if any(obj is one for one in self._of_the_process) else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, folder: Path) -> None:
        super().__init__(file)
        self._machine = Machine(folder / "home", folder / "debrief.yml", folder / "debrief.env")

    def persistent_load(self, pid: str) -> Any:
        if isinstance(pid, int):
            return _LAMBDAS[pid]
        return {"machine": self._machine, "lock": threading.RLock(), "process": None}[pid]

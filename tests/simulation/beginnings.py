"""What a life leaves behind at a call, kept so that others go on from there: the folder as it lies there, and all that
is not of the process: the fakes, the calendar, what was witnessed. A new process is started on it, as after a kill.
"""

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
    outside, written = household.outside, io.BytesIO()
    calls, ended = outside.calls, outside.ended
    outside.calls = [replace(call, request=None) for call in calls]  # nobody asks for them any more
    outside.ended = list(outside.calls)  # what a dead process had begun never comes back
    try:
        _Pickler(written, household).dump(life)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise CannotBeKept(str(error)) from error
    finally:
        outside.calls, outside.ended = calls, ended
    return Kept(_files_of(household.machine.home.parent), written.getvalue())


def taken_up(left: Kept, folder: Path) -> object:
    """The life, after which this folder is as it was left. Its process is not started, and its household not there."""
    for name, content in left.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return pickle.loads(left.life)  # noqa: S301 # our own, of this very process


def _files_of(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(_BESIDE_THEM)]
    return {path.relative_to(folder).as_posix(): _content(path) for path in files}


def _content(path: Path) -> bytes:
    if path.suffix not in _DATABASES:
        return path.read_bytes()
    with closing(sqlite3.connect(path)) as database:
        return database.serialize()


_LAMBDAS = dict[int, FunctionType]()
"""Those that were met: what is kept does not outlive this process, so that they can be meant themselves."""


def _lambda(number: int) -> FunctionType:
    return _LAMBDAS[number]


class _Pickler(pickle.Pickler):
    """Leaves out what belongs to the process that dies."""

    def __init__(self, file: io.BytesIO, household: Household) -> None:
        super().__init__(file)
        self._of_the_process = (household.store, household.house, household.engine)

    def reducer_override(self, obj: Any) -> Any:
        """https://docs.python.org/3/library/pickle.html#reducer-override (2026-11-21)"""
        if any(obj is one for one in self._of_the_process):
            return type(None), ()
        match obj:
            case _LOCK():
                return threading.RLock, ()
            case count():  # its repr says where it goes on
                return count, (int(repr(obj).removeprefix("count(").removesuffix(")")),)
            case FunctionType(__name__="<lambda>", __closure__=None):
                _LAMBDAS[id(obj)] = obj
                return _lambda, (id(obj),)
            case _:
                return NotImplemented

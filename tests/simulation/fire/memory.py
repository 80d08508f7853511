"""A folder on a disk in memory, where there is one: a real disk takes milliseconds to promise anything."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_MEMORY = Path("/dev/shm")  # noqa: S108 # where Linux keeps it


@contextmanager
def folder_in_memory() -> Generator[Path]:
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        yield Path(folder)

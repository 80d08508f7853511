"""A folder or a zip as a set of small JSON files, read by exact name: nothing is unpacked, no path leads outside."""

import json
import stat
import zipfile
import zlib
from abc import abstractmethod
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from connectors.errors import Rejected

# Bounds against a bomb; an export of a million messages has some 20,000 files of under 10 MB.
LARGEST_FILE = 128 * 1024 * 1024
LARGEST_SUM = 2 * 1024 * 1024 * 1024
MOST_FILES = 500_000


class Archive:
    """Files by their path inside ("general/2026-01-05.json")."""

    def __init__(self, source: "_Source", name: str) -> None:
        self._source, self._name = source, name
        self._bytes = 0
        names = source.names()
        prefix = _prefix(names)
        self._files = {inner.removeprefix(prefix): inner for inner in names if inner.startswith(prefix)}
        self._folders: dict[str, list[str]] = {}
        for file in sorted(self._files):
            folder, _, base = file.rpartition("/")
            self._folders.setdefault(folder, []).append(base)

    def has(self, file: str) -> bool:
        return file in self._files

    def within(self, folder: str) -> list[str]:
        """Names of the files directly in this folder, sorted."""
        return self._folders.get(folder, []) if folder else []

    def records(self, file: str) -> list[dict[str, Any]]:
        """The objects in a JSON list; empty where there is no such file. Raises Rejected for what is not one."""
        if file not in self._files:
            return []
        content = self._source.read(self._files[file], LARGEST_FILE + 1)
        self._bytes += len(content)
        if len(content) > LARGEST_FILE or self._bytes > LARGEST_SUM:
            raise self.rejected(f"{file} makes it larger than {LARGEST_SUM >> 30} GB")
        try:
            value = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise self.rejected(f"{file} is not JSON") from error
        if not isinstance(value, list):
            raise self.rejected(f"{file} is not a list")
        return [entry for entry in value if isinstance(entry, dict)]

    def rejected(self, came_back: str) -> Rejected:
        return rejected(self._name, came_back)


def rejected(name: str, came_back: str) -> Rejected:
    remedy = "Give the folder or zip that Slack made: it holds channels.json, users.json and a folder for each channel."
    return Rejected(f"Reading the Slack export {name}", came_back, remedy)


@contextmanager
def opened(path: Path) -> Generator[Archive]:
    """The export as an archive. Raises Rejected where it is neither a folder nor a zip, or a broken one."""
    if path.is_dir():
        yield Archive(_Folder(path), path.name)
        return
    if not path.is_file():
        raise rejected(path.name, "there is no such file or folder")
    try:
        with zipfile.ZipFile(path) as packed:
            yield Archive(_Zip(packed), path.name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise rejected(path.name, "it is not a zip that can be read") from error


class _Source(Protocol):
    @abstractmethod
    def names(self) -> list[str]: ...

    @abstractmethod
    def read(self, name: str, most: int) -> bytes: ...


class _Zip:
    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed

    def names(self) -> list[str]:
        return [entry.filename for entry in self._packed.infolist()[:MOST_FILES] if not entry.is_dir()]

    def read(self, name: str, most: int) -> bytes:
        """At most so many bytes, whatever the directory of the zip claims."""
        entry = self._packed.getinfo(name)
        if entry.flag_bits & 1:
            raise zipfile.BadZipFile("encrypted")
        with self._packed.open(entry) as file:
            return file.read(most)


class _Folder:
    """Only plain files in the folder itself and one and two levels below; a link that leads elsewhere is none."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> list[str]:
        levels = (self._root.glob("*.json"), self._root.glob("*/*.json"), self._root.glob("*/*/*.json"))
        files = (file for level in levels for file in level if stat.S_ISREG(file.lstat().st_mode))
        return [file.relative_to(self._root).as_posix() for file in files if not file.parent.is_symlink()][:MOST_FILES]

    def read(self, name: str, most: int) -> bytes:
        with (self._root / name).open("rb") as file:
            return file.read(most)


def _prefix(names: list[str]) -> str:
    """Some tools pack the export inside one folder; "" where channels.json lies at the top."""
    tops = sorted((name for name in names if name.rsplit("/", 1)[-1] in ("channels.json", "groups.json")), key=len)
    first = tops[0] if tops else ""
    return first[: first.rfind("/") + 1] if first.count("/") <= 1 else ""

"""Files in a folder, each replaced whole: whoever reads, and whoever comes after a kill, sees old or new, never half.

The caller holds one lock over all processes while it saves. So there is only ever one unfinished file, and one left
behind by a kill is overwritten by the next.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from connectors.store.disk import disk_errors
from connectors.store.limits import check_name, check_prefix
from connectors.store.port import Conflict, File


class Folder:
    def __init__(self, root: Path, unfinished: Path) -> None:
        """Files go under `root`; `unfinished` is a path beside it, on the same file system."""
        self._root, self._unfinished = root, unfinished

    def save(self, name: str, content: bytes, expected: str | None) -> str:
        """Replace the file, on disk before this returns. Call under the lock. Raises Conflict."""
        check_name(name)
        with disk_errors(f"saving the file {name}", self._root):
            if expected is not None and expected != self._version(name):
                raise Conflict(f"the file {name} is not the one that was read")
            path = self._root / name
            _write_to_disk(self._unfinished, content)
            try:
                _make_folders(path.parent)
                self._unfinished.replace(path)
            except (NotADirectoryError, IsADirectoryError, FileExistsError):
                raise ValueError(f"{name!r} would be a file and the folder of another file") from None
            _folder_to_disk(path.parent)
        return _version_from_content(content)

    def load(self, name: str) -> File | None:
        check_name(name)
        with disk_errors(f"loading the file {name}", self._root):
            try:
                content = (self._root / name).read_bytes()
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return None
        return File(name, content, _version_from_content(content))

    def names(self, prefix: str) -> Iterator[str]:
        check_prefix(prefix)
        above, _, _ = prefix.rpartition("/")
        found = (
            (folder / file).relative_to(self._root).as_posix()
            for folder, _, files in (self._root / above).walk()
            for file in files
        )
        return iter(sorted(name for name in found if name.startswith(prefix)))

    def location(self, name: str) -> str:
        check_name(name)
        return str((self._root / name).absolute())

    def _version(self, name: str) -> str:
        file = self.load(name)
        return file.version if file else ""


def _version_from_content(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_to_disk(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _make_folders(folder: Path) -> None:
    """Make a folder and those above it; a new name is on disk only when the folder that holds it is."""
    if folder.is_dir():
        return
    _make_folders(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _folder_to_disk(folder.parent)


def _folder_to_disk(folder: Path) -> None:
    # https://man7.org/linux/man-pages/man2/fsync.2.html (read 2026-11-21): a file's name needs its folder's fsync.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Files in a folder, each replaced whole: whoever reads, and whoever comes after a kill, sees old or new, never half.

The caller holds one lock over all processes while it saves. So there is only ever one unfinished file, and one left
behind by a kill is removed by the next.

People's editors hold no lock. The slow part, writing ours to disk, is over before we look at what lies there; a second
name is given to it, it is looked at, replaced, and looked at again through that name once ours is on disk. So what an
editor wrote in place meanwhile is found and put back, and what it renamed over the file is found up to the moment
before ours is. Two windows remain: an editor that renames between our last look and our own rename, two system calls
that follow each other (microseconds; closing it takes renameat2, which Python does not offer), and one that opened the
file before we came and first writes after we left. Where the disk knows no hard links, only the look before is left.
"""

import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from connectors.disk import disk_errors
from connectors.store.limits import check_name, check_prefix
from connectors.store.port import Conflict, File

# https://man7.org/linux/man-pages/man2/link.2.html (read 2026-11-21); EPERM also for files of another user.
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV)


class Folder:
    def __init__(self, root: Path, unfinished: Path) -> None:
        """Files go under `root`; `unfinished` is a path beside it, on the same file system."""
        self._root, self._unfinished, self._replaced = root, unfinished, unfinished.with_suffix(".replaced")

    def save(self, name: str, content: bytes, expected: str | None) -> str:
        """Replace the file, on disk before this returns. Call under the lock. Raises Conflict."""
        check_name(name)
        with disk_errors(f"saving the file {name}", self._root):
            if expected is not None and expected != self._version(name):  # soon told, and nothing is written for it
                raise _conflict(name)
            path = self._root / name
            _write_to_disk(self._unfinished, content)
            try:
                _make_folders(path.parent)
                self._put(name, path, expected)
            except (NotADirectoryError, IsADirectoryError, FileExistsError):
                raise ValueError(f"{name!r} would be a file and the folder of another file") from None
            if expected:
                self._check_replaced(name, path, expected, content)
        return _version_from_content(content)

    def _put(self, name: str, path: Path, expected: str | None) -> None:
        """Put the unfinished file where it belongs. Raises Conflict."""
        self._replaced.unlink(missing_ok=True)
        if expected and path.is_file():
            _link(path, self._replaced)
        if expected is not None and (expected != self._version(name) or self._is_another(path)):
            raise _conflict(name)
        if expected == "" and not path.is_dir() and self._is_created(name, path):
            self._unfinished.unlink()
        else:
            self._unfinished.replace(path)
        _folder_to_disk(path.parent)

    def _is_another(self, path: Path) -> bool:
        """Whether a file was renamed over the one to which we gave a second name."""
        return self._replaced.exists() and not (path.exists() and path.samefile(self._replaced))

    def _is_created(self, name: str, path: Path) -> bool:
        """Made where there was none; False where the disk knows no hard links. Raises Conflict."""
        try:
            return _link(self._unfinished, path)
        except FileExistsError:
            raise _conflict(name) from None

    def _check_replaced(self, name: str, path: Path, expected: str, ours: bytes) -> None:
        """Put back what somebody wrote into the old file while we replaced it. Raises Conflict where that was so."""
        if not self._replaced.exists():
            return
        if _version_from_content(self._replaced.read_bytes()) == expected:
            self._replaced.unlink()
            return
        if self._version(name) == _version_from_content(ours):  # else somebody has saved once more, and that counts
            self._replaced.replace(path)
            _folder_to_disk(path.parent)
        raise _conflict(name)

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


def _conflict(name: str) -> Conflict:
    return Conflict(f"the file {name} is not the one that was read")


def _version_from_content(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_to_disk(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)  # after a kill it may be a second name of a file that is in use
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _link(there: Path, name: Path) -> bool:
    """Give a file a second name; False where the disk, or the rights to the file, do not allow it."""
    try:
        name.hardlink_to(there)
    except OSError as error:
        if error.errno in _NO_LINKS:
            return False
        raise
    return True


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

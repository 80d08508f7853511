"""A store in memory whose process can be killed around any write, and in which somebody else can write in between."""

import hashlib
from collections.abc import Callable
from typing import Any

from connectors.store.port import Conflict, File
from connectors.store.publishing import MOST_KEPT, Merge, Publisher
from postmortem.merging import merge

NAME = "drafts/postmortem.md"


class Killed(BaseException):
    """The process ended here."""


class Weather:
    """`writes_left` counts down to a kill: at 0 before a write, at half after it. `meanwhile` runs once, right before
    the document is written. `merge` is what the publisher merges by."""

    def __init__(self, merge: Merge = merge) -> None:
        self._merge = merge
        self.files: dict[str, bytes] = {}
        self.editions: list[str] = []
        self.writes_left: float | None = None
        self.meanwhile: Callable[[], None] | None = None

    def read(self) -> bytes | None:
        """The document as it lies there; None where there is none."""
        return self.files.get(NAME)

    def puts(self, content: bytes | None) -> None:
        """A person saves the document, or deletes it."""
        if content is None:
            self.files.pop(NAME, None)
        else:
            self.files[NAME] = content

    def publishes(self, content: str) -> None:
        self.publisher().publish(NAME, content.encode())

    def loses_an_answer(self) -> None:
        """A store in memory answers always."""

    def load(self, name: str) -> File | None:
        content = self.files.get(name)
        return None if content is None else File(name, content, _version(content))

    def save(self, name: str, content: bytes, *, expected: str | None = None) -> str:
        if expected is not None and self.meanwhile:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        there = self.files.get(name)
        if expected is not None and expected != ("" if there is None else _version(there)):
            raise Conflict(name)
        self._write(lambda: self.files.__setitem__(name, content))
        return _version(content)

    def publisher(self) -> Publisher:
        store: Any = self
        return Publisher(store, "editions", names=lambda: self.editions, remember=self._remember, merge=self._merge)

    def _remember(self, edition: str) -> set[str]:
        before, names = self.editions, [*(name for name in self.editions if name != edition), edition][-MOST_KEPT:]
        if names != before:
            self._write(lambda: setattr(self, "editions", names))
        return {*before} - {*names}

    def _write(self, effect: Callable[[], None]) -> None:
        if self.writes_left == 0:
            raise Killed
        effect()
        if self.writes_left == 0.5:
            raise Killed
        if self.writes_left is not None:
            self.writes_left -= 1


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

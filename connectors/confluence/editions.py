"""What is remembered of a page between two publications: its editions, by the name that the page itself carries."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from postmortem.merging import Edition, edition_from_json
from postmortem.outputs.storage_edits import edition_named_in, most_like

MOST_KEPT = 20
"""Editions that are kept of a page: so far back may a version of it lie that a person restores."""

MOST_LOOKED_AT = 8
"""Editions that are looked at where a person took out the line that names its own."""

_NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Editions:
    """Of one page. `read` and `write` keep small files by plain names."""

    read: Callable[[str], bytes | None]
    write: Callable[[str, bytes], None]

    def of(self, body: str) -> Edition | None:
        """The edition that a page came from; None where nobody knows: then all of it counts as people's."""
        name = edition_named_in(body)
        named = self.load(name) if name else None
        return named or most_like(
            [known for name in self._newest()[-MOST_LOOKED_AT:] if (known := self.load(name))], body
        )

    def load(self, name: str) -> Edition | None:
        content = self.read(name)
        return edition_from_json(content) if content else None

    def keep(self, name: str, edition: Edition) -> None:
        """Before the page is written: whatever stands there then can say what it came from."""
        self.write(name, edition.as_json())
        newest = self._newest()
        if name not in newest:
            self.write(_NEWEST, json.dumps([*newest, name]).encode())

    def forget_old(self, named: str) -> None:
        """Empty all but the last (files are never removed), once the page is known to name this one."""
        newest = self._newest()
        old = [name for name in newest[:-MOST_KEPT] if name != named]
        for name in old:
            self.write(name, b"")
        if old:
            self.write(_NEWEST, json.dumps([name for name in newest if name not in old]).encode())

    def _newest(self) -> list[str]:
        content = self.read(_NEWEST)
        return json.loads(content) if content else []

"""A document in the store that people edit: written anew, with everything in it that a person made of it.

Before the document, its edition is kept under a name of its own (`editions/`); the document ends with a comment that
names it. So whatever lies there says itself what it came from: after a crash at any point, after a twin's write, and
where a person put an older copy back. Where a person took the comment out, the edition most like it is taken, of those
that were written last. docs/decisions/0008-edits-survive.md
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.store.port import Conflict, File, Store
from postmortem.merging import MARKDOWN, Edition, Merged, begin, edition_from_json, merge, most_like

ATTEMPTS = 20
"""So often another writer may come first before we give up."""

MOST_NAMED = 8
"""Editions that are looked at where the document does not name its own."""

_NAMED = re.compile(r"^<!-- debrief:edition ([0-9a-f]{16}) -->[ \t\r]*(?:\n|\Z)", re.MULTILINE)
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Published:
    """What lies there now, beside what lay there before (None: nothing), and what became of ours: how many units are
    `suggested` beside what a person changed, and `left_out` because a person deleted them."""

    before: bytes | None
    after: bytes
    suggested: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Publisher:
    """Of one document. `folder` is where its editions are kept; `names` are those written last, newest last, and
    `remember` adds one."""

    store: Store
    folder: str
    names: Callable[[], Sequence[str]]
    remember: Callable[[str], None]

    def publish(self, name: str, content: bytes) -> Published:
        """Put ours into what lies there. Raises Conflict where others keep writing."""
        for _ in range(ATTEMPTS):
            there = self.store.load(name)
            published, edition = self._planned(there, content)
            if there and published.after == there.content:
                return published
            self._keep(edition, edition.name)
            try:
                self.store.save(name, published.after, expected=there.version if there else "")
            except Conflict:
                continue
            return published
        raise Conflict(f"{name} was written {ATTEMPTS} times by others while it was published")

    def rehearse(self, name: str, content: bytes) -> Published:
        """The same, without writing anything."""
        return self._planned(self.store.load(name), content)[0]

    def _planned(self, there: File | None, content: bytes) -> tuple[Published, Edition]:
        ours = content.decode()
        if there is None:
            merged = begin(MARKDOWN.split(ours))
            return Published(None, _named(ours, merged.edition).encode()), merged.edition
        text = there.content.decode(errors="surrogateescape")
        mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
        end = "\r\n" if 2 * text.count("\r\n") > text.count("\n") else "\n"
        theirs = MARKDOWN.split(_ended(without_name(text.removeprefix(mark)), end))
        merged = merge(self._edition_of(text, theirs), theirs, MARKDOWN.split(ours.replace("\n", end)), MARKDOWN)
        after = there.content if _is_empty(theirs) else _document(mark, merged, end)
        return Published(there.content, after, merged.suggested, merged.left_out), merged.edition

    def _edition_of(self, text: str, theirs: Sequence[str]) -> Edition | None:
        """What a document came from; None where nobody knows."""
        for named in reversed(_NAMED.findall(text)):
            if edition := self._load(named):
                return edition
        known = [edition for name in self.names()[-MOST_NAMED:] if (edition := self._load(name))]
        return most_like(known, theirs, MARKDOWN)

    def _keep(self, edition: Edition, name: str) -> None:
        self.store.save(f"{self.folder}/{name}.json", edition.as_json())
        if name not in self.names():
            self.remember(name)

    def _load(self, name: str) -> Edition | None:
        file = self.store.load(f"{self.folder}/{name}.json")
        return edition_from_json(file.content) if file else None


def without_name(text: str) -> str:
    """A document without the comment that names its edition."""
    return _NAMED.sub("", text)


def _document(mark: str, merged: Merged, end: str) -> bytes:
    text = _named(MARKDOWN.join(merged.units), merged.edition, end)
    return f"{mark}{text}".encode(errors="surrogateescape")


def _named(text: str, edition: Edition, end: str = "\n") -> str:
    return f"{_ended(text, end)}<!-- debrief:edition {edition.name} -->{end}"


def _ended(text: str, end: str) -> str:
    return text if not text or text.endswith("\n") else text + end


def _is_empty(units: Sequence[str]) -> bool:
    return not "".join(units).strip()

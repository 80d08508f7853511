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
from postmortem.merging import MARKDOWN, Dialect, Edition, Merged, begin, edition_from_json, merge, most_like

ATTEMPTS = 20
"""So often another writer may come first before we give up."""

MOST_KEPT = 20
"""Editions that are kept of a document: so far back may a copy of it lie that a person puts back."""

MOST_LOOKED_AT = 8
"""Editions that are looked at where the document does not name its own."""

type Merge = Callable[[Edition | None, Sequence[str], Sequence[str], Dialect], Merged]

type WillWrite = Callable[[str, bytes], None]
"""Is told the document's name and bytes, just before they are written."""

_NAMED = re.compile(r"^<!-- debrief:edition ([0-9a-f]{16}) -->[ \t\r]*(?:\n|\Z)", re.MULTILINE)
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Published:
    """What lies there now, beside what lay there before (None: nothing), and what became of ours: how many units are
    `suggested` beside what a person changed, and `left_out` because a person deleted them."""

    name: str
    before: bytes | None
    after: bytes
    suggested: int = 0
    left_out: int = 0


def nobodys(_: bytes) -> bool:
    return False


def unheard(_name: str, _content: bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class Publisher:
    """Of one document. `folder` is where its editions are kept; `names` are those written last, newest last;
    `remember` adds one, and returns those that are no longer named. `is_ours` knows the bytes of a document that an
    older Debrief wrote, which kept no editions."""

    store: Store
    folder: str
    names: Callable[[], Sequence[str]]
    remember: Callable[[str], set[str]]
    merge: Merge = merge
    is_ours: Callable[[bytes], bool] = nobodys
    will_write: WillWrite = unheard

    def publish(self, name: str, content: bytes) -> Published | None:
        """Put ours into what lies there. None where nobody knows what that came from: it stays as it is.

        Raises Conflict where others keep writing.
        """
        old: set[str] = set()
        for _ in range(ATTEMPTS):
            there = self.store.load(name)
            planned = self._planned(name, there, content)
            if planned is None:
                return None
            published, edition = planned
            is_written = there is not None and published.after == there.content
            if is_written and not edition.is_empty:
                return published
            old |= self._keep(edition)  # also of an emptied document, in which nothing can name it
            try:
                if not is_written:
                    self.will_write(name, published.after)
                    self.store.save(name, published.after, expected=there.version if there else "")
            except Conflict:
                continue
            self._forget(old - {edition.name})
            return published
        raise Conflict(f"{name} was written {ATTEMPTS} times by others while it was published")

    def rehearse(self, name: str, content: bytes) -> Published | None:
        """The same, without writing anything."""
        planned = self._planned(name, self.store.load(name), content)
        return planned[0] if planned else None

    def read(self, name: str) -> tuple[str, str] | None:
        """The document as it lies there, and what we last wanted it to say ("" where nobody knows); None without it.

        What is no text in it is replaced: this is to be read, not to be written back.
        """
        there = self.store.load(name)
        if there is None:
            return None
        text = there.content.decode(errors="surrogateescape").removeprefix(_BYTE_ORDER_MARK)
        last = self._edition_of(text, MARKDOWN.split(without_name(text)))
        return there.content.decode(errors="replace"), MARKDOWN.join(last.base) if last else ""

    def _planned(self, name: str, there: File | None, content: bytes) -> tuple[Published, Edition] | None:
        ours = content.decode()
        text = there.content.decode(errors="surrogateescape") if there else ""
        if there is None or (not _NAMED.search(text) and self.is_ours(there.content)):
            merged = begin(MARKDOWN.split(ours))
            after = _named(ours, merged.edition).encode()
            return Published(name, there.content if there else None, after), merged.edition
        mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
        end = "\r\n" if 2 * text.count("\r\n") > text.count("\n") else "\n"
        theirs = MARKDOWN.split(_ended(without_name(text.removeprefix(mark)), end))
        last = self._edition_of(text, theirs)
        if last is None and not _is_empty(theirs):
            return None
        merged = self.merge(last, theirs, MARKDOWN.split(ours.replace("\n", end)), MARKDOWN)
        is_left_empty = _is_empty(theirs) and not _NAMED.search(text)
        after = there.content if is_left_empty else _document(mark, merged, end)
        return Published(name, there.content, after, merged.suggested, merged.left_out), merged.edition

    def _edition_of(self, text: str, theirs: Sequence[str]) -> Edition | None:
        """What a document came from; None where nobody knows."""
        for named in reversed(_NAMED.findall(text)):
            if edition := self._load(named):
                return edition
        known = [edition for name in self.names()[-MOST_LOOKED_AT:] if (edition := self._load(name))]
        return most_like(known, theirs, MARKDOWN)

    def _keep(self, edition: Edition) -> set[str]:
        """Keep it, as the last of the names, also where it was kept before; returns those that are no longer named."""
        self.store.save(f"{self.folder}/{edition.name}.json", edition.as_json())
        return self.remember(edition.name)

    def _forget(self, names: set[str]) -> None:
        """Empty old editions (a store deletes no files), once the document names a later one."""
        for name in sorted(names):
            self.store.save(f"{self.folder}/{name}.json", b"")

    def _load(self, name: str) -> Edition | None:
        file = self.store.load(f"{self.folder}/{name}.json")
        return edition_from_json(file.content) if file and file.content else None


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

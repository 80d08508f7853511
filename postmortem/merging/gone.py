"""What a person deleted, or made their own, and we have not said since: should we say it again, it stays out."""

from collections import Counter
from collections.abc import Iterable

from postmortem.merging.alignment import SURELY_ALIKE, likeness, words_of
from postmortem.merging.dialect import Dialect
from postmortem.merging.theirs import is_words


def entry(section: str, text: str = "") -> str:
    """One line of that memory; without a text it is the whole section."""
    return f"{section}\n{text}"


class Gone:
    """The memory of one edition, asked by section. What has no key is known again by its words too."""

    def __init__(self, entries: Iterable[str], dialect: Dialect) -> None:
        self._key = dialect.key
        self.sections: set[str] = set()
        self._names: set[tuple[str, str]] = set()
        self._words: dict[str, list[Counter[str]]] = {}
        for section, _, text in (told.partition("\n") for told in entries):
            if not text:
                self.sections.add(section)
                continue
            self._names |= {(section, text), (section, self._key(text))}
            if not self._key(text):
                self._words.setdefault(section, []).append(words_of(text))

    def holds(self, section: str, text: str) -> bool:
        if not self._names or not is_words(text):
            return False
        key = self._key(text)
        if (section, text) in self._names or (key and (section, key) in self._names):
            return True
        return not key and any(likeness(words_of(text), gone) >= SURELY_ALIKE for gone in self._words.get(section, ()))

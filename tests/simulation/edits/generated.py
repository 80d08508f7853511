"""Documents as Debrief might generate them, growing and changing by chance. Every fact carries its own word ("F12")."""

from dataclasses import dataclass, field
from random import Random

WORDS = tuple(
    first + last for first in ("pool", "disk", "queue", "cache", "node", "rack") for last in "abcdefghijklmnop"
)
SECTIONS = ("summary", "impact", "timeline", "times", "causes", "items", "lessons", "log")
TABLES = ("times", "items")


@dataclass
class Fact:
    """`version` is part of its text; `is_linked` where it cites something."""

    number: int
    section: str
    words: list[str]
    is_linked: bool
    version: int = 1

    @property
    def word(self) -> str:
        return f"F{self.number}"

    def line(self, version: int | None = None) -> str:
        said = f"{' '.join(self.words)} v{version or self.version}x"
        if self.section in TABLES:
            return f"| {self.word} {self.words[0]} | {said} |"
        if not self.is_linked:
            return f"- ❓ **Role:** {self.word} {said} of {self.word}?"
        return f"- {self.word} {said} ([m](https://a.example/p{self.number}))"


@dataclass
class Generated:
    """What Debrief says now: `facts` by section; `composed` changes every time."""

    chance: Random
    facts: dict[str, list[Fact]] = field(default_factory=dict[str, list[Fact]])
    dropped: list[Fact] = field(default_factory=list[Fact])
    composed: int = 0
    count: int = 0
    watched: set[int] = field(default_factory=set[int])
    """Facts that a person touched: these change most."""

    def begins(self) -> None:
        for section in self.chance.sample(SECTIONS, k=self.chance.randint(3, len(SECTIONS))):
            self.facts[section] = []
            for _ in range(self.chance.randint(1, 6)):
                self.adds(section)

    def adds(self, section: str) -> None:
        self.count += 1
        fact = Fact(self.count, section, self.chance.choices(WORDS, k=8), self.chance.random() < 0.7)
        self.facts[section].insert(self.chance.randint(0, len(self.facts[section])), fact)

    def moves_on(self) -> None:
        """Evidence grows, words change, some of it goes, and comes again."""
        self.composed += 1
        for _ in range(self.chance.choice((0, 0, 1, 2, 4))):
            self.chance.choice((self._news, self._news, self._changes, self._changes, self._drops, self._recalls))()
        if self.chance.random() < 0.1:
            self._new_section()

    def every(self) -> list[Fact]:
        return [fact for facts in self.facts.values() for fact in facts]

    def render(self) -> str:
        return "".join((self._head(), *(self._section(section) for section in SECTIONS if section in self.facts)))

    def _news(self) -> None:
        self.adds(self.chance.choice(list(self.facts)))

    def _changes(self) -> None:
        if facts := [fact for fact in self.every() if fact.number in self.watched] or self.every():
            fact = self.chance.choice(facts)
            fact.version = self.chance.choice((fact.version + 1, fact.version + 1, max(1, fact.version - 1)))

    def _drops(self) -> None:
        if facts := self.every():
            fact = self.chance.choice(facts)
            self.facts[fact.section].remove(fact)
            self.dropped.append(fact)

    def _recalls(self) -> None:
        if self.dropped:
            fact = self.dropped.pop(self.chance.randrange(len(self.dropped)))
            facts = self.facts[fact.section]
            facts.insert(self.chance.randint(0, len(facts)), fact)

    def _new_section(self) -> None:
        if missing := [section for section in SECTIONS if section not in self.facts]:
            section = self.chance.choice(missing)
            self.facts[section] = []
            self.adds(section)

    def _head(self) -> str:
        status = f"Status: **draft** · composed 2026-01-01 10:{self.composed:02} UTC · all times are UTC"
        return f"<!-- debrief:begin head -->\n# Postmortem: it broke\n\n{status}\n<!-- debrief:end head -->\n\n"

    def _section(self, section: str) -> str:
        lines = [fact.line() for fact in self.facts[section]]
        if section in TABLES:
            lines = [f"| what T{section} | how |", "| --- | --- |", *lines]
        if section == "log":
            lines = ["<details><summary>All of it</summary>", "", "### Thursday", "", *lines, "", "</details>"]
        inside = "\n".join([f"## Heading of {section}", "", *lines])
        return f"<!-- debrief:begin {section} -->\n{inside}\n<!-- debrief:end {section} -->\n\n"

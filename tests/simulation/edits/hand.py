"""A person's hand on a document: every line it writes carries a word of its own ("H7")."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

SUGGESTION = "<!-- debrief:suggestion "
FACT = re.compile(r"\bF\d+\b")
HAND = re.compile(r"\bH\d+\b")


@dataclass
class Hand:
    """`lines` have no ends. `changed` are facts changed in place since the hand began, `moved` and `replaced` whether
    anything else happened that leaves room for more than one reading; `started_anew` where the file was deleted."""

    chance: Random
    count: int = 0
    lines: list[str] = field(default_factory=list[str])
    end: str = "\n"
    mark: str = ""
    changed: set[str] = field(default_factory=set[str])
    is_plain: bool = True
    refused: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    past: list[str] = field(default_factory=list[str])

    def edits(self, text: str) -> str | None:
        """The document after a few edits; None where it was deleted."""
        self._takes(text)
        self.changed, self.is_plain = set(), True
        for _ in range(self.chance.choice((0, 1, 1, 2, 3, 6))):
            edit, weight_is_rare = self.chance.choice(_EDITS)
            if weight_is_rare and self.chance.random() < 0.8:
                continue
            edit(self)
        if self.chance.random() < 0.01:
            return None
        return self.mark + self.end.join(self.lines)

    def _takes(self, text: str) -> None:
        self.mark = "\ufeff" if text.startswith("\ufeff") else ""
        self.end = "\r\n" if "\r\n" in text else "\n"
        self.lines = [line.removesuffix("\r") for line in text.removeprefix(self.mark).split("\n")]
        self.past += [line for line in self.lines if FACT.search(line) and not HAND.search(line)]
        self.past = self.past[-40:]

    def word(self) -> str:
        self.count += 1
        return f"H{self.count}"

    def place(self) -> int:
        return self.chance.randint(0, max(0, len(self.lines) - 1))

    def facts(self) -> list[int]:
        """Places of facts that are not suggestions."""
        return [
            n
            for n, line in enumerate(self.lines)
            if FACT.search(line) and "**Debrief suggests:**" not in line and "debrief:" not in line
        ]

    def suggestions(self) -> list[int]:
        return [
            n
            for n, line in enumerate(self.lines[:-1])
            if SUGGESTION in line and "**Debrief suggests:**" in self.lines[n + 1] and not HAND.search(line)
        ]


def _writes(hand: Hand) -> None:
    word, place = hand.word(), hand.place()
    if place and SUGGESTION in hand.lines[place - 1]:
        return  # between the two lines of a suggestion: then it is no more one of ours
    hand.lines[place:place] = hand.chance.choice(
        (
            [f"- I, {word}, saw it coming"],
            [f"  - a note {word} on that"],
            ["", f"A whole paragraph {word} of mine 🦆 naïve", ""],
            [f"| {word} | mine |"],
            [f"## My own heading {word}", ""],
            [f"> quoted {word}  "],
            [f"just words {word}", f"and more of them {hand.word()}"],
        )
    )


def _changes(hand: Hand) -> None:
    if places := hand.facts():
        place = hand.chance.choice(places)
        line = hand.lines[place]
        at = line.rfind(" (") if " (" in line and hand.chance.random() < 0.5 else len(line)
        if line.startswith("|"):
            at = line.rfind(" |")
        hand.lines[place] = f"{line[:at]} {hand.word()}{line[at:]}"
        hand.changed |= set(FACT.findall(line)[:1])


def _rewrites(hand: Hand) -> None:
    if places := hand.facts():
        hand.is_plain = False
        hand.lines[hand.chance.choice(places)] = f"- something else {hand.word()} entirely"


def _deletes(hand: Hand) -> None:
    if places := hand.facts():
        del hand.lines[hand.chance.choice(places)]
        hand.is_plain = False


def _deletes_some(hand: Hand) -> None:
    place = hand.place()
    del hand.lines[place : place + hand.chance.randint(1, 7)]
    hand.is_plain = False


def _deletes_section(hand: Hand) -> None:
    headings = [n for n, line in enumerate(hand.lines) if line.startswith("## ")] + [len(hand.lines)]
    if len(headings) > 1:
        n = hand.chance.randrange(len(headings) - 1)
        first, last = headings[n], headings[n + 1]
        if hand.chance.random() < 0.5:  # with the marks around it
            first, last = max(0, first - 1), max(0, last - (last < len(hand.lines)))
        del hand.lines[first:last]
        hand.is_plain = False


def _moves(hand: Hand) -> None:
    if places := hand.facts():
        line = hand.lines.pop(hand.chance.choice(places))
        place = hand.place()
        if not (place and SUGGESTION in hand.lines[place - 1]):
            hand.lines.insert(place, line)
        hand.is_plain = False


def _moves_section(hand: Hand) -> None:
    begins = [n for n, line in enumerate(hand.lines) if "debrief:begin" in line] + [len(hand.lines)]
    if len(begins) > 2:
        n = hand.chance.randrange(len(begins) - 2)
        block = hand.lines[begins[n] : begins[n + 1]]
        rest = hand.lines[: begins[n]] + hand.lines[begins[n + 1] :]
        places = [m for m, line in enumerate(rest) if "debrief:begin" in line]
        at = hand.chance.choice(places)
        hand.lines = rest[:at] + block + rest[at:]
        hand.is_plain = False


def _deletes_marks(hand: Hand) -> None:
    kind = hand.chance.choice(("debrief:begin", "debrief:end", "debrief:edition", "debrief:begin times"))
    hand.lines = [line for line in hand.lines if kind not in line]


def _pastes_back(hand: Hand) -> None:
    there = {word for line in hand.lines for word in FACT.findall(line)}
    gone = [line for line in hand.past if FACT.findall(line)[0] not in there and "suggests" not in line]
    if gone:
        place = hand.place()
        if not (place and SUGGESTION in hand.lines[place - 1]):
            hand.lines.insert(place, hand.chance.choice(gone))
        hand.is_plain = False


def _refuses(hand: Hand) -> None:
    if places := hand.suggestions():
        place = hand.chance.choice(places)
        del hand.lines[place : place + 2]


def _edits_suggestion(hand: Hand) -> None:
    if places := hand.suggestions():
        hand.lines[hand.chance.choice(places) + 1] += f" {hand.word()}"


def _accepts(hand: Hand) -> None:
    """Put the suggested words in the place of one's own, and leave or take out the suggestion."""
    if places := hand.suggestions():
        place = hand.chance.choice(places)
        words = hand.lines[place + 1].partition("**Debrief suggests:** ")[2]
        fact = FACT.findall(words)[0]
        own = [n for n in hand.facts() if FACT.findall(hand.lines[n])[0] == fact]
        if own:
            hand.lines[own[0]] = words if words.startswith("|") else f"- {words}"
            if hand.chance.random() < 0.5:
                del hand.lines[place : place + 2]
        hand.is_plain = False


def _saves_otherwise(hand: Hand) -> None:
    hand.end = hand.chance.choice(("\n", "\r\n"))
    hand.mark = hand.chance.choice(("", "\ufeff"))
    while hand.lines and not hand.lines[-1]:
        hand.lines.pop()
    hand.lines += [""] * hand.chance.randint(0, 3)


def _empties(hand: Hand) -> None:
    if hand.chance.random() < 0.1:
        hand.lines = []
        hand.is_plain = False


_EDITS: tuple[tuple[Callable[[Hand], None], bool], ...] = (
    *[(edit, False) for edit in (_writes, _writes, _changes, _changes, _changes, _deletes, _moves)],
    *[(edit, False) for edit in (_refuses, _edits_suggestion, _accepts)],
    *[(edit, True) for edit in (_rewrites, _deletes_some, _deletes_section, _moves_section, _deletes_marks)],
    *[(edit, True) for edit in (_pastes_back, _saves_otherwise, _empties)],
)

"""What must be true after each publication, judged by words that only one side writes; the merge is not asked."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal, get_args

from tests.simulation.edits.generated import Fact, Generated
from tests.simulation.edits.hand import FACT, HAND, SUGGESTION

Kind = Literal["lost", "returned", "duplicated", "stale"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What can go wrong: a person's work is lost, what they deleted returned, something stands there twice, or news is not
where it has to be."""

_OF_LOG = ("<details><summary>All of it</summary>", "### Thursday", "</details>")


class Violation(AssertionError):
    def __init__(self, kind: Kind, why: str) -> None:
        super().__init__(f"{kind}: {why}")
        self.kind: Kind = kind


def demand(is_so: bool, kind: Kind, why: str) -> None:
    """Raises Violation."""
    if not is_so:
        raise Violation(kind, why)


@dataclass
class Seen:
    """A document as a reader sees it. `plain` are the lines of each fact that are nobody's but ours, `theirs` the lines
    with a person's word (`own` those that are no edited suggestion), `suggestions` by fact. `answered` are facts with a
    person's line below that is about them; `perhaps_answered` those above a line that was once another fact."""

    hand: list[str] = field(default_factory=list[str])
    plain: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    touched: set[str] = field(default_factory=set[str])
    own: set[str] = field(default_factory=set[str])
    answered: set[str] = field(default_factory=set[str])
    perhaps_answered: set[str] = field(default_factory=set[str])
    suggestions: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    lines: set[str] = field(default_factory=set[str])

    @staticmethod
    def of(content: bytes | None) -> "Seen":
        seen = Seen()
        lines = [line.removesuffix("\r") for line in (content or b"").decode().removeprefix("\ufeff").split("\n")]
        seen.lines = set(lines)
        above = ""
        for n, line in enumerate(lines):
            facts = FACT.findall(line)
            above = _above(line, above)
            if HAND.search(line):
                (seen.perhaps_answered if facts else seen.answered).update(FACT.findall(above)[:1])
                above = "" if facts else above
                seen.hand.append(line)
                seen.touched |= set(facts[:1])
                seen.own |= set(facts[:1]) if "**Debrief suggests:**" not in line else set()
            elif n and SUGGESTION in lines[n - 1] and "**Debrief suggests:** " in line:
                seen.suggestions[facts[0]].append(line.partition("**Debrief suggests:** ")[2])
            elif "**Debrief suggests:** " in line:  # its first line was taken: so it is a person's now
                seen.hand.append(line)
                seen.touched |= set(facts[:1])
            elif facts:
                seen.plain[facts[0]].append(line)
        return seen

    @property
    def shown(self) -> set[str]:
        return set(self.plain) | self.touched


@dataclass
class Oracle:
    """What a person did to whom. `deleted` must not come back; `loose` were put back by a person and may be either's,
    `adopted` those that we did not say then.

    `strict` are facts changed in their place by a person: each with the version that ours had at the last publication.
    """

    deleted: set[str] = field(default_factory=set[str])
    loose: set[str] = field(default_factory=set[str])
    adopted: set[str] = field(default_factory=set[str])
    strict: dict[str, int] = field(default_factory=dict[str, int])
    refused: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    answered: set[str] = field(default_factory=set[str])
    sections: set[str] = field(default_factory=set[str])
    versions: dict[str, int] = field(default_factory=dict[str, int])
    homes: dict[str, str] = field(default_factory=dict[str, str])

    def watches(self, before: Seen, after: Seen, changed: set[str], *, is_plain: bool) -> None:
        """A person saved `after` over `before`."""
        lost = before.shown - after.shown
        self.loose |= set(after.plain) - set(before.plain)
        # Put back when we did not say it any more: a line of their own. Should we say it again in other words, ours
        # stands there too.
        self.adopted |= after.shown - before.shown - self.deleted - set(self.versions)
        self.loose |= self.adopted & after.touched
        self.deleted = (self.deleted | lost) - after.shown
        for fact in changed & after.touched:
            if is_plain and fact in before.plain and fact not in self.loose and fact in self.versions:
                self.strict[fact] = self.versions[fact]
            elif not is_plain:
                self.strict.pop(fact, None)
        for fact in [fact for fact in self.strict if fact not in after.own or fact in after.plain]:
            del self.strict[fact]
        for fact, said in before.suggestions.items():  # taken out, edited, or accepted
            if fact in self.strict and said != after.suggestions.get(fact):
                self.refused.add((fact, self.versions[fact]))

    def judges(self, there: Seen, now: Seen, said: Generated) -> None:
        """`there` is what a person left, `now` what is published, `said` what we had to say. Raises AssertionError."""
        demand(now.hand == there.hand, "lost", "a person's line was lost, changed or moved")
        ours = {fact.word: fact for fact in said.every()}
        self.answered |= there.answered | there.perhaps_answered
        for word in now.shown | set(now.suggestions) | set(ours) | self.deleted:
            self._judge(word, ours.get(word), there, now, set(ours))
        self._suggestions(there, now, ours)
        for word in set(ours) - now.shown:
            self.deleted.add(word)
        for fact in [fact for fact in self.strict if fact not in ours]:
            del self.strict[fact]
        self.versions = {word: fact.version for word, fact in ours.items()}
        self.homes |= {word: fact.section for word, fact in ours.items()}
        self.sections |= set(said.facts)

    def _judge(self, word: str, fact: Fact | None, there: Seen, now: Seen, said: set[str]) -> None:
        plain = now.plain.get(word, [])
        if word in self.deleted:
            demand(not plain, "returned", f"{word} was deleted and came back")
            demand(word not in now.suggestions, "returned", f"{word} was deleted and is suggested")
        elif word in there.touched:
            told = [fact.line()] if fact and (word in there.plain or word in self.loose) else []
            is_once = plain in (there.plain.get(word, []), told)
            demand(is_once, "duplicated", f"{word} is a person's and stands there twice")
        elif word in self.loose:
            is_once = len(plain) <= (2 if word in self.adopted else 1) and len({*plain}) == len(plain)
            demand(is_once, "duplicated", f"{word} stands there twice")
        elif word in there.answered:
            demand(plain == there.plain[word], "lost", f"{word} stands no more above the line about it")
        elif word in self.answered:
            demand(len(plain) <= 1, "duplicated", f"{word} stands there twice")
        elif word in there.plain:
            expected = [fact.line()] if fact else []
            demand(plain == expected, _kind_of(plain, expected), f"{word} is untouched and not up to date")
        elif fact:
            is_alive = self._is_alive(fact.section, there, said)
            is_silent = is_alive or not plain or is_alive is None
            demand(is_silent, "returned", f"{word} is news in a section that was deleted")
            is_told = not is_alive or plain == [fact.line()]
            demand(is_told, _kind_of(plain, [fact.line()]), f"{word} is news and does not stand there once")
        else:
            demand(not plain, "stale", f"{word} is nobody's")

    def _is_alive(self, section: str, there: Seen, said: set[str]) -> bool | None:
        """Whether a person left anything of a section that tells a reader something; None where that is a matter of
        reading. Of one that was never shown: whether they left anything at all."""
        if not self.sections:
            return True
        is_new = section not in self.sections
        words = [word for word, home in self.homes.items() if is_new or home == section]
        signs = [f"## Heading of {section}", f"| what T{section} | how |", *(_OF_LOG if section == "log" else ())]
        if is_new:
            ours = (line for line in there.lines if not HAND.search(line) and "debrief:edition" not in line)
            signs += [line for line in ours if line.startswith(("#", "Status", "|", "<"))]
        if not there.lines.isdisjoint(signs) or any(
            word in there.plain and word in said and word not in self.loose for word in words
        ):
            return True
        return None if any(word in there.shown for word in words) else False

    def _suggestions(self, there: Seen, now: Seen, ours: dict[str, Fact]) -> None:
        for word, said in now.suggestions.items():
            demand(len(said) == 1, "duplicated", f"{word} is suggested twice")
            demand(word in there.touched | self.answered, "stale", f"{word} is suggested beside nobody's change")
            demand(said[0] in ours[word].line(), "stale", f"{word} is suggested in old words")
        for word, version in self.strict.items():
            if word in ours:
                is_news = ours[word].version != version and (word, ours[word].version) not in self.refused
                stood = ours[word].version == version and word in there.suggestions
                is_right = (word in now.suggestions) == (is_news or stood)
                demand(is_right, "stale", f"{word}: the suggestion is missing or too much")
                self.strict[word] = ours[word].version


def _above(line: str, above: str) -> str:
    """The line of ours that a person's line here would be about, by the rules of docs/decisions/0008-edits-survive.md;
    "" for none. `above` is that of the line before."""
    is_theirs = bool(HAND.search(line))
    if not line.strip() or SUGGESTION in line or "**Debrief suggests:**" in line:
        return above
    if not is_theirs:
        return line if line.startswith("- ") and FACT.search(line) else ""
    hangs = line.startswith("  ") or ("❓" in above and not line.startswith(("#", "|")))
    return above if hangs else ""


def _kind_of(plain: list[str], expected: list[str]) -> Kind:
    return "duplicated" if len(plain) > max(1, len(expected)) else "stale"

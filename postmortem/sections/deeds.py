"""What people say they did: done or being done, never planned, asked for, wished or denied. Only their words count."""

import re
from functools import cache
from typing import Literal, NamedTuple

from postmortem.sections.deed_words import (
    A_SYMPTOM,
    DENIED,
    DENIED_AFTER,
    HOUSEKEEPING,
    LEAD,
    LONG_AGO,
    LOOKING,
    MENDING,
    NOTICED,
    NOUN,
    OF_STATE,
    PASSIVE,
    REPORTED,
    SAME_VERB,
    SOMEBODY,
    WITHOUT_AN_ENDING,
)
from postmortem.sections.mood import asks

DeedKind = Literal["mitigating", "diagnostic"]


class Deed(NamedTuple):
    """One thing done: its verb, whether it mends or looks, whether it was still running, and where it ends in
    the text."""

    verb: str
    kind: DeedKind
    is_running: bool
    end: int


@cache  # asked by more than one section, of the same sentence
def deed_in(plain: str) -> Deed | None:
    """The first thing that a sentence (as rules read it) says was done or is being done; what mends before what
    looks."""
    beginnings = {word[:_KEY] for word in _LETTERS.findall(plain)}
    rules = [rule for rule in _RULES if not rule.keys.isdisjoint(beginnings)]
    if not rules and beginnings.isdisjoint(_KEYS_OF_NOUNS):
        return None
    if asks(plain):  # "restarted it, did that help?" tells a deed all the same
        told = plain.rpartition(", ")[0]
        return deed_in(told) if told else None
    if LONG_AGO.search(plain):
        return None
    if noun := _noun(plain):
        return noun
    found = [deed for rule in rules if (deed := _said(rule, plain))]
    found += [deed for words in (REPORTED, WITHOUT_AN_ENDING) if (deed := _told(words, plain))]
    mending = [deed for deed in found if deed.kind == "mitigating"]
    return min(mending or found, key=lambda deed: deed.end, default=None)


def forget_deeds() -> None:
    """As `forget_sentences` does."""
    deed_in.cache_clear()


class _Rule(NamedTuple):
    """`keys` are the first letters of its forms: a sentence without a word that begins so needs no closer look."""

    verb: str
    kind: DeedKind
    is_running: bool
    words: re.Pattern[str]
    keys: frozenset[str]


_KEY = 3
_LETTERS = re.compile(r"[a-z]{2,}")
_KEYS_OF_NOUNS = frozenset(
    ("rol", "rev", "res", "reb", "red", "fai", "swi", "hot", "fix", "pat", "wor", "mit", "sca", "bac", "cle",
     "did", "hav", "has")
)  # fmt: skip
_CLAUSE = re.compile(r"[,;:.(]\s|\s[–—-]\s|\b(?:but|so)\b")
_BEGINS = re.compile(r"[,;:.(]|\s[–—-]\s|\b(?:and|but|so|then|by)\b")
_LONGEST_LEAD = 80  # characters before the verb that can say who did it


def _rules() -> tuple[_Rule, ...]:
    tables: tuple[tuple[DeedKind, tuple[tuple[str, str, str], ...]], ...] = (
        ("mitigating", MENDING),
        ("diagnostic", LOOKING),
    )
    return tuple(
        _Rule(verb, kind, is_running, re.compile(rf"\b(?P<verb>{forms})\b"), _keys(forms))
        for kind, table in tables
        for verb, past, running in table
        for forms, is_running in ((past, False), (running, True))
    )


def _keys(forms: str) -> frozenset[str]:
    """How each form begins: no form has a choice within its first three letters."""
    return frozenset(word[:_KEY] for word in _LETTERS.findall(forms))


_RULES = _rules()


def _said(rule: _Rule, plain: str) -> Deed | None:
    for match in rule.words.finditer(plain):
        if (_by_somebody(match, plain) or _to_something(rule, match, plain)) and _is_done(rule, match, plain):
            return Deed(rule.verb, rule.kind, rule.is_running, match.end("verb"))
    return None


def _by_somebody(match: re.Match[str], plain: str) -> bool:
    """Whether nothing stands before the verb but who did it, and when."""
    earliest = max(0, match.start() - _LONGEST_LEAD)
    begins = [begin.end() for begin in _BEGINS.finditer(plain, earliest, match.start())]
    if not begins and earliest:
        return False
    return bool(LEAD.fullmatch(plain[begins[-1] if begins else 0 : match.start()]))


def _to_something(rule: _Rule, match: re.Match[str], plain: str) -> bool:
    """Whether it is said of a thing that this was done to it ("the cache was flushed")."""
    before = plain[max(0, match.start() - _LONGEST_LEAD) : match.start()]
    is_passive = rule.kind == "mitigating" and not rule.is_running and bool(PASSIVE.search(before))
    return is_passive and not NOTICED.search(before)


def _is_done(rule: _Rule, match: re.Match[str], plain: str) -> bool:
    """Nothing in its part of the sentence denies it, and it is done to a system."""
    starts = [end.end() for end in _CLAUSE.finditer(plain, 0, match.start("verb"))]
    before = plain[starts[-1] if starts else 0 : match.start("verb")]
    after = plain[match.end("verb") :]
    if DENIED.search(before) or DENIED_AFTER.search(after) or HOUSEKEEPING.search(after) or after.startswith(" again"):
        return False
    if rule.verb in OF_STATE and not re.search(rf"\b{SOMEBODY}\b", before) and A_SYMPTOM.search(after):
        return False
    is_one_word = " " not in match["verb"] and not _to_something(rule, match, plain)
    needs_object = rule.kind == "diagnostic" or (is_one_word and rule.verb in OF_STATE | {"move", "scale"})
    return not needs_object or len(after.split()) > (1 if rule.kind == "diagnostic" else 0)


def _noun(plain: str) -> Deed | None:
    match = NOUN.search(plain)
    if match is None or DENIED.search(plain[: match.start("noun")]):
        return None
    verb = SAME_VERB.get(match["noun"], match["noun"])
    end = match.start("effect") if match["effect"] else match.end()
    return Deed(verb, "mitigating", match["done"] in _STILL, end)


def _told(words: re.Pattern[str], plain: str) -> Deed | None:
    match = words.search(plain)
    if match is None or DENIED.search(plain[: match.start("verb")]) or LONG_AGO.search(plain):
        return None
    verb = match["verb"]
    return Deed(_VERBS.get(verb, SAME_VERB.get(verb, verb)), "mitigating", False, match.end())


_VERBS = {form: verb for verb, past, _ in MENDING for form in past.split("|") if form.isalpha()} | {
    "rolled back": "roll back",
    "rollback": "roll back",
}
_STILL = frozenset(
    {
        "started",
        "in progress",
        "underway",
        "under way",
        "triggered",
        "kicked off",
        "initiated",
        "running",
        "rolling out",
        "going out",
    }
)

"""What people say they did: done or being done, never planned, asked for, wished or denied. Only their words count."""

import re
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


def deed_in(plain: str) -> Deed | None:
    """The first thing that a sentence (as rules read it) says was done or is being done; what mends before what
    looks."""
    if asks(plain) or LONG_AGO.search(plain):
        return None
    if noun := _noun(plain):
        return noun
    found = [deed for rule in _RULES if (deed := _said(rule, plain))]
    found += [deed for words in (REPORTED, WITHOUT_AN_ENDING) if (deed := _told(words, plain))]
    mending = [deed for deed in found if deed.kind == "mitigating"]
    return min(mending or found, key=lambda deed: deed.end, default=None)


class _Rule(NamedTuple):
    verb: str
    kind: DeedKind
    is_running: bool
    words: re.Pattern[str]


def _rules() -> tuple[_Rule, ...]:
    rules: list[_Rule] = []
    tables: tuple[tuple[DeedKind, tuple[tuple[str, str, str], ...]], ...] = (
        ("mitigating", MENDING),
        ("diagnostic", LOOKING),
    )
    for kind, table in tables:
        for verb, past, running in table:
            for forms, is_running in ((past, False), (running, True)):
                rules.append(_Rule(verb, kind, is_running, re.compile(rf"{LEAD}(?P<verb>{forms})\b")))
            if kind == "mitigating":
                passive = PASSIVE.pattern.replace("PAST", f"(?:{past})")
                rules.append(_Rule(verb, kind, False, re.compile(passive)))
    return tuple(rules)


_RULES = _rules()
_ANY = re.compile("|".join(f"(?:{past}|{running})" for table in (MENDING, LOOKING) for _, past, running in table))
_CLAUSE = re.compile(r"[,;:.(]\s|\s[–—-]\s|\b(?:but|so)\b")


def _said(rule: _Rule, plain: str) -> Deed | None:
    if not _ANY.search(plain):
        return None
    for match in rule.words.finditer(plain):
        if _is_done(rule, match, plain):
            return Deed(rule.verb, rule.kind, rule.is_running, match.end("verb"))
    return None


def _is_done(rule: _Rule, match: re.Match[str], plain: str) -> bool:
    """Nothing in its part of the sentence denies it, and it is done to a system."""
    starts = [end.end() for end in _CLAUSE.finditer(plain, 0, match.start("verb"))]
    before = plain[starts[-1] if starts else 0 : match.start("verb")]
    after = plain[match.end("verb") :]
    if DENIED.search(before) or DENIED_AFTER.search(after) or HOUSEKEEPING.search(after):
        return False
    if rule.verb in OF_STATE and not re.search(rf"\b{SOMEBODY}\b", before) and A_SYMPTOM.search(after):
        return False
    is_one_word = " " not in match["verb"]
    needs_object = rule.kind == "diagnostic" or (is_one_word and rule.verb in OF_STATE | {"move", "scale"})
    return not needs_object or len(after.split()) > (1 if rule.kind == "diagnostic" else 0)


def _noun(plain: str) -> Deed | None:
    match = NOUN.search(plain)
    if match is None or DENIED.search(plain[: match.end()]):
        return None
    verb = SAME_VERB.get(match["noun"], match["noun"])
    end = match.start("done") if match["done"] in _EFFECTS else match.end()
    return Deed(verb, "mitigating", match["done"] in _STILL, end)


def _told(words: re.Pattern[str], plain: str) -> Deed | None:
    match = words.search(plain)
    if match is None or DENIED.search(plain[: match.start("verb")] if match["verb"] else plain[: match.start()]):
        return None
    verb = match["verb"] or match["noun"]
    return Deed(_VERBS.get(verb, SAME_VERB.get(verb, verb)), "mitigating", False, match.end())


_VERBS = {form: verb for verb, past, _ in MENDING for form in past.split("|") if form.isalpha()} | {
    "rolled back": "roll back"
}
_EFFECTS = frozenset({"fixed", "helped", "helps", "solved", "resolved", "worked", "did it", "made it", "made things"})


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

"""In which form a sentence says that somebody will do something, should do it, or is asked to. Pure text."""

import re
from collections.abc import Container, Iterator
from typing import Literal, NamedTuple

from postmortem.action_items.suggest_words import ADVERBS, DONE_TO, NO_NAMES, NOT_A_NAME, NOW, TALK, WORK

Kind = Literal["promised", "assigned", "asked", "proposed", "told"]


class Form(NamedTuple):
    """`weight` is how surely work is meant by it alone. `why` is the reason in words, with its "{author}".

    Where `is_whole`, the whole sentence is the task: none of its words begins it.
    """

    name: str
    kind: Kind
    weight: float
    why: str
    is_whole: bool = False


class Said(NamedTuple):
    """A form where it stands in a sentence: `start` is where owner and task begin, `task` where what is done does."""

    form: Form
    start: int
    task: int
    named: str | None = None


_WILL = Form("will", "promised", 1.5, "{author} says that they will do it")
_CAN = Form("can", "promised", 1.0, "{author} offers to do it")
_MUST = Form("must", "promised", 1.0, "{author} says that they have to do it")
_WOULD = Form("would", "promised", 0.0, "{author} says that they would like to do it")
_TO = Form("to", "assigned", 4.0, "it names who is to do it")
_NAME_WILL = Form("name will", "assigned", 2.0, "it names who is to do it")
_BRACKETED = Form("bracketed", "assigned", 3.0, "it names who is to do it")
_BEFORE = Form("before", "assigned", 2.5, "it names who is to do it")
_TOLD_TO = Form("told to", "assigned", 1.5, "it names who is to do it")
_AFTER = Form("after", "assigned", 3.5, "it names who is to do it")
_CALLED = Form("called", "asked", 1.0, "somebody is asked to do it")
_ASKED = Form("asked", "asked", 0.5, "somebody is asked to do it")
_SOMEBODY = Form("somebody", "proposed", 1.5, "it says that somebody should do it")
_WE = Form("we", "proposed", 0.5, "it says what should be done")
_LETS = Form("let us", "proposed", 0.5, "it proposes to do it")
_SHOULD_BE = Form("should be", "proposed", 0.0, "it says what should be done", is_whole=True)
_GOOD = Form("would be good", "proposed", 0.0, "it says what would be good to do")
_MISSING = Form("missing", "proposed", 0.0, "it says what is missing", is_whole=True)
_ORDER = Form("order", "told", 0.0, "it says what to do")

_ANYBODY = "someone|somebody|anyone|anybody|who|one of us"
_I = r"(?<![\w'])i"
_AT = r"(?:@[\w.'-]{1,40}[,:]? )?"
_SHOULD = r"(?:should|needs? to|ha(?:ve|s) to|must|ought to)"
_PLAIN = tuple(
    (form, re.compile(pattern))
    for form, pattern in (
        (_WILL, rf"{_I}(?:'ll| will|'m going to|'m gonna| am going to|'m planning to| plan to| intend to) {ADVERBS}"),
        (_WILL, rf"^(?:(?:ok(?:ay)?|sure|yes|yep|cool),? )?(?<!')will {ADVERBS}(?=[a-z])"),
        (_MUST, rf"{_I} (?:should|need to|have to|must|ought to) {ADVERBS}"),
        (_CAN, rf"(?:{_I} can|(?:{_I}'m |{_I} am |{_I}'d be |{_I} would be |^)(?:happy|glad) to) {ADVERBS}"),
        (_WOULD, rf"{_I}(?:'d like| would like|'d love| would love| want) to {ADVERBS}"),
        (_ASKED, rf"(?<!\w){_AT}(?:can|could|would|will) (?:you|u) {ADVERBS}"),
        (_ASKED, rf"(?<!\w){_AT}(?:please|pls|plz),? {ADVERBS}"),
        (
            _SOMEBODY,
            rf"(?<![\w'])(?:{_ANYBODY}) (?:{_SHOULD}|can|could|will|wants to|to) {ADVERBS}",
        ),
        (_WE, rf"(?<![\w'])we(?:'ll| will| really| probably| definitely| also| still)? {_SHOULD} {ADVERBS}"),
        (_WE, rf"^(?:still |also |and )?(?:needs?|ha(?:ve|s)|remember|want|left) to {ADVERBS}"),
        (
            _LETS,
            (
                rf"(?<![\w'])(?:let's|lets|let us|how about we|why don't we|shall we|can we|could we|should we|"
                rf"shouldn't we)"
                rf" {ADVERBS}"
            ),
        ),
        (
            _GOOD,
            (
                r"(?:would|might|could|may) be (?:\w+ ){0,2}?(?:good|nice|great|useful|helpful|worth|better|best|wise)"
                rf" (?:idea )?(?:to |if (?:we|someone|somebody|you) (?:could |would )?)?{ADVERBS}"
            ),
        ),
        (_GOOD, r"(?:it's |it is )?worth (?=\w+ing\b)"),
        (_SHOULD_BE, rf"(?<![\w']){_SHOULD} (?:also |really |probably |then )?be (?={DONE_TO})"),
        (_SHOULD_BE, r"(?<![\w'])needs? (?=[a-z-]{3,}ing\b|an? |some |more |better )"),
        (
            _MISSING,
            (
                r"(?<![\w'])(?:we(?:'re| are) missing|we (?:have no|don't have|lack|could use)|"
                r"there (?:is no|isn't an?y?|should be|are no|ought to be|needs? to be)) (?=\w)"
            ),
        ),
    )
)
_NAME = r"@?[^\W\d_][\w.'’-]*(?: [A-Z][\w.'’-]*){0,2}"
_NAMES = rf"(?P<named>{_NAME}(?:(?:,| and| &|,? or|/|\+) {_NAME}|/{_NAME}){{0,6}})"
_LEAD = r"[\s*_]*(?:[-*•+◦▪] |\d{1,2}[.)] )?[*_]*(?:\[ ?\] ?)?"
_ASSIGNED = tuple(
    (form, re.compile(pattern))
    for form, pattern in (
        (_TO, rf"{_LEAD}{_NAMES}[*_]*:? (?:is |are )?to (?=[a-zA-Z])"),
        (_NAME_WILL, rf"{_LEAD}{_NAMES}[*_]* (?:will|shall|should|needs? to|is going to|are going to) (?=[a-z])"),
        (_BRACKETED, rf"{_LEAD}\[{_NAMES}\](?:\[\])?[*_]*(?: ?[:–—-])? "),
        (_BEFORE, rf"{_LEAD}\(?{_NAMES}[\])*_]*(?: ?[:;] ?| ?[–—-] )[*_]*"),
        (_CALLED, rf"{_LEAD}{_NAMES}, "),
    )
)
_AT_END = re.compile(rf"\s(?P<open>[(\[]?)(?=\S{{1,40}}(?:\s\S{{1,40}}){{0,5}}[\s.]*$){_NAMES}(?(open)[)\]]?)[\s.]*$")
_NOT_TOLD = re.compile(
    r"link (?:to|in)\b|correct\b[.,!]|separate \w+s\b|\w+ ?[:=(]|(?:change|comment|report|review|list|draft|plan|"
    r"update|test|issue|schedule|design|request)s? (?:from|of|is|was|has|are|were|will|looks)\b|no\b"
)
_SPEAKER = re.compile(rf"^[*_]*({_NAME})[*_]*:[*_]* ")
_OPENING = re.compile(r"^(?:[\s*_>•◦▪-]|\[ ?\]|\d{1,2}[.)] )*(?:also,? |(?:ok(?:ay)?|yes|yep),? )?")


_JOINED = re.compile(r"[,/&+]| and | or ")
_ALL = frozenset(("all", "everyone", "everybody", "anyone", "team", "unclaimed"))


def forms_in(sentence: str, known: Container[str]) -> Iterator[Said]:
    """Every form in which this sentence, as it was said, speaks of work. `known` are people's names in small "
    "letters."""
    small = _small(sentence)
    yield from _assigned(sentence, small, known)
    for form, pattern in _PLAIN:
        for match in pattern.finditer(small):
            yield Said(form, match.start(), match.end())
    yield from _told(sentence, small, known)


def _told(sentence: str, small: str, known: Container[str]) -> Iterator[Said]:
    """What begins with a verb; before it at most who said it."""
    speaker = _SPEAKER.match(sentence)
    opening = _OPENING.match(small)
    start = speaker.end() if speaker else opening.end() if opening else 0
    if WORK.match(small, start) and not _NOT_TOLD.match(small, start):
        yield Said(_ORDER, start, start)
    last = _AT_END.search(sentence)
    is_set_apart = last and (last["open"] or last["named"].startswith("@"))
    if last and is_set_apart and _is_verb(small, start) and is_name(last["named"], known):
        yield Said(_AFTER, start, start, last["named"])


def _assigned(sentence: str, small: str, known: Container[str]) -> Iterator[Said]:
    for form, pattern in _ASSIGNED:
        match = pattern.match(sentence)
        if match and is_name(match["named"], known) and _does(form, small, match.end()):
            yield Said(_as_said(form, sentence, match.end()), match.start("named"), match.end(), match["named"])


def _as_said(form: Form, sentence: str, end: int) -> Form:
    """ "bea: add it" is said to her; "Bea: Add it" and "Bea - add it" stand in a list."""
    is_said_to = form is _BEFORE and sentence[:end].rstrip().endswith((":", ";")) and sentence[end].islower()
    return _TOLD_TO if is_said_to else form


def _does(form: Form, small: str, start: int) -> bool:
    if form is _NAME_WILL:
        return True
    is_work = bool(WORK.match(small, start) or NOW.match(small, start)) and not _NOT_TOLD.match(small, start)
    return is_work or (form in (_TO, _BRACKETED) and _is_verb(small, start))


def _is_verb(small: str, start: int) -> bool:
    known = any(words.match(small, start) for words in (WORK, NOW, TALK))
    return known and not _NOT_TOLD.match(small, start)


def is_name(words: str, known: Container[str]) -> bool:
    """Somebody who takes part, everybody, or a capitalised word that is not one of those which begin sentences."""
    first = _JOINED.split(words)[0].strip().removeprefix("@")
    small = first.lower().rstrip(".")
    if small in known or words.startswith("@") or small in _ALL:
        return True
    parts = small.split()
    is_capital = any(letter.isupper() for letter in first[:2]) and len(small) > 1
    return is_capital and not any(part in NO_NAMES for part in parts) and not NOT_A_NAME.fullmatch(parts[0])


def _small(text: str) -> str:
    lowered = text.lower().replace("’", "'")
    return lowered if len(lowered) == len(text) else text.replace("’", "'")

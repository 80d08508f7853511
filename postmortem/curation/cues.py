"""What a message is heard to say: cues with a name and a weight, so that a reason can be told in words.

The weights are whole numbers set by hand after a regression on half of the labelled corpora and on invented sentences
(`tests/evaluation/mixed.py`); nothing is learnt from an incident. No single cue decides, but some weigh alone.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from postmortem.curation import words as said

CONTENT, SUPPORT, CHAT = "content", "support", "chat"


class Cue(NamedTuple):
    """One kind of thing that words can say.

    `weight` counts for each different word, up to `most` of them. Content is what a timeline is made of: without any, a
    message stays in the log, whatever supports it. Chat weighs against.
    """

    name: str
    weight: int
    most: int = 1
    kind: str = CONTENT


class Heard(NamedTuple):
    """A cue with the words that gave it, in the order of the text."""

    cue: Cue
    words: tuple[str, ...]

    @property
    def points(self) -> int:
        return self.cue.weight * min(len(self.words), self.cue.most)


_WRONG, _CHANGED = "says what is wrong", "says that the state changed"
_DONE = Cue("says what was done", 2, 2)
_OPENS = Cue("says what was done", 2)
_HAPPENED = Cue("tells what happened", 1)
_ERROR_STATUS = Cue(_WRONG, 3)
_FIGURE = Cue("gives a figure", 1)
_QUOTES = Cue("quotes something", 2, 1, SUPPORT)
_LINKS = Cue("links to something", 1, 1, SUPPORT)
_QUESTION = Cue("a question", -4, 1, CHAT)
_QUESTION_THAT_SHOWS = Cue("a question", -2, 1, CHAT)
_ASKS = Cue("a question to all", -2, 1, CHAT)
_ANSWERS = Cue("an answer to somebody", -1, 1, CHAT)
_SMILES = Cue("a smile", -2, 1, CHAT)
_TO_DO = Cue("an action item", -4, 1, CHAT)
_SHORT = Cue("few words", -1, 1, CHAT)
COURTESY = Cue("an acknowledgement", -2, 2, CHAT)
SYSTEM = Cue("speaks of the system", 2, 3, SUPPORT)
ABOUT = Cue("names what the incident is about", 1, 2, SUPPORT)

# Where a word stands in two groups, the first of them counts.
_GROUPS = (
    (Cue(_WRONG, 4, 2), said.PLAINLY_WRONG),
    (Cue(_CHANGED, 4, 2), said.PLAINLY_RECOVERED),
    (Cue(_WRONG, 2, 2), said.WRONG),
    (Cue(_CHANGED, 2, 2), said.RECOVERED),
    (Cue("says what came of it", 3, 2), said.CAME_OF_IT),
    (_DONE, said.DONE),
    (Cue("reports what was seen", 2, 2), said.REPORTED),
    (Cue("says what was found", 2, 2), said.FOUND),
    (Cue("says what was decided", 2), said.DECIDED),
    (SYSTEM, said.SYSTEM),
    (Cue("speaks for the team", 1, 1, SUPPORT), said.OURS),
    (Cue("says when", 1, 1, SUPPORT), said.WHEN),
    (Cue("speaking to somebody", -2, 2, CHAT), said.ADDRESSED),
    (Cue("advice", -1, 2, CHAT), said.ADVISED),
    (_ASKS, said.ASKED),
    (COURTESY, said.COURTESY),
    (Cue("the writer's own affairs", -2, 2, CHAT), said.MINE),
    (Cue("the writer", -1, 1, CHAT), said.WRITER),
    (Cue("something not named", -1, 1, CHAT), said.VAGUE),
    (Cue("an opinion", -2, 2, CHAT), said.HEDGED),
)
_PAST, _OPENERS, _LEADS, _QUESTION_WORDS, _COMMON = (
    frozenset(group.split()) for group in (said.PAST, said.OPENERS, said.LEADS, said.QUESTION_WORDS, said.COMMON)
)
RELEASED = frozenset(said.RELEASED.split())
# Code, and what Slack itself writes behind a message that is copied out of it.
_NOT_SAID = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|\(edited\)", re.DOTALL)
_URL = re.compile(r"https?://\S+")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_FIGURES = re.compile(
    r"\b\d[\d.,]{0,12} ?(?:%|ms\b|s\b|min|[kmg]b?\b|seconds|minutes|hours|x\b|(?:->|→|/) ?\d)|\b\d\d?:\d\d\b|~ ?\d+",
    re.IGNORECASE,
)
# A status of HTTP, and not any number of that size.
_STATUS = re.compile(
    r"\b(?:[45](?:\d\d|xx)'?s|[45]xx|[45]\d\d (?:errors?|status|response|code|on|from)s?|"
    r"(?:http|status|code|errors?|returns?|returning|answers?|with|getting|seeing|throwing|an?) [45]\d\d)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“][^\"“”]{8}")
_TO_BE_DONE = re.compile(r"\W{0,5}(?:action(?: item)?|todo|to-do|follow-?up)s?(?:\b:|\s@)", re.IGNORECASE)
_NAME = re.compile(r"(?:@([^\s:,/]{1,30})[:,]?|([^\s:,/]{1,30}):)\s")
_SMILE = re.compile(r"(?:^|\s)[:;=]-?[)(pdo/\\|]+(?=\s|$)|\^\^|:[a-z_]{0,20}(?:smil|joy|grin|laugh)", re.IGNORECASE)


def _lexicon() -> dict[str, Cue]:
    """From a word, or two words with a space between them, to its cue."""
    known: dict[str, Cue] = {}
    for cue, group in _GROUPS:
        for word in group.split():
            known.setdefault(word.replace("_", " "), cue)
    return known


_LEXICON = _lexicon()


def hear(text: str, about: frozenset[str] = frozenset()) -> list[Heard]:
    """Every cue of the text with its words, in one pass whatever its length; addresses are not read.

    `about` are the words, in lower case, that the incident itself is described by.
    """
    plain = _URL.sub(" ", text).replace("’", "'")
    spoken = _without_lead(_WORD.findall(plain.lower()))
    heard: dict[Cue, dict[str, None]] = {}
    for cue, what in (*_cues_of_words(spoken, about), *_cues_of_opening(text, spoken), *_cues_of_marks(text, plain)):
        heard.setdefault(cue, {})[what] = None
    return [Heard(cue, tuple(what)) for cue, what in heard.items()]


def without_code(text: str) -> str:
    return _NOT_SAID.sub(" ", text)


def _without_lead(spoken: list[str]) -> list[str]:
    """ "Ok, rolled back" is no acknowledgement: what agrees before it goes on does not count."""
    lead = next((place for place, word in enumerate(spoken) if word not in _LEADS), 0)
    return spoken[lead:]


def topic_words(text: str) -> Iterator[str]:
    """The words of a title or an alert that are its own: longer than three letters, no cue, and not in every text."""
    words = (word for word in _WORD.findall(text.lower()) if len(word) > 3 and word.isalpha())
    return (word for word in words if word not in _LEXICON and word not in _COMMON)


def _cues_of_words(spoken: Sequence[str], about: frozenset[str]) -> Iterator[tuple[Cue, str]]:
    """A phrase of two words counts as that and not as its words."""
    words = iter(zip(spoken, [*spoken[1:], ""], strict=False))
    for word, following in words:
        if cue := _LEXICON.get(f"{word} {following}"):
            yield cue, f"{word} {following}"
            next(words)
        elif cue := _LEXICON.get(word):
            yield cue, word
        elif word in about:
            yield ABOUT, word
        elif word in _PAST or (word.endswith("ed") and len(word) > 4):
            yield _HAPPENED, word


def _cues_of_opening(text: str, spoken: Sequence[str]) -> Iterator[tuple[Cue, str]]:
    """What a message begins with tells a report ("Rolling back ...") from an answer ("bea: ...") or a question."""
    name = _NAME.match(text)
    if _TO_BE_DONE.match(text):
        yield _TO_DO, ""
    elif name and (name[1] or name[2]).lower() not in _LEXICON:
        yield _ANSWERS, ""
    opening = next((word for word in spoken if word not in _OPENERS), "")
    if opening in _QUESTION_WORDS:
        yield _ASKS, opening
    if _LEXICON.get(opening) is _DONE and not opening.endswith("s"):
        yield _OPENS, opening
    if len(spoken) <= 3 and "://" not in text:
        yield _SHORT, ""


def _cues_of_marks(text: str, plain: str) -> Iterator[tuple[Cue, str]]:
    """What is not a word: figures, quotation marks, links, and a question, which weighs less where it shows those."""
    shown = list(_cues_of_what_is_shown(text, plain))
    yield from shown
    if "?" in plain:
        yield (_QUESTION_THAT_SHOWS if shown else _QUESTION), "?"
    if _SMILE.search(text):
        yield _SMILES, ""


def _cues_of_what_is_shown(text: str, plain: str) -> Iterator[tuple[Cue, str]]:
    if status := _STATUS.search(plain):
        yield _ERROR_STATUS, status[0]
    if figure := _FIGURES.search(plain):
        yield _FIGURE, figure[0]
    if _QUOTED.search(plain):
        yield _QUOTES, ""
    if "://" in text:
        yield _LINKS, ""

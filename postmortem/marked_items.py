"""Action items that people marked in words: where they stand in a text, and whom they name. Pure text, no people."""

import re
from collections.abc import Iterator, Sequence

from postmortem.noun import Noun

_MARKER = re.compile(
    r"""
    (?<![\w/-]) (?P<bracket>\[)? [*_]{0,2}
    (?: (?i:action[ -]items?) | ACTION | AI(?=\s*[*_]{0,2}[:\]–—-]) | TODO(?!\s*-?>) | (?i:to-?do)(?=\s*[:\]])
      | (?i:follow[ -]?ups?)(?=\s*[*_]{0,2}\s*[:\]]) | (?i:(?<=\[)action(?=\])) | (?i:(?<![^\W]\s)action)(?=\s*:) )
    (?(bracket) (?: \s* [-–—:]\s* (?P<named>[^\]\n]{1,40}) )? \] )
    [*_]{0,2} \s* (?P<colon>[:–—-])? [*_]{0,2} \s*
    """,
    re.VERBOSE,
)
_WORDS = re.compile(r"\w[^\W\d_]+.*\s.*\w")
_LIST_HEADING = re.compile(r"[#*_\s]*(?:action[ -]items?|actions|todos?|follow[ -]?ups)[*_\s]*:?[*_\s]*", re.IGNORECASE)
_BULLET = re.compile(r"\s*(?:[-*•+]|\d{1,2}[.)])\s+(?:\[[ xX]?\]\s*)?")
_NOT_AN_ITEM = re.compile(
    r"\b(no|any|review(ing)?|previous|old|open|discuss|the|all|our|your|these|those|list of)\s*$", re.IGNORECASE
)
_NAME = r"[^\W\d_][\w'’.-]*(?:\s+[^\W\d_][\w'’.-]*){0,2}"
_AFTER_OWNER = re.compile(
    r"\s*(?:[,:;–—-]\s*)?(?:(?:to|please|will|should)\s+|(?:can|could)\s+(?:you\s+)?(?:please\s+)?)?", re.IGNORECASE
)
_OWNERS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\[?@(?P<name>[\w.'’-]*\w)\]?(?:\[\])?{_AFTER_OWNER.pattern}",
        rf"\[(?P<name>{_NAME})\]\s*[:–—-]?\s*",
        rf"(?P<name>{_NAME})\s*:\s+",
        rf"(?P<name>{_NAME})\s+[–—-]\s+",
        rf"(?P<name>{_NAME}?)\s+(?:to|will|should|shall|needs to|is going to)\s+(?=[a-z])",
    )
)
_IN_PARENTHESES = re.compile(rf"\s*[(\[](?:owner:?\s*)?@?(?P<name>{_NAME})(?:\s*,[^()]*)?[)\]]\s*\.?$")
_SAYS_I = re.compile(
    r"(?:(?:i['’]ll|i will|i['’]m going to|i am going to|i can|i should|i need to|i)\b)\s*", re.IGNORECASE
)
_JOINING = ("van", "von", "de", "da", "del", "bin", "al", "and")
_NOBODY = re.compile(
    r"we|you|they|someone|somebody|everyone|everybody|all|it|this|that|there|needs?|wants?|try|make|sure|remember|"
    r"please|also|and|then|maybe|way|tbd|unclaimed|unassigned|who|nobody|the|an?|some|time|how|what|where",
    re.IGNORECASE,
)


class MarkedItem(Noun):
    """One marked item: `quote` as it was said, `task` without the marker, `named` whom it names, if anybody.

    `says_i` is True where the author takes it ("I'll ..."). `ordinal` counts from 1 within the text.
    """

    ordinal: int
    quote: str
    task: str
    named: str | None = None
    says_i: bool = False


def find_marked_items(text: str, mentioned: Sequence[str] = ()) -> tuple[MarkedItem, ...]:
    """Every item that the text marks, in order. A heading such as "Action items:" marks the list below it.

    `mentioned` are the names (as they stand after an @) of the people whom the text mentions.
    """
    return tuple(
        read_item(line, body, mentioned, ordinal=ordinal, named=named)
        for ordinal, (line, body, named) in enumerate(_marked_lines(text), start=1)
    )


def read_item(
    quote: str, body: str, mentioned: Sequence[str] = (), *, ordinal: int = 1, named: str | None = None
) -> MarkedItem:
    """Read owner and task out of the words after a marker."""
    body = body.strip()
    if named:
        return MarkedItem(ordinal=ordinal, quote=quote, task=body, named=named)
    if said := _SAYS_I.match(body):
        return MarkedItem(ordinal=ordinal, quote=quote, task=body[said.end() :] or body, says_i=True)
    named, task = _split_mention(body, mentioned) or _split_owner(body)
    return MarkedItem(ordinal=ordinal, quote=quote, task=task or body, named=named)


def _marked_lines(text: str) -> Iterator[tuple[str, str, str | None]]:
    """(line, words after the marker, name inside the marker's brackets)"""
    under_heading = False
    for line in text.splitlines():
        bare = _BULLET.sub("", line, count=1)
        if _LIST_HEADING.fullmatch(line):
            under_heading = True
        elif marked := _after_marker(bare):
            yield line.strip(), *marked
        elif under_heading and bare != line and bare.strip():
            yield line.strip(), bare, None
        else:
            under_heading = under_heading and not line.strip()


def _after_marker(line: str) -> tuple[str, str | None] | None:
    for match in _MARKER.finditer(line):
        body = line[match.end() :].strip()
        at_start = not line[: match.start()].strip()
        said_plainly = match["colon"] or match["bracket"] or at_start
        if said_plainly and _WORDS.search(body) and not _NOT_AN_ITEM.search(line[: match.start()]):
            named = (match["named"] or "").strip().removeprefix("@")
            return body, named if named and is_a_name(named) else None
    return None


def _split_mention(body: str, mentioned: Sequence[str]) -> tuple[str, str] | None:
    for name in sorted(mentioned, key=len, reverse=True):
        if body.startswith(f"@{name}"):
            return name, _AFTER_OWNER.sub("", body[len(name) + 1 :], count=1)
    return None


def _split_owner(body: str) -> tuple[str | None, str]:
    trailing = _IN_PARENTHESES.search(body)
    if trailing and is_a_name(trailing["name"]) and trailing["name"].istitle():
        return trailing["name"], body[: trailing.start()]
    for pattern in _OWNERS:
        match = pattern.match(body)
        if match and is_a_name(match["name"]):
            return match["name"], body[match.end() :]
    return None, body


def is_a_name(words: str) -> bool:
    """Whether words can be somebody's name: short, and none of the words that stand for nobody."""
    parts = words.split()
    capitalised = len(parts) == 1 or all(part[0].isupper() or part in _JOINING for part in parts)
    return 0 < len(parts) <= 3 and capitalised and not any(_NOBODY.fullmatch(part) for part in parts)

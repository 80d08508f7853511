"""Whom the words of one action item name, if anybody. Pure text: who that is, `owners.py` decides."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_NAME = r"[^\W\d_][\w'’.-]*(?:\s+[^\W\d_][\w'’.-]*){0,2}"
_AFTER_OWNER = r"\s*(?:[,:;–—-]\s*)?(?:(?:to|please|will|should)\s+|(?:can|could)\s+(?:you\s+)?(?:please\s+)?)?"
_AT_START: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\[?@(?P<name>[\w.'’-]*\w)\]?(?:\[\])?{_AFTER_OWNER}",
        rf"\[(?P<name>{_NAME})\]\s*[:–—-]?\s*",
        rf"(?P<name>{_NAME})\s*:\s+",
        rf"(?P<name>{_NAME})\s+[–—-]\s+",
        rf"(?P<name>{_NAME}?)\s+(?:to|will|should|shall|needs to|is going to)\s+(?=[a-z])",
    )
)
_IN_PARENTHESES = re.compile(rf"\s*[(\[](?:owner:?\s*)?@?(?P<name>{_NAME})(?:\s*[,;][^()]{{0,80}})?[)\]]\s*\.?$")
_SAYS_I = re.compile(
    r"(?:i['’]ll|i will|i['’]m going to|i am going to|i can|i should|i need to|i|me\s*:|me to)(?!\w|['’])"
    r"(?!\s+(?:think|guess|wonder|suggest|suspect|wish|hope|believe|don['’]?t|do not|heard|saw)\b)\s*",
    re.IGNORECASE,
)
_HANDLE = r"[\w.'’-]*\w"
# Asked, told or met, not made the owner; and what may still stand behind an owner at the end.
_NOT_OWNING = re.compile(
    r"\b(?:with|ask|asks?ing|cc|from|tell|ping|thanks?|thx|via|about|than|of|inform|notify|help|for|and|let|give|show|"
    r"(?<!assigned\s)to)\s*[:,]?\s*$",
    re.IGNORECASE,
)
_ONLY_A_DATE = re.compile(
    r"\s*[,;]?\s*(?:$|[.!)\]]+\s*$|"
    r"(?:\(?due|by|before|until|no later|next|this|today|tomorrow|eod|eow|asap|in \d|within)\b)",
    re.IGNORECASE,
)
_OWNER_WORD = re.compile(r"\s*[(\[]?\s*(?:owner|assignee|assigned to|owned by)?\s*:?\s*$", re.IGNORECASE)
_NEAR = 60  # characters before a mention that can have to do with it
_JOINING = ("van", "von", "de", "da", "del", "bin", "al", "and")
_NOBODY = re.compile(
    r"we|us|you|they|someone|somebody|anyone|everyone|everybody|all|it|this|that|there|needs?|wants?|try|make|sure|team|"
    r"remember|please|also|and|then|maybe|way|tbd|unclaimed|unassigned|who|nobody|the|an?|some|time|how|what|where|next",
    re.IGNORECASE,
)


class Named(NamedTuple):
    """`name` as it stands there, `task` without it; `with_at` where an @ shows that a person is meant."""

    name: str | None
    task: str
    says_i: bool = False
    with_at: bool = False


def find_owner(body: str, mentioned: Sequence[str], before: str = "") -> Named:
    """Whom the words after a marker name: at their start, in brackets or by an @ at their end, or alone `before` it."""
    if said := _SAYS_I.match(body):
        return Named(None, body[said.end() :] or body, says_i=True)
    found = (_mentioned_first(body, mentioned), _addressed(body, before, mentioned), _named(body))
    return next((named for named in found if named), None) or _mentioned_last(body, mentioned) or Named(None, body)


def is_a_name(words: str) -> bool:
    """Whether words can be somebody's name: short, and none of the words that stand for nobody."""
    parts = words.split()
    capitalised = len(parts) == 1 or all(part[0].isupper() or part in _JOINING for part in parts)
    return 0 < len(parts) <= 3 and capitalised and not any(_NOBODY.fullmatch(part) for part in parts)


def _mentioned_first(body: str, mentioned: Sequence[str]) -> Named | None:
    for name in sorted(mentioned, key=len, reverse=True):
        if re.match(rf"@{re.escape(name)}(?!\w)", body):
            return Named(name, re.sub(f"^{_AFTER_OWNER}", "", body[len(name) + 1 :], count=1), with_at=True)
    return None


def _addressed(body: str, before: str, mentioned: Sequence[str]) -> Named | None:
    """ "@bea ACTION: raise the limit"."""
    names = (*sorted(mentioned, key=len, reverse=True), *re.findall(rf"^\s*@({_HANDLE})", before))
    alone = (name for name in names if re.fullmatch(rf"\s*@{re.escape(name)}\s*[,:–—-]?\s*", before))
    return next((Named(name, body, with_at=True) for name in alone), None)


def _named(body: str) -> Named | None:
    trailing = _IN_PARENTHESES.search(body)
    if trailing and is_a_name(trailing["name"]) and trailing["name"].istitle():
        return Named(trailing["name"], body[: trailing.start()])
    for pattern in _AT_START:
        match = pattern.match(body)
        if match and is_a_name(match["name"]):
            return Named(match["name"], body[match.end() :], with_at="@" in match.group())
    return None


def _mentioned_last(body: str, mentioned: Sequence[str]) -> Named | None:
    """ "raise the limit @bea", "raise the limit (@bea) by Friday"; not "ask @bea"."""
    for start, name in _mentions(body, mentioned):
        near, after = body[max(0, start - _NEAR) : start], body[start + 1 + len(name) :].lstrip(")]")
        opening = _OWNER_WORD.search(near)
        if opening and _ONLY_A_DATE.match(after) and not _NOT_OWNING.search(near):
            kept = body[: start - len(near) + opening.start()]
            return Named(name, f"{kept}{after}".strip(), with_at=True)
    return None


def _mentions(body: str, mentioned: Sequence[str]) -> Iterator[tuple[int, str]]:
    names = [*map(re.escape, sorted(mentioned, key=len, reverse=True)), _HANDLE]
    for match in re.finditer(rf"(?<!\w)@({'|'.join(names)})(?!\w)", body):
        yield match.start(), match[1]

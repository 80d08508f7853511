"""Action items that people marked in words: where they stand in a text, and whom they name. Pure text, no people."""

import re
from collections.abc import Iterator, Sequence

from postmortem.action_items.headings import read_heading
from postmortem.action_items.naming import find_owner, names_in
from postmortem.action_items.tables import Table
from postmortem.noun import Noun

_MARKER = re.compile(
    r"""
    (?<![\w/=&?.-]) (?P<bracket>\[)? (?P<emphasis>[*_]{0,2})
    (?: (?i:action[ -]items?) | ACTION | AI(?=\s*\d*\s*[*_]{0,2}[:\]]|\s*[–—-]\s|\s+@[^:\n]{1,40}:) | TODO(?!\s*-?>)
      | (?i:to-?do)(?=\s*[:\](]) | (?i:follow[ -]?ups?(?:\ items?)?)(?=\s*[*_]{0,2}\s*[:\]])
      | (?i:(?<=\[)action(?=\s*[-–—:\]]))
      | (?i:(?<![^\W]\s)action)(?=(?:\s\d{1,2})?\s*:) | Action(?=\s+[–—-]\s) )
    (?P<number>\s?\#?\d{1,2}(?=\s*[*_]{0,2}\s*(?:[:).\]]|[–—-]\s)))?
    (?![^\W_]|[_/-][^\W_])
    (?(bracket) [*_]{0,2} (?: \s* [-–—:]\s* (?P<named>[^\]\n]{1,60}) )? \]
      | (?: [*_]{0,2} \s? \( (?P<given>@?[^()\n]{1,60}) \) (?=\s*(?::|[–—-]\s)) )? )
    [*_]{0,2} \s* (?P<colon>:|[–—-](?=\s)|(?(number)[.)](?=\s)|(?!)))? [*_]{0,2} \s*
    """,
    re.VERBOSE,
)
_DOT = r"(?:[-*•+◦▪▸‣●○–—→]|\(?\d{1,2}[.)]|[a-z]\))"
_BULLET = re.compile(rf"\s*(?:{_DOT}\s+(?:\[ ?\]\s*)?|\[ \]\s+)")
_TO_DO = re.compile(rf"\s*(?:{_DOT}\s+)?\[ ?\]\s+")
_DONE = re.compile(rf"\s*(?:{_DOT}\s+)?(?:\[[xX]\]|✅|☑)\s*")
_NOT_AN_ITEM = re.compile(
    r"(?:\b(no|any|review(ing)?|previous|old|open|discuss|the|all|my|our|your|his|her|their|these|those|list of|in|"
    r"under|into|an?|see|of)|//|#)\s*$",
    re.IGNORECASE,
)
_TOLD_OF = re.compile(r"(?:are|were|is|was|from|that|which|have|has|had|remain|list)\b")  # "Action items are ..."
_NOTHING = re.compile(
    r"\W*(none|nothing|nil|n/?a|tbd|tba|todo|no|unknown|pending)(\s+(so far|yet|for now|needed|required|today))?\W*",
    re.IGNORECASE,
)
_EMPHASIS = re.compile(r"^\*\*([^*\n]{1,60})\*\*")  # "**Bea** will raise it"
_EMPHASIS_LEFT = re.compile(r"^([^:*\n]{1,60})\*{1,2}(?=\s*[:–—-])")  # opened before the marker: "**ACTION - Bea**:"
_ONE_WORD = re.compile(r"[^\W\d_]{4,}[.!]?")
_WORD = re.compile(r"\w[^\W\d_]")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_UNSPACED = re.compile(r"[^\W\d_a-zA-Z]{4,}")
_NO_TASK = re.compile(
    r"\W*(?:(?:thanks?|thx|ty|cheers|ok(?:ay)?|great|cool|nice|perfect|yes|yep|yeah|no|nope|sorry|hm+|lol|brb|good|"
    r"done|that['’]?s|is that|does|do|did|is|are|was|were|can (?:we|i|someone|anybody|anyone)|any(?:thing|one|body)?|"
    r"what|who|sounds?|agreed|looks?|lgtm|next (?:meeting|call|sync)|e\.g|i\.e|i think|let me|hello|hi|bye)\b|\+1|"
    r"[^\n]{0,80}:\s*$)",
    re.IGNORECASE,
)
_NEAR = 60  # characters before a marker that can have to do with it
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+", re.DOTALL)
_STRUCK = re.compile(r"~~[^~\n]+~~|(?<![\w~])~[^~\s](?:[^~\n]*[^~\s])?~(?![\w~])")
_QUOTED = re.compile(r"^[ \t]*(?:>>>.*|>[^\n]*)", re.MULTILINE)
_QUOTED_TO_THE_END = re.compile(r"^[ \t]*>>>.*", re.MULTILINE | re.DOTALL)


class MarkedItem(Noun):
    """One marked item: `quote` as it was said, `body` the words after the marker, `task` those without owner.

    `named` is whom it names, if anybody, and `with_at` whether by an @. `says_i` is True where the author takes it
    ("I'll ..."). `others` are named beside the owner. `is_guess` is True where `named` may be another word as well.
    `ordinal` counts from 1 within the text.
    """

    ordinal: int
    quote: str
    body: str
    task: str
    named: str | None = None
    with_at: bool = False
    says_i: bool = False
    others: tuple[str, ...] = ()
    is_guess: bool = False


def find_marked_items(text: str, mentioned: Sequence[str] = ()) -> tuple[MarkedItem, ...]:
    """Every item that the text marks, in order. A heading such as "Action items:" marks the list below it.

    `mentioned` are the names (as they stand after an @) of the people whom the text mentions. Code, addresses and
    what is quoted from others mark nothing.
    """
    return tuple(
        read_item(line, body, mentioned, ordinal=ordinal, named=named, before=before)
        for ordinal, (line, body, named, before) in enumerate(_marked_lines(text, mentioned), start=1)
    )


def find_listed_items(text: str, mentioned: Sequence[str] = (), *, is_sure: bool = False) -> tuple[MarkedItem, ...]:
    """The items of a text that stands below a heading of its own: bullets, and lines that say whose they are.

    Where `is_sure` (its writer wrote the heading, and nothing but items since), a text without bullets is one.
    """
    listed = [
        (line.strip(), line[bullet.end() if bullet else 0 :], None, "")
        for line, plain in _lines(text)
        if not _DONE.match(line)
        and _is_listed(line, plain, mentioned, is_bullet=(bullet := _BULLET.match(line)) is not None)
    ]
    if not listed and is_sure and _is_worth_doing(text):
        listed = [(text.strip(), text, None, "")]
    return tuple(
        read_item(line, body, mentioned, ordinal=ordinal) for ordinal, (line, body, _, _) in enumerate(listed, start=1)
    )


def is_bullet(line: str) -> bool:
    return _BULLET.match(line) is not None


def is_done(line: str) -> bool:
    """Whether a line of a list is ticked off."""
    return _DONE.match(line) is not None


def read_item(
    quote: str,
    body: str,
    mentioned: Sequence[str] = (),
    *,
    ordinal: int = 1,
    named: str | None = None,
    before: str = "",
) -> MarkedItem:
    """Read owner and task out of the words after a marker; `before` stands in front of it."""
    body = _EMPHASIS_LEFT.sub(r"\1", _EMPHASIS.sub(r"\1", " ".join(body.split())))
    if named and (names := names_in(named)):
        return MarkedItem(
            ordinal=ordinal, quote=quote, body=body, task=body, named=names[0], others=names[1:], with_at=True
        )
    owner = find_owner(body, mentioned, before)
    return MarkedItem(
        ordinal=ordinal,
        quote=quote,
        body=body,
        task=owner.task or body,
        named=owner.name,
        with_at=owner.with_at,
        says_i=owner.says_i,
        others=owner.others,
        is_guess=owner.is_guess,
    )


type _Marked = tuple[str, str, str | None, str]
"""(line, words after the marker, name inside the marker's brackets, words before the marker)"""


def _marked_lines(text: str, mentioned: Sequence[str]) -> Iterator[_Marked]:
    under_heading, table = False, Table()
    for line, plain in _lines(text):
        bullet = _BULLET.match(line)
        start = bullet.end() if bullet else 0
        if (rows := table.read(plain, line, under_heading=under_heading)) is not None:
            yield from ((line.strip(), row.body, row.owner, "") for row in rows)
        elif _DONE.match(line) or (bullet and not line[start:].strip()):
            continue
        elif read_heading(plain):
            under_heading = True
        elif marked := [*_after_markers(line[start:], plain[start:])]:
            yield from marked
        elif (under_heading and _is_listed(line, plain, mentioned, is_bullet=bullet is not None)) or (
            _TO_DO.match(plain) and _is_given(line[start:], plain, mentioned)
        ):
            yield line.strip(), line[start:], None, ""
        elif line.strip():
            under_heading = False


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Each line, and the same with everything blanked out that marks nothing."""
    plain = text
    for pattern in (_CODE, _QUOTED_TO_THE_END, _QUOTED, _STRUCK):
        plain = pattern.sub(_blanked, plain)
    yield from zip(text.splitlines(), plain.splitlines(), strict=True)


def _blanked(match: re.Match[str]) -> str:
    return re.sub(r"[^\s\x1c-\x1f\x85\u2028\u2029]", "\0", match.group())


def _is_listed(line: str, plain: str, mentioned: Sequence[str], *, is_bullet: bool) -> bool:
    """Under a heading: every bullet, and a plain line that says whose it is."""
    if not plain.replace("\0", "").strip() or _NOTHING.fullmatch(line):
        return False
    owner = find_owner(" ".join(line.split()), mentioned)
    return is_bullet or owner.says_i or owner.name is not None


def _is_worth_doing(text: str) -> bool:
    """Words that can be a task: no thanks, no question about the list, no bare address."""
    words = _CODE.sub(" ", text).strip()
    said = len(_LETTERS.findall(words)) > 1 or _UNSPACED.search(words)
    return bool(said) and not (_DONE.match(text) or _NO_TASK.match(words) or _NOTHING.fullmatch(words))


def _is_given(words: str, plain: str, mentioned: Sequence[str]) -> bool:
    """A box to tick marks an item where it is somebody's: "- [ ] @bea raise the limit"."""
    return "@" in plain and find_owner(" ".join(words.split()), mentioned).with_at


def _after_markers(line: str, plain: str) -> Iterator[_Marked]:
    """One for each marker in the line; an item ends where the next begins."""
    found = [match for match in _MARKER.finditer(plain) if _marks(match, plain)]
    for place, match in enumerate(found):
        end = found[place + 1].start() if match is not found[-1] else len(line)
        body = line[match.end() : end].strip().rstrip(";|").strip()
        if _says_something(match, body):
            named = (match["named"] or match["given"] or "").strip(" *_").removeprefix("@")
            before = "" if place else line[: match.start()]
            quote = line if len(found) == 1 else line[match.start() : end]
            yield quote.strip(), body, named or None, before


def _marks(match: re.Match[str], plain: str) -> bool:
    before = plain[max(0, match.start() - _NEAR) : match.start()]
    is_near = match.start() <= _NEAR
    is_addressed = is_near and before.lstrip().startswith("@") and len(before.split()) <= 3
    starts = is_near and not before.strip()
    is_emphasised = match["emphasis"] == "**" and match.group().rstrip().endswith("**")
    is_written_so = match["colon"] or match["bracket"] or match["given"] or is_emphasised
    is_told_of = not is_written_so and _TOLD_OF.match(plain, match.end())
    return bool(is_written_so or starts or is_addressed) and not is_told_of and not _NOT_AN_ITEM.search(before)


def _says_something(match: re.Match[str], body: str) -> bool:
    """Two words, one in a script without spaces, or one after a colon."""
    words = [word for word in body.split() if re.search(r"\w", word)]
    is_enough = len(words) > 1 and any(map(_WORD.search, words[:-1]))
    is_enough = is_enough or bool(_UNSPACED.search(body) or (match["colon"] and _ONE_WORD.fullmatch(body)))
    return is_enough and not _NOTHING.fullmatch(body)

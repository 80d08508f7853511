"""Whom the words of one action item name, if anybody. Pure text: who that is, `owners.py` decides."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from postmortem.action_items.roles import read_role

_HANDLE = r"[\w.'’-]*\w"
_AFTER_OWNER = re.compile(
    r"\s*(?:[,:;–—-]\s*)?(?:(?:to|please|will|should)\s+|(?:can|could)\s+(?:you\s+)?(?:please\s+)?)?"
)
_HEAD = r"(?P<head>[^\n]{1,80}?)"
# "Move to the new cluster" and "Meetings to be weekly" name nobody; "Bea to raise the limit" does.
_INFINITIVE = r"(?=[a-z]|[A-Z]{2,}\b)(?!(?:the|a|an|all|our|its|your|their|be|have been|\d+)\b)"
_HEADS: tuple[re.Pattern[str], ...] = (
    re.compile(r"\[(?P<head>[^\[\]\n]{1,80})\](?!\()\s*[:–—-]?\s*(?:to\s+)?"),
    re.compile(rf"{_HEAD}\s*:\s+(?:(?:to|please)\s+)?"),
    re.compile(rf"{_HEAD}\s+[–—-]\s+"),
    re.compile(r"(?P<head>[A-Z][^\W_]{1,40})-\s+(?!(?:and|or|to)\b)"),
    re.compile(rf"{_HEAD},?\s+please\s+(?=[a-z])"),
    re.compile(
        rf"{_HEAD}\s+(?:to|will|should|shall|must|needs? to|(?:is|are) (?:going )?to|can|could)\s+"
        rf"(?:please\s+)?{_INFINITIVE}"
    ),
)
_BEHIND_DASH = re.compile(r"\s+[–—-]\s+(?P<head>[^\W\d_][^\n–—]{1,60})$")
_ASKED = re.compile(r"(?:can|could|would|will|get|have|let)\s+(?=@)", re.IGNORECASE)
_WHAT = re.compile(r"\s*[,;|.]?\s*(?:what|action|task)\s*:\s*", re.IGNORECASE)
_IN_PARENTHESES = re.compile(r"\s*[(\[](?P<head>[^()\[\]\n]{1,80})[)\]]\s*\.?$")
_LABEL = re.compile(
    r"(?P<open>[(\[])?\s*\b"
    r"(?:(?:owners?|assignees?|dri|responsible|(?<!\w\s)who)\s*[:=]|(?:assigned to|owned by)\s*[:=]?)\s*"
    r"(?P<head>[^;|()\[\]\n]{1,80})(?P<rest>(?(open)[^()\[\]\n]{0,80}[)\]]?))",
    re.IGNORECASE,
)
_EVERYONE = re.compile(
    r"@(?:all|everyone|everybody|here|channel)\b|(?:everyone|everybody|all)\s*(?:[:–—-]|to\b)", re.IGNORECASE
)
_SAYS_I = re.compile(
    r"(?:i['’]ll|i will|i['’]m going to|i am going to|i can|i should|i need to|i|me\s*:|me to)(?!\w|['’])"
    r"(?!\s+(?:think|guess|wonder|suggest|suspect|wish|hope|believe|don['’]?t|do not|heard|saw|and)\b)\s*",
    re.IGNORECASE,
)
_I = re.compile(r"i|me|myself", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*\[([^\[\]\n]{1,80})\]\s*")
_SPACES = re.compile(r"\s*")
_BETWEEN = re.compile(r"\s*(?:[,;&/+]|\band\b|\bor\b)\s*(?:and\b\s*)?", re.IGNORECASE)
_AND = re.compile(r"\s*(?:[&/+]|and\b)\s*", re.IGNORECASE)
_FURTHER = re.compile(r"others?|anyone else|everyone else|someone else|whoever|et al\.?|co\.?|", re.IGNORECASE)
# Asked, told or met, not made the owner; and what may still stand behind an owner at the end.
_NOT_OWNING = re.compile(
    r"\b(?:with|ask|asks?ing|cc|from|tell|ping|thanks?|thx|via|about|than|of|inform|notify|help|for|and|let|give|show|"
    r"by|(?<!assigned\s)to)\s*[:,]?\s*$",
    re.IGNORECASE,
)
_DATE_WORD = r"due|by|before|until|no later|next|this|today|tomorrow|eod|eow|asap|in \d|within|on \w+day|20\d\d-"
_ONLY_A_DATE = re.compile(rf"\s*[,;|]?\s*(?:$|[.!)\]]+\s*$|(?:\(?(?:{_DATE_WORD})))", re.IGNORECASE)
_DATE_BEHIND = re.compile(
    r"\s+(?:(?:due|deadline|eta|by|before|until|on)\b|20\d\d-)[^\n]*|[.!]+\s*$|\.\s[^\n]*", re.IGNORECASE
)
_REMARK = re.compile(r"\s*\([^()]{1,200}\)[\s.]*$")
_OWNER_WORD = re.compile(r"\s*(?:[(\[]|(?<=\s)[–—-](?=\s))?\s*$")
_NEAR = 60  # characters before a mention that can have to do with it
_JOINING = ("van", "von", "de", "da", "del", "bin", "al")
_NOBODY = re.compile(
    r"we|us|you|they|someone|somebody|anyone|everyone|everybody|all|it|this|that|these|those|there|here|channel|needs?|"
    r"wants?|try|make|sure|team|remember|please|also|and|or|then|maybe|way|tbd|tba|unclaimed|unassigned|unowned|who|"
    r"whoever|nobody|none|the|an?|some|time|how|what|where|when|why|which|next|if|not|no|yes|i",
    re.IGNORECASE,
)
_NO_HANDLE = re.compile(rf"(?:{_NOBODY.pattern})|[^\n]*['’]s", re.IGNORECASE)
# An item may begin with what is to be done, or with what kind of item it is.
_NOT_A_NAME = re.compile(
    r"add|adapt|adjust|agree|alert|apply|ask|assign|attach|automate|backport|backfill|bring|build|bump|call|change|"
    r"check|clean|close|commit|communicate|configure|connect|consider|convert|copy|create|cut|debug|decide|define|delete|"
    r"deploy|disable|discuss|document|downgrade|drop|email|enable|ensure|escalate|evaluate|expand|explore|export|extend|"
    r"fail|figure|file|find|finish|fix|follow|forward|get|give|go|improve|increase|install|investigate|invite|join|keep|"
    r"learn|limit|link|listen|look|lower|mail|measure|merge|migrate|monitor|move|notify|open|page|patch|pin|ping|plan|"
    r"point|post|prepare|promote|propose|provide|publish|push|put|raise|reach|read|rebuild|reconnect|redirect|reduce|"
    r"refactor|remove|rename|replace|reply|report|request|require|research|resolve|respond|restart|restore|return|revert|"
    r"review|rewrite|roll|rotate|route|run|scale|schedule|send|set|share|ship|show|speak|split|start|stop|submit|"
    r"subscribe|switch|sync|talk|tell|test|track|train|transfer|transition|tune|turn|update|upgrade|upload|use|validate|"
    r"verify|wait|work|write|action|actions|item|items|todo|task|note|notes|proposal|idea|question|decision|done|fixed|"
    r"optional|context|reason|example|bug|issue|status|update|high|medium|low|urgent|priority|p[0-5]|sev-?\d|short|long|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tomorrow|owner|due|fyi|info|meetings?|follow-?ups?",
    re.IGNORECASE,
)


class Named(NamedTuple):
    """`name` as it stands there, `task` without it, `others` who are named beside; `with_at` where an @ or a word such
    as "owner" shows that somebody is meant. `says_i` is True where the author is among them, `is_guess` where the name
    may as well be another word."""

    name: str | None
    task: str
    says_i: bool = False
    with_at: bool = False
    others: tuple[str, ...] = ()
    is_guess: bool = False


def find_owner(body: str, mentioned: Sequence[str], before: str = "") -> Named:
    """Whom the words after a marker name: at their start, after "owner:", in brackets or by an @ at their end, or
    alone `before` the marker. One space stands between words."""
    if (said := _SAYS_I.match(body)) and not _IN_BRACKETS.fullmatch(before):
        return Named(None, body[said.end() :] or body, says_i=True)
    if _EVERYONE.match(body):
        return Named(None, body)
    handles = _Handles(mentioned)
    found = (
        _handles_first(body, handles),
        _addressed(body, before, handles),
        _labelled(body, handles),
        _in_brackets(body),
        _at_head(body),
    )
    sure = next((named for named in found if named), None) or _handles_last(body, handles)
    return sure or _behind_a_dash(body) or Named(None, body)


def is_a_name(words: str) -> bool:
    """Whether words can be somebody's name: short, and none of the words that stand for nobody."""
    parts = words.split()
    capitalised = len(parts) == 1 or all(part[0].isupper() or part in _JOINING for part in parts)
    is_short = 0 < len(parts) <= 3 and all(re.fullmatch(r"[^\W\d_][\w'’.-]*", part) for part in parts)
    of_a_name = not any(_NOBODY.fullmatch(part) for part in parts) and not _NOT_A_NAME.fullmatch(parts[0])
    is_whose = words.endswith(("'s", "’s"))
    return is_short and not is_whose and capitalised and of_a_name


def names_in(head: str) -> tuple[str, ...]:
    """The people or roles of a list such as "Bea, Sam and the on-call of checkout"; none where it is anything else."""
    plain = re.sub(r"\([^()]*\)", "", head).strip(" *_")
    if role := read_role(plain.removeprefix("@")):
        return (role.words,)
    parts = [part.strip().removeprefix("@") for part in _BETWEEN.split(plain)]
    people = tuple(part for part in parts if not _FURTHER.fullmatch(part))
    return people if all(map(_is_somebody, people)) else ()


def _is_somebody(words: str) -> bool:
    return _I.fullmatch(words) is not None or is_a_name(words) or read_role(words) is not None


def _named(names: Sequence[str], task: str, *, with_at: bool = False) -> Named | None:
    """The first is the owner; "Bea and I" is the author, and Bea beside."""
    people = [name for name in names if not _I.fullmatch(name)]
    if len(people) < len(names):
        return Named(None, task, says_i=True, others=tuple(people))
    return Named(people[0], task, with_at=with_at, others=tuple(people[1:])) if people else None


class _Handles:
    """What may stand after an @: the names of those mentioned, which may have spaces, or any handle."""

    def __init__(self, mentioned: Sequence[str]) -> None:
        known = [re.escape(name) for name in sorted(mentioned, key=len, reverse=True)]
        one = rf"@(?P<name>{'|'.join([*known, _HANDLE])})(?!\w|['’]s\b)"
        self.one = re.compile(rf"\[?{one}\]?(?:\[\])?")
        several = one.replace("(?P<name>", "(?:")
        self.last = re.compile(rf"(?<!\w){several}(?:(?:\s?(?:[,&/+]|and\b))?\s?{several})*")
        self.mentioned = frozenset(mentioned)

    def names(self, text: str) -> tuple[str, ...]:
        found = (match["name"] for match in self.one.finditer(text))
        return tuple(name for name in found if name in self.mentioned or not _NO_HANDLE.fullmatch(name))

    def run(self, text: str) -> tuple[tuple[str, ...], int]:
        """The mentions that the text begins with, one after another, and where they end."""
        end, between = 0, 0
        while match := self.one.match(text, between):
            end = match.end()
            joined = _BETWEEN.match(text, end) or _SPACES.match(text, end)
            between = joined.end() if joined else end
        return self.names(text[:end]), end


def _handles_first(body: str, handles: _Handles) -> Named | None:
    """ "@bea raise the limit", "can @bea raise it", "@bea and @sam: raise it", "@bea and Sam to raise it"."""
    body = _ASKED.sub("", body, count=1) if _ASKED.match(body) else body
    names, end = handles.run(body)
    if not names:
        return None
    joined = _AND.match(body, end)
    beside = _at_head(body[joined.end() :]) if joined and not body.startswith("[") else None
    if beside and beside.name:
        return _named((*names, beside.name, *beside.others), beside.task, with_at=True)
    return _named(names, _AFTER_OWNER.sub("", body[end:], count=1), with_at=True)


def _addressed(body: str, before: str, handles: _Handles) -> Named | None:
    """ "@bea ACTION: raise the limit", "[Bea][ACTION] raise the limit"."""
    names, end = handles.run(before.strip())
    if names and not before.strip()[end:].strip(" ,:–—-"):
        return _named(names, body, with_at=True)
    bracket = _IN_BRACKETS.fullmatch(before)
    return _named(names_in(bracket[1]), body, with_at=True) if bracket else None


def _labelled(body: str, handles: _Handles) -> Named | None:
    """ "raise the limit (owner: Dana, due: Friday)": the owner is Dana, and the date is none of the name."""
    for match in _LABEL.finditer(body):
        names, rest = _leading_names(match["head"], handles)
        if names:
            right = _behind_label(match, f"{rest}{match['rest']}") + body[match.end() :]
            return _named(names, _without_label(body[: match.start()], right), with_at=True)
    return None


def _behind_label(label: re.Match[str], behind: str) -> str:
    """What is kept of the words behind the names: in brackets, all but a date, which is read elsewhere."""
    if not label["open"]:
        return behind
    return "" if _ONLY_A_DATE.match(behind) else f" {label['open']}{behind.lstrip(' ,;')}"


def _without_label(left: str, right: str) -> str:
    """The task of "raise it | owner: Dana | due: Friday", or of "Who: Bea, what: raise it"."""
    if not left.strip():
        return _WHAT.sub("", right, count=1).strip() if _WHAT.match(right) else right.strip(" ,;|")
    if right.lstrip()[:1] in (".", ",", "|", ";"):
        return f"{left.rstrip(' .,|;')}, {right.lstrip(' .,|;')}".strip(" ,")
    ends_bracket = right.startswith((")", "]"))
    return f"{left.rstrip(' ,;|' if ends_bracket else ' |')}{right}".strip()


def _leading_names(head: str, handles: _Handles) -> tuple[tuple[str, ...], str]:
    """The names that the words begin with, and what is left of them: "Dana, Sam, due Friday"."""
    names, end = handles.run(head)
    if names:
        return names, head[end:]
    found, place = list[str](), 0
    for part in re.finditer(r"[^,]+", head):
        dated = _DATE_BEHIND.search(part.group())
        people = names_in(part.group()[: dated.start()] if dated else part.group())
        if not people:
            break
        found.extend(people)
        place = part.start() + dated.start() if dated else part.end()
        if dated:
            break
    return tuple(found), head[place:]


def _in_brackets(body: str) -> Named | None:
    """ "raise the limit (Bea)", "raise the limit (Bea and Sam, due Friday)", "raise the limit (SRE team)"."""
    trailing = _IN_PARENTHESES.search(body)
    if not trailing or trailing["head"].startswith("@"):
        return None
    people, date, _ = re.split(r"(\s*[,;]\s*(?=due|by|before|deadline|eta|20\d\d|$)|$)", trailing["head"], maxsplit=1)
    names = names_in(people)
    sure = all(name.istitle() or read_role(name) for name in names)
    return _named(names, body[: trailing.start()]) if names and sure and date is not None else None


def _at_head(body: str) -> Named | None:
    """ "Bea: raise the limit", "[Bea] raise it", "Bea and Sam to raise it", "the on-call of checkout to raise it"."""
    for pattern in _HEADS:
        match = pattern.match(body)
        names = names_in(match["head"]) if match else ()
        if match and names:
            return _named(names, body[match.end() :], with_at="@" in match["head"])
    return None


def _behind_a_dash(body: str) -> Named | None:
    """ "raise the limit - Bea"; "fix the login - Android" looks the same."""
    behind = _BEHIND_DASH.search(body[-80:])
    names = names_in(behind["head"]) if behind else ()
    named = _named(names, body[: len(body) - len(behind.group())]) if behind and names else None
    return named._replace(is_guess=True) if named and named.name else None


def _handles_last(body: str, handles: _Handles) -> Named | None:
    """ "raise the limit @bea", "raise the limit (@bea, @sam) by Friday"; not "ask @bea"."""
    for start, end, names in _mentions(body, handles):
        near, after = body[max(0, start - _NEAR) : start], _REMARK.sub("", body[end:].lstrip(")]"))
        opening = _OWNER_WORD.search(near)
        if opening and _ONLY_A_DATE.match(after) and not _NOT_OWNING.search(near):
            kept = body[: start - len(near) + opening.start()]
            return _named(names, f"{kept}{body[end:].lstrip(')]')}".strip(), with_at=True)
    return None


def _mentions(body: str, handles: _Handles) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    for match in handles.last.finditer(body):
        if names := handles.names(match.group()):
            yield match.start(), match.end(), names

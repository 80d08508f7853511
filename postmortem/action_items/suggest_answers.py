"""What others said to a proposal right after it: that they take it, or that they agree."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from postmortem.evidence import Message

_NEXT = 4  # messages after a proposal that may answer it, and in its thread
_SOON = timedelta(minutes=30)
_THUMBS = ("+1", "thumbsup", "100", "heavy_plus_sign", "this", "white_check_mark", "heavy_check_mark", "raised_hands")
_POLITE = (
    r"(?:[\W_]|\+1\b|ok(?:ay)?\b|sure\b|ye(?:s|p|ah)\b|cool\b|agreed\b|good (?:idea|point|call)\b|"
    r"sounds good\b|makes sense\b)*"
)
_IT = r"(?:it|that|this(?: one)?|that one|the \w+|those|them|both)"
_TOOK = re.compile(
    rf"{_POLITE}(?:(?:i'?ll|i will|i can|happy to|i'?m happy to|let me)"
    rf" (?:(?:take|do|handle|own|grab|file|write|add|get) {_IT}|take care of {_IT}|pick {_IT} up|pick up {_IT}|"
    rf"look into {_IT}|sort {_IT})"
    r"|(?:i'?m )?on it\b|mine\b|i'?ve got (?:it|this|that)\b|i got (?:it|this)\b|dibs\b|will do\b|"
    rf"(?:please )?assign {_IT} to me|assign me\b|taking {_IT})"
)
_AGREED = re.compile(
    r"\W*(?:\+1|agreed?\b|i agree\b|ye(?:s|p|ah)\b|good (?:idea|point|call)\b|sgtm\b|makes sense\b|definitely\b|"
    r"absolutely\b|"
    r"👍|💯|\^\^?|this\W*$|sounds good\b|exactly\b|for sure\b)"
)


class Answer(NamedTuple):
    """By whom, in which record; `took` where they take it, else they agree."""

    person_id: str
    record_id: str
    took: bool


def answers_to(asked: Collection[str], messages: Iterable[Message]) -> dict[str, tuple[Answer, ...]]:
    """The answers to each of these messages by its id: from its reactions, its thread, and what was said next."""
    ordered = sorted((one for one in messages if not one.is_deleted), key=lambda one: (one.moment.at, one.id))
    places = dict[tuple[str, str], list[Message]]()
    for message in ordered:
        for thread in {message.thread_id or "", message.thread_id or message.id}:
            places.setdefault((message.channel_id, thread), []).append(message)
    found = dict[str, tuple[Answer, ...]]()
    for (_, thread), said in places.items():
        for number, message in enumerate(said):
            if message.id in asked and (thread or message.id not in found):
                after = said[number + 1 : number + 1 + _NEXT]
                found[message.id] = (*found.get(message.id, ()), *_answers(message, after))
    return found


def _answers(message: Message, after: Sequence[Message]) -> Iterator[Answer]:
    for reaction in message.reactions:
        if reaction.plain_emoji in _THUMBS:
            yield from (Answer(id_, message.id, took=False) for id_ in reaction.person_ids if id_ != message.person_id)
    for answer in after:
        words = answer.text[:200].lower().replace("’", "'")
        if answer.is_bot or answer.person_id is None or answer.moment.at - message.moment.at > _SOON:
            continue
        if _TOOK.match(words):
            yield Answer(answer.person_id, answer.id, took=True)
        elif answer.person_id != message.person_id and _AGREED.match(words):
            yield Answer(answer.person_id, answer.id, took=False)

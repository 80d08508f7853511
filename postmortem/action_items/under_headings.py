"""Lists that go over several messages: a heading in one, the items in those that its writer sends next."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from postmortem.action_items.headings import is_other_heading, read_heading
from postmortem.action_items.marked import MarkedItem, find_listed_items, is_bullet, is_done
from postmortem.evidence import Message
from postmortem.noun import Noun

_PAUSE = timedelta(minutes=15)  # a list that its writer leaves for longer is over


class _List(Noun):
    """An open list: who writes it (None: whose words they are is not known), and when they last added to it.

    `is_sure` until somebody else speaks: from then on its writer answers them as well. A bot's is `anybodys`.
    """

    writer_id: str | None
    anybodys: bool = False
    at: datetime
    is_sure: bool
    has_items: bool = False


def listed_items(
    messages: Iterable[Message], mentioned: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[MarkedItem, ...]]:
    """The items that stand below a heading of another message, by message id.

    `mentioned` are the names of those whom a message mentions, by its id. A heading counts in its channel, or in the
    thread where it is said or which it starts. What a bot heads ("Topic: Actions"), whoever speaks next lists.
    """
    open_lists: dict[str, _List] = {}
    found: dict[str, tuple[MarkedItem, ...]] = {}
    for message in sorted(messages, key=lambda one: (one.moment.at, one.id)):
        place = message.thread_id or message.channel_id
        begun = _begun_by(message)
        if begun:
            open_lists[place] = open_lists[message.id] = begun
        elif place in open_lists:
            items, left = _continued(open_lists[place], message, mentioned.get(message.id, ()))
            found |= {message.id: items} if items else {}
            open_lists |= {place: left} if left else {}
            if not left:
                del open_lists[place]
    return found


def _begun_by(message: Message) -> _List | None:
    """The list whose heading is the last line of a message, or that has its first items there as well."""
    lines = message.text.strip().splitlines()
    heading = read_heading(lines[-1]) if lines else None
    has_items = not heading and len(lines) > 1 and is_bullet(lines[-1]) and any(map(read_heading, lines))
    if not heading and not has_items:
        return None
    return _List(
        writer_id=message.person_id,
        anybodys=message.is_bot,
        at=message.moment.at,
        is_sure=heading == "formatted",
        has_items=has_items,
    )


def _continued(
    before: _List, message: Message, mentioned: tuple[str, ...]
) -> tuple[tuple[MarkedItem, ...], _List | None]:
    """The items that a message adds to an open list, and the list after it; None where it ends the list."""
    is_over = message.moment.at - before.at > _PAUSE
    if is_over or message.is_bot or is_other_heading(message.text.partition("\n")[0]):
        return (), None
    if before.anybodys:
        theirs = {"writer_id": message.person_id, "anybodys": False}
        before = before.model_copy(update=theirs | ({"is_sure": False} if message.person_id else {}))
    if message.person_id != before.writer_id:
        return (), before.model_copy(update={"is_sure": False}) if before.has_items else None
    items = find_listed_items(message.text, mentioned, is_sure=before.is_sure)
    if items or is_done(message.text):
        return items, before.model_copy(update={"at": message.moment.at, "has_items": True})
    return (), before.model_copy(update={"is_sure": False})

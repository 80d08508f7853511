"""Where action items are said: every record of an incident that may hold one, of whatever kind, in one shape."""

from collections.abc import Iterator

from postmortem.action_items.marked import MarkedItem, find_marked_items, read_item
from postmortem.action_items.under_headings import listed_items
from postmortem.evidence import Evidence, Message, Note
from postmortem.identities import Identities
from postmortem.moment import Moment
from postmortem.noun import Noun
from postmortem.settings import Settings


class Spoken(Noun):
    """One record and the items found in it, in their order there; none is a record that is known and holds none.

    `author_id` is who said it, `mentions` the people whom it mentions, by each name that may stand after its @.
    """

    id: str
    moment: Moment
    author_id: str | None = None
    link: str | None = None
    mentions: dict[str, str]
    found: tuple[MarkedItem, ...] = ()


def spoken_in(evidence: Evidence, identities: Identities, settings: Settings) -> tuple[Spoken, ...]:
    """Every record in which items are looked for, oldest first."""
    spoken = [
        *_in_notes(evidence),
        *_in_messages(evidence, identities, settings),
    ]
    return tuple(sorted(spoken, key=lambda one: (one.moment.at, one.id)))


def _in_notes(evidence: Evidence) -> Iterator[Spoken]:
    for note in evidence.notes:
        yield _spoken(note, {}, find_marked_items(note.text))


def _in_messages(evidence: Evidence, identities: Identities, settings: Settings) -> Iterator[Spoken]:
    emoji = frozenset(settings.slack.action_item_emoji)
    messages = [message for message in evidence.messages if not message.is_deleted]
    mentions = {message.id: mentions_by_name(message.mention_ids, identities) for message in messages}
    listed = listed_items(messages, {id_: tuple(names) for id_, names in mentions.items()})
    for message in messages:
        names = mentions[message.id]
        found = _marked_in(message, emoji, tuple(names), listed.get(message.id, ()))
        yield _spoken(message, names, found)


def _spoken(record: Message | Note, mentions: dict[str, str], found: tuple[MarkedItem, ...]) -> Spoken:
    return Spoken(
        id=record.id,
        moment=record.moment,
        author_id=record.person_id,
        link=record.link,
        mentions=mentions,
        found=found,
    )


def _marked_in(
    message: Message, emoji: frozenset[str], mentioned: tuple[str, ...], listed: tuple[MarkedItem, ...]
) -> tuple[MarkedItem, ...]:
    """What its words mark, else what it lists below a heading said before, else the whole where an emoji marks it.

    A bot's words mark nothing, an emoji on them may.
    """
    items = () if message.is_bot else find_marked_items(message.text, mentioned) or listed
    if items or not message.text.strip():
        return items
    if any(reaction.plain_emoji in emoji for reaction in message.reactions):
        return (read_item(message.text.strip(), message.text, mentioned),)
    return ()


def mentions_by_name(mention_ids: tuple[str, ...], identities: Identities) -> dict[str, str]:
    """The people mentioned, by each name that may stand after an @; no shared name."""
    people: dict[str, set[str]] = {}
    for person_id in dict.fromkeys(mention_ids):
        for name in identities.vendor_names(person_id):
            people.setdefault(name, set()).add(person_id)
    return {name: min(called) for name, called in people.items() if len(called) == 1}

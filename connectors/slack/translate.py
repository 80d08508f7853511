"""Slack's records into our nouns. Pure and total: what we do not know is kept, and nothing here can fail a run."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.slack.blocks import Reader, records, strings
from connectors.slack.markup import scrub, shorten
from postmortem.evidence import Message, Reaction
from postmortem.moment import Moment, is_plausible, moment_from_slack_ts
from postmortem.people import Person
from postmortem.places import in_channel

type Raw = Mapping[str, Any]

OUR_EVENT = "debrief"
"""The metadata event_type on everything Debrief posts."""

_DELETED = ("tombstone", "message_deleted")
_ABOUT_BOTS = ("bot_add", "bot_remove", "bot_enable", "bot_disable")
_SLACKBOT = "USLACKBOT"
_PAGERDUTY_INCIDENT = re.compile(
    r"https?://[a-z0-9-]{1,63}(?:\.eu)?\.pagerduty\.com/incidents/([A-Z0-9]{1,40})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where messages lie. `team_url` ("https://acme.slack.com/") makes links; without it there are none.

    `own_ids` are the user and bot ids Debrief itself posts under: what Debrief wrote is never evidence.
    `pinned` are the ts of the pinned messages.
    """

    channel_id: str
    channel_name: str
    team_url: str | None = None
    own_ids: frozenset[str] = frozenset()
    pinned: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Heard:
    """What a list of Slack messages came to. `bots` are the apps that spoke; `unreadable` had no readable ts."""

    messages: tuple[Message, ...]
    bots: tuple[Person, ...]
    unreadable: int


def messages_from_slack(raws: Iterable[Raw], place: Place, names: Mapping[str, str]) -> Heard:
    """Translate messages in their order, without our own. `names` gives a person's name by Slack id."""
    messages: list[Message] = []
    bots: dict[str, Person] = {}
    unreadable = 0
    for raw in raws:
        if is_ours(raw, place.own_ids):
            continue
        try:
            message = message_from_slack(raw, place, names)
        except ValueError:
            unreadable += 1
            continue
        messages.append(message)
        if message.is_bot and message.person_id and message.person_id not in bots:
            bots[message.person_id] = _bot(raw, message.person_id, names)
    return Heard(tuple(messages), tuple(bots.values()), unreadable)


def message_from_slack(raw: Raw, place: Place, names: Mapping[str, str]) -> Message:
    """One message. Raises ValueError where `ts`, its identity, cannot be read; everything else survives.

    Source: https://docs.slack.dev/reference/events/message (read 2026-11-20).
    """
    moment = _moment(raw)
    kind = scrub(raw.get("subtype")) or "message"
    is_deleted = kind in _DELETED
    is_bot = is_from_a_bot(raw)
    reader = Reader(names)
    text = "" if is_deleted else _text(raw, reader, is_bot=is_bot)
    thread_ts = _thread_ts(raw, moment.original)
    return Message(
        id=f"{in_channel(place.channel_id)}{moment.original}",
        channel_id=place.channel_id,
        channel_name=place.channel_name,
        moment=moment,
        text=shorten(text),
        person_id=None if is_deleted else _person_id(raw, is_bot=is_bot),
        thread_id=f"{in_channel(place.channel_id)}{thread_ts}" if thread_ts else None,
        vendor_kind=kind,
        is_bot=is_bot,
        is_pinned=moment.original in place.pinned,
        is_deleted=is_deleted,
        edited_at=_edited_at(raw),
        mention_ids=tuple(f"slack:{user_id}" for user_id in dict.fromkeys(reader.mentioned))
        if reader.mentioned
        else (),
        reactions=_reactions(raw) if "reactions" in raw else (),
        files=() if is_deleted else _files(raw),
        pagerduty_incident_ids=_pagerduty_incident_ids(raw) if is_bot else (),
        link=permalink(place.team_url, place.channel_id, moment.original, thread_ts),
    )


def _moment(raw: Raw) -> Moment:
    """Raises ValueError where there is none, or it is of no age in which Slack was there."""
    moment = moment_from_slack_ts(scrub(raw.get("ts")))
    if not is_plausible(moment.at):
        raise ValueError(f"{moment.original} lies too far off to be meant")
    return moment


def permalink(team_url: str | None, channel_id: str, ts: str, thread_ts: str | None = None) -> str | None:
    """The link chat.getPermalink would give, without asking; None where the workspace's address is unknown.

    Source: https://docs.slack.dev/reference/methods/chat.getPermalink (read 2026-11-20).
    """
    if not team_url:
        return None
    link = f"{team_url.rstrip('/')}/archives/{channel_id}/p{ts.replace('.', '')}"
    return f"{link}?thread_ts={thread_ts}&cid={channel_id}" if thread_ts else link


def person_from_slack(raw: Raw, team_url: str | None = None) -> Person:
    """A person as users.info shows one: the real name, and as handle what follows an @ where that differs.

    Source: https://docs.slack.dev/reference/objects/user-object (read 2026-11-20). Raises ValueError without an id.
    """
    user_id = scrub(raw.get("id"))
    if not user_id:
        raise ValueError("a Slack user without an id")
    profile = raw.get("profile")
    profile = profile if isinstance(profile, Mapping) else {}
    shown = scrub(profile.get("display_name")) or scrub(raw.get("name"))
    name = scrub(profile.get("real_name")) or scrub(raw.get("real_name")) or shown or user_id
    return Person(
        id=f"slack:{user_id}",
        name=name,
        handle=shown if shown and shown != name else None,
        email=scrub(profile.get("email")) or None,
        timezone=scrub(raw.get("tz")) or None,
        is_bot=bool(raw.get("is_bot")) or user_id == _SLACKBOT,
        link=f"{team_url.rstrip('/')}/team/{user_id}" if team_url else None,
    )


def spoken_name(person: Person) -> str:
    """What follows an @ for this person."""
    return person.handle or person.name


def people_in(raws: Iterable[Raw]) -> tuple[str, ...]:
    """Slack ids of the people who wrote, were mentioned, or reacted, in the order of first appearance; not bots."""
    found: dict[str, None] = {}
    for raw in raws:
        reader = Reader({})
        is_bot = is_from_a_bot(raw)
        _text(raw, reader, is_bot=is_bot)
        author = scrub(raw.get("user"))
        if author and author != _SLACKBOT and not is_bot and raw.get("subtype") not in _DELETED:
            found[author] = None
        found.update(dict.fromkeys(reader.mentioned))
        for reaction in records(raw.get("reactions")):
            found.update(dict.fromkeys(_users(reaction)))
    return tuple(user_id for user_id in found if user_id and user_id != _SLACKBOT)


def guests_in(raws: Iterable[Raw], known: Iterable[str]) -> tuple[Person, ...]:
    """Authors whom no list of people holds, by the profile that messages of guests bring along. `known` are our ids."""
    seen, guests = set(known), list[Person]()
    for raw in raws:
        user_id, profile = scrub(raw.get("user")), raw.get("user_profile")
        if user_id and f"slack:{user_id}" not in seen and isinstance(profile, Mapping) and not is_from_a_bot(raw):
            seen.add(f"slack:{user_id}")
            guests.append(person_from_slack({"id": user_id, "name": profile.get("name"), "profile": profile}))
    return tuple(guests)


def is_ours(raw: Raw, own_ids: frozenset[str]) -> bool:
    """Whether Debrief wrote this: by the metadata it puts on its posts, or by the ids it posts under."""
    metadata = raw.get("metadata")
    if isinstance(metadata, Mapping) and metadata.get("event_type") == OUR_EVENT:
        return True
    return raw.get("user") in own_ids or raw.get("bot_id") in own_ids if own_ids else False


def is_from_a_bot(raw: Raw) -> bool:
    """Whether an app wrote this. Most app messages have no subtype, but a bot_id or an app_id.

    Adding an app to a channel names the app, but a person did it.
    """
    if raw.get("subtype") in _ABOUT_BOTS:
        return False
    return bool(raw.get("bot_id") or raw.get("app_id")) or raw.get("subtype") == "bot_message"


def _text(raw: Raw, reader: Reader, *, is_bot: bool) -> str:
    """What people saw: the message, then what its attachments say beyond it."""
    said = _said(raw, reader, is_bot=is_bot)
    attached = reader.attachments(raw.get("attachments"), scrub(raw.get("text"))) if raw.get("attachments") else ""
    more = [line for line in attached.splitlines() if line.strip() and line.strip() not in said]
    return "\n".join([said, *more] if said.strip() else more)


def _said(raw: Raw, reader: Reader, *, is_bot: bool) -> str:
    """An app's `text` beside composed blocks is only its notification; a person's is the message."""
    if is_bot and any(block.get("type") != "rich_text" for block in records(raw.get("blocks"))):
        seen = reader.blocks(raw.get("blocks"))
        if seen.strip():
            return seen
    text = raw.get("text")
    return reader.mrkdwn(text) if isinstance(text, str) and text.strip() else reader.blocks(raw.get("blocks"))


def _person_id(raw: Raw, *, is_bot: bool) -> str | None:
    author = scrub(raw.get("user"))
    if is_bot:
        named = scrub(raw.get("username"))
        vendor_id = scrub(raw.get("bot_id")) or scrub(raw.get("app_id")) or author or (f"bot/{named}" if named else "")
    else:
        comment = raw.get("comment")
        vendor_id = author or (scrub(comment.get("user")) if isinstance(comment, Mapping) else "")
    return f"slack:{vendor_id}" if vendor_id else None


def _bot(raw: Raw, person_id: str, names: Mapping[str, str]) -> Person:
    profile = raw.get("bot_profile")
    named = scrub(profile.get("name")) if isinstance(profile, Mapping) else ""
    name = scrub(raw.get("username")) or named or names.get(scrub(raw.get("user"))) or person_id.removeprefix("slack:")
    return Person(id=person_id, name=name, is_bot=True)


def _thread_ts(raw: Raw, ts: str) -> str | None:
    thread_ts = scrub(raw.get("thread_ts"))
    return thread_ts if thread_ts and thread_ts != ts else None


def _edited_at(raw: Raw) -> Moment | None:
    edited = raw.get("edited")
    if not isinstance(edited, Mapping):
        return None
    try:
        return _moment(edited)
    except ValueError:
        return None


def _reactions(raw: Raw) -> tuple[Reaction, ...]:
    found = records(raw.get("reactions"))
    return tuple(
        Reaction(emoji=scrub(entry.get("name")), person_ids=tuple(f"slack:{user_id}" for user_id in _users(entry)))
        for entry in found
        if scrub(entry.get("name"))
    )


def _users(reaction: Raw) -> tuple[str, ...]:
    users = reaction.get("users")
    return tuple(filter(None, map(scrub, users))) if isinstance(users, list) else ()


def _files(raw: Raw) -> tuple[str, ...]:
    """Names only: what is in a file stays in Slack. Old exports have one `file` in place of `files`."""
    if "files" not in raw and "file" not in raw:
        return ()
    files = [*records(raw.get("files")), *records([raw.get("file")])]
    names = (scrub(entry.get("name")) or scrub(entry.get("title")) or scrub(entry.get("id")) for entry in files)
    return tuple(name for name in names if name)


def _pagerduty_incident_ids(raw: Raw) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for key in ("text", "blocks", "attachments"):
        for text in strings(raw.get(key)):
            if "pagerduty.com/incidents/" in text:
                found.update(dict.fromkeys(_PAGERDUTY_INCIDENT.findall(scrub(text))))
    return tuple(found)

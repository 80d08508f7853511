"""Saying that the draft is ready: in the incident's channel and on the incident, once each."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any

from connectors.effects import TAKEN_OVER, Ledger, Waits
from connectors.errors import BadReply, ConnectorError, OutcomeUnknown, Unreachable
from connectors.making import Maker, Sending, make_once
from connectors.pagerduty.api import PagerDutyApi
from connectors.pagerduty.translate import note_to_pagerduty
from connectors.patience import patiently
from connectors.slack.announcement import announce, blocks_from_lines, find_announcement, find_file, update_announcement
from connectors.slack.api import SlackApi
from connectors.slack.replies import listed
from connectors.steps import Steps
from connectors.store.audit import What
from postmortem.announcement import Line, Paragraphs, paragraphs_of, plain_text

OUTAGE = (Unreachable, BadReply, OutcomeUnknown)
"""Of an update, which says the same however often it is sent."""
_KNOWN_BY = 300
"""So many characters of its first words tell our note: a title may be longer than a note."""


@dataclass(frozen=True, slots=True)
class Post:
    """What is said in the channel, and as a note on the incident, and how it is said once. `draft` is the document to
    upload (its name, and what makes it) where no link opens it."""

    incident_id: str
    lines: tuple[Line, ...]
    note: Paragraphs
    key: str
    draft: tuple[str, Callable[[], bytes]] | None
    since: datetime
    ledger: Ledger
    token: int
    holds_lease: Callable[[], bool]
    now: Callable[[], datetime]

    def maker(
        self, create: Callable[[], dict[str, Any]], find: Callable[[], dict[str, Any] | None], sending: Sending
    ) -> Maker:
        return Maker.consistent(create=create, find=find, holds_lease=self.holds_lease, now=self.now, sending=sending)

    @property
    def text(self) -> str:
        return plain_text(paragraphs_of(self.lines))


def announce_in_channel(
    steps: Steps, slack: SlackApi, channel_id: str, post: Post, prefix: str, waits: Waits
) -> dict[str, Any]:
    """Post in the channel, or bring up to date what was posted in an earlier round; then share the draft as a file
    where readers have no page to open.

    {"made"} or {"parked": why}, and the same of the file under "draft".
    """
    maker = post.maker(
        partial(_post, slack, channel_id, post),
        partial(_find_post, slack, channel_id, post),
        Sending(What.MESSAGE, lambda: post.text),
    )
    key = f"slack/{post.key}"
    is_there = steps.run(f"{prefix}was it announced", lambda: post.ledger.read(key).state in ("sent", "done"))
    said = make_once(steps, f"{prefix}announce in Slack", post.ledger, key, maker, token=post.token, waits=waits)
    if is_there and "made" in said:
        _bring_up_to_date(steps, slack, said["made"], post, prefix)
    if post.draft is None or "made" not in said:
        return said
    name, make = post.draft[0], cache(post.draft[1])
    sharer = post.maker(
        partial(_share, slack, channel_id, name, make),
        partial(_find_draft, slack, channel_id, name, post.since),
        Sending(What.FILE, make),
    )
    shared = make_once(
        steps, f"{prefix}share the draft", post.ledger, f"{key}/draft", sharer, token=post.token, waits=waits
    )
    return said | {"draft": shared}


def note_on_incident(
    steps: Steps, pagerduty: PagerDutyApi, incident_id: str, post: Post, prefix: str, waits: Waits
) -> dict[str, Any]:
    """Write a note on the PagerDuty incident. {"made"} or {"parked": why}."""
    maker = post.maker(
        partial(_write_note, pagerduty, incident_id, post),
        partial(_find_note, pagerduty, incident_id, post),
        Sending(What.NOTE, lambda: plain_text(post.note)),
    )
    key = f"pagerduty/{post.key}"
    return make_once(steps, f"{prefix}note in PagerDuty", post.ledger, key, maker, token=post.token, waits=waits)


def _post(slack: SlackApi, channel_id: str, post: Post) -> dict[str, Any]:
    blocks = blocks_from_lines(post.lines, post.incident_id)
    return {"channel_id": channel_id, "ts": announce(slack, channel_id, post.text, blocks, post.key)}


def _bring_up_to_date(steps: Steps, slack: SlackApi, made: dict[str, Any], post: Post, prefix: str) -> None:
    """Slack is waited for: a message that lags behind offers what was decided already. What it refuses stays."""
    name = f"{prefix}bring the announcement up to date"
    with suppress(ConnectorError):
        patiently(steps, name, lambda: _update(slack, made, post), outage=OUTAGE)


def _update(slack: SlackApi, made: dict[str, Any], post: Post) -> str | None:
    """None, or why it stays as it was. Whoever took over meanwhile says what is newer."""
    if not post.holds_lease():
        return TAKEN_OVER
    blocks, target = blocks_from_lines(post.lines, post.incident_id), f"{made['channel_id']}/{made['ts']}"
    post.ledger.audit.will_send(What.MESSAGE_EDIT, target, post.text, post.now())
    return update_announcement(slack, made["channel_id"], made["ts"], post.text, blocks, post.key)


def _find_post(slack: SlackApi, channel_id: str, post: Post) -> dict[str, Any] | None:
    ts = find_announcement(slack, channel_id, post.key, post.since)
    return {"channel_id": channel_id, "ts": ts} if ts else None


def _share(slack: SlackApi, channel_id: str, name: str, make: Callable[[], bytes]) -> dict[str, Any]:
    shared = listed(slack.files_upload(channel_id, name, make(), title=name), "files")
    return {"file": name, "file_id": shared[0].get("id") if shared else None}


def _find_draft(slack: SlackApi, channel_id: str, name: str, since: datetime) -> dict[str, Any] | None:
    return {"file": name} if find_file(slack, channel_id, name, since) else None


def _write_note(pagerduty: PagerDutyApi, incident_id: str, post: Post) -> dict[str, Any]:
    note = pagerduty.create_note(incident_id, note_to_pagerduty(plain_text(post.note)))
    return {"note_id": note.get("id")}


def _find_note(pagerduty: PagerDutyApi, incident_id: str, post: Post) -> dict[str, Any] | None:
    """Ours says what we say, up to the links, which come and go; the notes of an incident are one list, read whole."""
    first_words = plain_text((post.note[0][:1],))[:_KNOWN_BY]
    for note in pagerduty.list_notes(incident_id).records:
        if first_words in str(note.get("content")):
            return {"note_id": note.get("id")}
    return None

"""What Slack sends when somebody presses a button or submits a form of ours. Standard library only; nothing raises.

https://docs.slack.dev/authentication/verifying-requests-from-slack and
https://docs.slack.dev/reference/interaction-payloads (read 2026-11-21)
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qs

from connectors.errors import Ignored
from connectors.slack.clicks import Choice, ItemRef, choice_from_action_id, item_from_value, snooze_from_value
from connectors.slack.markup import scrub
from connectors.slack.modal import CALLBACK_ID, Form, form_from_view

SIGNATURE_HEADER = "x-slack-signature"
TIMESTAMP_HEADER = "x-slack-request-timestamp"
OLDEST = timedelta(minutes=5)
# Ours. A click carries the whole message it was made on; one of ours has 50 blocks at the most.
LARGEST_BODY = 1024 * 1024
# Ours: Slack sends one field.
_MOST_FIELDS = 16
_LONGEST_NAME = 80

_V0 = re.compile(r"v0=([0-9a-f]{64})")
_SECONDS = re.compile(r"[0-9]{1,10}")
_TS = re.compile(r"([0-9]{1,10})\.([0-9]{1,6})")
_PERSON_ID = re.compile(r"[UW][A-Z0-9]{2,30}")
_AN_ID = re.compile(r"[A-Za-z0-9._-]{1,255}")

type Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """Who pressed. `is_stranger`: from another organisation, in a channel that is shared with it."""

    slack_id: str
    name: str
    is_stranger: bool

    @property
    def by(self) -> str:
        return f"{self.name} ({self.slack_id})" if self.name else self.slack_id


@dataclass(frozen=True, slots=True)
class Click:
    """One press of one of our buttons. `digest` names it for ever: the same press delivered twice is the same.

    `item` is None only for a snooze, and `quiet` (how long) only there for one. `trigger_id` opens a form for three
    seconds.
    """

    choice: Choice
    item: ItemRef | None
    quiet: timedelta | None
    person: Person
    at: datetime
    channel_id: str
    trigger_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Submission:
    """A form of ours, filled in and sent. The same content sent twice has the same `digest`."""

    item: ItemRef
    person: Person
    form: Form
    digest: str


def looks_signed(headers: Mapping[str, str]) -> bool:
    """Whether there is a signature worth a secret: cheap, and asked before a secret is loaded."""
    return _signature_in(headers) is not None and _seconds_in(headers) is not None


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> bool:
    """Whether one of the secrets (current, previous) signed exactly these bytes, at most five minutes from now."""
    theirs, seconds = _signature_in(headers), _seconds_in(headers)
    if theirs is None or seconds is None or abs(now.timestamp() - int(seconds)) > OLDEST.total_seconds():
        return False
    matched = False
    for secret in filter(None, secrets):  # every one is compared, so that the time does not tell which one matched
        matched |= hmac.compare_digest(theirs, _signature(secret, seconds, body))
    return matched


def _signature(secret: str, seconds: str, body: bytes) -> bytes:
    message = b"v0:%b:%b" % (seconds.encode(), body)
    return hmac.new(secret.encode("utf-8", "replace"), message, hashlib.sha256).hexdigest().encode()


def _signature_in(headers: Mapping[str, str]) -> bytes | None:
    found = _V0.fullmatch(_header(headers, SIGNATURE_HEADER))
    return found.group(1).encode() if found else None


def _seconds_in(headers: Mapping[str, str]) -> str | None:
    header = _header(headers, TIMESTAMP_HEADER)
    return header if _SECONDS.fullmatch(header) else None


def _header(headers: Mapping[str, str], wanted: str) -> str:
    return next((value for name, value in headers.items() if name.lower() == wanted), "")


def parse(body: bytes) -> Click | Submission | Ignored:
    """Read a body whose signature was verified. What is not for us is `Ignored`, with the reason in words."""
    payload = _payload(body)
    if isinstance(payload, Ignored):
        return payload
    person = _person(payload)
    if person is None:
        return Ignored("the payload names no usable user")
    match payload.get("type"):
        case "block_actions":
            return _click(payload, person)
        case "view_submission":
            return _submission(payload, person)
        case kind:
            return Ignored(f"{scrub(kind)[:80]!r} is not a kind of interaction Debrief knows")


def _payload(body: bytes) -> Raw | Ignored:
    try:
        fields = parse_qs(body.decode("ascii"), strict_parsing=True, errors="strict", max_num_fields=_MOST_FIELDS)
        payload: object = json.loads(fields["payload"][0])
    except KeyError:
        return Ignored("the body holds no payload")
    except RecursionError:
        return Ignored("the payload is nested too deeply to read")
    except ValueError as error:  # no form, not UTF-8, not JSON, or a number of more than 4,300 digits
        return Ignored(f"the body cannot be read as a form with JSON in it ({type(error).__name__})")
    return cast("Raw", payload) if isinstance(payload, dict) else Ignored("the payload is no object")


def _person(payload: Raw) -> Person | None:
    user, team = _under(payload, "user"), _under(payload, "team")
    slack_id = user.get("id")
    if not isinstance(slack_id, str) or not _PERSON_ID.fullmatch(slack_id):
        return None
    name = "".join(filter(str.isprintable, scrub(user.get("name") or user.get("username"))))
    theirs, ours = user.get("team_id"), team.get("id")
    # The workspaces of one enterprise are one organisation, whatever their ids.
    is_stranger = bool(theirs and ours and theirs != ours and not payload.get("enterprise"))
    return Person(slack_id, " ".join(name.split())[:_LONGEST_NAME], is_stranger)


def _click(payload: Raw, person: Person) -> Click | Ignored:
    actions = payload.get("actions")
    action: Raw = actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], dict) else {}
    choice, value = choice_from_action_id(action.get("action_id")), action.get("value")
    if choice is None:
        return Ignored("the button is not one of Debrief's")
    item, quiet = item_from_value(value), snooze_from_value(value)
    if (quiet if choice == "snooze" else item) is None:
        return Ignored(f"the {choice} button carries nothing that Debrief wrote")
    at = _moment(action.get("action_ts"))
    if at is None:
        return Ignored(f"the press of {choice} carries no readable action_ts")
    container = _under(payload, "container")
    message_ts = scrub(container.get("message_ts"))
    return Click(
        choice=choice,
        item=None if choice == "snooze" else item,
        quiet=quiet if choice == "snooze" else None,
        person=person,
        at=at,
        channel_id=_id(container.get("channel_id")) or _id(_under(payload, "channel").get("id")),
        trigger_id=_id(payload.get("trigger_id")),
        digest=_digest(message_ts, choice, scrub(value), person.slack_id, scrub(action.get("action_ts"))),
    )


def _submission(payload: Raw, person: Person) -> Submission | Ignored:
    view = _under(payload, "view")
    if view.get("callback_id") != CALLBACK_ID:
        return Ignored("the form is not one of Debrief's")
    item = item_from_value(view.get("private_metadata"))
    if item is None:
        return Ignored("the form does not say which action item it is about")
    form = form_from_view(view)
    digest = _digest(scrub(view.get("id")), person.slack_id, item.incident_id, item.item_id, repr(form))
    return Submission(item, person, form, digest)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:40]


def _moment(ts: object) -> datetime | None:
    found = _TS.fullmatch(ts) if isinstance(ts, str) else None
    if found is None:
        return None
    return datetime.fromtimestamp(int(found[1]), UTC) + timedelta(microseconds=int(found[2].ljust(6, "0")))


def _id(value: object) -> str:
    return value if isinstance(value, str) and _AN_ID.fullmatch(value) else ""


def _under(payload: Raw, key: str) -> Raw:
    value = payload.get(key)
    return cast("Raw", value) if isinstance(value, dict) else {}

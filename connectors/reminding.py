"""Reaching people and channels in Slack about action items: who somebody is there, and saying a thing exactly once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.effects import Ledger, Waits
from connectors.errors import ConnectorError, NotAllowed, NotFound, Rejected
from connectors.jira.api import JiraApi
from connectors.making import Maker, Sending, make_once
from connectors.patience import patiently
from connectors.slack.announcement import announce, blocks_from_paragraphs, find_announcement
from connectors.slack.api import SlackApi
from connectors.slack.clicks import snooze_buttons
from connectors.slack.translate import person_from_slack
from connectors.steps import Steps
from connectors.store.audit import What
from postmortem.announcement import Paragraphs, plain_text
from postmortem.follow_up.contact import Contact
from postmortem.follow_up.followed import Assignee
from postmortem.settings import Settings

REFUSED = (NotAllowed, NotFound, Rejected)
NAME_THEM = "Name their Slack id under people in debrief.yml."
_LOOK_BACK = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Voice:
    """With what a thing is said once. `holds_lease` tells whether nobody has taken over since."""

    slack: SlackApi
    ledger: Ledger
    token: int
    holds_lease: Callable[[], bool]
    now: Callable[[], datetime]
    unclear_wait: timedelta


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said under which key, for ever. `snooze`: for how long its button keeps quiet; None for no button."""

    key: str
    paragraphs: Callable[[], Paragraphs]
    snooze: timedelta | None = None


def say_once(steps: Steps, voice: Voice, channel_id: str, notice: Notice) -> dict[str, Any]:
    """Post in a channel or a direct message. {"made"} or {"parked": why}."""

    def create() -> dict[str, Any]:
        paragraphs = notice.paragraphs()
        buttons = [snooze_buttons(notice.snooze, "these reminders")] if notice.snooze else []
        blocks = [*blocks_from_paragraphs(paragraphs), *buttons]
        ts = announce(voice.slack, channel_id, plain_text(paragraphs), blocks, notice.key)
        return {"channel_id": channel_id, "ts": ts}

    def find() -> dict[str, Any] | None:
        ts = find_announcement(voice.slack, channel_id, notice.key, voice.now() - _LOOK_BACK)
        return {"channel_id": channel_id, "ts": ts} if ts else None

    maker = Maker.consistent(
        create=create,
        find=find,
        holds_lease=voice.holds_lease,
        now=voice.now,
        sending=Sending(What.MESSAGE, lambda: plain_text(notice.paragraphs())),
    )
    waits = Waits.consistent(voice.unclear_wait)
    return make_once(steps, "say it in Slack", voice.ledger, notice.key, maker, token=voice.token, waits=waits)


def tell_person_once(steps: Steps, voice: Voice, slack_id: str, notice: Notice) -> dict[str, Any]:
    """The same in the direct message with this person."""
    try:
        channel_id = patiently(steps, "open the conversation", lambda: _conversation(voice.slack, slack_id))
    except REFUSED as refusal:
        return {"parked": str(refusal)}
    return say_once(steps, voice, channel_id, notice)


def find_contact(
    slack: SlackApi, jira: JiraApi | None, settings: Settings, assignee: Assignee, now: datetime
) -> Contact:
    """Who a Jira account is in Slack: by the people map, by what was found when the issue was opened, by their e-mail.

    Raises ConnectorError where Slack does not answer now.
    """
    account_id = assignee.account_id or ""
    entry = next((person for person in settings.people if person.jira_account_id == account_id), None)
    known = Contact(account_id=account_id, name=assignee.name, timezone=entry.timezone if entry else None, asked_at=now)
    slack_id = (entry.slack_id if entry else None) or assignee.slack_id
    try:
        user = slack.users_info(slack_id) if slack_id else _user_by_email(slack, jira, account_id, assignee)
    except REFUSED as refusal:
        return known.model_copy(update={"why": f"{refusal} {NAME_THEM}"})
    return _contact_from_user(known, user.get("user"), slack_id)


def _contact_from_user(known: Contact, raw: Any, slack_id: str | None) -> Contact:
    user: dict[str, Any] = ({"id": slack_id} if slack_id else {}) | (raw if isinstance(raw, dict) else {})
    if not isinstance(user.get("id"), str):
        return known.model_copy(update={"why": f"Jira shows no e-mail by which to find them in Slack. {NAME_THEM}"})
    if user.get("deleted"):
        return known.model_copy(update={"why": "Their Slack account is deactivated. Give the issue to somebody else."})
    person = person_from_slack(user)
    if person.is_bot:
        return known.model_copy(update={"why": "In Slack it is a bot. Give the issue to a person."})
    return known.model_copy(
        update={
            "slack_id": person.id.removeprefix("slack:"),
            "name": known.name or person.name,
            "timezone": person.timezone or known.timezone,
        }
    )


def _user_by_email(slack: SlackApi, jira: JiraApi | None, account_id: str, assignee: Assignee) -> dict[str, Any]:
    email = assignee.email or _email_in_jira(jira, account_id)
    return slack.users_lookup_by_email(email) if email else {}


def _email_in_jira(jira: JiraApi | None, account_id: str) -> str | None:
    """Shown to an administrator, or where the person shows it to everybody."""
    try:
        email = jira.get_user(account_id).get("emailAddress") if jira else None
    except ConnectorError:
        return None
    return email if isinstance(email, str) else None


def _conversation(slack: SlackApi, slack_id: str) -> str:
    channel = slack.conversations_open(slack_id).get("channel")
    channel_id = channel.get("id") if isinstance(channel, dict) else None
    if not isinstance(channel_id, str):
        raise Rejected(f"Slack conversations.open for {slack_id}", "the answer names no conversation")
    return channel_id

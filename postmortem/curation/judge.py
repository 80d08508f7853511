"""Of every event: whether it is shown above the fold, and why."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from postmortem.curation.choices import Curation, by_choice, trusted_name
from postmortem.curation.cues import topic_words
from postmortem.curation.weighing import weigh, weigh_bot
from postmortem.evidence import Evidence, Message
from postmortem.people import Person
from postmortem.timeline import TimelineEvent

_ALWAYS = {
    "triggered": "PagerDuty: the incident was triggered",
    "alert": "an alert fired",
    "acknowledged": "PagerDuty: acknowledged",
    "escalated": "PagerDuty: escalated",
    "reopened": "PagerDuty: reopened",
    "merged": "PagerDuty: merged",
    "resolved": "PagerDuty: resolved",
    "role": "a role was assigned",
    "responder": "a responder was asked or answered",
    "status_update": "a status update was published",
    "note": "a person wrote a note",
    "deploy": "a change that PagerDuty relates to the incident",
    "unrecognised": "a kind that Debrief does not know",
}
_IN_LOG_ONLY = {
    "notified": "notification, in the full log",
    "assigned": "assignment, in the full log",
    "changed": "a field changed, in the full log",
    "task": "PagerDuty task, in the full log",
}
_HOUSEKEEPING = ("_join", "_leave", "_topic", "_purpose", "_name", "_archive", "_unarchive", "bot_add", "bot_remove")
# As an export or a bridge to another chat writes it into the text.
_JOINED = re.compile(r"\W{0,9}(?:\S{1,40} )?(?:has )?(?:joined|left) #[\w-]{1,80}\b")
_REPEATED_WITHIN = timedelta(minutes=10)


def curate(events: Sequence[TimelineEvent], evidence: Evidence, curation: Curation) -> Iterator[TimelineEvent]:
    """The events in their order (oldest first), each with `in_main` and `why`."""
    judge = _Judge(evidence, curation)
    for event in events:
        in_main, why = judge.verdict(event)
        yield event.model_copy(update={"in_main": in_main, "why": why})


class _Judge:
    """Reads one timeline from its beginning: of each person it remembers the last message."""

    def __init__(self, evidence: Evidence, curation: Curation) -> None:
        self._curation = curation
        self._messages = {message.id: message for message in evidence.messages}
        self._people = {person.id: person for person in evidence.people}
        self._about = _about(evidence)
        self._last: dict[str | None, Message] = {}

    def verdict(self, event: TimelineEvent) -> tuple[bool, str]:
        message = self._messages.get(event.id)
        if message is None:
            return _judge_kind(event)
        if message.is_deleted:
            return False, "deleted in Slack"
        chosen = by_choice(message, self._curation) or self._by_kind(message)
        return chosen or weigh(message.text, self._about)

    def _by_kind(self, message: Message) -> tuple[bool, str] | None:
        if message.vendor_kind.endswith(_HOUSEKEEPING) or _JOINED.match(message.text):
            return False, "channel housekeeping"
        if message.is_bot:
            return self._by_bot(message, self._people.get(message.person_id or ""))
        return (False, "a repeat of what was just said") if self._repeats(message) else None

    def _by_bot(self, message: Message, bot: Person | None) -> tuple[bool, str]:
        """Bots have no manners to weigh: of one that is trusted, everything comes up that says something."""
        name = trusted_name(bot, self._curation.trusted_bots)
        if name is None:
            return False, "a bot's message"
        in_main, why = weigh_bot(message.text)
        return in_main, f"{why}, by a bot that timeline.trusted_bots names: {name}"

    def _repeats(self, message: Message) -> bool:
        """Whether the same person's last words were the same: twice up and down again is no repeat."""
        before = self._last.get(message.person_id)
        self._last[message.person_id] = message
        if before is None or not message.text or before.text != message.text:
            return False
        return message.moment.at - before.moment.at <= _REPEATED_WITHIN


def _about(evidence: Evidence) -> frozenset[str]:
    """What the incident is described by: the words of its title, its service and its alerts."""
    incident = evidence.incident
    told = {incident.title, *(alert.text for alert in evidence.alerts)}
    service = incident.service.name if incident.service else None
    return frozenset(word for text in (*told, service or "") for word in topic_words(text))


def _judge_kind(event: TimelineEvent) -> tuple[bool, str]:
    if event.kind in _IN_LOG_ONLY:
        return False, _IN_LOG_ONLY[event.kind]
    return True, _ALWAYS[event.kind]

"""Everyone who took part, one line per human and grouped by role, so that all are invited to the review."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from postmortem.citations import cite_incident, cite_record
from postmortem.document import Participant
from postmortem.evidence import Evidence, LogEntryKind
from postmortem.identities import Identities, plain_name
from postmortem.incident import Participation
from postmortem.line import Citation
from postmortem.observations import ObservationKind

COMMANDER_ROLE = "Incident commander"
RESPONDER_ROLE = "Responders"
CHAT_ROLE = "Wrote in the chat"
PAGED_ROLE = "Only paged or asked"
_IN_ORDER = (RESPONDER_ROLE, CHAT_ROLE, PAGED_ROLE)

_ASSIGNED, _ASKED, _DECLINED, _WROTE = "assigned", "paged or asked", "declined to join", "wrote in the chat"
_TASK, _TOOK_COMMAND = "was given a task", "took command in the chat"
_BY_PARTICIPATION: dict[Participation, str] = {
    "assigned": _ASSIGNED,
    "asked": _ASKED,
    "joined": "joined",
    "declined": _DECLINED,
    "acknowledged": "acknowledged",
    "escalated": "escalated",
    "resolved": "resolved",
    "noted": "wrote a note",
}
_BY_LOG_ENTRY: dict[LogEntryKind, str] = {
    "acknowledged": "acknowledged",
    "escalated": "escalated",
    "delegated": "escalated",
    "resolved": "resolved",
    "reopened": "reopened",
    "annotated": "wrote a note",
    "responder_asked": "asked others to join",
    "status_update": "published a status update",
    "snoozed": "changed the incident",
    "urgency_changed": "changed the incident",
    "priority_changed": "changed the incident",
    "field_changed": "changed the incident",
    "merged": "changed the incident",
}
_BY_OBSERVATION: dict[ObservationKind, str] = {
    "note": "wrote a note",
    "status_update": "published a status update",
    "field": "changed the incident",
}
# What was done to somebody is no act of theirs; the others are told in this order.
_NO_ACTS = {_ASSIGNED, _ASKED, _DECLINED, _TASK}
_TOLD_IN_ORDER = tuple(
    dict.fromkeys(
        (_TOOK_COMMAND, *_BY_PARTICIPATION.values(), *_BY_LOG_ENTRY.values(), *_BY_OBSERVATION.values(), _TASK, _WROTE)
    )
)
_HOUSEKEEPING = ("_join", "_leave")
_COMMANDS = re.compile(r"\bcommander\b|\bincident (lead|manager|owner)\b|^IC$", re.IGNORECASE)
_TAKES_COMMAND = re.compile(
    r"(?:^|[.!,;:\n][ \t]{0,3}|\b(?:and|so|ok(?:ay)?|hi|hello)[ \t]{1,3})"
    r"(?:(?:i|i['’]?m|i['’]?ll|i['’]?ve|i am|i will|i have)[ \t]{1,3}"
    r"(?:(?:now|got|going to|happy to|be|have|take|taking|took|taken|over|assume|assuming|acting|act)[ \t]{1,3}){0,3}|"
    r"(?:taking|assuming|acting)[ \t]{1,3}(?:over[ \t]{1,3})?)(?:as[ \t]{1,3})?(?:the[ \t]{1,3})?"
    r"(?:incident command(?:er)?|incident lead|IC|(?:(?<=have )|(?<=take )|(?<=taking )|(?<=took )|"
    r"(?<=assuming ))command)"
    r"(?=[ \t]{0,3}(?:$|[.!,;:\n(]|(?:here|now|for|and|from)\b))|"
    r"^IC here\b",
    re.IGNORECASE | re.MULTILINE,
)


class _Deed(NamedTuple):
    """Who did what, and the record that says so. `role` is a role they had, in the words of the record."""

    person_id: str
    what: str
    source: Citation
    role: str | None = None


def list_participants(evidence: Evidence, identities: Identities) -> tuple[Participant, ...]:
    """Commanders, then other roles by their name, responders, chat, and those merely paged; by name within each.

    How much somebody wrote or did never orders them. Bots are left out.
    """
    by_human: dict[str, list[_Deed]] = {}
    for deed in _deeds(evidence):
        if not identities.is_bot(deed.person_id):
            by_human.setdefault(identities.human(deed.person_id), []).append(deed)
    listed = [(_participant(deeds, identities), human) for human, deeds in by_human.items()]
    listed.sort(key=lambda pair: (_place(pair[0].role), plain_name(pair[0].name), pair[0].name, pair[1]))
    return tuple(participant for participant, _ in listed)


def _participant(deeds: list[_Deed], identities: Identities) -> Participant:
    tells_first = {deed.what: deed.source for deed in reversed(deeds)}
    sources = {source.label: source for source in tells_first.values()}
    return Participant(
        name=identities.name(min(deed.person_id for deed in deeds)) or "",
        how=_how(deeds),
        role=_role(deeds),
        citations=tuple(sorted(sources.values(), key=lambda source: source.label)),
    )


def _role(deeds: list[_Deed]) -> str:
    """The one role under which a person is listed: what they were named to be, else what they did."""
    roles, did = sorted({deed.role for deed in deeds if deed.role}), {deed.what for deed in deeds}
    if _TOOK_COMMAND in did or any(_COMMANDS.search(role) for role in roles):
        return COMMANDER_ROLE
    if roles:
        return f"{roles[0][:1].upper()}{roles[0][1:]}"
    acts = did - _NO_ACTS
    if not acts:
        return PAGED_ROLE
    was_called = bool(did & {_ASSIGNED, _ASKED, _TASK}) and _DECLINED not in did
    return CHAT_ROLE if acts == {_WROTE} and not was_called else RESPONDER_ROLE


def _place(role: str) -> tuple[int, str]:
    if role == COMMANDER_ROLE:
        return 0, ""
    return (_IN_ORDER.index(role) + 2, "") if role in _IN_ORDER else (1, role.casefold())


def _how(deeds: list[_Deed]) -> str:
    """Roles, then deeds in their order."""
    roles, did = sorted({deed.role for deed in deeds if deed.role}), {deed.what for deed in deeds}
    return "; ".join((*roles, *(what for what in _TOLD_IN_ORDER if what in did)))


def _deeds(evidence: Evidence) -> Iterator[_Deed]:
    """In an order that does not depend on which record arrived first."""
    source = cite_incident(evidence.incident)
    for responder in sorted(evidence.incident.responders, key=repr):
        what = _BY_PARTICIPATION.get(responder.participation, "had a role")
        yield _Deed(responder.person_id, what, source, responder.role)
    yield from _deeds_on_record(evidence)
    for message in sorted(evidence.messages, key=lambda message: (message.moment.at, message.id)):
        if message.person_id and not _is_no_writing(message.vendor_kind, message.is_deleted or message.is_bot):
            said = cite_record(message.id, message.link, message.channel_name)
            yield _Deed(message.person_id, _WROTE, said)
            if takes_command(message.text):
                yield _Deed(message.person_id, _TOOK_COMMAND, said)


def _deeds_on_record(evidence: Evidence) -> Iterator[_Deed]:
    for entry in sorted(evidence.log_entries, key=lambda entry: (entry.sequence, entry.id)):
        if entry.person_id and entry.kind in _BY_LOG_ENTRY:
            yield _Deed(entry.person_id, _BY_LOG_ENTRY[entry.kind], cite_record(entry.id, entry.link))
    for note in sorted(evidence.notes, key=lambda note: note.id):
        if note.person_id:
            yield _Deed(note.person_id, "wrote a note", cite_record(note.id, note.link or evidence.incident.link))
    for seen in sorted(evidence.observations, key=lambda seen: seen.id):
        source = cite_record(seen.id, seen.link or evidence.incident.link)
        if seen.person_id and seen.kind in _BY_OBSERVATION:
            yield _Deed(seen.person_id, _BY_OBSERVATION[seen.kind], source)
        if seen.kind == "task":
            yield from (_Deed(person_id, _TASK, source) for person_id in seen.subject_ids)


def takes_command(text: str) -> bool:
    """Whether somebody says of themselves that they are in command: "I'm IC", "taking incident command"."""
    found = _TAKES_COMMAND.search(text)
    return found is not None and not text[found.end() :].split("\n", 1)[0].rstrip().endswith("?")


def _is_no_writing(vendor_kind: str, is_not_theirs: bool) -> bool:
    return is_not_theirs or vendor_kind.endswith(_HOUSEKEEPING)

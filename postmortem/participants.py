"""Everyone who took part, one line per human, so that all are invited to the review."""

from collections import Counter
from collections.abc import Iterator

from postmortem.document import Participant
from postmortem.evidence import Evidence
from postmortem.identities import Identities

_IN_WORDS = {
    "assigned": "assigned",
    "acknowledged": "acknowledged",
    "asked": "asked to help",
    "joined": "joined",
    "declined": "declined to join",
    "resolved": "resolved",
    "escalated": "escalated",
}


def list_participants(evidence: Evidence, identities: Identities) -> tuple[Participant, ...]:
    """Roles first, then by how much they did, then by name. Bots are left out."""
    deeds: dict[str, list[tuple[str, str]]] = {}
    for person_id, deed in (*dict.fromkeys(_recorded(evidence)), *_said(evidence)):
        if not identities.is_bot(person_id):
            deeds.setdefault(identities.human(person_id), []).append((person_id, deed))
    ranked = sorted(deeds.values(), key=lambda done: (-_roles(done), -len(done), identities.name(done[0][0]) or ""))
    return tuple(
        Participant(name=identities.name(done[0][0]) or "", how=_how([deed for _, deed in done])) for done in ranked
    )


def _recorded(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """What PagerDuty recorded; the incident and its log may both tell of one deed."""
    for entry in evidence.log_entries:
        if entry.person_id and entry.kind in _IN_WORDS:
            yield entry.person_id, _IN_WORDS[entry.kind]
    for responder in evidence.incident.responders:
        if responder.role or responder.participation in _IN_WORDS:
            yield responder.person_id, responder.role or _IN_WORDS[responder.participation]
    for observation in evidence.observations:
        if observation.kind == "role" and observation.role:
            yield from ((person_id, observation.role) for person_id in observation.subject_ids)


def _said(evidence: Evidence) -> Iterator[tuple[str, str]]:
    for note in evidence.notes:
        if note.person_id:
            yield note.person_id, "wrote a note"
    for message in evidence.messages:
        if message.person_id and not message.is_deleted and not message.vendor_kind.endswith(("_join", "_leave")):
            yield message.person_id, "message"


def _roles(done: list[tuple[str, str]]) -> int:
    plain = {*_IN_WORDS.values(), "message", "wrote a note"}
    return sum(deed not in plain for _, deed in done)


def _how(deeds: list[str]) -> str:
    counts = Counter(deeds)
    messages = counts.pop("message", 0)
    words = [deed if count == 1 else f"{deed} ({count} times)" for deed, count in counts.items()]
    if messages:
        words.append(f"wrote {messages} message{'s' if messages > 1 else ''}")
    return "; ".join(words)

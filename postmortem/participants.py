"""Everyone who took part, one line per human, so that all are invited to the review."""

from collections import Counter
from collections.abc import Iterator

from postmortem.document import Participant
from postmortem.evidence import Evidence
from postmortem.identities import Identities

# In the order in which they are told.
_IN_WORDS = {
    "assigned": "assigned",
    "asked": "paged or asked",
    "joined": "joined",
    "declined": "declined to join",
    "acknowledged": "acknowledged",
    "escalated": "escalated",
    "resolved": "resolved",
    "noted": "wrote a note",
}
_MESSAGE = "message"
_PLAIN = {*_IN_WORDS.values(), _MESSAGE}


def list_participants(evidence: Evidence, identities: Identities) -> tuple[Participant, ...]:
    """Roles first, then by how much they did, then by name. Bots are left out."""
    deeds: dict[str, list[tuple[str, str]]] = {}
    for person_id, deed in _deeds(evidence):
        if not identities.is_bot(person_id):
            deeds.setdefault(identities.human(person_id), []).append((person_id, deed))
    ranked = sorted(deeds.values(), key=lambda done: (-_roles(done), -len(done), identities.name(done[0][0]) or ""))
    return tuple(
        Participant(name=identities.name(done[0][0]) or "", how=_how([deed for _, deed in done])) for done in ranked
    )


def _deeds(evidence: Evidence) -> Iterator[tuple[str, str]]:
    for responder in evidence.incident.responders:
        yield responder.person_id, responder.role or _IN_WORDS.get(responder.participation, responder.participation)
    for message in evidence.messages:
        if message.person_id and not message.is_deleted and not message.vendor_kind.endswith(("_join", "_leave")):
            yield message.person_id, _MESSAGE


def _roles(done: list[tuple[str, str]]) -> int:
    return sum(deed not in _PLAIN for _, deed in done)


def _how(deeds: list[str]) -> str:
    """Roles, then deeds in their order, then how much was written."""
    counts = Counter(deeds)
    roles = [deed for deed in counts if deed not in _PLAIN]
    did = [deed for deed in _IN_WORDS.values() if deed in counts]
    wrote = [f"wrote {counts[_MESSAGE]} message{'s' if counts[_MESSAGE] > 1 else ''}"] if counts[_MESSAGE] else []
    return "; ".join((*roles, *did, *wrote))

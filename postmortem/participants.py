"""Everyone who took part, one line per human, so that all are invited to the review."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from postmortem.citations import cite_incident, cite_record
from postmortem.document import Participant
from postmortem.evidence import Evidence
from postmortem.identities import Identities
from postmortem.line import Citation

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


class _Deed(NamedTuple):
    """Who did what, and the record that says so."""

    person_id: str
    what: str
    source: Citation


def list_participants(evidence: Evidence, identities: Identities) -> tuple[Participant, ...]:
    """Roles first, then by how much they did, then by name. Bots are left out."""
    by_human: dict[str, list[_Deed]] = {}
    for deed in _deeds(evidence):
        if not identities.is_bot(deed.person_id):
            by_human.setdefault(identities.human(deed.person_id), []).append(deed)
    names = {human: identities.name(min(deed.person_id for deed in deeds)) or "" for human, deeds in by_human.items()}
    ranked = sorted(by_human, key=lambda human: (-_roles(by_human[human]), -len(by_human[human]), names[human], human))
    return tuple(_participant(names[human], by_human[human]) for human in ranked)


def _participant(name: str, deeds: list[_Deed]) -> Participant:
    sources = {deed.source.label: deed.source for deed in reversed(deeds)}
    return Participant(
        name=name, how=_how(deeds), citations=tuple(sorted(sources.values(), key=lambda source: source.label))
    )


def _deeds(evidence: Evidence) -> Iterator[_Deed]:
    """In an order that does not depend on which record arrived first."""
    source = cite_incident(evidence.incident)
    for responder in evidence.incident.responders:
        what = responder.role or _IN_WORDS.get(responder.participation, responder.participation)
        yield _Deed(responder.person_id, what, source)
    for message in sorted(evidence.messages, key=lambda message: (message.moment.at, message.id)):
        if message.person_id and not message.is_deleted and not message.vendor_kind.endswith(("_join", "_leave")):
            yield _Deed(message.person_id, _MESSAGE, cite_record(message.id, message.link, message.channel_name))


def _roles(deeds: list[_Deed]) -> int:
    return sum(deed.what not in _PLAIN for deed in deeds)


def _how(deeds: list[_Deed]) -> str:
    """Roles, then deeds in their order, then how much was written."""
    counts = Counter(deed.what for deed in deeds)
    roles = sorted(what for what in counts if what not in _PLAIN)
    did = [what for what in _IN_WORDS.values() if what in counts]
    wrote = [f"wrote {counts[_MESSAGE]} message{'s' if counts[_MESSAGE] > 1 else ''}"] if counts[_MESSAGE] else []
    return "; ".join((*roles, *did, *wrote))

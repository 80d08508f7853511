"""Items that are listed as such somewhere: in the document by people, as tasks in PagerDuty. No words mark them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from postmortem.action_items.item import ActionItem
from postmortem.action_items.marked import MarkedItem
from postmortem.action_items.spoken import Spoken
from postmortem.action_items.tasks import TASK, as_assigned, tasks_in
from postmortem.action_items.written import as_ticked, written_in
from postmortem.evidence import Evidence
from postmortem.identities import Identities
from postmortem.places import IN_THE_DOCUMENT

type Seen = Mapping[str, Sequence[ActionItem]]
"""What was listed before, by its record (`ItemsSeen.by_record`)."""


def listed_in(evidence: Evidence, identities: Identities, seen: Seen) -> Iterator[tuple[Spoken, MarkedItem]]:
    """Each with the record that lists it, its ordinal there settled."""
    document = f"{IN_THE_DOCUMENT}{evidence.incident.id}"
    yield from written_in(evidence, identities, seen.get(document, ()))
    yield from tasks_in(evidence, [*chain.from_iterable(seen.values())])


def as_listed(item: ActionItem, one: MarkedItem, evidence: Evidence, identities: Identities, seen: Seen) -> ActionItem:
    """The item with what the place says of it where it is listed: whose it is, and whether it is done there."""
    before = next((one for one in seen.get(item.evidence_id, ()) if one.id == item.id), None)
    if item.evidence_id.startswith(TASK):
        return as_assigned(item, evidence, identities, before)
    return as_ticked(_nobodys(item) if one.says_i else item, evidence, before)


def _nobodys(item: ActionItem) -> ActionItem:
    why = f'it says "I", and a document does not tell who wrote that; {item.owner.why}'
    return item.model_copy(update={"owner": item.owner.model_copy(update={"why": why})})

"""What people were told of their action items, and how each is reached: one record a person."""

from collections.abc import Callable
from typing import Any

from connectors.store.port import ABSENT, Conflict, Store
from postmortem.follow_up.contact import Contact
from postmortem.follow_up.reminders import Memory

_PEOPLE = "REMINDED"
_CONTACTS = "CONTACTS"
_SWEEPS = "SWEEPS"


class Reminded:
    """The memories by Slack id, the contacts by Jira account, and which parts of a day's work were done."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def memory(self, slack_id: str) -> Memory:
        record = self._store.read(_PEOPLE, slack_id)
        return Memory.model_validate(record.value) if record else Memory(slack_id=slack_id)

    def memories(self) -> dict[str, Memory]:
        return {record.sort: Memory.model_validate(record.value) for record in self._store.list(_PEOPLE)}

    def change(self, slack_id: str, change: Callable[[Memory], Memory]) -> Memory:
        """Write what `change` makes of what is remembered, over exactly that."""
        while True:
            record = self._store.read(_PEOPLE, slack_id)
            changed = change(Memory.model_validate(record.value) if record else Memory(slack_id=slack_id))
            try:
                self._store.write(_PEOPLE, slack_id, _value(changed), expected=record.version if record else ABSENT)
            except Conflict:
                continue
            return changed

    def contacts(self) -> dict[str, Contact]:
        return {record.sort: Contact.model_validate(record.value) for record in self._store.list(_CONTACTS)}

    def keep_contact(self, contact: Contact) -> None:
        self._store.write(_CONTACTS, contact.account_id, _value(contact))

    def done_on(self, what: str) -> str | None:
        """The day on which this was done last; None where it never was."""
        record = self._store.read(_SWEEPS, what)
        return record.value["day"] if record else None

    def mark_done(self, what: str, day: str) -> None:
        self._store.write(_SWEEPS, what, {"day": day})

    def begin(self, hour: str) -> bool:
        """Whether this hour's sweep is begun for the first time."""
        try:
            self._store.write(_SWEEPS, f"hour/{hour}", {"day": hour}, expected=ABSENT)
        except Conflict:
            return False
        return True


def _value(noun: Contact | Memory) -> dict[str, Any]:
    return noun.model_dump(mode="json", exclude_defaults=True)

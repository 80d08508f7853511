"""Which lines of the ledger may be at "sent", so that nobody need read every incident to find those left there.

An index, not the truth: a line is named here before it is sent, and struck out after it was settled. What is named may
be settled by now; what was sent is always named.
"""

from collections.abc import Iterator

from connectors.store.port import ABSENT, Conflict, Store

_INTENTS = "INTENTS"


class Intents:
    def __init__(self, store: Store) -> None:
        self._store = store

    def name(self, owner: str, key: str) -> None:
        """Before the line is written. `owner` is whose ledger it is: an incident, mostly."""
        self._store.write(_INTENTS, _sort(owner, key), {"owner": owner, "key": key})

    def version(self, owner: str, key: str) -> int:
        """To be read before the line is settled, so that `strike` spares a line that was sent again meanwhile."""
        record = self._store.read(_INTENTS, _sort(owner, key))
        return record.version if record else ABSENT

    def strike(self, owner: str, key: str, version: int) -> None:
        if version == ABSENT:
            return
        try:
            self._store.delete(_INTENTS, _sort(owner, key), expected=version)
        except Conflict:
            return

    def all(self) -> Iterator[tuple[str, str]]:
        """Owner and key."""
        for record in list(self._store.list(_INTENTS)):
            yield record.value["owner"], record.value["key"]


def _sort(owner: str, key: str) -> str:
    return f"{owner}#{key}"

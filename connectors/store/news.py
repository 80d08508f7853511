"""The incidents whose documents do not yet show what became of their items: none is forgotten when a journey dies."""

from connectors.store.port import ABSENT, Conflict, Store

_NEWS = "NEWS"


class News:
    """Marked before the item is written, taken away after the document shows it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def mark(self, incident_id: str) -> None:
        self._store.write(_NEWS, incident_id, {"incident_id": incident_id})

    def all(self) -> dict[str, int]:
        """Incident id to the version of its mark."""
        return {record.sort: record.version for record in self._store.list(_NEWS)}

    def version(self, incident_id: str) -> int:
        """Of the mark; ABSENT where there is none."""
        record = self._store.read(_NEWS, incident_id)
        return record.version if record else ABSENT

    def shown(self, incident_id: str, version: int) -> None:
        """Everything up to this mark is shown. One that was made meanwhile stays."""
        try:
            self._store.delete(_NEWS, incident_id, expected=version)
        except Conflict:
            return

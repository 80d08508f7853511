"""The incidents whose documents do not yet show what became of their items: none is forgotten when a journey dies."""

from connectors.store.port import ABSENT, Conflict, Store

_NEWS = "NEWS"


class News:
    """Marked before the item is written, taken away after the document shows it.

    A mark that is taken away stays as a record, because a deleted one would count its versions from 1 again, and who
    saw the first mark of all could take away a later one.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def mark(self, incident_id: str) -> None:
        self._store.write(_NEWS, incident_id, {"is_new": True})

    def all(self) -> dict[str, int]:
        """Incident id to the version of its mark."""
        return {record.sort: record.version for record in self._store.list(_NEWS) if record.value["is_new"]}

    def version(self, incident_id: str) -> int:
        """Of the mark; ABSENT where there is none."""
        record = self._store.read(_NEWS, incident_id)
        return record.version if record and record.value["is_new"] else ABSENT

    def shown(self, incident_id: str, version: int) -> None:
        """Everything up to this mark is shown. One that was made meanwhile stays."""
        try:
            self._store.write(_NEWS, incident_id, {"is_new": False}, expected=version)
        except Conflict:
            return

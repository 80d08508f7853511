"""The moves of a postmortem's status, each a record of its own: two people who move it at once are both kept."""

from itertools import count

from connectors.store.port import ABSENT, Conflict, Store
from postmortem.life import StatusChange

_MOVES = "MOVED#"


class Life:
    """The life of one incident's postmortem."""

    def __init__(self, store: Store, incident_id: str) -> None:
        self._store, self._partition = store, f"INC#{incident_id}"

    def history(self) -> tuple[StatusChange, ...]:
        """Every move, oldest first; none while it is still the draft it began as."""
        return tuple(StatusChange.model_validate(record.value) for record in self._store.list(self._partition, _MOVES))

    def move(self, change: StatusChange) -> None:
        """Add a move behind the last one."""
        for number in count(len(self.history()) + 1):
            try:
                self._store.write(
                    self._partition, f"{_MOVES}{number:06}", change.model_dump(mode="json"), expected=ABSENT
                )
            except Conflict:
                continue
            return

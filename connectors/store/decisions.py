"""What people decided about the action items of one incident, each decision a record of its own: none is lost."""

from connectors.store.port import ABSENT, Conflict, Store
from postmortem.action_items.decision import Decision

_DECIDED = "DECIDED#"


class Decisions:
    """The decisions about one incident's items."""

    def __init__(self, store: Store, incident_id: str) -> None:
        self._store, self._partition = store, f"INC#{incident_id}"

    def all(self) -> tuple[Decision, ...]:
        """Every decision, oldest first."""
        return tuple(
            Decision.model_validate(record.value["decision"]) for record in self._store.list(self._partition, _DECIDED)
        )

    def keep(self, decision: Decision, once: str) -> bool:
        """Add a decision behind the last one. `once` names the click or request: False where that was kept before."""
        value = {"once": once, "decision": decision.model_dump(mode="json", exclude_defaults=True)}
        while True:
            kept = list(self._store.list(self._partition, _DECIDED))
            if any(record.value["once"] == once for record in kept):
                return False
            try:
                self._store.write(self._partition, f"{_DECIDED}{len(kept) + 1:06}", value, expected=ABSENT)
            except Conflict:
                continue
            return True

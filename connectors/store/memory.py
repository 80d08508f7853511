"""What every incident is compared by, one record each, so that a new one finds its like without reading documents."""

from connectors.store.port import Store
from postmortem.similar import Traits

# Not "TRAITS": what was kept there does not tell what of it was said in private.
_TRAITS = "OPEN_TRAITS"


class Memory:
    """The traits of all incidents that have a postmortem here."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, traits: Traits) -> None:
        self._store.write(_TRAITS, traits.incident_id, traits.model_dump(mode="json", exclude_defaults=True))

    def all(self) -> tuple[Traits, ...]:
        return tuple(Traits.model_validate(record.value) for record in self._store.list(_TRAITS))

"""Which settings a stage has had: each version with who put it there, and when, and the file itself."""

from dataclasses import dataclass
from datetime import datetime

from connectors.store.port import Store

_PARTITION = "SETTINGS"


@dataclass(frozen=True, slots=True)
class Pushed:
    """One version, as it was last pushed."""

    version: str
    by: str
    at: datetime

    @property
    def file(self) -> str:
        """Where its debrief.yml is kept."""
        return f"settings/{self.version}.yml"


def remember_pushed(store: Store, pushed: Pushed, content: bytes) -> None:
    """Keep the file, and then its record."""
    store.save(pushed.file, content)
    store.write(_PARTITION, pushed.version, {"by": pushed.by, "at": pushed.at.isoformat()})


def pushed_as(store: Store, version: str) -> Pushed | None:
    """None where these settings never stood there."""
    record = store.read(_PARTITION, version)
    return Pushed(version, record.value["by"], datetime.fromisoformat(record.value["at"])) if record else None

"""`debrief serve` on a clock that is ahead: `python -m tests.simulation.kills.later 864000` serves in ten days."""

import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.store.port import Store
from connectors.store.sqlite import SqliteStore
from handlers.house import House
from handlers.serve import serve
from handlers.wiring import Machine, machine, utc_now


@dataclass(frozen=True, slots=True)
class Later(Machine):
    """The machine whose files are in the environment, so much later."""

    by: timedelta = timedelta(0)

    def now(self) -> datetime:
        return utc_now() + self.by

    def store(self) -> Store:
        return SqliteStore(self.home, self.now)

    def house(self, store: Store, **options: Any) -> House:
        return Machine.house(self, store, now=self.now, **options)


if __name__ == "__main__":
    here = machine()
    serve(Later(here.home, here.settings_file, here.secrets_file, timedelta(seconds=float(sys.argv[1]))), port=0)

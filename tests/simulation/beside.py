"""Another machine on the same store: a house and an engine of its own, which work whenever something of theirs is due.

It works inside whatever call lets time pass, as a second process would, and dies alone: its death is not ours.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.simulation.outside import GatedStore, Killed

if TYPE_CHECKING:
    from tests.simulation.household import Household

COMES_BACK_AFTER = timedelta(minutes=1)


class Beside:
    """`name` is that of its journal. What it is told to start begins at once, on the caller's thread."""

    def __init__(self, household: "Household", name: str) -> None:
        self._household, self._name = household, name
        self._is_working = False
        self._open()

    def starts(self, kind: str, name: str, payload: dict[str, Any]) -> None:
        self.engine.start(kind, name, payload)
        self.works()

    def works(self) -> None:
        """Do what is due, and put down when the next will be. Within itself it does not begin again."""
        if self._is_working:
            return
        self._is_working = True
        try:
            while self.engine.run_due():
                pass
            wake_at = self.engine.next_wake()
        except Killed:
            self.close()
            self._open()
            wake_at = self._household.clock.now() + COMES_BACK_AFTER
        finally:
            self._is_working = False
        if wake_at is not None:
            self._household.calendar.at(wake_at, self.works)

    def close(self) -> None:
        self.engine.close()
        self._house.close()

    def _open(self) -> None:
        store = GatedStore(self._household.machine.store(), self._household.outside)
        self._house = self._household.house_on(store)
        self.engine = self._household.engine_over(f"{self._name}.db", self._house)

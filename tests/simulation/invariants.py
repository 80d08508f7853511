"""What must hold, whatever fails: after every call to the outside, and at rest when the faults have stopped.

The numbers are those of the list that the simulation is held to; a `Broken` names the one that did not hold.
"""

from collections import Counter

from tests.simulation.household import Household


class Broken(Exception):
    """An invariant does not hold: `number` of the list, and what was seen."""

    def __init__(self, number: int, seen: str) -> None:
        super().__init__(f"invariant {number}: {seen}")
        self.number = number


def check_always(household: Household) -> None:
    """What holds at any moment. Cheap: it is asked after every call."""
    labels = Counter(
        label for issue in household.jira.issues for label in issue["fields"]["labels"] if label.startswith("pm-")
    )
    for label, times in labels.items():
        if times > 1:
            raise Broken(1, f"{times} issues have the key {label}")


def check_at_rest(household: Household) -> None:
    """What holds once the faults have stopped and everything has come to rest."""
    check_always(household)
    for journey in household.engine.journeys():
        if journey.state not in ("done", "failed"):
            raise Broken(6, f"the journey {journey.name} is {journey.state}: {journey.error}")

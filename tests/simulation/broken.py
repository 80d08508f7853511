"""What is raised where an invariant does not hold."""


class Broken(Exception):
    """An invariant does not hold: `number` of the list, and what was seen."""

    def __init__(self, number: int, seen: str) -> None:
        super().__init__(f"invariant {number}: {seen}")
        self.number, self.seen = number, seen

"""What is raised where an invariant does not hold."""


class Broken(BaseException):
    """An invariant does not hold: `number` of the list, and what was seen. No journey and no engine catches it."""

    def __init__(self, number: int, seen: str) -> None:
        super().__init__(f"invariant {number}: {seen}")
        self.number, self.seen = number, seen

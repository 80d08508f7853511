"""What is told of a life."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

_STEP = re.compile(r"^[\d:]{8} (?:pm|ob|fu|rc|de)-\S+?: (.+?) (?:done|waiting until|failed)\b")
_NUMBERS = re.compile(r"\b[CD][A-Z0-9]{10}\b|\d+")
_IDS = re.compile(r"(?<=/)(?=[A-Z0-9-]*\d)[A-Z0-9-]{4,}(?=/|$)")


@dataclass
class Told:
    """`violations` is empty where all was as it should be; `after_steps` and `at_requests` are places of kills."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter[str])
    after_steps: Counter[str] = field(default_factory=Counter[str])
    at_requests: Counter[str] = field(default_factory=Counter[str])
    figures: Counter[str] = field(default_factory=Counter[str])
    violations: list[str] = field(default_factory=list[str])
    slowest_vendor: float = 0.0

    def number_of_kills(self) -> int:
        return sum(self.kills.values())


def kind_of(request: str) -> str:
    """ "GET /incidents/*/alerts": a request without the ids in it."""
    return _IDS.sub("*", request)


def last_step(lines: Sequence[str]) -> str:
    """The last step of which a run of the process told in its log, without its numbers."""
    steps = [found[1] for line in lines if (found := _STEP.match(line))]
    return _NUMBERS.sub("n", steps[-1]) if steps else "nothing yet"

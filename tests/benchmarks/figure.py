"""What a benchmark tells: a figure, its target, and the sentence of what it means."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` and `target` are in `unit`; the target is the most it may be. No target: it is only told."""

    name: str
    value: float
    unit: str
    target: float | None
    means: str

    @property
    def is_met(self) -> bool:
        return self.target is None or self.value <= self.target

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"met": self.is_met}

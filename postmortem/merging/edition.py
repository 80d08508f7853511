"""What has to be remembered of a document between two publications, to tell a person's hand from ours."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Edition:
    """What we wanted to say then (`base`), and what was written (`written`), unit by unit.

    Of `written`, a number is that unit of `base`, unchanged; a pair is what stands for that unit of `base` (changed by
    a person, or our suggestion beside it); a text is a person's own. What of `base` is not named was deleted. `gone`
    is what was deleted and we have not said since (`gone.py`), `refused` the hashes of suggestions that a person took
    out.

    No pydantic noun: what a person saved need not be text (a lone surrogate stands for a byte that is none), and ten
    thousand lines are read and written at every publication.
    """

    base: tuple[str, ...] = ()
    written: tuple[int | tuple[int, str] | str, ...] = ()
    refused: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def units(self) -> list[tuple[str, int | None]]:
        """What was written, each unit with the unit of `base` that it stands for."""
        return [
            (self.base[unit], unit)
            if isinstance(unit, int)
            else (unit, None)
            if isinstance(unit, str)
            else (unit[1], unit[0])
            for unit in self.written
        ]

    @property
    def is_empty(self) -> bool:
        """Whether a person had emptied the document, and it was left so."""
        return not any(unit.strip() for unit, _ in self.units())

    def as_json(self) -> bytes:
        """ASCII: also what is no text survives."""
        told = {"base": self.base, "written": self.written, "refused": self.refused, "gone": self.gone}
        return json.dumps({"schema_version": _SCHEMA} | told, separators=(",", ":")).encode("ascii")

    @property
    def name(self) -> str:
        """16 hexadecimal digits by which this very edition is known."""
        return hashlib.sha256(self.as_json()).hexdigest()[:16]


def edition_from_json(content: bytes) -> Edition:
    """The edition that `as_json` wrote. Raises ValueError, KeyError or TypeError where it did not."""
    told: dict[str, Any] = json.loads(content)
    if told["schema_version"] != _SCHEMA:
        raise ValueError(f"an edition of schema {told['schema_version']} is not known here")
    written = tuple((unit[0], unit[1]) if isinstance(unit, list) else unit for unit in told["written"])
    return Edition(tuple(told["base"]), written, tuple(told["refused"]), tuple(told["gone"]))

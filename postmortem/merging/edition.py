"""What has to be remembered of a document between two publications, to tell a person's hand from ours."""

from postmortem.noun import Noun


class Edition(Noun):
    """What we wanted to say then (`base`), and what was written (`written`), unit by unit.

    Of `written`, a number is that unit of `base`, unchanged; a pair is what stands for that unit of `base` (changed by
    a person, or our suggestion beside it); a text is a person's own. What of `base` is not named was deleted. `refused`
    are the hashes of suggestions that a person took out, `gone` those of deleted units that we have not said since.
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

"""Why words that nobody marked are taken for an action item, and how surely."""

from postmortem.noun import Noun


class Likely(Noun):
    """`reason` is a sentence with everything that speaks for it; `confidence` is from 0 to 1.

    `brief` is what speaks for it most, as it stands within a sentence: "Bea Lindqvist says that they will do it, and a
    day is named".
    """

    reason: str
    confidence: float
    brief: str = ""

    @property
    def in_short(self) -> str:
        """What a person reads who decides; an older draft has only the whole of it."""
        return self.brief or self.reason.partition(";")[0].rstrip(".")

    @property
    def in_words(self) -> str:
        """How surely, as people say it: nobody knows what 0.62 of an action item is."""
        return next(words for least, words in _WORDS if self.confidence >= least)


_WORDS = ((0.8, "very likely"), (0.55, "likely"), (0.3, "possibly"), (-1.0, "perhaps"))

"""Why words that nobody marked are taken for an action item, and how surely."""

from postmortem.noun import Noun


class Likely(Noun):
    """`reason` is a sentence for the person who decides ("bea said that she will"); `confidence` is from 0 to 1."""

    reason: str
    confidence: float

    @property
    def in_words(self) -> str:
        """How surely, as people say it: nobody knows what 0.62 of an action item is."""
        return next(words for least, words in _WORDS if self.confidence >= least)


_WORDS = ((0.8, "very likely"), (0.55, "likely"), (0.3, "possibly"), (-1.0, "perhaps"))

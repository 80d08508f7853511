"""Why words that nobody marked are taken for an action item, and how surely."""

from postmortem.noun import Noun


class Likely(Noun):
    """`reason` is a sentence for the person who decides ("bea said that she will"); `confidence` is from 0 to 1."""

    reason: str
    confidence: float

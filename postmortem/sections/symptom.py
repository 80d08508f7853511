"""The first sentence in the chat that says what was wrong, for an incident that no record names."""

import re

from postmortem.sections.mood import asks
from postmortem.sections.quoting import said_by_people
from postmortem.sections.resolution_words import tells_an_end
from postmortem.sections.sentences import Sentence, sentences_of
from postmortem.told import Told

_WRONG = re.compile(
    r"\b(?:down|died|dead|outage|broken|breaks|fail(?:s|ed|ing|ures?)?|crash\w*|unavailable|unreachable|unresponsive|"
    r"not (?:working|responding|loading|starting|reachable)|stuck|offline|slow|errors?|cannot|can't|unable|"
    r"[45]\d\ds?(?! ?(?:ms|%|s|[kmg]?b)\b)|"
    r"time(?:s|d)? ?out|timing out|timeouts?|degraded|hangs?|hung|hanging|missing|lost|expired|flapping|full|wrong|"
    r"doesn't (?:work|respond|load|start)|won't (?:load|start|work))\b(?! (?:with|from) (?:me|us)\b)"
)
# "Seeing that too" names nothing to somebody who was not there.
_POINTS_ELSEWHERE = re.compile(
    r"\W*(?:seeing (?:this|that|it|the same)|(?:this|that|it|these|those|they)(?:'s|'re| is| was| are| were)?|"
    r"same|me too|"
    r"yes|yep|no|nope|i (?:have|see|get) (?:the same|this|that|it))\b"
)


def first_symptom(told: Told) -> Sentence | None:
    """The first that names what was wrong, else the first that says that something was; None where none does."""
    return told.once(_first_symptom)


def _first_symptom(told: Told) -> Sentence | None:
    first: Sentence | None = None
    for sentence in (sentence for event in said_by_people(told) for sentence in sentences_of(event)):
        if _WRONG.search(sentence.plain) and not asks(sentence.plain) and not tells_an_end(sentence.plain):
            if not _POINTS_ELSEWHERE.match(sentence.plain):
                return sentence
            first = first or sentence
    return first

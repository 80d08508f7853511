"""What the linter has to say about one place in a document."""

from typing import Literal

from postmortem.noun import Noun

Rule = Literal[
    "blame",
    "human-error",
    "counterfactual",
    "hindsight",
    "missing-section",
    "empty-section",
    "open-question",
    "no-evidence",
    "item-owner",
    "item-date",
    "item-verb",
]


class Finding(Noun):
    """`line` counts from 1; 0 is the whole document. `words` are those found, `why` says what is wrong with them, and
    `better` what to write instead. A `is_note` is worth a look and no mistake: somebody's words, an open question."""

    line: int
    rule: Rule
    words: str
    why: str
    better: str
    is_note: bool = False

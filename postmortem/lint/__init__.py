"""A deterministic linter for postmortems in Markdown: ours, and what people made of them."""

import re

from postmortem.lint.finding import Finding
from postmortem.lint.language import check_words
from postmortem.lint.parts import read_document
from postmortem.lint.structure import check_structure

# A row of our timeline is somebody's own words, as a quotation is: it is noted, and theirs to keep.
_ON_RECORD = re.compile(r"\d\d:\d\d:\d\d UTC · ")
__all__ = ["Finding", "lint"]


def lint(markdown: str) -> tuple[Finding, ...]:
    """Everything found, in the order of the lines; the whole document's first."""
    document = read_document(markdown)
    said = (
        finding.model_copy(update={"is_note": True}) if part.is_quote or _ON_RECORD.match(part.text) else finding
        for part in document.parts
        for finding in check_words(part.text, part.line)
    )
    found = (*check_structure(document), *said)
    return tuple(sorted(found, key=lambda finding: finding.line))

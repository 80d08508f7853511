"""What a draft is made of: a line has a source, or is plainly a question to somebody. Nothing else can be built."""

from typing import Self

from pydantic import model_validator

from postmortem.noun import Noun


class Citation(Noun):
    """Where a line comes from: the record's id, a label a person can read, and its link where there is one."""

    evidence_id: str
    label: str
    link: str | None = None


class Line(Noun):
    """One statement with its sources, or a question with the role it is asked of.

    `group` is the sub-heading it stands under ("Temporary fixes"), `label` what it is in a word or two ("hypothesis",
    "helped"). `under` are the lines that belong to it: what confirmed it, what refuted it, what came of it.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    asked_of: str | None = None
    label: str | None = None
    group: str | None = None
    under: tuple["Line", ...] = ()

    @model_validator(mode="after")
    def _has_a_source_or_asks(self) -> Self:
        if not self.citations and self.asked_of is None:
            raise ValueError("a line needs a source, or somebody who is asked")
        return self


class Section(Noun):
    """`key` is stable over releases; `heading` is what people read."""

    key: str
    heading: str
    lines: tuple[Line, ...] = ()

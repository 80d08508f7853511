"""A draft that was made, before it is shown or written anywhere."""

from dataclasses import dataclass

from handlers.cli.report import Report
from postmortem.document import Postmortem
from postmortem.outputs.layout import Layout


@dataclass(frozen=True, slots=True)
class Drawn:
    """The report on it, the document as data, its layout, and its Markdown as it was published."""

    report: Report
    postmortem: Postmortem
    layout: Layout
    markdown: str

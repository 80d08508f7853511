"""Statements and questions as items of a Markdown list, each with its sources or the role that is asked."""

from collections.abc import Iterable, Iterator

from postmortem.line import Citation, Line
from postmortem.outputs.escaping import Md, at_line_start, escape, joined, link, passage, shorten, together

LONGEST_QUOTE = 600
"""A line is cut here, between words; what it cites, and the full log, hold the rest."""


def cited(citations: Iterable[Citation]) -> Md:
    """ "([#inc-1](…), [PagerDuty log](…) [2](…))": each source once, several of one kind numbered."""
    sources = sources_of(citations)
    return together("(", sources, ")") if sources else sources


def sources_of(citations: Iterable[Citation]) -> Md:
    """The same without the brackets."""
    by_label: dict[str, dict[str | None, None]] = {}
    for citation in citations:
        by_label.setdefault(citation.label, {})[citation.link] = None
    return joined(", ", map(_of_one_kind, by_label, by_label.values()))


def _of_one_kind(label: str, links: Iterable[str | None]) -> Md:
    return joined(" ", (link(label if n == 1 else str(n), one) for n, one in enumerate(links, start=1)))


def line_item(line: Line) -> Md:
    """One item and the items under it, without the hyphen of the first."""
    return joined("\n", (_one(line, "  "), *(together("  - ", _one(under, "    ")) for under in _under(line))))


def question(asked_of: str, text: Md) -> Md:
    """ "❓ **Service owner:** Which customers were affected?" """
    return together("❓ **", escape(_capital(asked_of)), ":** ", text)


def _one(line: Line, indent: str) -> Md:
    sources = cited(line.citations)
    if line.asked_of:
        asked = question(line.asked_of, escape(line.text))
        return together(asked, " ", sources) if sources else asked
    label = together("**", escape(_capital(line.label)), "** · ") if line.label else Md("")
    said = passage(_cut(line.text), "    " if len(indent) > 2 else "  ", sources)
    return together(label, said if label else at_line_start(said))


def _under(line: Line) -> Iterator[Line]:
    """Everything below, at one level: two are as many as can be read."""
    for under in line.under:
        yield under
        yield from _under(under)


def _cut(text: str) -> str:
    """A quotation that is cut still ends as one."""
    shown = shorten(text, LONGEST_QUOTE)
    return f"{shown}”" if shown != text and text.endswith("”") else shown


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

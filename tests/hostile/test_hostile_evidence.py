"""Every payload through the front door: collected, weighed, quoted and written like any other text of an incident.

All of them meet in one document, so that what one leaves open could reach the next; a complaint is followed by the
payloads that raise it alone.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from postmortem.compose import compose
from postmortem.document import Postmortem
from postmortem.outputs.html import render_page
from postmortem.outputs.markdown import render_body, render_markdown
from postmortem.outputs.storage import render_storage
from tests.hostile import reading
from tests.hostile.everywhere import composed_of, evidence_of_all, settings
from tests.hostile.payloads import PAYLOADS
from tests.unit.given import START

_OURS = ("<details><summary>", "</details>", "<!-- debrief:begin ", "<!-- debrief:end ")


class Written(NamedTuple):
    """A document, and its Markdown, of which everything else is made."""

    postmortem: Postmortem
    markdown: str


def written(postmortem: Postmortem) -> Written:
    return Written(postmortem, render_markdown(postmortem))


@cache
def everything() -> Written:
    return written(compose(evidence_of_all(PAYLOADS), settings(), composed_at=START))


def as_github_reads_it(draft: Written) -> Iterator[str]:
    tree = reading.html_of(draft.markdown)
    yield from reading.not_allowed(tree, reading.MARKDOWN_MAY)
    yield from reading.tricks(draft.markdown)
    folds = [element for name, element in reading.elements(tree) if name == "details"]
    if len(folds) != 1 or reading.built(folds[0])["li"] != len(draft.postmortem.timeline.events):
        yield "the full log has not one item for each event"
    yield from _lost(reading.words(tree), draft)


def as_markdown_it_reads_it(draft: Written) -> Iterator[str]:
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = [inside for token in reader.parse(draft.markdown) for inside in (token, *(token.children or ()))]
    yield from (f"raw HTML: {token.content[:80]!r}" for token in tokens if _is_foreign(token))
    yield from ("an image" for token in tokens if token.type == "image")
    links = [str(token.attrs["href"]) for token in tokens if token.type == "link_open"]
    yield from (f"a link to {link!r}" for link in links if not link.startswith(("https://", "http://", "mailto:", "#")))


def _is_foreign(token: Token) -> bool:
    if token.type == "html_inline":
        return True
    lines = token.content.splitlines() if token.type == "html_block" else []
    return any(not line.startswith(_OURS) for line in lines if line)


def as_a_browser_reads_it(draft: Written) -> Iterator[str]:
    html = render_page(draft.postmortem, draft.markdown)
    tree = reading.page_of(html)
    yield from reading.not_allowed(tree, reading.PAGE_MAY)
    yield from reading.unknown_code(tree)
    yield from reading.tricks(html)
    yield from _lost(reading.words(tree), draft)


def as_confluence_reads_it(draft: Written) -> Iterator[str]:
    page = render_storage(render_body(draft.postmortem), draft.postmortem, whole="It is elsewhere.", most=9_000_000)
    tree = reading.storage_of(page.body)
    yield from reading.not_allowed(tree, reading.STORAGE_MAY)
    yield from reading.tricks(reading.words(tree))
    macros = [str(element.get("{ac}name")) for name, element in reading.elements(tree) if name == "ac:structured-macro"]
    if macros.count("expand") != 1 or {*macros} - {"expand", "code"}:
        yield f"macros: { {*macros} }"
    yield from _lost(reading.words(tree), draft)


def _lost(text: str, draft: Written) -> Iterator[str]:
    """Messages of which a reader does not find the letters."""
    seen = reading.letters(text)
    said = (event.text for event in draft.postmortem.timeline.events)
    yield from (f"lost: {one[:80]!r}" for one in said if reading.letters(one) not in seen)


CHECKS: tuple[Callable[[Written], Iterator[str]], ...] = (
    as_github_reads_it,
    as_markdown_it_reads_it,
    as_a_browser_reads_it,
    as_confluence_reads_it,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_what_was_said_in_an_incident_stays_text(check: Callable[[Written], Iterator[str]]):
    complaints = [*check(everything())]
    guilty: dict[str, Any] = {}
    if complaints:
        alone = {payload: [*check(written(composed_of(payload)))] for payload in PAYLOADS}
        guilty = {payload[:120]: found[:3] for payload, found in alone.items() if found}
    assert (complaints[:5], guilty) == ([], {})

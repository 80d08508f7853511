"""Every payload in every field of every output: it is read as text, and does nothing.

One small document per payload, with the payload in each of its fields, is compared with the same document in harmless
words; a complaint names its payload. `tests/browser/test_hostile_page.py` lets Chromium read them too.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from io import StringIO
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError

import pytest
from rich.console import Console

from connectors.confluence.translate import LONGEST_TITLE, fitting_title
from connectors.jira.translate import Payload, Screen, ScreenField, payload_from_request, remote_link_body
from connectors.pagerduty.translate import MOST_CHARACTERS, note_to_pagerduty
from connectors.slack.announcement import LONGEST_BLOCK, announce, blocks_from_paragraphs
from handlers.cli.report import report_on
from handlers.cli.screen import show_report
from handlers.pages import Draft, Listed, Standing, draft_page, list_page, notice_page, waiting_page
from postmortem.action_items.issues import request_issues
from postmortem.announcement import announce_draft, plain_text
from postmortem.compose import compose
from postmortem.document import Postmortem
from postmortem.outputs.html import render_page
from postmortem.outputs.json_document import render_json
from postmortem.outputs.markdown import render_body, render_markdown
from postmortem.outputs.storage import render_storage
from tests.hostile import reading
from tests.hostile.everywhere import HARMLESS, document_of, evidence_of, settings
from tests.hostile.payloads import PAYLOADS
from tests.unit.given import evidence
from tests.vendors.slack_world import SlackWorld, channel

type Check = Callable[[str], Iterator[str]]
LEAST = 200
MOMENT = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)
SCREEN = Screen(
    project="OPS",
    issue_type_id="1",
    issue_type="Task",
    fields=tuple(ScreenField(id=name, name=name) for name in ("description", "duedate", "assignee")),
)


class Expected(NamedTuple):
    """What an output of harmless words is built of, and says."""

    built: Counter[str]
    words: str
    comments: list[str]


def expected_of(tree: Any) -> Expected:
    return Expected(reading.built(tree), reading.words(tree), reading.comments(tree))


@cache
def markdown(text: str) -> str:
    return render_markdown(document_of(text))


def github_markdown(payload: str) -> Iterator[str]:
    tree, expected = reading.html_of(markdown(payload)), _markdown_in_harmless_words()
    yield from reading.not_allowed(tree, reading.MARKDOWN_MAY)
    if reading.letters(payload) or payload.isprintable():
        yield from reading.wrongly_counted(reading.built(tree), expected.built)
    if reading.comments(tree) != expected.comments:
        yield "comments that are not ours"
    yield from reading.tricks(markdown(payload))
    yield from reading.told(reading.words(tree), payload, expected.words, HARMLESS)


@cache
def _markdown_in_harmless_words() -> Expected:
    return expected_of(reading.html_of(markdown(HARMLESS)))


def page(payload: str) -> Iterator[str]:
    html = render_page(document_of(payload), markdown(payload))
    tree, expected = reading.page_of(html), _page_in_harmless_words()
    yield from reading.not_allowed(tree, reading.PAGE_MAY)
    yield from reading.unknown_code(tree)
    if reading.letters(payload) or payload.isprintable():
        yield from reading.wrongly_counted(reading.built(tree), expected.built)
    yield from reading.tricks(html)
    # At a glance a line stands without its sources and its blocks of code.
    yield from reading.told(reading.words(tree), payload, expected.words, HARMLESS, spare=6)


@cache
def _page_in_harmless_words() -> Expected:
    return expected_of(reading.page_of(render_page(document_of(HARMLESS), markdown(HARMLESS))))


def edited_page(payload: str) -> Iterator[str]:
    """As a person may write it into the document, where Markdown and HTML count."""
    everywhere = f"{payload}\n\n## {payload}\n\n- {payload}\n\n| a | {payload} |\n| --- | --- |\n\n{payload}\n"
    for document in (everywhere, f"# {payload}\n\n> {payload}\n\n1. x\n   {payload}\n"):
        tree = reading.page_of(render_page(_empty(), document))
        yield from reading.not_allowed(tree, reading.EDITED_PAGE_MAY)
        yield from reading.unknown_code(tree)


@cache
def _empty() -> Postmortem:
    return compose(evidence(), settings(), composed_at=MOMENT)


def confluence(payload: str) -> Iterator[str]:
    try:
        tree = reading.storage_of(_storage(payload))
    except ParseError as error:
        yield f"not well-formed: {error}"
        return
    expected = _storage_in_harmless_words()
    yield from reading.not_allowed(tree, reading.STORAGE_MAY)
    if reading.letters(payload) or payload.isprintable():
        yield from reading.wrongly_counted(reading.built(tree), expected.built)
    for name, element in reading.elements(tree):
        if name == "ac:structured-macro" and element.get("{ac}name") not in ("expand", "code"):
            yield "a macro that is not ours"
        if name == "ac:plain-text-body" and len(element):
            yield "something in a block of code"
    yield from reading.tricks(reading.words(tree))
    yield from reading.told(reading.words(tree), payload, expected.words, HARMLESS)


@cache
def _storage_in_harmless_words() -> Expected:
    return expected_of(reading.storage_of(_storage(HARMLESS)))


@cache
def _storage(text: str) -> str:
    postmortem = document_of(text)
    return render_storage(render_body(postmortem), postmortem, whole=text, most=4_000_000).body


def confluence_title(payload: str) -> Iterator[str]:
    title = fitting_title("Postmortem: ", payload, " (Q1)")
    yield from reading.tricks(title)
    if len(title.encode("utf-16-le")) // 2 > LONGEST_TITLE or not title.endswith(" (Q1)"):
        yield "a title that is too long"
    if len(payload) < LONGEST_TITLE / 2:
        yield from reading.told(title, payload, HARMLESS, HARMLESS)


def slack_announcement(payload: str) -> Iterator[str]:
    paragraphs = _announcement(payload)
    world = _slack()
    announce(world.api, "C00INC042", plain_text(paragraphs), blocks_from_paragraphs(paragraphs), "pm-1")
    posted = world.slack.workspace.posted[-1]
    yield from reading.slack_complaints(posted["blocks"])
    if any(len(json.dumps(block)) > 4 * LONGEST_BLOCK for block in posted["blocks"]):
        yield "a block that is too long"
    bare = posted["text"].replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    yield from (f"a live {sign}" for sign in "<>&" if sign in bare)
    said = "".join(
        element["text"]
        for block in posted["blocks"]
        for section in block["elements"]
        for element in section["elements"]
    )
    yield from reading.tricks(said)
    yield from reading.tricks(posted["text"])
    yield from reading.told(said, payload, "".join(_said(_announcement(HARMLESS))), HARMLESS)


def _said(paragraphs: Any) -> Iterator[str]:
    return (span.text for spans in paragraphs for span in spans)


@cache
def _slack() -> SlackWorld:
    return SlackWorld([channel()])


@cache
def _announcement(text: str) -> Any:
    links = (("open it", text), ("open the page", f"https://acme.example/{text}"))
    return announce_draft(document_of(text), draft=text, links=links, said=(text,))


def pagerduty_note(payload: str) -> Iterator[str]:
    note = note_to_pagerduty(plain_text(_announcement(payload)))
    yield from reading.tricks(note)
    if len(note) > MOST_CHARACTERS:
        yield "a note that is too long"
    yield from reading.told(note, payload, HARMLESS, HARMLESS)


def jira_issue(payload: str) -> Iterator[str]:
    for request, harmless in zip(_issues(payload), _issues(HARMLESS), strict=True):
        summary, description = request.body["fields"]["summary"], request.body["fields"]["description"]
        expected = reading.adf_words(harmless.body["fields"]["description"])
        yield from reading.adf_complaints(description)
        yield from reading.tricks(reading.adf_words(description))
        yield from reading.tricks(summary)
        yield from reading.told(reading.adf_words(description), payload, expected, HARMLESS)
        if "\n" in summary or not summary:
            yield "a summary that Jira refuses"
        if len(payload) < 200:
            yield from reading.told(summary, payload, HARMLESS, HARMLESS)
    yield from reading.tricks(remote_link_body("x", "https://acme.example", payload)["object"]["title"])


@cache
def _issues(text: str) -> tuple[Payload, ...]:
    requests = request_issues(document_of(text), install_id="x", postmortem_link=text)
    return tuple(payload_from_request(request, SCREEN) for request in requests if request)


def json_document(payload: str) -> Iterator[str]:
    written = render_json(document_of(payload))
    if not written.isascii():
        yield "not ASCII"
    found, expected = _strings(json.loads(written)), _strings(json.loads(render_json(document_of(HARMLESS))))
    if found.count(payload) != expected.count(HARMLESS):
        yield f"{found.count(payload)} fields hold it where {expected.count(HARMLESS)} should"


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in _strings(one)]
    return [value] if isinstance(value, str) else []


def terminal(payload: str) -> Iterator[str]:
    shown = _shown(payload)
    yield from reading.terminal_complaints(shown)
    yield from reading.told(shown, payload, HARMLESS, HARMLESS)


def _shown(text: str) -> str:
    out = StringIO()
    console = Console(file=out, force_terminal=True, width=10_000, color_system="truecolor", legacy_windows=False)
    report = report_on(
        "live", document_of(text), evidence_of(text), draft=text, announced=(text,), said=(text,), hints=(text,)
    )
    show_report(console, report)
    return out.getvalue()


def served_pages(payload: str) -> Iterator[str]:
    row = Listed(payload, payload, payload, payload, MOMENT, questions=2, items=1)
    standing = Standing(payload, payload, "failed", payload)
    draft = Draft(_empty(), payload, payload)
    pages = list_page([row], [standing]), waiting_page(standing, payload), notice_page(payload, payload)
    for html in (*pages, draft_page(draft, standing, payload)):
        tree = reading.page_of(html)
        yield from reading.not_allowed(tree, reading.EDITED_PAGE_MAY)
        yield from reading.tricks(html)
        yield from reading.told(reading.words(tree), payload, HARMLESS, HARMLESS)


CHECKS: tuple[Check, ...] = (
    github_markdown,
    page,
    edited_page,
    confluence,
    confluence_title,
    slack_announcement,
    pagerduty_note,
    jira_issue,
    json_document,
    terminal,
    served_pages,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_hostile_text_is_only_ever_text(check: Check):
    assert len(PAYLOADS) >= LEAST
    complaints = {payload: [*check(payload)] for payload in PAYLOADS}
    assert {payload[:120]: found for payload, found in complaints.items() if found} == {}

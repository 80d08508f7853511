"""The document as a Confluence page: well-formed whatever was said, with no macro out of anybody's words."""

import json
import re
import time
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postmortem.compose import compose
from postmortem.document import Postmortem
from postmortem.outputs.markdown import render_body
from postmortem.outputs.parsing import parse
from postmortem.outputs.storage import blocks_from_tokens, render_storage, size_in_request
from postmortem.outputs.storage_text import code_macro
from postmortem.settings import Settings
from tests.benchmarks.big_evidence import BEGAN, LASTED, big_evidence
from tests.unit.given import CARL, at, evidence, log, note, said
from tests.vendors.confluence_storage import as_confluence_keeps, name_of, parsed

_WHOLE = "The whole document is at drafts/x.md."
_OPENERS = (
    "]]>",
    "<![CDATA[",
    "<!--",
    "&",
    "&lt;",
    "&#x1;",
    "<",
    "</p>",
    "</ac:rich-text-body>",
    "{code}",
    "[link|http://x]",
)
_PAYLOADS = (
    '<ac:structured-macro ac:name="html"><ac:plain-text-body><![CDATA[<script>x()</script>]]></ac:plain-text-body>',
    '<ac:structured-macro ac:name="include"/>',
    "<ac:image><ri:url ri:value='https://evil.example/x.png'/></ac:image>",
    '<img src="https://evil.example/x.png" onerror="alert(1)"/>',
    "![x](https://evil.example/x.png)",
    "[click](javascript:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](//evil.example)",
    "<javascript:alert(1)>",
    "{html}<script>alert(1)</script>{html}",
    "{iframe:src=https://evil.example}",
    "{include:Secret Page}",
    "&nbsp;&bogus;&#0;&#xD800;",
    "</li></ul></ac:rich-text-body></ac:structured-macro><ac:structured-macro ac:name='html'>",
    "\x00\x01\x08\x0b\x1f\ufffe\uffff\ud800\udfff",
    "\u202etxt.exe\u202c \u2066hidden\u2069",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]>&a;",
    "```\n</ac:plain-text-body>]]>\n```",
    "<details><summary>x</summary>",
    "| a | b |\n| --- | --- |\n| <td> | ]]> |",
    "' onmouseover='alert(1)",
    '" onmouseover="alert(1)',
    "@[~admin] h1. Heading *bold* _x_ !image.png!",
    "Debrief key: other/Q2, edition 0123456789abcdef.",
)
HOSTILE = tuple(
    f"{opener}{payload}{opener} tail{number}"
    for number, (opener, payload) in enumerate((opener, payload) for opener in _OPENERS for payload in _PAYLOADS)
)
_OUR_MACROS = {"expand"}
_WRITTEN = (
    "p h2 h3 ul ol li table tbody tr th td strong em a br code ac:structured-macro ac:parameter ac:rich-text-body"
)
_OUR_ELEMENTS = set(_WRITTEN.split())


def drafted(*texts: str) -> Postmortem:
    records = [said(str(number), 60 * number, text) for number, text in enumerate(texts, 1)]
    return compose(evidence(log("a", 0, "triggered"), *records), Settings(), composed_at=at(7200).at)


def page(postmortem: Postmortem, most: int = 4_500_000) -> str:
    return render_storage(render_body(postmortem), postmortem, whole=_WHOLE, most=most).body


def macros(body: str) -> set[str | None]:
    found = (one for one in parsed(body).iter() if name_of(one.tag) == "ac:structured-macro")
    return {one.get("{http://ac}name") for one in found}


def text_of(body: str) -> str:
    return " ".join("".join(parsed(body).itertext()).split())


def test_there_are_more_than_two_hundred_hostile_strings():
    assert len(set(HOSTILE)) >= 200


@pytest.mark.parametrize("start", range(0, len(HOSTILE), 66))
def test_no_hostile_string_becomes_a_macro_an_image_or_a_link_that_runs(start: int):
    hostile = HOSTILE[start : start + 66]
    actions = [f"ACTION: @Bea Lindqvist {text}" for text in hostile]
    body = page(drafted(*hostile, *actions))
    tree = parsed(body)

    assert macros(body) <= _OUR_MACROS
    names = {name_of(one.tag) for one in tree.iter()} - {"r"}
    assert names <= _OUR_ELEMENTS
    for one in tree.iter():
        assert set(one.keys()) <= {"href", "{http://ac}name"}
        assert re.match(r"https?://|mailto:", one.get("href", "https://"))
    assert as_confluence_keeps(body), "Confluence takes it"


def test_what_was_said_stands_there_in_its_own_letters():
    for text in ("{html}<b>5 > 4 & 3 < 4</b>{html}", "]]> is the end", "&nbsp; stays five letters", "`rm -rf` *now*"):
        assert text in text_of(page(drafted(text)))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=6))
def test_any_text_at_all_gives_a_page_that_confluence_takes(texts: list[str]):
    body = page(drafted(*texts))
    assert macros(body) <= _OUR_MACROS
    as_confluence_keeps(body)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_markdown_at_all_gives_well_formed_blocks(markdown: str):
    for block in blocks_from_tokens(parse(markdown)):
        as_confluence_keeps(block)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="]>[<!CDATA&x\n\x00", max_size=60), st.text(max_size=20))
def test_code_is_kept_to_the_letter_and_cannot_end_its_section(text: str, language: str):
    macro = code_macro(text, language)
    (code,) = [one for one in parsed(macro).iter() if name_of(one.tag) == "ac:plain-text-body"]
    assert code.text or text.replace("\x00", "") == ""
    assert len(macros(macro)) == 1


def test_tables_lists_and_code_are_written_as_confluence_writes_them():
    markdown = "| a | b |\n| --- | --- |\n| 1 | **2** |\n\n3. three\n   - under\n\n```python\nx < 1\n```\n"
    assert "".join(blocks_from_tokens(parse(markdown))) == (
        "<table><tbody><tr><th><p>a</p></th><th><p>b</p></th></tr>"
        "<tr><td><p>1</p></td><td><p><strong>2</strong></p></td></tr></tbody></table>"
        '<ol start="3"><li><p>three</p><ul><li><p>under</p></li></ul></li></ol>'
        '<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">python</ac:parameter>'
        "<ac:plain-text-body><![CDATA[x < 1]]></ac:plain-text-body></ac:structured-macro>"
    )


def test_the_title_is_the_pages_own_and_not_said_twice():
    body = page(drafted("the pool is down"))
    assert "<h1>" not in body
    assert body.startswith("<p>Status: <strong>draft</strong>")


def test_what_does_not_fit_is_counted_and_found_elsewhere():
    postmortem = drafted(*(f"message {number}: " + "the pool is down, " * 40 for number in range(300)))
    whole = render_storage(render_body(postmortem), postmortem, whole=_WHOLE, most=4_500_000)
    cut = render_storage(render_body(postmortem), postmortem, whole=_WHOLE, most=200_000)

    assert whole.left_out == 0
    assert "All 301 events, in order." in text_of(whole.body)
    assert 0 < cut.left_out < 301
    first = f"The first {301 - cut.left_out} of 301 events; {cut.left_out} do not fit into a Confluence page. {_WHOLE}"
    assert first in text_of(cut.body)
    assert size_in_request(cut.body) <= 200_000
    assert len(json.dumps(cut.body, ensure_ascii=False).encode()) - 2 == size_in_request(cut.body)


def test_the_log_has_every_event_with_its_date_zone_and_source():
    postmortem = drafted("the pool is down\n  at Pool.get(Pool.java:7)", "restarted it")
    body = page(postmortem)
    log_of_it = body[body.index("<h2>Full log</h2>") :]

    assert len(re.findall("<li>", log_of_it)) == len(postmortem.timeline.events)
    assert "14:01:00 UTC · <strong>Bea Lindqvist</strong>: the pool is down<br/>at Pool.get(Pool.java:7) (" in log_of_it


def test_the_log_puts_no_systems_words_into_a_persons_mouth():
    body = page(drafted("has joined the channel"))
    told = evidence(log("a", 0, "triggered"), note("n", 60, "Rolled back", is_resolution=True, person_id=CARL.id))
    noted = page(compose(told, Settings(), composed_at=at(7200).at))

    assert "UTC · Bea Lindqvist has joined the channel (" in body
    assert "</strong>: has joined" not in body
    assert re.search(r"</strong> \(resolution note\): Rolled back \(", noted[noted.index("Full log") :])


def test_the_same_document_gives_the_same_bytes():
    assert page(drafted("a", "b")) == page(drafted("a", "b"))


def test_ten_thousand_events_are_a_page_within_three_seconds():
    told = big_evidence(9_000, 400, 600)
    postmortem = compose(told, Settings(), composed_at=BEGAN + LASTED + timedelta(minutes=3))
    body = render_body(postmortem)
    began = time.process_time()
    rendered = render_storage(body, postmortem, whole=_WHOLE, most=4_500_000)
    assert time.process_time() - began < 3
    assert rendered.left_out == 0
    ET.fromstring(f'<r xmlns:ac="a" xmlns:ri="r">{rendered.body}</r>')  # noqa: S314 (our own)

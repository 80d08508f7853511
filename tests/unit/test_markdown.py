"""The draft as GitHub Markdown: outside text is data. Rendered to HTML as GitHub would and looked at from there."""

import os
import random
import re
from functools import cache
from html.parser import HTMLParser
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from postmortem.compose import compose
from postmortem.document import Postmortem
from postmortem.evidence import Evidence, Gap, Part, Reaction, Reading, evidence_from_parts
from postmortem.outputs.escaping import at_line_start, escape, link, prose, shorten
from postmortem.outputs.layout import layout_for
from postmortem.outputs.markdown import render_markdown
from postmortem.settings import Settings
from tests.unit.given import BEA, START, alert, evidence, log, markdown, note, said

_GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

_PIECES = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<iframe src='https://evil.example'>",
    "</details><h1>out</h1>",
    "<details><summary>in",
    "<!-- swallow",
    "--> <b>bold</b>",
    "<a href='javascript:alert(1)'>x</a>",
    "<svg/onload=alert(1)>",
    "<style>*{display:none}</style>",
    "![x](https://evil.example/p.png)",
    "[x](javascript:alert(1))",
    "[x](https://evil.example)",
    "[x]: https://evil.example",
    "[x][y]",
    "[^1]: note",
    "<javascript:alert(1)>",
    "<https://evil.example/a>b>",
    "x](https://evil.example) [y",
    "](javascript:alert(1))",
    "| a | b |",
    "|||| --- |",
    "\\| a \\\\| b",
    "\n| --- | --- |\n",
    "# heading",
    "\n## heading\n",
    "heading\n===",
    "heading\n---",
    "- item",
    "+ item",
    "* item",
    "1. item",
    "1234567. item",
    "123456789) item",
    "- [ ] task",
    "> quote",
    "> [!NOTE]",
    "```\ncode\n```",
    "~~~\ncode\n~~~",
    "    indented",
    "`code`",
    "``a`b``",
    "**bold**",
    "__bold__",
    "___both___",
    "_it_",
    "*it*",
    "~~struck~~",
    "$x^2$",
    "$$x$$",
    "***",
    "---",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "&nbsp;&copy",
    "\\",
    "\\\\",
    "trailing \\",
    "a\u2028# b\u2029- c",
    "a\x0b# b\x0c- c\r# d\r\n# e",
    "\u202egnp.exe",
    "\x00\x1b[31m",
    "\ud800",
    "https://evil.example/|x|<b>",
    "https://evil.example/'\"><script>",
    "https://evil.example/)](javascript:x)",
    "http://a`b`c*d*",
    "www.evil.example",
    "a | b\n:-: | :-:",
    "`a|b` ``c`` ```d",
    "```\n</details>\n<!-- debrief:end timeline -->\n```",
    "@everyone #1 :boom:",
]
_WRAPS = ["{}", "  {}", "a {} b", "{}\n{}"]
HOSTILE = [wrap.replace("{}", piece) for piece in _PIECES for wrap in _WRAPS]


class _Html(HTMLParser):
    """Counts of what stands in the page, its text, and every address it opens."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.text += " " if tag == "pre" else ""
        self.links.extend(value or "" for name, value in attrs if name in ("href", "src"))
        self.handlers.extend(name for name, _ in attrs if name.startswith("on") or name == "style")

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.text += data

    def shape(self) -> list[str]:
        """What the page is built of, without what a text may bring along: its links, its lines and its code."""
        return [tag for tag in self.tags if tag.removeprefix("/") not in ("a", "br", "code", "pre")]


def rendered(text: str) -> _Html:
    return _Html(_GITHUB.render(text))


_TOKEN = "hello"


def _draft(text: str) -> str:
    """One text everywhere that outside text can come in: what the core makes of its words is not looked at here."""
    return render_markdown(Postmortem.model_validate(_put_in(_composed(), text)))


def _put_in(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {key: _put_in(inner, text) for key, inner in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_put_in(inner, text) for inner in cast("list[Any]", value)]
    return value.replace(_TOKEN, text) if isinstance(value, str) else value


@cache
def _composed(text: str = _TOKEN) -> dict[str, Any]:
    person = BEA.model_copy(update={"name": f"n{text}", "handle": None})
    told = evidence(
        log("a", 0, "triggered", text=f"x {text}"),
        log("b", 5, "status_update", sequence=5, text=f"x {text}"),
        log("c", 9, "resolved", sequence=9),
        alert("x", 1, text=f"x {text}"),
        note("n", 2, f"{text} because of it", is_resolution=True, person_id=BEA.id),
        said("1", 3, f"{text} because of this we rolled back", link="https://acme.slack.com/p1", is_pinned=True),
        said("2", 4, f"w {text}", reactions=(Reaction(emoji="memo"),), is_pinned=True),
        people=[person],
        title=f"t {text}",
        from_pagerduty=True,
    )
    channel = said("3", 6, text, channel_name=f"c{text}", link="https://acme.slack.com/p3", is_pinned=True)
    part = Part(
        messages=(channel,),
        readings=(Reading(source="slack", what=f"r {text}", count=1, link="https://acme.slack.com"),),
        gaps=(Gap(source="slack", what=f"g {text}", why=text, remedy=text),),
    )
    found = evidence_from_parts(told.incident, [told, part], START)
    return compose(found, Settings(), composed_at=START).model_dump(mode="json")


_PLAIN = rendered(_draft("hello")).shape()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_changes_nothing_but_the_words(text: str):
    page = rendered(_draft(text))

    assert page.shape() == _PLAIN
    assert page.handlers == []
    assert all(address.startswith(("https://", "http://", "#")) for address in page.links)


def test_there_are_more_than_two_hundred_hostile_texts():
    assert len(set(HOSTILE)) > 200


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=6), max_size=5).map("".join))
def test_hostile_pieces_put_together_are_one_paragraph_of_the_same_words(text: str):
    page = rendered(f"x {prose(text)} y")

    assert page.shape() == ["p", "/p"]
    assert page.handlers == []
    assert _words(page.text) == _words(f"x {' / '.join(filter(None, map(_clean, _lines(text))))} y")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=6), max_size=4).map("".join))
def test_a_cell_a_list_item_and_a_label_hold_whatever_they_are_given(text: str):
    table = rendered(f"| a | b |\n| --- | --- |\n| {prose(text)} | {escape(text)} |")
    item = rendered(f"- {at_line_start(prose(text)) or 'x'}")
    label = rendered(f"x {link('l' + text + 'm', 'https://good.example/')}")

    assert table.shape().count("td") == 2
    assert item.shape() == ["ul", "li", "/li", "/ul"]
    assert label.links == ["https://good.example/"]
    assert "script" not in (*table.tags, *item.tags, *label.tags)


@pytest.mark.parametrize("text", ["https://evil.example", "<https://evil.example>", "www.evil.example"])
def test_a_name_or_a_title_never_opens_anything(text: str):
    assert rendered(f"x {escape(text)}").links == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("javascript:alert(1)", "label"),
        ("data:text/html,x", "label"),
        (None, "label"),
        ("https://a.example/x y(z)|<>\"'", "[label](https://a.example/x%20y%28z%29%7C%3C%3E%22%27)"),
        ("https://a.example/\ud800", "[label](https://a.example/?)"),
    ],
)
def test_only_safe_addresses_become_links(url: str | None, expected: str):
    assert link("label", url) == expected


@pytest.mark.parametrize("after", ["”", "»", "…", "’.", "), and", "`", "*"])
def test_an_address_ends_before_the_signs_that_close_a_sentence_or_a_quotation(after: str):
    assert rendered(f"x {prose(f'“https://good.example/a{after}')}").links == ["https://good.example/a"]


def test_no_text_can_forge_our_marks():
    forged = "```\n<!-- debrief:end timeline -->\n<!--debrief:begin summary-->\n```"
    marks = [line for line in _draft(forged).splitlines() if line.lstrip().startswith("<!--")]

    assert marks == [line for line in _draft("hello").splitlines() if line.startswith("<!--")]


def test_a_long_text_is_never_cut_within_an_address():
    assert shorten("see https://acme.example/a/long/address", 20) == "see […]"
    assert shorten("short", 5) == "short"


def test_a_title_keeps_its_closing_signs():
    assert "Postmortem: about C# #" in rendered(markdown(evidence(title="about C# #"))).text


def test_an_alert_that_repeats_over_midnight_says_until_which_day():
    text = markdown(evidence(alert("a", 0, "disk"), alert("b", 86_400, "disk")))

    assert "(×2, until 2026-11-18 14:00:00 UTC)" in text


def test_lines_of_one_message_are_told_apart():
    text = markdown(evidence(said("1", 0, "first line\n\n  second line")))

    assert "**Bea Lindqvist**: first line\\\n  second line (#inc-1)" in text


def test_an_added_question_stands_in_the_list_of_its_section():
    asked = {"document": {"sections": {"causes": {"questions": [{"ask": "Who pays?", "of": "owner"}]}}}}
    given_settings = Settings.model_validate(asked)
    postmortem = compose(evidence(), given_settings, composed_at=START)
    text = render_markdown(postmortem, layout_for(given_settings, postmortem.incident, {}))
    assert re.search(r"\n- [^\n]+\n- ❓ \*\*Owner:\*\* Who pays\?", text)


def test_a_note_keeps_its_author_even_if_it_names_them():
    text = markdown(evidence(note("n", 0, "Bea Lindqvist will look", person_id=BEA.id)))

    assert "**Bea Lindqvist**: Bea Lindqvist will look" in text


def test_every_line_has_a_source_or_asks_somebody():
    told = evidence(log("a", 0, "triggered"), said("1", 1, "because of the pool"), from_pagerduty=True)

    for line in markdown(told).splitlines():
        if line.startswith(("- ", "| Time")):
            assert (
                line.rstrip().endswith((")", "in Slack"))
                or "❓ **" in line
                or " messages" in line
                or "❓ asked below" in line
            ), line


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(_PIECES) | st.text(min_size=1, max_size=12), min_size=1, max_size=6))
def test_the_words_of_every_event_are_found_again(said_texts: list[str]):
    told = evidence(*(said(f"{n}", n, text) for n, text in enumerate(said_texts)))
    words = _words(rendered(markdown(told)).text)

    for text in said_texts:
        for line in filter(None, map(_clean, text.splitlines())):
            assert _words(line) in words


# DEBRIEF_PERMUTATIONS=10000 for the whole proof; a few hundred are enough to catch a slip.
_PERMUTATIONS = int(os.environ.get("DEBRIEF_PERMUTATIONS", "200"))


def test_however_the_records_arrive_the_bytes_are_the_same():
    told = _many()
    records = {name: list(getattr(told, name)) for name in Part.model_fields}
    expected, chance = markdown(told), random.Random(7)
    for _ in range(_PERMUTATIONS):
        shuffled = {name: tuple(chance.sample(values, len(values))) for name, values in records.items()}
        assert markdown(told.model_copy(update=shuffled)) == expected


def _many() -> Evidence:
    told = evidence(
        *(log(f"{n}", n, kind, sequence=n) for n, kind in enumerate(("triggered", "acknowledged", "resolved"))),
        *(said(f"{n}", n % 3, f"message {n} because of {n}") for n in range(9)),
        alert("a", 0, "k"),
        alert("b", 1, "k"),
        note("n", 1, "ACTION: @bea raise it by Friday", person_id=BEA.id),
        from_pagerduty=True,
    )
    part = Part(
        readings=tuple(Reading(source="slack", what=f"things {n}", count=n) for n in range(4)),
        gaps=tuple(Gap(source="pagerduty", what=f"w {n}", why="Because.", remedy="Do.") for n in range(3)),
    )
    return evidence_from_parts(told.incident, [told, part], START)


def _clean(text: str) -> str:
    hidden = set(range(0x202A, 0x202F)) | set(range(0x2066, 0x206A)) | {0xFEFF} | set(range(0xD800, 0xE000))
    hidden |= set(range(0x09)) | set(range(0x0E, 0x1C)) | (set(range(0x7F, 0xA0)) - {0x85})
    return " ".join("".join(sign for sign in text if ord(sign) not in hidden).split())


def _lines(text: str) -> list[str]:
    """A block of code on one line is code within a line."""
    return re.sub(r"```([^`\n]+)```", r"`\1`", text).splitlines()


def _words(text: str) -> str:
    """The words as they are read: backticks make code, and are not shown then; a forged mark is broken up."""
    return " ".join(text.replace("`", "").replace("<! --", "<!--").split())


def test_the_head_names_the_organisation_as_plain_text():
    head = next(
        line for line in markdown(evidence(), Settings(organisation="Acme *Ltd*")).splitlines() if "Status" in line
    )

    assert head.startswith("Status: **draft** · Acme \\*Ltd\\* · composed ")

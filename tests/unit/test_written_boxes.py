"""Boxes of a Markdown document and tasks of a Confluence page, whatever people typed there."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortem.action_items.written import Box, find_boxes
from postmortem.outputs.storage_tasks import find_tasks

PIECES = st.sampled_from(
    [
        "- [ ] ",
        "* [x] ",
        "1. [ ]",
        "[ ]",
        "[x]",
        "> ",
        "\n",
        "\n\n",
        "    ",
        "```",
        "~~",
        "**",
        "`",
        "@bea",
        "do x",
        "|",
    ]
)
TASKS = st.sampled_from(
    """
    <ac:task-list> </ac:task-list> <ac:task> </ac:task> <ac:task-status> </ac:task-status> complete <ac:task-body>
    </ac:task-body> <ri:user\xa0ri:account-id="a"/> <p> </p> <blockquote> words &nbsp;
    """.replace("\n", " ").split(" ")
).map(lambda piece: piece.replace("\xa0", " "))


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("- [ ] @bea raise the limit by Friday", [("@bea raise the limit by Friday", False)]),
        ("* [x] done\n+ [X] this too", [("done", True), ("this too", True)]),
        ("1. [ ] first\n2) [ ] other list", [("first", False), ("other list", False)]),
        ("- [] as many type it", [("as many type it", False)]),
        ("- [ ] outer\n  - [ ] inner\n\n    with more", [("outer", False), ("inner", False)]),
        ("- [ ] two\n  lines", [("two lines", False)]),
        ("- [ ] **bold** `code` [label](https://x.example/a)", [("bold `code` label (https://x.example/a)", False)]),
        ("- [ ] see <https://x.example/a>", [("see https://x.example/a", False)]),
        ("- [ ] keep this ~~not this~~", [("keep this", False)]),
        ("- [ ] ~~not any more~~", []),
        ("- [ ]", []),
        ("- [ ](https://x.example) a link without words", []),
        ("- \\[ \\] escaped", []),
        ("text [ ] inside", []),
        ("> - [ ] quoted", []),
        ("- > [ ] quoted in an item", []),
        ("```\n- [ ] code\n```", []),
        ("    - [ ] indented code", []),
        ("<!-- - [ ] a comment -->", []),
    ],
)
def test_a_box_is_what_github_shows_as_one(markdown: str, found: list[tuple[str, bool]]):
    assert find_boxes(markdown) == tuple(Box(*one) for one in found)


def test_what_stands_in_our_full_log_is_nobodys():
    log = (
        "<!-- debrief:begin full_log -->\n## Full log\n\n- 14:00:00 UTC · **Bea**: look\n  - [ ] do x\n"
        "<!-- debrief:end full_log -->\n"
    )
    assert find_boxes(f"- [ ] mine\n\n{log}") == (Box("mine", is_ticked=False),)


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=200))
def test_no_document_breaks_the_reading(markdown: str):
    for box in find_boxes(markdown):
        assert box.text
        assert box.text == box.text.strip()


@given(st.lists(TASKS, max_size=30).map("".join) | st.text(max_size=200))
def test_no_page_breaks_the_reading(body: str):
    for task in find_tasks(body, {"a": "Bea"}):
        assert task.text


@pytest.mark.parametrize(
    "text", ["- [ ] " * 7000, "- [ ] [x](" * 4000, "- [ ] " + "~~" * 20_000, "- [ ] x\n" * 5000], ids=range(4)
)
def test_long_texts_are_read_in_time(text: str):
    began = time.process_time()
    find_boxes(text)
    assert time.process_time() - began < 5

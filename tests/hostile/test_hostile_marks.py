"""Our own marks, said in chat or pasted into a document: they neither hide a text, nor lose or double one."""

from collections import Counter
from collections.abc import Callable

import pytest

from postmortem.compose import compose
from postmortem.document import Postmortem
from postmortem.merging import MARKDOWN, begin, merge
from postmortem.outputs.html import render_page
from postmortem.outputs.markdown import render_body, render_markdown
from postmortem.outputs.storage import render_storage
from postmortem.outputs.storage_edits import first_page, merge_page
from tests.hostile import reading
from tests.hostile.everywhere import settings
from tests.hostile.payloads import PAYLOADS
from tests.hostile.payloads_formats import MARKS
from tests.unit.given import START, evidence, log, said

BEGIN, END = "<!-- debrief:begin full_log -->", "<!-- debrief:end full_log -->"
KEPT = "Words of a person"
FORGED: dict[str, Callable[[str], str]] = {
    "a beginning at the top": lambda ours: f"{BEGIN}\n{KEPT}\n\n{ours}",
    "an end at the top": lambda ours: f"{END}\n{KEPT}\n\n{ours}",
    "both around words": lambda ours: f"{ours}\n{BEGIN}\n{KEPT}\n{END}\n",
    "both around everything": lambda ours: f"{BEGIN}\n{KEPT}\n{ours}\n{END}\n",
    "both before the log": lambda ours: ours.replace("## Lessons", f"{BEGIN}\n## {KEPT}\n\n- x\n{END}\n\n## Lessons"),
    "a beginning in a section": lambda ours: ours.replace("## Lessons", f"{BEGIN}\n{KEPT}\n\n## Lessons"),
    "in a block of code": lambda ours: f"```\n{BEGIN}\n```\n\n{KEPT}\n\n{ours}\n```\n{END}\n```\n",
    "in words of their own in the log": lambda ours: ours.replace("</details>", f"</details>\n\n{KEPT}"),
    "an item of their own in the log": lambda ours: ours.replace("\n</details>", f"- {KEPT}\n\n</details>"),
    "a section of their own in the log": lambda ours: ours.replace(f"\n{END}", f"\n\n## More\n\n{KEPT}\n{END}"),
    "an end within the log": lambda ours: ours.replace("### Tuesday", f"{END}\n{KEPT}\n\n### Tuesday"),
    "line ends of another machine": lambda ours: f"{BEGIN}\n{KEPT}\n\n{ours}".replace("\n", "\r\n"),
}


def a_night(*texts: str, more: str | None = None) -> Postmortem:
    news = [said("more", 3000, more)] if more else []
    told = (said(f"{n}", n * 60, text) for n, text in enumerate(texts, start=1))
    told = evidence(log("t", 0, "triggered"), *told, *news, log("z", 3600, "resolved"), from_pagerduty=True)
    return compose(told, settings(), composed_at=START)


def lines(text: str) -> Counter[str]:
    return Counter(line for line in text.splitlines() if line.strip())


@pytest.mark.parametrize("forged", FORGED)
def test_forged_marks_hide_nothing_on_the_page(forged: str):
    postmortem = a_night("Root cause: a bad release", "ok")
    ours = render_markdown(postmortem)
    edited = FORGED[forged](ours)

    shown, before = (reading.page_of(render_page(postmortem, text)) for text in (edited, ours))

    assert KEPT in reading.words(shown)
    assert reading.built(shown)["h2"] >= reading.built(before)["h2"]
    if forged != "an end within the log":  # then the log is no longer ours to leave out
        assert reading.words(shown).count("ok") == reading.words(before).count("ok")


def test_what_chat_says_of_marks_is_merged_as_any_text():
    before, after = render_markdown(a_night(*PAYLOADS)), render_markdown(a_night(*PAYLOADS, more="Rolled back to 41"))
    first = begin(MARKDOWN.split(before))
    edited = before.replace("## Summary\n", f"## Summary\n\n{KEPT}\n", 1)

    merged = merge(first.edition, MARKDOWN.split(edited), MARKDOWN.split(after), MARKDOWN)

    assert lines(MARKDOWN.join(merged.units)) == lines(after) + Counter([KEPT])
    again = merge(merged.edition, merged.units, MARKDOWN.split(after), MARKDOWN)
    assert again.units == merged.units


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("behind", ["", "## Summary\n", "## Lessons\n", "- 14:01:00 UTC", "</details>\n"])
def test_marks_that_a_person_pasted_lose_and_double_nothing(mark: str, behind: str):
    texts = ("Root cause: a bad release", "ok")
    before, after = render_markdown(a_night(*texts)), render_markdown(a_night(*texts, more="Rolled back to 41"))
    place = before.index("\n", before.rindex(behind) if behind else 0) + 1
    pasted = f"{mark}\n{KEPT}\n"
    first = begin(MARKDOWN.split(before))

    theirs = MARKDOWN.split(before[:place] + pasted + before[place:])
    merged = merge(first.edition, theirs, MARKDOWN.split(after), MARKDOWN)

    assert lines(MARKDOWN.join(merged.units)) == lines(after) + lines(pasted)
    again = merge(merged.edition, merged.units, MARKDOWN.split(after), MARKDOWN)
    assert again.units == merged.units


@pytest.mark.parametrize("mark", MARKS)
def test_marks_on_a_confluence_page_lose_and_double_nothing(mark: str):
    before, after = (_storage(a_night(mark, more=more)) for more in (None, "Rolled back to 41"))
    first = first_page(before, "x/Q1")
    pasted = f"<p>{mark.replace('&', '&amp;').replace('<', '&lt;')} {KEPT}</p>"

    merged = merge_page(
        first.edition, first.body.replace("<h2>Lessons</h2>", f"<h2>Lessons</h2>{pasted}"), after, "x/Q1"
    )

    tree = reading.storage_of(merged.body)
    words = reading.words(tree)
    assert [*reading.not_allowed(tree, reading.STORAGE_MAY)] == []
    assert words.count(KEPT) == 1
    assert words.count("Rolled back to 41") == reading.words(reading.storage_of(after)).count("Rolled back to 41")
    wanted, seen = reading.letters(mark), reading.letters(words)
    assert seen.count(wanted) == reading.letters(reading.words(reading.storage_of(after))).count(wanted) + 1


def _storage(postmortem: Postmortem) -> str:
    return render_storage(render_body(postmortem), postmortem, whole="It is elsewhere.", most=4_000_000).body

"""Every payload of `tests/hostile` on one page in Chromium, in every field and as a person's edit: nothing happens.

`desk` fails a test where the page asked for anything, wrote to the console, or broke its policy.
"""

from collections import Counter
from itertools import batched

from playwright.sync_api import Page

from postmortem.compose import compose
from postmortem.outputs.html import render_page
from postmortem.outputs.markdown import render_markdown
from tests.browser.pages import page_of
from tests.browser.visit import Desk, log_rows, picture
from tests.hostile.everywhere import document_of, evidence_of_all, settings
from tests.hostile.payloads import PAYLOADS
from tests.unit.given import START, said

# The card is put beside its event by our own script.
ACTIVE = """
    script, style, meta, link, base, iframe, img, image, object, embed, template, use, form[action], [style]:not(.card)
"""


def quiet(page: Page) -> None:
    """Read it as a person would, and with the keyboard; then look at what is there."""
    page.locator("summary").evaluate_all("folds => folds.forEach(fold => fold.parentElement.open = true)")
    page.get_by_role("searchbox", name="Text").fill("alert")
    page.get_by_role("searchbox", name="Text").fill("")
    picture(page).focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    names = page.locator(ACTIVE).evaluate_all("all => all.map(one => one.localName)")
    assert Counter(names) == {"script": 1, "style": 1, "meta": 5}
    hrefs = page.locator("a[href]").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert {href.partition(":")[0].lower() for href in hrefs if href[0] != "#"} <= {"http", "https", "mailto"}
    attributes = page.locator("*").evaluate_all("all => [...new Set(all.flatMap(one => one.getAttributeNames()))]")
    assert [name for name in attributes if name.startswith("on") or name in ("src", "srcset", "ping")] == []


def test_all_that_was_said_is_only_read(desk: Desk):
    postmortem = compose(evidence_of_all(PAYLOADS), settings(), composed_at=START)
    page = desk.opens(render_page(postmortem, render_markdown(postmortem)))

    quiet(page)

    assert log_rows(page).count() == len(postmortem.timeline.events)


def test_all_that_a_person_wrote_is_only_read(desk: Desk):
    """As blocks, in headings, items, cells and quotes: nothing is escaped there, and some of it is Markdown."""
    edits = "\n\n".join(
        f"{text}\n\n## {text}\n\n- {text}\n\n> {text}\n\n| a | {text} |\n| --- | --- |\n| {text} | b |"
        for text in PAYLOADS
    )
    page = desk.opens(page_of(said("1", 0, "down"), document=edits))

    quiet(page)


def test_texts_in_every_field_of_a_page_are_only_read(desk: Desk):
    """Titles, names, services, gaps and items, of which a page holds one: forty texts at a time."""
    page = desk.opens(page_of(said("1", 0, "down")))
    for texts in batched(PAYLOADS, 40, strict=False):
        postmortem = document_of("\n".join(texts))
        desk.turns_to(page, render_page(postmortem, render_markdown(postmortem)))
        quiet(page)

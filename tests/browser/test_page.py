"""What a reader finds, with the script and without, on a wide screen, a narrow one, and paper."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.pages import a_night, of_nothing, page_of, two_days
from tests.browser.visit import Desk, log_rows, marks, picture
from tests.unit.given import said


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_no_reader_is_shut_out(desk: Desk, scheme: str, width: int):
    page = desk.opens(a_night(), width=width, color_scheme=scheme)
    page.locator("summary").evaluate_all("folds => folds.forEach(fold => fold.parentElement.open = true)")

    found = Axe().run(page).response["violations"]

    assert [(one["id"], one["impact"], one["nodes"][0]["html"]) for one in found if one["impact"] != "minor"] == []


@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_is_wider_than_the_screen(desk: Desk, width: int):
    for html in (a_night(), two_days(), of_nothing()):
        page = desk.opens(html, width=width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_impact_cause_fix_and_what_is_open_stand_on_the_first_screen(desk: Desk):
    page = desk.opens(a_night())
    glance = page.get_by_role("region", name="At a glance")

    for matter in ("Impact", "Cause", "Fix", "Open questions"):
        heading = glance.locator("dt", has_text=matter)
        box = heading.bounding_box()
        assert box
        assert box["y"] < 900, matter
    expect(glance).to_contain_text("The pool went from 80 to 20 because of release 42")


def test_without_the_script_everything_can_be_read(desk: Desk):
    page = desk.opens(a_night(), java_script_enabled=False)

    assert marks(page).count() >= 10
    expect(page.locator(".tools")).to_be_hidden()
    expect(page.locator("figcaption")).to_contain_text("Detected 14:00:05 UTC")
    page.get_by_text(re.compile("All .* events, in order")).click()
    expect(log_rows(page).first).to_be_visible()
    link = page.locator(".picture a", has=page.locator("title", has_text="Rolled back to 41"))
    assert link.get_attribute("href") == "https://acme.slack.com/archives/C1/p4"
    assert link.get_attribute("rel") == "noopener noreferrer"


def test_what_people_wrote_is_what_is_shown(desk: Desk):
    page = desk.opens(
        page_of(
            said("1", 0, "down"), document="# Ours\n\n## Why it broke\n\n- A **bad** optic\n- ❓ **Ada:** Which one?\n"
        )
    )

    expect(page.get_by_role("heading", level=1)).to_have_text("Ours")
    expect(page.get_by_role("region", name="At a glance")).to_contain_text("A bad optic")
    expect(page.get_by_role("region", name="At a glance")).to_contain_text("1 to answer")
    expect(page.locator("article strong").first).to_have_text("bad")


def test_a_page_of_nothing_asks_and_draws_nothing(desk: Desk):
    page = desk.opens(of_nothing())

    assert marks(page).count() == 0
    expect(page.locator("figcaption")).to_contain_text("No source held any event.")


def test_two_days_name_both_in_the_picture(desk: Desk):
    page = desk.opens(two_days())

    expect(page.locator(".axis")).to_contain_text("2026-11-18")
    expect(page.locator(".axis")).to_contain_text("2026-11-19")
    expect(page.locator("text.flag").first).to_contain_text("2026-11-17 14:00:00 UTC")


def test_on_paper_the_tools_are_gone_and_the_picture_stays(desk: Desk):
    page = desk.opens(a_night())
    page.emulate_media(media="print")

    expect(page.locator(".tools")).to_be_hidden()
    expect(page.locator(".picture")).to_be_visible()
    expect(page.locator(".log")).to_be_hidden()


def test_a_link_to_an_event_opens_the_log_on_it(desk: Desk):
    page = desk.opens(a_night())

    page.locator(".tile a").first.click()

    expect(page.locator(".log li:target")).to_be_in_viewport()
    expect(picture(page)).to_be_visible()

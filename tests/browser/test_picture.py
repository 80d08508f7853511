"""The picture and the log answer together: filters, zoom, keyboard, hover and click."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import a_crowded_night, a_night
from tests.browser.visit import Desk, log_rows, marks, picture, point_at


@pytest.fixture
def page(desk: Desk) -> Page:
    return desk.opens(a_night())


def plot_width(page: Page) -> float:
    return float((page.locator(".plot").get_attribute("width") or "").removesuffix("%"))


def test_the_script_draws_what_was_drawn_without_it(desk: Desk):
    drawn = [
        desk.opens(a_night(), java_script_enabled=scripted)
        .locator(".lane [data-n]")
        .evaluate_all("marks => marks.map(mark => [mark.dataset.n, Number.parseFloat(mark.getAttribute('x1'))])")
        for scripted in (False, True)
    ]
    still, live = drawn

    assert {number for number, _ in still} == {number for number, _ in live}
    for number, place in live:
        assert dict(still)[number] == pytest.approx(place, abs=0.01)


def test_a_word_filters_picture_and_log_together(page: Page):
    page.get_by_label("Text").fill("rolled back")

    expect(log_rows(page)).to_have_count(2)
    expect(marks(page)).to_have_count(2)
    expect(page.locator('[id="d.found"]')).to_have_text(re.compile("^2 of 1[0-9] events are shown.$"))


def test_a_person_filters_picture_and_log_together(page: Page):
    page.get_by_label("Person").select_option("Carl Brandt")

    expect(log_rows(page)).to_have_count(3)
    for row in log_rows(page).all():
        assert "Carl Brandt" in (row.text_content() or "")


def test_a_source_can_be_left_out(page: Page):
    before = log_rows(page).count()
    page.get_by_label("#inc-2").uncheck()

    expect(log_rows(page)).to_have_count(before - 1)
    page.get_by_label("Alerts").uncheck()
    expect(page.locator(".bar:not([hidden])")).to_have_count(0)


def test_only_what_matters_most_is_left(page: Page):
    page.get_by_label("only what matters most").check()

    expect(log_rows(page).filter(has_text=re.compile(r"\bok\b"))).to_have_count(0)
    expect(log_rows(page).filter(has_text="Rolled back to 41")).to_have_count(1)


@pytest.mark.parametrize("way", ["button", "key", "wheel"])
def test_it_zooms_and_comes_back(page: Page, way: str):
    picture(page).scroll_into_view_if_needed()
    if way == "button":
        page.get_by_role("button", name="Zoom in").click()
    elif way == "key":
        picture(page).press("+")
    else:
        picture(page).hover()
        page.keyboard.down("Control")
        page.mouse.wheel(0, -200)
        page.keyboard.up("Control")
    expect(page.locator(".plot")).not_to_have_attribute("width", "100%")
    assert plot_width(page) > 150

    page.get_by_role("button", name="All").click()
    expect(page.locator(".plot")).to_have_attribute("width", "100%")


def test_the_wheel_alone_scrolls_the_page(page: Page):
    picture(page).hover()
    page.mouse.wheel(0, 100)

    page.wait_for_function("window.scrollY > 0")
    assert plot_width(page) == 100


def test_dragging_moves_the_picture(page: Page):
    page.get_by_role("button", name="Zoom in").click()
    expect(page.locator(".plot")).to_have_attribute("width", "200%")
    before = page.locator(".plot").get_attribute("x")
    picture(page).scroll_into_view_if_needed()
    box = picture(page).bounding_box()
    assert box
    page.mouse.move(box["x"] + 300, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 100, box["y"] + 20, steps=4)
    page.mouse.up()

    expect(page.locator(".plot")).not_to_have_attribute("x", before or "")


def test_the_keyboard_goes_from_event_to_event_and_reads_each(page: Page):
    picture(page).focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")

    expect(page.locator(".card")).to_contain_text("14:04:00 UTC Bea Lindqvist Checkout is down for customers in Europe")
    expect(page.locator(".lane .here")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".card")).to_be_hidden()


def test_hovering_shows_the_message(page: Page):
    picture(page).scroll_into_view_if_needed()
    point_at(page, "Rolled back to 41")

    expect(page.locator(".card")).to_contain_text("Rolled back to 41")


@pytest.mark.parametrize("way", ["click", "Enter"])
def test_an_event_opens_its_source_in_a_tab_that_knows_nothing_of_us(page: Page, way: str):
    page.evaluate("window.open = (...told) => { window.opened = told; }")
    picture(page).scroll_into_view_if_needed()
    if way == "click":
        point_at(page, "Rolled back to 41")
        page.mouse.down()
        page.mouse.up()
    else:
        page.get_by_label("Text").fill("Rolled back to 41")
        expect(log_rows(page)).to_have_count(1)
        picture(page).press("ArrowRight")
        picture(page).press("Enter")

    opened = ["https://acme.slack.com/archives/C1/p4", "_blank", "noopener,noreferrer"]
    assert page.evaluate("window.opened") == opened


def test_reopenings_and_silences_are_drawn(page: Page):
    expect(page.locator(".picture .open")).to_have_count(2)
    expect(page.locator(".picture")).to_contain_text("reopened · 20 min")
    expect(page.locator(".picture .silence")).not_to_have_count(0)


def test_what_falls_together_becomes_one_mark(desk: Desk):
    page = desk.opens(a_crowded_night())
    assert 20 < marks(page).count() < 300
    assert marks(page).evaluate_all("marks => Math.max(...marks.map(mark => mark.inside.length))") > 10

    page.get_by_label("Text").fill("shard 2999")

    expect(page.locator('[id="d.found"]')).to_have_text("1 of 3002 events are shown.")
    expect(marks(page)).to_have_count(1)

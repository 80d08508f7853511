"""The page of 10,000 events: seconds of one core, size, and how soon a reader can use it in Chromium."""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from playwright.sync_api import Browser, sync_playwright

from connectors.chromium import FLAGS, find_chromium
from connectors.errors import NotFound
from postmortem.compose import compose
from postmortem.document import Postmortem
from postmortem.outputs.html import render_page
from postmortem.outputs.markdown import render_markdown
from postmortem.settings import Settings
from tests.benchmarks.big_evidence import big_evidence
from tests.benchmarks.figure import Figure

SIZE = (9_000, 800, 200)
RUNS = 5


def measure() -> Iterator[Figure]:
    told = big_evidence(*SIZE)
    postmortem = compose(told, Settings(), composed_at=told.collected_at)
    document = render_markdown(postmortem)
    page = render_page(postmortem, document)
    events = f"{len(postmortem.timeline.events):,} events, {sum(e.in_main for e in postmortem.timeline.events):,} main"
    yield Figure(
        "page of 10,000 events: CPU",
        min(_seconds(postmortem, document) for _ in range(RUNS)),
        "s",
        1.5,
        f"From data and Markdown to HTML on one core, {events}.",
    )
    yield Figure("page of 10,000 events: size", len(page.encode()) / 1e6, "MB", 5, "One file, with all that it needs.")
    yield from _usable(page)


def _seconds(postmortem: Postmortem, document: str) -> float:
    began = process_time()
    render_page(postmortem, document)
    return process_time() - began


def _usable(page: str) -> Iterator[Figure]:
    try:
        chromium = find_chromium()
    except NotFound as error:
        print(f"skipped: how soon the page can be used. {error}", file=sys.stderr)
        return
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "page.html"
        file.write_text(page, "utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, "--no-sandbox"])
        taken = sorted(_until_filtered(browser, file.as_uri()) for _ in range(RUNS))
        browser.close()
    yield Figure(
        "page of 10,000 events: until its filter answers",
        taken[RUNS // 2],
        "s",
        1.5,
        f"From the start of the navigation to the filtered count, in Chromium; {taken[0]:.2f} to {taken[-1]:.2f} s.",
    )


def _until_filtered(browser: Browser, url: str) -> float:
    """Types into the filter as soon as it is there, and waits for the count."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(url, wait_until="commit")
    page.get_by_label("Text").fill("by PagerDuty")
    page.locator('[id="d.found"]', has_text="events are shown").wait_for()
    seconds = float(page.evaluate("performance.now()")) / 1000
    page.close()
    return seconds

"""One Chromium for all tests, driven by Playwright; without one, every test here says so and is skipped."""

from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from connectors.chromium import FLAGS, find_chromium
from connectors.errors import NotFound
from tests.browser.visit import Desk


@pytest.fixture(scope="package")
def browser() -> Generator[Browser]:
    try:
        chromium = find_chromium()
    except NotFound as error:
        pytest.skip(f"the page is not tested in a browser. {error}")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, "--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def desk(browser: Browser, tmp_path: Path) -> Generator[Desk]:
    """Opens pages, and fails the test where one complained, broke its policy, or asked for anything but itself."""
    with Desk(browser, tmp_path) as desk:
        yield desk
    assert desk.complaints == []
    assert desk.requests == desk.opened

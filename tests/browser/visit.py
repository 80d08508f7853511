"""A reader at a browser: opens a page from a file, and notes everything that the page does besides."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Browser, Locator, Page, Request

# Heard before any script of the page runs.
_TELL_VIOLATIONS = """
window.alert = () => console.error("something ran");
document.addEventListener("securitypolicyviolation", (seen) => console.error(`policy: ${seen.violatedDirective}`));
"""


class Desk:
    """`complaints` are console messages, errors, and breaches of the policy; `requests` are all that was asked for."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser, self._folder, self._open = browser, folder, ExitStack()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.opened: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def opens(self, html: str, *, width: int = 1280, **context: Any) -> Page:
        """The page in a window of its own. `context` are Playwright's options: color_scheme, java_script_enabled."""
        visited = self._open.enter_context(
            self._browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", **context)
        )
        visited.add_init_script(_TELL_VIOLATIONS)
        visited.on("request", self._note)
        visited.on("console", lambda message: self.complaints.append(message.text))
        visited.on("weberror", lambda error: self.complaints.append(str(error.error)))
        page = visited.new_page()
        self.turns_to(page, html)
        return page

    def turns_to(self, page: Page, html: str) -> None:
        """Another page in the same window."""
        file = self._folder / f"page-{len(self.opened)}.html"
        file.write_text(html, "utf-8")
        self.opened.append(file.as_uri())
        page.goto(file.as_uri())

    def _note(self, request: Request) -> None:
        self.requests.append(request.url)


def picture(page: Page) -> Locator:
    return page.get_by_role("application", name="Timeline")


def marks(page: Page) -> Locator:
    """The dots and bars that are drawn."""
    return page.locator(".picture .lane [data-n]:not([hidden])")


def log_rows(page: Page) -> Locator:
    """The rows of the full log that are not filtered out."""
    return page.locator(".log li:not([hidden])")


def point_at(page: Page, text: str) -> None:
    """Move the mouse onto the mark of the event that says so. A mark is a stroke: to a browser it has no width."""
    number = log_rows(page).filter(has_text=text).get_attribute("id")
    mark = page.locator(f'.lane [data-n="{(number or "").removeprefix("e.")}"]')
    x, y = mark.evaluate(
        "mark => { const box = mark.getBoundingClientRect(); return [box.x, box.y + box.height / 2]; }"
    )
    page.mouse.move(x, y)

"""The pages of one machine as HTML. Pure: text from outside is only ever text, and no page loads or runs anything."""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

MOST_LISTED = 200
_FULL_LOG = re.compile(r"^<details><summary>(.*)</summary>$(.*?)^</details>$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"^<!-- debrief:[^\n]*-->$\n?", re.MULTILINE)
_SAFE_LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
_TEMPLATES = Environment(
    loader=PackageLoader("handlers"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One postmortem in the list."""

    incident_id: str
    title: str
    priority: str | None
    status: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an incident's newest journey stands, in words. `state` is running, waiting, failed or stopped."""

    incident_id: str
    title: str
    state: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft to show: its Markdown as it lies in the store, and where a person finds it."""

    incident_id: str
    title: str
    markdown: str
    location: str
    newer: str | None = None


def list_page(listed: Sequence[Listed], standings: Sequence[Standing]) -> str:
    """Every postmortem, newest first, and every journey that a person may want to know about."""
    newest = sorted(listed, key=lambda row: row.created_at, reverse=True)
    return _page("list", title="Postmortems", rows=newest[:MOST_LISTED], total=len(newest), standings=standings)


def draft_page(draft: Draft, standing: Standing | None, csrf: str) -> str:
    """One draft, and the button that makes it again."""
    text = draft_html(draft.markdown)
    return _page("draft", title=draft.title, draft=draft, text=text, standing=standing, csrf=csrf)


def waiting_page(standing: Standing, csrf: str) -> str:
    """An incident that has no draft yet, or will have none, and why."""
    return _page("waiting", title=standing.title, standing=standing, csrf=csrf)


def notice_page(title: str, sentence: str) -> str:
    """One sentence for a person, with the way back."""
    return _page("notice", title=title, sentence=sentence)


def content_security_policy() -> str:
    """Nothing may be loaded or run; our one style sheet is known by its hash."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


@lru_cache(maxsize=8)
def draft_html(markdown: str) -> str:
    """The Markdown of a draft as HTML. Of the HTML in it, only our own fold of the full log counts as HTML."""
    parts = _FULL_LOG.split(_MARK.sub("", markdown))
    rendered = [_MARKDOWN.render(parts[0])]
    for summary, inside, after in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        fold = f"<details><summary>{escape(summary)}</summary>\n{_MARKDOWN.render(inside)}</details>\n"
        rendered += [fold, _MARKDOWN.render(after)]
    return "".join(rendered)


class _SafeMarkdown(MarkdownIt):
    """CommonMark with tables, without HTML and images, and with links to the web, to people, and within the page."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.enable("table").disable("image")
        self.add_render_rule("link_open", _link_open)
        self.add_render_rule("heading_open", _heading_open)
        self.add_render_rule("table_open", lambda *_: '<div class="wide"><table>\n')
        self.add_render_rule("table_close", lambda *_: "</table></div>\n")

    def validateLink(self, url: str) -> bool:  # noqa: N802 # the library's name
        return bool(_SAFE_LINK.match(url)) and super().validateLink(url)


def _link_open(renderer: RendererHTML, tokens: list[Token], place: int, options: Any, _env: Any) -> str:
    if not str(tokens[place].attrGet("href")).startswith("#"):
        tokens[place].attrSet("rel", "noreferrer")
    return renderer.renderToken(tokens, place, options, _env)


def _heading_open(renderer: RendererHTML, tokens: list[Token], place: int, options: Any, _env: Any) -> str:
    """Headings can be linked to as on GitHub ("Full log" is #full-log)."""
    tokens[place].attrSet("id", re.sub(r"[^\w]+", "-", tokens[place + 1].content.casefold()).strip("-"))
    return renderer.renderToken(tokens, place, options, _env)


_MARKDOWN = _SafeMarkdown()


def _page(template: str, **content: Any) -> str:
    page = _TEMPLATES.get_template(f"{template}.html").render(style=_style(), moment=_moment, **content)
    return page.encode(errors="replace").decode()  # a lone surrogate in a title can be kept, but not sent


def _path(text: str) -> str:
    """Text as one piece of a path."""
    return quote(text, safe="", errors="replace")


_TEMPLATES.filters["path"] = _path


@lru_cache(maxsize=1)
def _style() -> str:
    return _TEMPLATES.get_template("style.css").render()


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

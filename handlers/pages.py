"""The pages of one machine as HTML. Pure: text from outside is only ever text, and no page loads anything."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from postmortem.document import Postmortem
from postmortem.outputs.escaping import printable
from postmortem.outputs.html import render_page

MOST_LISTED = 200
_TEMPLATES = Environment(
    loader=PackageLoader("handlers"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One postmortem in the list. `questions` are those still open in the document as it stands."""

    incident_id: str
    title: str
    priority: str | None
    status: str
    created_at: datetime
    questions: int = 0
    items: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an incident's newest journey stands, in words. `state` is running, waiting, failed or stopped."""

    incident_id: str
    title: str
    state: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft to show: its data, its Markdown as it lies in the store, and where a person finds that."""

    postmortem: Postmortem
    markdown: str
    location: str


def list_page(listed: Sequence[Listed], standings: Sequence[Standing]) -> str:
    """Every postmortem, newest first, and every journey that a person may want to know about."""
    newest = sorted(listed, key=lambda row: row.created_at, reverse=True)
    return _page("list", title="Postmortems", rows=newest[:MOST_LISTED], total=len(newest), standings=standings)


def draft_page(draft: Draft, standing: Standing | None, csrf: str | None, instead: str = "") -> str:
    """One draft, under a bar with its other forms and the button that makes it again; without `csrf` a sentence
    stands there `instead`."""
    bar = _TEMPLATES.get_template("bar.html").render(
        draft=draft, incident_id=draft.postmortem.incident.id, standing=standing, csrf=csrf, instead=instead
    )
    return render_page(draft.postmortem, draft.markdown, bar=Markup(bar))  # noqa: S704 # escaped by the template


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


def _page(template: str, **content: Any) -> str:
    page = _TEMPLATES.get_template(f"{template}.html").render(style=_style(), moment=_moment, **content)
    return printable(page)  # a lone surrogate in a title can be kept, but not sent


def _path(text: str) -> str:
    """Text as one piece of a path."""
    return quote(text, safe="", errors="replace")


_TEMPLATES.filters["path"] = _path


@lru_cache(maxsize=1)
def _style() -> str:
    return _TEMPLATES.get_template("style.css").render()


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

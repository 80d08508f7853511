"""The pages of one machine as HTML. Pure: text from outside is only ever text, and no page loads anything."""

import base64
import hashlib
import re
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
_OPENS = re.compile(r"https?://[^\s/?#\\]")
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
    """Where an incident's newest journey stands, in words. `state` is running, waiting, failed or stopped; `moment` is
    until when it waits, or when it began."""

    incident_id: str
    title: str
    state: str
    sentence: str
    moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft to show: its data, its Markdown as it lies in the store, and where a person finds that."""

    postmortem: Postmortem
    markdown: str
    location: str


def list_page(listed: Sequence[Listed], standings: Sequence[Standing], notices: Sequence[str] = ()) -> str:
    """Every postmortem, newest first, and what a person may want to know about journeys and the machinery."""
    newest = sorted(listed, key=lambda row: row.created_at, reverse=True)
    return page(
        "list", title="Postmortems", rows=newest[:MOST_LISTED], total=len(newest), standings=standings, notices=notices
    )


def draft_page(
    draft: Draft, standing: Standing | None, csrf: str | None, instead: str = "", panel: Markup | None = None
) -> str:
    """One draft, under a bar with its other forms and the button that makes it again; without `csrf` a sentence
    stands there `instead`. `panel` is what can be done about its action items."""
    incident_id = draft.postmortem.incident.id
    bar = draw("bar", draft=draft, incident_id=incident_id, standing=standing, csrf=csrf, instead=instead)
    return render_page(draft.postmortem, draft.markdown, bar=bar, panel=panel)


def waiting_page(standing: Standing, csrf: str) -> str:
    """An incident that has no draft yet, or will have none, and why."""
    return page("waiting", title=standing.title, standing=standing, csrf=csrf)


def notice_page(title: str, sentence: str) -> str:
    """One sentence for a person, with the way back."""
    return page("notice", title=title, sentence=sentence)


def content_security_policy() -> str:
    """Nothing may be loaded or run; our one style sheet is known by its hash."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def page(template: str, **content: Any) -> str:
    """A whole page out of one of our templates."""
    made = _TEMPLATES.get_template(f"{template}.html").render(style=_style(), moment=_moment, **content)
    return printable(made)  # a lone surrogate in a title can be kept, but not sent


def draw(template: str, **content: Any) -> Markup:
    """A part of a page."""
    made = _TEMPLATES.get_template(f"{template}.html").render(moment=_moment, **content)
    return Markup(made)  # noqa: S704 # escaped by the template


def _path(text: str) -> str:
    """Text as one piece of a path."""
    return quote(text, safe="", errors="replace")


def _opens(link: str | None) -> str:
    """An address from outside that may be opened, by http or https and nowhere on this site; "" for any other."""
    return link if link and _OPENS.match(link) else ""


_TEMPLATES.filters["path"] = _path
_TEMPLATES.filters["opens"] = _opens


@lru_cache(maxsize=1)
def _style() -> str:
    return _TEMPLATES.get_template("style.css").render()


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

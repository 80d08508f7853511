"""In which forms `--output` writes a draft: one line each, chosen by `--format`, else by the file's suffix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.errors import NotFound
from handlers.cli.exits import Ended, Exit

if TYPE_CHECKING:
    from handlers.cli.drawn import Drawn


def _markdown(drawn: Drawn) -> bytes:
    return drawn.markdown.encode(errors="replace")


def _json(drawn: Drawn) -> bytes:
    from postmortem.outputs.json_document import render_json

    return render_json(drawn.postmortem).encode()


def _html(drawn: Drawn) -> bytes:
    from postmortem.outputs.html import render_page

    return render_page(drawn.postmortem, drawn.markdown).encode()


def _pdf(drawn: Drawn) -> bytes:
    from connectors.chromium import print_page

    return print_page(_html(drawn).decode(), chromium=_chromium())


def _chromium() -> Path:
    """Looked for before anything is done. Raises Ended where there is none."""
    from connectors.chromium import find_chromium

    try:
        return find_chromium()
    except NotFound as error:
        raise Ended(Exit.USAGE, str(error)) from error


FORMATS: dict[str, Callable[[Drawn], bytes]] = {"md": _markdown, "json": _json, "html": _html, "pdf": _pdf}
"""What a draft can be written as, by name; each imports what it needs when it is asked."""
_OTHER_NAMES = {"markdown": "md", "htm": "html"}


def format_of(output: str | None, wanted: str | None) -> str:
    """The format by its name, else by the suffix of the file, else Markdown. Raises Ended for one that is unknown."""
    suffix = Path(output).suffix.removeprefix(".") if output else ""
    named = (wanted or suffix).strip().casefold()
    found = _OTHER_NAMES.get(named, named)
    if found == "pdf":
        _chromium()
    if found in FORMATS:
        return found
    if wanted:
        raise Ended(Exit.USAGE, f'--format "{wanted}" is not known: write {" or ".join(FORMATS)}.')
    return "md"


def written_as(drawn: Drawn, output: str | None, wanted: str | None) -> bytes:
    """The draft in the format that was asked for."""
    return FORMATS[format_of(output, wanted)](drawn)

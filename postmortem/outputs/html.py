"""The page: the document in one file that loads nothing, and can be read without its script.

Its text is the Markdown document, so that what people edited is what is shown; tiles, picture and full log are made
from the data. Text from outside enters as text: through a sanitizer in the prose, escaped everywhere else.
"""

import base64
import hashlib
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from postmortem.citations import day_and_clock
from postmortem.document import Postmortem
from postmortem.outputs.escaping import printable
from postmortem.outputs.page import __name__ as PAGE  # noqa: N812 # the package's name, where its files lie
from postmortem.outputs.page.glance import glance
from postmortem.outputs.page.log import days, log_rows
from postmortem.outputs.page.picture import draw
from postmortem.outputs.page.prose import read_prose
from postmortem.outputs.page.tiles import tiles
from postmortem.response_times import duration_in_words

_TEMPLATES = Environment(
    loader=PackageLoader(PAGE, ""), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def render_page(
    postmortem: Postmortem, document: str, *, bar: Markup | None = None, panel: Markup | None = None
) -> str:
    """The whole page as one file. `document` is the Markdown as it stands, with what people changed in it.

    `bar` is put above everything, `panel` between what is seen at a glance and the picture: links and forms of who
    serves the page, made by templates of theirs.
    """
    prose, rows = read_prose(document), log_rows(postmortem)
    page = _TEMPLATES.get_template("page.html").render(
        postmortem=postmortem,
        prose=prose,
        lead=Markup(prose.lead),  # noqa: S704 # the sanitizer's own output
        text=Markup(prose.html),  # noqa: S704 # the sanitizer's own output
        title=(prose.title or postmortem.title).removeprefix("Postmortem: "),
        glance=glance(prose, postmortem),
        tiles=tiles(postmortem, rows),
        picture=draw(postmortem, rows),
        days=tuple(days(rows)),
        rows=rows,
        bar=bar,
        panel=panel,
        policy=content_security_policy(with_forms=bar is not None),
        style=_asset("page.css"),
        script=_asset("page.js"),
    )
    return printable(page)  # a lone surrogate in a text can be kept, but not written


def content_security_policy(*, with_forms: bool = False) -> str:
    """Nothing is loaded; our one style sheet and our one script are known by their hashes."""
    return (
        f"default-src 'none'; style-src {_known('page.css')}; script-src {_known('page.js')}; base-uri 'none'; "
        f"form-action {"'self'" if with_forms else "'none'"}"
    )


def _known(name: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(_asset(name).encode()).digest()).decode()}'"


@lru_cache
def _asset(name: str) -> Markup:
    """A file of the page's, as it is in the page: nothing of it depends on what is shown."""
    return Markup(resources.files(PAGE).joinpath(name).read_text("utf-8"))  # noqa: S704 # a file of ours


_GLOBALS: dict[str, Any] = {"duration": duration_in_words, "moment": day_and_clock}
_TEMPLATES.globals.update(_GLOBALS)

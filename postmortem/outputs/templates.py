"""Templates: the built-in ones and the organisation's own, which cannot forget to escape.

Whatever an expression yields is escaped for Markdown unless it is `Md`; a template's own text passes as it is. A
template sees the fields of nouns and nothing else of them, in a sandbox that bounds what it can do (`sandbox.py`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from types import TracebackType
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, Undefined, pass_context
from jinja2.meta import find_undeclared_variables
from jinja2.nodes import Name
from jinja2.runtime import Context
from jinja2.utils import Namespace

from postmortem.citations import clock, day_and_clock
from postmortem.line import Citation, Line
from postmortem.outputs.escaping import Md, at_line_start, code, link, passage, plain, prose
from postmortem.outputs.layout import Layout, TemplateText
from postmortem.outputs.lines import cited, line_item
from postmortem.outputs.sandbox import BUDGET, FILTERS, REFUSED_FILTERS, Budget, Sandbox, bound, counted_range, written
from postmortem.response_times import duration_in_words

DOCUMENT = "document"
LINES = "lines"
"""The built-in template of every section that is made of lines."""
OWN_TEMPLATES = ("head", "timeline", "response_times", "action_items", "people", "sources", "similar", "review")
# Whatever reading a template or an expression in it can raise: a text added to a number, nothing divided by, recursion
# for ever (a RuntimeError), more nesting than Python compiles (a SyntaxError or MemoryError), a name that Jinja lost.
BROKEN = (
    *(TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RuntimeError),
    *(SyntaxError, MemoryError, NameError, AssertionError),
)
_TOO_DEEP = (RecursionError, SyntaxError, MemoryError)
# Jinja names the class; its readers know the variable.
_NO_FIELD = re.compile(r"'[\w.]*?(?P<noun>\w+?)(?:View)? object' has no attribute (?P<field>'\w+')")
_LONGEST_ERROR = 200


def shown(value: Any) -> str:
    """The one way out of a template. Raises TypeError for what has no place in a text."""
    if isinstance(value, Undefined):
        return str(value)  # raises what says which
    return value if isinstance(value, Md) else _escaped(value)


def _escaped(value: Any) -> Md:
    match value:
        case None:
            return Md("")
        case datetime():
            return plain(day_and_clock(value))
        case str() | bool() | int() | float() | date():
            return plain(str(value))
        case Line():
            return line_item(value)
        case Citation():
            return link(value.label, value.link)
        case _:
            raise TypeError(f"a value of the kind {type(value).__name__} cannot be shown: name one of its fields")


def _prose(text: str) -> Md:
    return at_line_start(prose(text))


def _passage(text: str) -> Md:
    return at_line_start(passage(text))


def _clock(at: datetime) -> Md:
    return plain(clock(at))


def _duration(seconds: float) -> Md:
    return plain(duration_in_words(seconds))


@pass_context
def _finalized(context: Context, value: Any) -> str:
    return written(context, shown(value))


def _environment() -> Sandbox:
    environment = Sandbox(
        undefined=StrictUndefined,
        finalize=_finalized,
        autoescape=False,  # HTML's escaping would be wrong here: `shown` escapes for Markdown
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters: dict[str, Any] = environment.filters  # type: ignore[assignment] # Jinja names only its own
    filters |= FILTERS | {
        "cited": cited,
        "clock": _clock,
        "code": code,
        "duration": _duration,
        "passage": _passage,
        "prose": _prose,
    }
    known: dict[str, Any] = environment.globals  # type: ignore[assignment] # Jinja names only its own
    known.clear()
    known.update(range=counted_range, namespace=Namespace, link=link)
    for name in REFUSED_FILTERS:
        filters.pop(name)
    return environment


_ENVIRONMENT = _environment()


@lru_cache(maxsize=64)
def built_in(name: str) -> Template:
    """The built-in template of the document, of a section, or of the lines."""
    text = files("postmortem.outputs").joinpath("templates", f"{name}.md.j2").read_text(encoding="utf-8")
    return Template.from_code(_ENVIRONMENT, _ENVIRONMENT.compile(text, name, name), _ENVIRONMENT.make_globals(None))


@lru_cache(maxsize=64)
def _compiled(name: str, text: str) -> Template:
    program = _ENVIRONMENT.compile(bound(_ENVIRONMENT.parse(text, name, name)), name, name)
    return Template.from_code(_ENVIRONMENT, program, _ENVIRONMENT.make_globals(None))


def write_own(own: TemplateText, told: Mapping[str, Any]) -> str:
    """What a template of the organisation's own writes. Raises any of BROKEN."""
    return _compiled(own.name, own.text).render({**told, BUDGET: Budget()})


def problem_in(own: TemplateText, error: BaseException) -> str:
    """One sentence: which file and line, and what is wrong there."""
    line = error.lineno if isinstance(error, TemplateSyntaxError) else _line_in(own.name, error.__traceback__)
    what = " ".join(_what(error).split()).rstrip(".")
    where = f"{own.name}, line {line}" if line else own.name
    return f"{where}: {what[:_LONGEST_ERROR]}; the built-in template is used."


def _what(error: BaseException) -> str:
    if isinstance(error, _TOO_DEEP):  # Python's words are about the program that Jinja made of it
        return "it is nested too deeply, or needs too much memory"
    words = getattr(error, "message", None) or str(error) or type(error).__name__
    return _NO_FIELD.sub(lambda found: f"{found['noun'].casefold()} has no field {found['field']}", words)


def _line_in(name: str, traceback: TracebackType | None) -> int | None:
    """Jinja rewrites tracebacks so that the frames of a template carry its own lines."""
    lines = [frame.tb_lineno for frame in _frames(traceback) if frame.tb_frame.f_code.co_filename == name]
    return lines[-1] if lines else None


def _frames(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback:
        yield traceback
        traceback = traceback.tb_next


def check_template(own: TemplateText, known: Iterable[str]) -> str | None:
    """A sentence where it cannot be read, or names what no template knows, also where no document reaches it yet."""
    try:
        tree = _ENVIRONMENT.parse(own.text)
        undeclared = find_undeclared_variables(tree)
        _compiled(own.name, own.text)
    except BROKEN as error:
        return problem_in(own, error)
    unknown = sorted(undeclared - {*known, *_ENVIRONMENT.globals})
    if not unknown:
        return None
    line = next((node.lineno for node in tree.find_all(Name) if node.name == unknown[0]), 1)
    return f"{own.name}, line {line}: '{unknown[0]}' is undefined; the built-in template is used."


def own_template(layout: Layout, key: str) -> TemplateText | None:
    return layout.template if key == DOCUMENT else dict[str, TemplateText](layout.templates).get(key)

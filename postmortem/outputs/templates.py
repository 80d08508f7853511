"""Templates: the built-in ones and the organisation's own, which cannot forget to escape.

Whatever an expression yields is escaped for Markdown unless it is `Md`; a template's own text passes as it is. A
template sees the fields of nouns and nothing else of them. Templates are the operator's own: they are kept from the
machine by Jinja's sandbox, but not from looping for long.
Source: https://jinja.palletsprojects.com/en/stable/sandbox/ (read 2026-11-21).
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from types import TracebackType
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, Undefined
from jinja2.meta import find_undeclared_variables
from jinja2.nodes import Name
from jinja2.runtime import BlockReference, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range
from jinja2.utils import Namespace
from pydantic import BaseModel

from postmortem.citations import clock, day_and_clock
from postmortem.line import Citation, Line
from postmortem.outputs.escaping import Md, at_line_start, code, link, passage, plain, prose
from postmortem.outputs.layout import Layout, TemplateText
from postmortem.outputs.lines import cited, line_item
from postmortem.response_times import duration_in_words

DOCUMENT = "document"
LINES = "lines"
"""The built-in template of every section that is made of lines."""
OWN_TEMPLATES = ("head", "timeline", "response_times", "action_items", "people", "sources", "similar", "review")
# Whatever an expression in a template can raise: adding a text to a number, dividing by nothing, recursing for ever.
BROKEN = (TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RuntimeError)
_LONGEST_ERROR = 200


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja in which what a macro wrote is Markdown already: everything in it was escaped when it was written."""

    def call(self, /, *told: Any, **named: Any) -> Any:
        result = super().call(*told, **named)
        wrote = isinstance(told[1], Macro | BlockReference | LoopContext)
        return Md(result) if wrote else result

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, BaseModel):
            return attr in type(obj).model_fields
        return super().is_safe_attribute(obj, attr, value)


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


def _environment() -> _Environment:
    environment = _Environment(
        undefined=StrictUndefined,
        finalize=shown,
        autoescape=False,  # HTML's escaping would be wrong here: `shown` escapes for Markdown
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "cited": cited,
        "clock": _clock,
        "code": code,
        "duration": _duration,
        "passage": _passage,
        "prose": _prose,
    }
    known: dict[str, Any] = environment.globals  # type: ignore[assignment] # Jinja names only its own
    known.clear()
    known.update(range=safe_range, namespace=Namespace, link=link)
    environment.filters.pop("random")  # the same document must give the same bytes
    return environment


_ENVIRONMENT = _environment()


@lru_cache(maxsize=64)
def built_in(name: str) -> Template:
    """The built-in template of the document, of a section, or of the lines."""
    text = files("postmortem.outputs").joinpath("templates", f"{name}.md.j2").read_text(encoding="utf-8")
    return compiled(f"{name}.md.j2", text)


@lru_cache(maxsize=64)
def compiled(name: str, text: str) -> Template:
    """A template by its file's name and its text. Raises jinja2.TemplateSyntaxError."""
    program = _ENVIRONMENT.compile(text, name, name)
    return Template.from_code(_ENVIRONMENT, program, _ENVIRONMENT.make_globals(None))


def problem_in(own: TemplateText, error: BaseException) -> str:
    """One sentence: which file and line, and what is wrong there."""
    line = error.lineno if isinstance(error, TemplateSyntaxError) else _line_in(own.name, error.__traceback__)
    what = " ".join((getattr(error, "message", None) or str(error) or type(error).__name__).split()).rstrip(".")
    where = f"{own.name}, line {line}" if line else own.name
    return f"{where}: {what[:_LONGEST_ERROR]}; the built-in template is used."


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
        compiled(own.name, own.text)
    except TemplateSyntaxError as error:
        return problem_in(own, error)
    unknown = sorted(find_undeclared_variables(tree) - {*known, *_ENVIRONMENT.globals})
    if not unknown:
        return None
    line = next((node.lineno for node in tree.find_all(Name) if node.name == unknown[0]), 1)
    return f"{own.name}, line {line}: '{unknown[0]}' is undefined; the built-in template is used."


def own_template(layout: Layout, key: str) -> TemplateText | None:
    return layout.template if key == DOCUMENT else dict[str, TemplateText](layout.templates).get(key)

"""Jinja's sandbox, and what a template of the organisation's own may spend in it.

Jinja keeps a template from the machine, not from writing a terabyte: powers, widths and repetitions are refused, and
loops, calls and what is written are counted. So a mistake ends in a sentence, not in a process that never comes back.
What is counted is what a mistake can do; whoever writes templates to do harm finds other ways to be slow.
Source: https://jinja.palletsprojects.com/en/stable/sandbox/ (read 2026-11-21).
"""

from collections.abc import Iterable, Iterator
from types import BuiltinMethodType
from typing import Any

from jinja2 import nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer
from pydantic import BaseModel

from postmortem.outputs.escaping import Md

MOST_STEPS = 1_000_000
"""Passes of loops, numbers of ranges, and calls (each counts as four), in one template for one document."""
MOST_WRITTEN = 20_000_000
"""Characters that one template writes, also those that it writes only to itself."""
BUDGET = "_budget"
"""The variable that holds a template's `Budget`; the built-in ones have none."""
# The width, the count or the depth that these take is not bounded by what they are given, or they are not in order.
REFUSED_FILTERS = ("random", "center", "indent", "wordwrap", "format", "batch", "slice", "urlize", "xmlattr", "tojson")
_STEPS_OF_A_CALL = 4  # about as long as so many passes of an empty loop
_LARGEST = 10**18
_MOST_DIGITS = 15
_TEXT_METHODS = (
    "capitalize casefold count endswith find index isalnum isalpha isdecimal isdigit islower isnumeric isspace istitle "
    "isupper lower lstrip partition removeprefix removesuffix rfind rindex rpartition rsplit rstrip split splitlines "
    "startswith strip swapcase title upper"
)


class Budget:
    def __init__(self) -> None:
        self._steps, self._characters = MOST_STEPS, MOST_WRITTEN

    def step(self, count: int = 1) -> None:
        self._steps -= count
        if self._steps < 0:
            raise SecurityError(f"it loops more than {MOST_STEPS:,} times")

    def write(self, count: int) -> None:
        self._characters -= count
        if self._characters < 0:
            raise SecurityError(f"it writes more than {MOST_WRITTEN:,} characters")


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja in which what a macro wrote is Markdown already: everything in it was escaped when it was written."""

    intercepted_binops = frozenset(("*", "**", "%", "+"))

    def call(self, /, *told: Any, **named: Any) -> Any:
        _step(told[0], _STEPS_OF_A_CALL)
        result = super().call(*told, **named)
        wrote = isinstance(told[1], Macro | BlockReference | LoopContext)
        return Md(result) if wrote else result

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        is_number = isinstance(left, int | float) and isinstance(right, int | float)
        if operator == "**" or (operator != "+" and not is_number):
            raise SecurityError(
                f"'{operator}' is not for templates{'' if operator == '**' else ', other than of numbers'}"
            )
        result = super().call_binop(context, operator, left, right)
        if is_number and abs(result) > _LARGEST:
            raise SecurityError("a number is too large")
        return written(context, result)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        match obj:
            case BaseModel():
                return attr in type(obj).model_fields
            case str():
                return attr in _TEXT_METHODS.split()
            case int() | float():
                return False
            case _:
                return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        """Jinja lets `format` through before it asks `is_safe_attribute`: a width in it has no bound."""
        if isinstance(value, BuiltinMethodType) and value.__name__ in ("format", "format_map"):
            raise SecurityError("'format' is not for templates: use '~'")


def bound(tree: nodes.Template) -> nodes.Template:
    """The template with every pass of a loop, and everything that it writes or makes of texts, counted."""
    return _Counted().visit(tree)


class _Counted(NodeTransformer):
    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 # Jinja's spelling
        self.generic_visit(node)
        node.iter = _filter(node.iter, "_passes")
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802 # Jinja's spelling
        self.generic_visit(node)
        return _filter(node, "_written")

    def visit_Filter(self, node: nodes.Filter) -> nodes.Filter:  # noqa: N802 # Jinja's spelling
        self.generic_visit(node)
        return node if node.node is None else _filter(node, "_written")

    def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.Filter:  # noqa: N802 # Jinja's spelling
        return _filter(nodes.Const(node.data, lineno=node.lineno), "_own")


def _filter(node: Any, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _step(context: Context, count: int) -> None:
    budget = context.get(BUDGET)
    if budget:
        budget.step(count)


@pass_context
def written(context: Context, value: Any) -> Any:
    """The value, its length counted."""
    budget = context.get(BUDGET)
    if budget and isinstance(value, str | list | tuple):
        budget.write(len(value))  # pyright: ignore[reportUnknownArgumentType] # of whatever items
    return value


@pass_context
def _passes(context: Context, values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        _step(context, 1)
        yield value


@pass_context
def _own(_: Context, text: str) -> Md:
    return Md(text)


@pass_context
def counted_range(context: Context, *bounds: int) -> range:
    numbers = range(*bounds)
    if len(numbers) > MOST_STEPS:
        raise SecurityError(f"a range of more than {MOST_STEPS:,} numbers")
    _step(context, len(numbers))
    return numbers


@pass_context
def _joined(context: Context, values: Iterable[Any], by: str = "", attribute: str | None = None) -> str:
    """As Jinja's, but counted before it is made."""
    get = context.environment.getattr
    texts = [str(get(value, attribute) if attribute else value) for value in values]
    _check_size(len(by) * len(texts) + sum(map(len, texts)))
    return by.join(texts)


def _replaced(text: Any, old: str, new: str, count: int = -1) -> str:
    text = str(text)
    _check_size(len(text) + text.count(old) * len(new))
    return text.replace(old, new, count)


def _check_size(size: int) -> None:
    if size > MOST_WRITTEN:
        raise SecurityError(f"it writes more than {MOST_WRITTEN:,} characters")


def _rounded(number: float, digits: int = 0) -> float:
    if abs(digits) > _MOST_DIGITS:
        raise SecurityError(f"'round' takes at most {_MOST_DIGITS} digits")
    return round(float(number), digits)


FILTERS: dict[str, Any] = {"_passes": _passes, "_written": written, "_own": _own} | {
    "join": _joined,
    "replace": _replaced,
    "round": _rounded,
}

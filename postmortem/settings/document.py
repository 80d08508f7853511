"""YAML to plain JSON values, with the line of every key. Only plain data: no tags, no bombs, no key twice."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from postmortem.settings.problems import Path, Problem, SettingsError, key_from_path

LONGEST_TEXT = 200_000
MOST_VALUES = 20_000
MOST_LEVELS = 20

_TAG = "tag:yaml.org,2002:"
_SCALARS = (f"{_TAG}str", f"{_TAG}int", f"{_TAG}float", f"{_TAG}bool", f"{_TAG}null")


@dataclass(slots=True)
class Document:
    """The value, the line (from 1) of every path in it, and what was wrong on the way."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path) -> int | None:
        """The line of the path, or of the nearest thing around it that is in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def document_from_yaml(text: str) -> Document:
    """Read one YAML document. Raises SettingsError where it is not YAML, too large, or expands too far."""
    if len(text) > LONGEST_TEXT:
        raise _too_much(f"The file has more than {LONGEST_TEXT:,} characters")
    try:
        node = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        raise SettingsError((_syntax_problem(error),)) from error
    except yaml.reader.ReaderError as error:
        raise SettingsError((_character_problem(text, error.position),)) from error
    document = Document()
    if node is not None:
        document.value = _Reader(document).value(node, ())
    return document


def _too_much(what: str) -> SettingsError:
    return SettingsError((Problem(None, "", what, "Settings are short: take out what is not a setting."),))


def _syntax_problem(error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    what = f"this is not YAML: {error.problem or error.context}"
    remedy = "Indent with spaces, not tabs." if "\\t" in what else "Look at this line and the one above it."
    return Problem(mark.line + 1 if mark else None, "", what, remedy, column=mark.column + 1 if mark else None)


def _character_problem(text: str, position: int) -> Problem:
    before = text[:position]
    column = position - (before.rfind("\n") + 1) + 1
    what = f"the character U+{ord(text[position]):04X} may not stand in YAML"
    return Problem(before.count("\n") + 1, "", what, "Delete it.", column=column)


class _Loader(yaml.SafeLoader):
    """PyYAML's composer goes down by recursion: this one stops at MOST_LEVELS."""

    _level = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self._level += 1
        if self._level > 2 * MOST_LEVELS:
            raise _too_much(f"The file goes more than {MOST_LEVELS} levels deep")
        node = super().compose_node(parent, index)
        self._level -= 1
        return node


class _Reader:
    """Walks the nodes once for every place they stand in, and counts: an alias costs what it expands to."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._count = 0

    def value(self, node: yaml.Node, path: Path) -> Any:
        self._count += 1
        if self._count > MOST_VALUES or len(path) > MOST_LEVELS:
            raise _too_much(f"The file expands to more than {MOST_VALUES:,} values or {MOST_LEVELS} levels")
        self._document.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        own = [pair for pair in node.value if not _is_merge(pair[0])]
        values: dict[str, Any] = {}
        for key_node, value_node in own:
            key = self._text(key_node, path) if isinstance(key_node, yaml.ScalarNode) else "?"
            line = key_node.start_mark.line + 1
            if key in values:
                self._problem(line, (*path, key), "stands here a second time", "Keep one of the two.")
                continue
            self._document.lines[*path, key] = line
            values[key] = self.value(value_node, (*path, key))
        for key, value_node in self._merged(node, path):
            if key not in values:
                values[key] = self.value(value_node, (*path, key))
        return values

    def _merged(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, yaml.Node]]:
        """The pairs that `<<: *anchor` brings in, one level deep."""
        for key_node, value_node in node.value:
            if not _is_merge(key_node):
                continue
            sources = value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
            for source in sources:
                if not isinstance(source, yaml.MappingNode):
                    line = key_node.start_mark.line + 1
                    self._problem(line, (*path, "<<"), "merges something that has no keys", "Merge a mapping.")
                    continue
                yield from ((str(key.value), value) for key, value in source.value if not _is_merge(key))

    def _scalar(self, node: yaml.Node, path: Path) -> Any:
        """A timestamp stays the text it is written as."""
        if node.tag == f"{_TAG}timestamp":
            return node.value
        if node.tag not in _SCALARS:
            self._problem(node.start_mark.line + 1, path, f"has the tag {node.tag}", "Write the plain value.")
            return None
        try:
            value = yaml.constructor.SafeConstructor().construct_object(node)
        except (ValueError, KeyError, IndexError):  # "!!int x": it stays the text it is written as
            return self._text(node, path)
        is_text = isinstance(value, str) or (isinstance(value, float) and not math.isfinite(value))
        return self._text(node, path) if is_text else value

    def _text(self, node: yaml.Node, path: Path) -> str:
        """The text, with escaped halves of one character put together, as JSON writes an emoji."""
        text = str(node.value)
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            what = "holds half a character"
            self._problem(node.start_mark.line + 1, path, what, "Write the character itself instead of an escape.")
            return text.encode("utf-8", "replace").decode()

    def _problem(self, line: int, path: Path, what: str, remedy: str) -> None:
        self._document.problems.append(Problem(line, key_from_path(path), what, remedy))


def _is_merge(node: yaml.Node) -> bool:
    return node.tag == f"{_TAG}merge"

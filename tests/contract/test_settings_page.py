"""docs/settings.md says every setting, as the schema has it today."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from postmortem.settings import read_settings
from tests.settings_page import EXAMPLE, EXAMPLES, ROOT, page

FREE = ("fields", "priority_map", "due_days", "anchor_issues")
"""Maps whose keys are the operator's own words."""


def test_the_page_of_settings_is_what_the_schema_says():
    written = (ROOT / "docs" / "settings.md").read_text()
    assert written == page(), "run: python -m tests.settings_page > docs/settings.md"


def test_every_setting_of_the_example_is_on_the_page():
    text = page()
    assert [path for path in _paths(EXAMPLE, "") if f"`{path}`" not in text] == []


@pytest.mark.parametrize("path", EXAMPLES)
def test_what_the_page_gives_as_an_example_is_valid(path: str):
    """Within what an entry must have beside it."""
    assert read_settings(yaml.safe_dump(_around(path.split("."), EXAMPLES[path])))


def _paths(value: Any, path: str) -> Iterator[str]:
    for entry in value if isinstance(value, list) else [value]:
        if not isinstance(entry, dict):
            continue
        for key, inner in entry.items():
            here = f"{path}.{key}".lstrip(".").replace("default_route", "routing")
            yield here
            yield from () if key in FREE else _paths(inner, here)


def _around(keys: list[str], value: Any) -> Any:
    first, *rest = keys
    inner = _around(rest, value) if rest else value
    match first:
        case "routing":
            return {first: [{"match": {"services": ["x"]}, "project": "CHK", **inner}]}
        case "questions":
            return {first: [{"ask": "Who?", "of": "service owner", **inner}]}
        case _:
            return {first: inner}

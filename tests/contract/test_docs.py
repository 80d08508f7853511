"""What the documents promise is there: files, commands, options, settings, secrets, exit codes, rules, variables."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.main import get_command

from connectors.secrets.port import NAMES
from handlers.cli.app import app
from handlers.cli.exits import MEANINGS
from postmortem.lint.finding import Rule
from postmortem.outputs.variables import NAMES as VARIABLES
from postmortem.settings import json_schema, read_settings
from postmortem.settings.layout import SectionKey

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "connectors").rglob("README.md")])
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
SCHEMA = json_schema()

_LINK = re.compile(r"(?:\]\(|src=\")(?!https?:|#|mailto:)([^)#\s\"]+)")
_NAMED_FILE = re.compile(r"`((?:handlers|connectors|postmortem|tests|docs|infra)/[\w./-]+\.\w+|(?:postmortem)/\w+/)`")
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_COMMAND = re.compile(r"(?:^|[`/])debrief ([a-z][^\n`#]*)", re.MULTILINE)
_OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
_TARGET = re.compile(r"^\s*make ([a-z]+)\b|`make ([a-z]+)\b", re.MULTILINE)
_SETTING = re.compile(r"`([a-z_]+(?:\.[a-z_]+)+)`")
_SECRET = re.compile(r"`((?:PAGERDUTY|SLACK|JIRA|CONFLUENCE)_[A-Z_]+)`")
_YAML = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


def test_the_example_settings_are_valid_and_route_somewhere():
    settings = read_settings((ROOT / "docs" / "debrief.example.yml").read_text())
    assert settings.routing
    assert settings.default_route


@EVERY_PAGE
def test_every_link_and_every_file_that_a_page_names_is_there(page: Path):
    text = page.read_text()
    missing = [target for target in _LINK.findall(text) if not (page.parent / target).exists()]
    missing += [name for name in _NAMED_FILE.findall(text) if not (ROOT / name).exists()]
    assert missing == []


@EVERY_PAGE
def test_every_command_and_option_that_a_page_names_exists(page: Path):
    commands = dict(_commands(get_command(app)))
    for code in _CODE.findall(page.read_text()):
        for written in _COMMAND.findall(code):
            words = written.split()
            command = next((name for end in (3, 2, 1) if (name := " ".join(words[:end])) in commands), "")
            assert command in commands, written
            assert set(_OPTION.findall(f" {written}")) <= commands[command], written


@EVERY_PAGE
def test_every_make_target_that_a_page_names_exists(page: Path):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = "\n".join(_CODE.findall(page.read_text()))
    assert {one or other for one, other in _TARGET.findall(code)} <= targets


@EVERY_PAGE
def test_every_setting_and_secret_that_a_page_names_exists(page: Path):
    text = page.read_text()
    sections = SCHEMA["properties"]
    named = [name for name in _SETTING.findall(text) if name.split(".")[0] in sections and not _is_a_field(name)]
    assert [name for name in named if not _is_setting(name)] == []
    assert set(_SECRET.findall(text)) <= set(NAMES)


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.name)
def test_settings_that_a_page_shows_are_valid(page: Path):
    for shown in _YAML.findall(page.read_text()):
        assert read_settings(shown)


def test_the_terminals_page_names_every_command_exit_code_and_rule():
    page = (ROOT / "docs" / "cli.md").read_text()
    for command, _ in _commands(get_command(app)):
        assert f"debrief {command}" in page
    for code, meaning in MEANINGS.items():
        assert f"| {int(code)} | {meaning} |" in page
    assert [rule for rule in get_args(Rule) if f"`{rule}`" not in page] == []


def test_the_page_on_templates_names_every_section_and_every_variable():
    page = (ROOT / "docs" / "templates.md").read_text()
    assert [key for key in get_args(SectionKey) if f"\n| `{key}` |" not in page] == []
    assert [name for name in VARIABLES if f"\n| `{name}` |" not in page] == []


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text()
    assert [page.name for page in sorted(folder.glob("0*.md")) if f"]({page.name})" not in listed] == []


def _commands(group: Any, before: str = "") -> Iterator[tuple[str, set[str]]]:
    """Every command, and those below it ("actions accept"), with its options."""
    for name, command in group.commands.items():
        options = (option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts))
        yield f"{before}{name}", {"--help", *options}
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")


def _is_a_field(name: str) -> bool:
    """Of a noun in templates that is called as a section of the settings, or a file."""
    return name.rpartition(".")[2] in ("md", "py", "yml", "json", "db", "sqlite", "html")


def _is_setting(name: str) -> bool:
    """A path of keys in the JSON Schema; behind a key that the operator chooses, anything."""
    places: list[Any] = [SCHEMA]
    for key in name.split("."):
        places = [found for place in places for found in _under(place, key)]
    return bool(places)


def _under(place: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
    for shape in _shapes(place):
        yield from [shape["properties"][key]] if key in shape.get("properties", {}) else []
        if isinstance(shape.get("additionalProperties"), dict):
            yield shape["additionalProperties"]


def _shapes(place: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The place itself, and what it refers to."""
    yield place
    for other in (place, *place.get("anyOf", ()), *place.get("allOf", ()), place.get("items", {})):
        if name := other.get("$ref"):
            yield from _shapes(SCHEMA["$defs"][name.rpartition("/")[2]])

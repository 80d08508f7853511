"""docs/settings.md, made from the settings' own schema: `python -m tests.settings_page > docs/settings.md`."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from postmortem.settings import json_schema, read_settings
from postmortem.settings.durations import text_from_duration

ROOT = Path(__file__).parents[1]
EXAMPLE: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "debrief.example.yml").read_text())
SCHEMA = json_schema()
DEFAULTS = read_settings("").model_dump(mode="json")
"""Of the settings at the top; those of sections stand in the schema."""

INTRODUCTION = """\
# Settings

Every setting of `debrief.yml`. [The example to copy](debrief.example.yml) holds what most teams set. All of it has a
default: an empty file is valid. Secrets are no settings: they are in `debrief.env`, or in Secrets Manager on AWS
([installing](install.md)), and what looks like one is refused here.

```
debrief settings            # every mistake at once, with its line and what to do
debrief settings --show     # what counts in the end, every default written out
debrief settings --schema   # for your editor
debrief check --live        # ask PagerDuty, Jira, Slack and Confluence whether it is right
```

A duration is written as `90s`, `15 min`, `2h`, `1 day` or `PT1H30M`; a list as `[a, b]`, or one line for each,
beginning with a hyphen.

<!-- Made by python -m tests.settings_page > docs/settings.md of the texts below the fields in postmortem/settings -->
"""

type Schema = dict[str, Any]


def page() -> str:
    """The whole page, as Markdown."""
    plain = {name: field for name, field in SCHEMA["properties"].items() if not _sections(field)}
    parts = [INTRODUCTION, "## At the top\n", _table("", plain, required=())]
    for name, field in SCHEMA["properties"].items():
        parts += [] if name in plain else _section(name, field, level=2)
    return "\n".join(parts).rstrip() + "\n"


def _section(path: str, field: Schema, level: int) -> Iterator[str]:
    """The heading, what it is, its table, then the sections below it."""
    section = _sections(field)[0]
    yield f"{'#' * level} `{path}`\n"
    yield _told(path, field, section)
    path += ".impact" if field.get("type") == "object" else ""
    if path in ALIKE:
        yield f"{ALIKE[path]}\n"
        return
    fields: Schema = section["properties"]
    inner = {name: one for name, one in fields.items() if _sections(one)}
    yield _table(
        f"{path}.", {name: one for name, one in fields.items() if name not in inner}, section.get("required", ())
    )
    for name, one in inner.items():
        yield from _section(f"{path}.{name}", one, level + 1)


ALIKE = {
    "default_route": "It takes what an entry of `routing` takes, without `match`.",
    "document.overrides": "Each takes `match`, as in `routing`, and `template`, `order` and `sections` as above.",
}
"""Sections that would repeat a table."""

EXAMPLES: dict[str, Any] = {
    "drafts.services": ["Checkout API"],
    "drafts.teams": ["Payments"],
    "drafts.opt_out_words": ["[drill]"],
    "drafts.opt_out_field": "No postmortem",
    "pagerduty.webhook_subscriptions": ["PABC123"],
    "slack.bindings": {"Checkout API": "#checkout-incidents"},
    "slack.private_channels": {"C0123456789": "the security team"},
    "jira.email": "debrief@acme.example",
    "jira.anchor_issues": {"CHK": "CHK-1"},
    "routing.fields": {"customfield_10010": {"value": "Reliability"}},
    "routing.match.teams": ["Payments"],
    "routing.match.priorities": ["P1"],
    "timeline.hide_emoji": ["see_no_evil"],
    "timeline.promote_words": ["failover"],
    "publish.public_base_url": "https://debrief.acme.example",
    "document.template": "templates/postmortem.md.j2",
    "document.order": ["summary", "impact"],
    "document.sections.impact.heading": "Customer impact",
    "document.sections.impact.template": "templates/impact.md.j2",
    "document.sections.impact.questions.ask": "Was the regulator told?",
    "document.sections.impact.questions.of": "service owner",
    **dict.fromkeys(("pagerduty.base_url", "slack.base_url"), "http://127.0.0.1:8081"),
    **dict.fromkeys(("jira.base_url", "confluence.base_url"), "http://127.0.0.1:8081"),
}
"""Of settings that the example file leaves out."""


def _told(path: str, field: Schema, section: Schema) -> str:
    """What the section says of itself; of a list or of names also what stands in it."""
    sorts = {"array": "A list.", "object": f"By name, such as `{path}.impact`."}
    many = field.get("type", "")
    told = (sorts[many], field["description"], section["description"]) if many in sorts else (section["description"],)
    return " ".join(_words(text) for text in told) + "\n"


def _words(text: str) -> str:
    """On one line, as the text of a cell. Some descriptions go on after "Add it:", and begin small."""
    return (text[:1].upper() + " ".join(text.split())[1:]).replace("|", "\\|")


def _table(path: str, fields: Schema, required: tuple[str, ...] | list[str]) -> str:
    lines = ["| setting | what it does | write | default |", "| --- | --- | --- | --- |"]
    for name, field in fields.items():
        default = "must be there" if name in required else _default(path + name, field)
        lines.append(f"| `{path}{name}` | {_words(field['description'])} | {_kind(path + name, field)} | {default} |")
    return "\n".join(lines) + "\n"


def _kind(path: str, field: Schema) -> str:
    """What sort of value, and one to copy."""
    shape = _shape(field)
    if "enum" in shape:
        return "one of " + ", ".join(f"`{value}`" for value in shape["enum"])
    if shape.get("type") == "boolean":
        return "`true` or `false`"
    sort = "a duration" if _is_duration(shape) else KINDS[shape["type"]]
    choices = _resolved(shape.get("items", {})).get("enum", ())
    sort += f" of {', '.join(f'`{value}`' for value in choices)}" if choices else ""
    example = _example(path, field)
    return sort if example in (None, []) else f"{sort}: `{_written(example)}`"


KINDS = {"string": "text", "integer": "a number", "array": "a list", "object": "names and values"}


def _example(path: str, field: Schema) -> Any:
    """As the example file has it, else as EXAMPLES; else its default, which for a duration is told beside it."""
    found: Any = EXAMPLE
    for key in path.split("."):
        found = found[0] if isinstance(found, list) else found
        found = found.get(key) if isinstance(found, dict) else None
    default = None if _is_duration(field) else field.get("default")
    return next((one for one in (found, EXAMPLES.get(path), default) if one is not None), None)


def _default(path: str, field: Schema) -> str:
    value = DEFAULTS.get(path, field.get("default"))
    if value in (None, [], {}):
        return "nothing"
    return f"`{_written(_duration(value) if _is_duration(field) else value)}`"


def _duration(text: str) -> str:
    return text_from_duration(TypeAdapter(timedelta).validate_python(text))


def _is_duration(shape: Schema) -> bool:
    return "PT1H30M" in shape.get("examples", ())


def _written(value: Any) -> str:
    """A value as it stands in YAML, on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False)
    return re.sub(r"\n(\.\.\.\n)?$", "", text).replace("|", "\\|")


def _shape(field: Schema) -> Schema:
    """Without the null that stands for "not set"."""
    return _resolved(next((one for one in field.get("anyOf", ()) if one.get("type") != "null"), field))


def _resolved(shape: Schema) -> Schema:
    """What a reference leads to."""
    return SCHEMA["$defs"][shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape


def _sections(field: Schema) -> list[Schema]:
    """The groups of settings that a field holds: itself, each entry of a list, or each value of names."""
    shape = _shape(field)
    inner = (shape, shape.get("items", {}), shape.get("additionalProperties", {}))
    groups = (_resolved(one) for one in inner if isinstance(one, dict))
    return [group for group in groups if "properties" in group]


if __name__ == "__main__":
    print(page(), end="")

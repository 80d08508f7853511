"""Text to Settings, or every problem at once."""

import difflib
import types
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from postmortem.settings.document import Document, document_from_yaml
from postmortem.settings.model import Settings
from postmortem.settings.problems import Path, Problem, SettingsError, key_from_path
from postmortem.settings.secrecy import secret_problems

_UNIQUE_IN_PEOPLE = ("pagerduty_email", "slack_id")


def read_settings(text: str) -> Settings:
    """Read `debrief.yml`. Nothing but the text counts: no file, no environment. Raises SettingsError."""
    document = document_from_yaml(text)
    value = {} if document.value is None else _without_empty(document.value)
    secrets = dict(secret_problems(value, document))
    problems = [*document.problems, *secrets.values(), *_shared_people(value, document)]
    settings: Settings | None = None
    try:
        settings = Settings.model_validate(value)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            path = _path(details["loc"])
            if not any(path[: len(secret)] == secret for secret in secrets):
                problems.append(_problem(details, path, document))
    if settings is None or problems:
        raise SettingsError(tuple(problems))
    return settings


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `debrief.yml`, for editors."""
    schema = Settings.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Settings of Debrief"}


def _without_empty(value: Any, path: Path = ()) -> Any:
    """A key with nothing after it counts as not written, except in `fields`, where Jira knows null."""
    if isinstance(value, dict) and "fields" not in path:
        return {key: _without_empty(inner, (*path, key)) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_empty(inner, path) for inner in value]
    return value


def _path(loc: tuple[int | str, ...]) -> Path:
    """pydantic's place of an error, without the "[key]" that marks a wrong key of a mapping."""
    return tuple(part for part in loc if part != "[key]")


def _problem(details: ErrorDetails, path: Path, document: Document) -> Problem:
    what, remedy = _sentences(details, path)
    return Problem(document.line(path), key_from_path(path), what, remedy)


def _sentences(details: ErrorDetails, path: Path) -> tuple[str, str]:
    context = details.get("ctx", {})
    match details["type"]:
        case "settings":
            return context["what"], context["remedy"]
        case "missing":
            return "is missing", f"Add it: {_description(path)}"
        case "extra_forbidden":
            return "is not a setting", _did_you_mean(path)
        case "literal_error":
            return f'"{details["input"]}" is not known here', f"Write {context['expected'].replace("'", '')}."
        case "greater_than_equal" | "less_than_equal":
            return f"{details['input']} is out of range", "Write a number from 0 to 500."
        case kind:
            return _wrong_kind(kind, details["input"])


def _wrong_kind(kind: str, value: Any) -> tuple[str, str]:
    found = _in_words(value)
    if kind.startswith("string"):
        quoted = f'Put it in quotes: "{value}".' if isinstance(value, int | float) else "Write one text."
        return f"must be text and is {found}", quoted
    if kind.startswith("tuple"):
        return f"must be a list and is {found}", "Write [a, b], or one line for each, beginning with a hyphen."
    if kind.startswith("bool"):
        return f"must be true or false and is {found}", "Write true or false."
    if kind.startswith("int"):
        return f"must be a whole number and is {found}", "Write digits without quotes."
    return f"must be a group of settings and is {found}", "Write its settings below it, indented, as key: value."


def _in_words(value: Any) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case dict():
            return "a group of settings"
        case _:
            return "nothing"


def _did_you_mean(path: Path) -> str:
    model = _model_at(path[:-1])
    known = sorted(model.model_fields) if model else []
    near = difflib.get_close_matches(str(path[-1]), known, 1)
    return f'Did you mean "{near[0]}"?' if near else f"Known here: {', '.join(known)}."


def _description(path: Path) -> str:
    model = _model_at(path[:-1])
    field = model.model_fields.get(str(path[-1])) if model else None
    return (field.description if field else None) or "it has no default."


def _model_at(path: Path) -> type[BaseModel] | None:
    """The section that a path leads to; list indexes lead into the list's one kind of item."""
    model: type[BaseModel] | None = Settings
    for name in (part for part in path if isinstance(part, str)):
        field = model.model_fields.get(name) if model else None
        model = _section_in(field.annotation) if field else None
    return model


def _section_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    sections = (_section_in(inner) for inner in typing.get_args(annotation))
    return next((section for section in sections if section), None)


def _shared_people(value: Any, document: Document) -> Iterator[Problem]:
    """Two people with one e-mail or one Slack id: nobody could say who is meant."""
    people = value.get("people") if isinstance(value, dict) else None
    first: dict[tuple[str, str], int] = {}
    for index, person in enumerate(people if isinstance(people, list) else []):
        for name in _UNIQUE_IN_PEOPLE:
            known = person.get(name) if isinstance(person, dict) else None
            if not isinstance(known, str):
                continue
            earlier = first.setdefault((name, known.casefold()), index)
            if earlier != index:
                path: Path = ("people", index, name)
                what = f"is the same as people[{earlier}].{name}"
                yield Problem(document.line(path), key_from_path(path), what, "Give it to one of the two.")

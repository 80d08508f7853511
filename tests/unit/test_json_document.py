"""The document as data, and the schema that says what is in it."""

import json
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator

from postmortem.compose import compose
from postmortem.document import POSTMORTEM_SCHEMA, Postmortem
from postmortem.outputs.json_document import json_schema, render_json
from postmortem.settings import Settings
from tests.unit.given import START, alert, evidence, log, note, said

PUBLISHED = Path(__file__).parents[2] / "docs" / "postmortem.schema.json"


def _written(text: str = "ACTION: @bea raise the pool by Friday") -> Postmortem:
    told = evidence(log("a", 0, "triggered"), alert("x", 1), note("n", 2, "because"), said("1", 3, text))
    return compose(told, Settings(), composed_at=START)


def test_the_json_is_the_whole_document_and_can_be_read_back():
    told = json.loads(render_json(_written()))

    assert told["schema_version"] == POSTMORTEM_SCHEMA
    assert told["action_items"][0]["text"] == "Raise the pool"
    assert Postmortem.model_validate(told) == _written()


def test_the_json_keeps_to_its_schema():
    schema = json_schema()
    Draft202012Validator.check_schema(schema)

    Draft202012Validator(schema).validate(json.loads(render_json(_written())))


def _shape(schema: Any) -> Any:
    """A schema without its descriptions."""
    if isinstance(schema, dict):
        told = cast("dict[str, Any]", schema).items()
        return {key: _shape(inner) for key, inner in told if not (key == "description" and isinstance(inner, str))}
    return [_shape(inner) for inner in cast("list[Any]", schema)] if isinstance(schema, list) else schema


def test_the_published_schema_is_the_one_of_the_code():
    """`debrief schema > docs/postmortem.schema.json` brings it up to date."""
    assert _shape(json.loads(PUBLISHED.read_text())) == _shape(json_schema())


def test_half_a_character_does_no_harm():
    assert "\\ud800" in render_json(_written("x \ud800 y"))

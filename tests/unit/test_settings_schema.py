"""The JSON Schema of debrief.yml."""

import json

from jsonschema import Draft202012Validator

from postmortem.settings import json_schema, read_settings


def test_the_schema_describes_every_field():
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    for section in (schema, *schema["$defs"].values()):
        for name, field in section.get("properties", {}).items():
            assert field.get("description"), f"{section['title']}.{name}"


def test_the_schema_accepts_what_is_read():
    example = {"quiet_period": "90s", "routing": [{"project": "OPS", "match": {"teams": ["Payments"]}}]}
    Draft202012Validator(json_schema()).validate(example)
    assert read_settings(json.dumps(example)).routing[0].project == "OPS"

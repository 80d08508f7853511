"""The document as data: JSON with a published schema, so that other tools can read a postmortem."""

import json
from typing import Any

from postmortem.document import POSTMORTEM_SCHEMA, Postmortem

SCHEMA_ID = f"urn:debrief:postmortem:{POSTMORTEM_SCHEMA}"


def render_json(postmortem: Postmortem) -> str:
    """The whole document as one JSON object, ending with a newline. Every field is there, also where it is empty."""
    told = postmortem.model_dump(mode="json")
    return json.dumps(told, indent=2, ensure_ascii=True) + "\n"


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what `render_json` writes."""
    schema = Postmortem.model_json_schema(mode="serialization")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID}
    return {**head, **schema, "title": f"A postmortem by Debrief, schema {POSTMORTEM_SCHEMA}"}

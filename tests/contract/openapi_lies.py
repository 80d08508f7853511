"""Where the vendors' documents say something their own services do not do. Short, and each with its reason.

Two kinds: a `Lie` lets a known sentence pass; `patched` mends a schema that is wrong in many places at once. Add one
only with where the truth stands: the vendor's own example, another page of theirs, or a capture of real traffic.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Lie:
    """`problem` is a regular expression searched in the whole sentence, `why` is where the truth stands."""

    spec_file: str
    problem: str
    why: str


LIES: tuple[Lie, ...] = (
    Lie(
        "pagerduty-rest.json",
        r"reply 429: the body is not JSON$",
        "a 429 can lack headers and body: https://developer.pagerduty.com/docs/rest-api-v2/rate-limiting (2026-11-20)",
    ),
    Lie(
        "confluence-v2.json",
        r"the reply's status 409 is not documented$",
        "a version that exists is answered with 409 in many public code bases (read 2026-11-21)",
    ),
)


def patched(name: str, content: dict[str, Any]) -> dict[str, Any]:
    """The content with the general lies of that document mended."""
    mend = _MENDED.get(name)
    return mend(content) if mend else content


def _pagerduty_rest(content: dict[str, Any]) -> dict[str, Any]:
    schemas = content["components"]["schemas"]
    # An agent is also any kind of integration: the document's own alert example is from a
    # generic_email_inbound_integration_reference, a real resolve by the Events API from an
    # inbound_integration_reference (public capture, read 2026-11-20).
    schemas["AgentReference"]["allOf"][1]["properties"]["type"] = {"type": "string", "pattern": "_reference$"}
    # AcknowledgeLogEntry wants the type acknowledgement_log_entry, LogEntry allows only acknowledge_log_entry, which
    # is what real accounts show (devlake's captured incidents, 2022-11): no entry could ever fit both.
    schemas["AcknowledgeLogEntry"]["allOf"][1]["properties"]["type"] = {"enum": ["acknowledge_log_entry"]}
    # "An arbitrary JSON object or string", says the description of an alert's details; its type says object.
    schemas["Alert"]["allOf"][1]["properties"]["body"]["properties"]["details"]["type"] = ["object", "string"]
    # Log entries of kinds beyond the enum exist: status_update, responder_request, merge (five public code bases,
    # read 2026-11-20). Each kind that the document knows stays strict, and is checked by its own schema alone.
    listing = content["paths"]["/incidents/{id}/log_entries"]["get"]["responses"]["200"]["content"]["application/json"]
    entries = listing["schema"]["allOf"][1]["properties"]["log_entries"]
    by_kind = {_kind_of(schemas[one["$ref"].rpartition("/")[2]]): one for one in entries["items"]["anyOf"]}
    entries["items"] = _by_type(by_kind)
    # The document hardly ever says `nullable`, yet its own examples carry null (resolved_at, resolve_reason,
    # html_url; 2026-08-14), and an incident with child alerts has a null incident_key (its own text).
    _properties_may_be_null(schemas)
    return content


def _kind_of(schema: dict[str, Any]) -> str:
    return schema["allOf"][1]["properties"]["type"]["enum"][0]


def _by_type(by_kind: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Ask a record its type first, instead of trying it against every alternative in turn."""
    schema: dict[str, Any] = {"type": "object", "required": ["type"]}
    for kind, reference in by_kind.items():
        schema = {"if": {"properties": {"type": {"const": kind}}}, "then": reference, "else": schema}
    return schema


def _properties_may_be_null(node: Any) -> None:
    if isinstance(node, list):
        for item in node:
            _properties_may_be_null(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            _properties_may_be_null(value)
            if key == "properties" and isinstance(value, dict):
                for name, schema in value.items():
                    if isinstance(schema, dict):
                        value[name] = {"anyOf": [{"type": "null"}, schema]}


def _confluence(content: dict[str, Any]) -> dict[str, Any]:
    """A page's parent is "null if there is no parent page", say its own words; its type says string."""
    for name in ("PageBulk", "PageSingle"):
        content["components"]["schemas"][name]["properties"]["parentId"]["type"] = ["string", "null"]
    return content


_MENDED: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "pagerduty-rest.json": _pagerduty_rest,
    "confluence-v2.json": _confluence,
}

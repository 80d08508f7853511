"""An OpenAPI document, made ready for checking: found, loaded, its schemas turned into plain JSON Schema."""

import json
import os
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.contract.openapi_lies import patched

_PROJECT = Path(__file__).parents[2]
_VERBS = {"get", "put", "post", "delete", "patch", "head", "options"}


def shared_folder() -> Path:
    return Path(os.environ.get("DEBRIEF_SHARED") or _PROJECT.parent / "shared")


@cache
def spec(name: str) -> "Document | None":
    """The document of that file name, or None where the shared folder is absent."""
    path = shared_folder() / "specs" / name
    if not path.is_file():
        return None
    return Document(f"urn:spec:{name}", patched(name, plain_json_schema(json.loads(path.read_bytes()))))


def plain_json_schema(node: Any) -> Any:
    """Undo OpenAPI's dialect: `nullable`, boolean `exclusiveMinimum`, and `oneOf` whose members overlap.

    `oneOf` is read as `anyOf`: PagerDuty's and Confluence's alternatives overlap, so that the vendors' own examples
    match more than one.
    """
    if isinstance(node, list):
        return [plain_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {("anyOf" if key == "oneOf" else key): plain_json_schema(value) for key, value in node.items()}
    for bound, strict in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if plain.get(strict) is True and bound in plain:
            plain[strict] = plain.pop(bound)
        elif isinstance(plain.get(strict), bool):
            del plain[strict]
    if plain.pop("nullable", None) is True:
        return {"anyOf": [{"type": "null"}, plain], "type": [plain.get("type", "object"), "null"]} if plain else {}
    return plain


def json_pointer(*parts: str) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


@dataclass(frozen=True, eq=False)
class Document:
    """`content` is the whole document after `plain_json_schema`; `uri` is how its own schemas refer to it."""

    uri: str
    content: dict[str, Any]
    _found: dict[tuple[str, str], "Operation"] = field(default_factory=dict)

    def find(self, verb: str, path: str) -> "Operation | str":
        """The operation whose template fits the path, literal segments first; otherwise a sentence."""
        templates = [template for template in self.content["paths"] if _pattern(template).fullmatch(path)]
        with_verb = [template for template in templates if verb in self.content["paths"][template]]
        if not templates:
            return f"{verb.upper()} {path}: no such path"
        if not with_verb:
            return f"{verb.upper()} {path}: only {', '.join(self._verbs(templates[0]))} is known"
        template = min(with_verb, key=lambda template: template.count("{"))
        if (verb, template) not in self._found:
            self._found[verb, template] = Operation(self, verb, template)
        return self._found[verb, template]

    def _verbs(self, template: str) -> list[str]:
        return [verb.upper() for verb in self.content["paths"][template] if verb in _VERBS]

    def schema(self, pointer: str) -> dict[str, Any]:
        return self.resolved(self.at(pointer))

    def at(self, pointer: str) -> Any:
        node: Any = self.content
        for part in pointer.removeprefix("#").split("/")[1:]:
            part = part.replace("~1", "/").replace("~0", "~")
            node = node[int(part)] if isinstance(node, list) else node[part]
        return node

    def resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            node = self.at(node["$ref"])
        return node


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(template)))


class Operation:
    """One verb on one path template. Pointers lead to schemas inside the document."""

    def __init__(self, document: Document, verb: str, template: str) -> None:
        self.name = f"{verb.upper()} {template}"
        self._document = document
        self._pointer = json_pointer("paths", template, verb)
        self._operation: dict[str, Any] = document.content["paths"][template][verb]
        shared = json_pointer("paths", template, "parameters")
        self._parameters = self._listed(self._pointer + "/parameters", self._operation.get("parameters", []))
        named = {(parameter["in"], parameter["name"]) for parameter in self._parameters}
        inherited = self._listed(shared, document.content["paths"][template].get("parameters", []))
        self._parameters += [one for one in inherited if (one["in"], one["name"]) not in named]

    def _listed(self, pointer: str, listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = []
        for index, node in enumerate(listed):
            here = node["$ref"].removeprefix("#") if "$ref" in node else f"{pointer}/{index}"
            parameter = self._document.resolved(node)
            # Swagger 2.0 writes the type into the parameter itself, which is then its own schema.
            parameters.append({**parameter, "pointer": here + ("/schema" if "schema" in parameter else "")})
        return parameters

    def parameters(self, where: str) -> list[dict[str, Any]]:
        return [parameter for parameter in self._parameters if parameter["in"] == where]

    @property
    def body_required(self) -> bool:
        body = self._document.resolved(self._operation.get("requestBody", {}))
        return bool(body.get("required")) or any(one.get("required") for one in self.parameters("body"))

    def body_schema(self, content_type: str) -> str | None:
        """Where the request body's schema stands for that content type, None where the document knows no body."""
        for parameter in self.parameters("body"):
            return parameter["pointer"]
        if "requestBody" not in self._operation:
            return None
        return self._content_schema(self._operation["requestBody"], self._pointer + "/requestBody", content_type)

    def documents(self, status: str) -> bool:
        return self._key_of(status) is not None

    def _key_of(self, status: str) -> str | None:
        responses = self._operation["responses"]
        return next((key for key in (status, f"{status[0]}XX", f"{status[0]}xx", "default") if key in responses), None)

    def reply_schema(self, status: str, content_type: str) -> str | None:
        """Where the schema of the reply with that status stands, None where the document promises no JSON."""
        key = self._key_of(status)
        if key is None:
            return None
        pointer = self._pointer + json_pointer("responses", key)
        response = self._document.resolved(self._operation["responses"][key])
        if "schema" in response:  # Swagger 2.0
            return self._followed(self._operation["responses"][key], pointer) + "/schema"
        return self._content_schema(self._operation["responses"][key], pointer, content_type)

    def _content_schema(self, node: dict[str, Any], pointer: str, content_type: str) -> str | None:
        content: dict[str, Any] = self._document.resolved(node).get("content", {})
        by_type = {key.partition(";")[0].strip().lower(): key for key in content}
        json_types = [key for key in by_type if key.endswith(("/json", "+json"))]
        wanted = content_type if content_type in by_type else next(iter(json_types), None)
        if wanted is None or "schema" not in content[by_type[wanted]]:
            return None
        return self._followed(node, pointer) + json_pointer("content", by_type[wanted], "schema")

    def _followed(self, node: dict[str, Any], pointer: str) -> str:
        while "$ref" in node:
            pointer = node["$ref"].removeprefix("#")
            node = self._document.at(node["$ref"])
        return pointer

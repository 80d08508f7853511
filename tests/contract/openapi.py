"""Check an exchange with a fake vendor against the vendor's own OpenAPI document, where that document is present.

    problems = problems_of_exchange("pagerduty-rest.json", request, reply)
    assert problems == []

Both layouts are understood: OpenAPI 3.0 and Swagger 2.0. The documents lie in `specs/` of the shared folder, which is
not part of the project: `../shared` beside the project, or $DEBRIEF_SHARED. Where it is absent `spec()` is None and
a test skips with one line.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.contract.openapi_document import Document, Operation, spec
from tests.contract.openapi_lies import LIES
from tests.vendors.wire import Reply, Request

__all__ = ["problems_of_exchange", "spec"]

_FORM = "application/x-www-form-urlencoded"
# OpenAPI 3.0.3, "Parameter Object": Accept, Content-Type and Authorization "shall be ignored". A token is auth too.
_HEADERS_OF_AUTH = {"accept", "content-type", "authorization", "token"}
# What any server may answer whatever its document says: a wrong method, too fast, its own faults.
_STATUSES_OF_ANY_SERVER = {"405", "408", "413", "429"}


def problems_of_exchange(
    spec_file: str, request: Request, reply: Reply, *, base_path: str = "", method: str | None = None
) -> list[str]:
    """Sentences about everything in the exchange that the vendor's document does not allow; empty where all is well.

    `base_path` ("/api") is what stands before the document's paths in the request. `method` overrides the request's
    method for the look-up, for documents that list a call under another verb than the clients use (Slack's).
    Raises FileNotFoundError where the document is absent: ask `spec(spec_file)` first and skip.
    """
    document = spec(spec_file)
    if document is None:
        raise FileNotFoundError(f"{spec_file} is not in the shared folder; set DEBRIEF_SHARED")
    if not request.path.startswith(base_path):
        return [f"{request.path} is not under {base_path}"]
    found = document.find((method or request.method).lower(), request.path.removeprefix(base_path))
    if isinstance(found, str):
        return [found]
    problems = [f"{found.name}: {problem}" for problem in _problems(document, found, request, reply)]
    return [problem for problem in problems if not _is_a_known_lie(spec_file, problem)]


def _problems(document: Document, operation: Operation, request: Request, reply: Reply) -> Iterator[str]:
    given = _given_fields(operation, request)
    yield from _problems_of_query(document, operation, given)
    for header in operation.parameters("header"):
        name = header["name"].lower()
        if header.get("required") and name not in _HEADERS_OF_AUTH and name not in request.headers:
            yield f"the header {header['name']} is missing"
    yield from _problems_of_request_body(document, operation, request)
    if not reply.dropped:
        yield from _problems_of_reply(document, operation, reply)


def _given_fields(operation: Operation, request: Request) -> dict[str, list[str]]:
    """The query; with it the form, or the top of a JSON body, where the document knows them only as a query."""
    given = dict(request.query)
    if operation.body_schema(_content_type(request.headers)) is None and request.body:
        if _content_type(request.headers) == _FORM:
            given |= request.form()
        else:
            given |= {name: [_as_text(value)] for name, value in request.json().items()}
    return given


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _problems_of_query(document: Document, operation: Operation, given: dict[str, list[str]]) -> Iterator[str]:
    known = {parameter["name"]: parameter for parameter in operation.parameters("query")}
    form = {parameter["name"]: parameter for parameter in operation.parameters("formData")}
    for name, parameter in (known | form).items():
        if parameter.get("required") and name not in given and name not in _HEADERS_OF_AUTH:
            yield f"the required parameter {name} is missing"
    for name, values in given.items():
        parameter = (known | form).get(name)
        if parameter is None:
            yield f"the parameter {name} is not known"
            continue
        schema, pointer = parameter.get("schema", parameter), parameter["pointer"]
        yield from _problems_of_values(document, name, values, schema, pointer)


def _problems_of_values(
    document: Document, name: str, values: list[str], schema: dict[str, Any], pointer: str
) -> Iterator[str]:
    kind = schema.get("type")
    instance = [_typed(value, schema.get("items", {}).get("type")) for value in values]
    if name.endswith("[]") and kind != "array":  # PagerDuty writes the schema of one value
        for value in values:
            yield from _problems_of_values(document, name.removesuffix("[]"), [value], schema, pointer)
        return
    if kind != "array" and len(values) > 1:
        yield f"the parameter {name} is given {len(values)} times"
    for message in _violations(document, pointer, instance if kind == "array" else _typed(values[0], kind)):
        yield f"parameter {name}: {message}"


def _typed(text: str, kind: str | None) -> Any:
    """A query knows only text: read it as the type the document wants, or leave it and let the check say so."""
    if kind in ("integer", "number"):
        return json.loads(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else text
    if kind == "boolean":
        return {"true": True, "false": False, "1": True, "0": False}.get(text.lower(), text)
    return text


def _problems_of_request_body(document: Document, operation: Operation, request: Request) -> Iterator[str]:
    content_type = _content_type(request.headers)
    pointer = operation.body_schema(content_type)
    if pointer is None:
        return
    if not request.body:
        if operation.body_required:
            yield "the request body is missing"
        return
    if content_type == _FORM:
        properties = document.schema(pointer).get("properties", {})
        body: Any = {
            name: _typed(values[0], properties.get(name, {}).get("type")) for name, values in request.form().items()
        }
    else:
        try:
            body = request.json()
        except ValueError:
            yield "the request body is not JSON"
            return
    for message in _violations(document, pointer, body):
        yield f"request body: {message}"


def _problems_of_reply(document: Document, operation: Operation, reply: Reply) -> Iterator[str]:
    status = str(reply.status)
    if not operation.documents(status):
        if status not in _STATUSES_OF_ANY_SERVER and reply.status < 500:
            yield f"the reply's status {status} is not documented"
        return
    if operation.reply_schema(status, _content_type(reply.headers)) is None:
        return
    try:
        body = json.loads(reply.body)
    except ValueError:
        yield f"reply {status}: the body is not JSON"
        return
    if isinstance(body, dict) and body.get("ok") is False:
        status = "default"  # Slack says its failures with 200; its document lists them as the default reply.
    pointer = operation.reply_schema(status, _content_type(reply.headers))
    if pointer is None:
        return
    for message in _violations(document, pointer, body):
        yield f"reply {status}: {message}"


def _violations(document: Document, pointer: str, instance: Any) -> Iterator[str]:
    for error in _validator(document, pointer).iter_errors(instance):
        deepest = _deepest(error)
        yield f"{'/'.join(str(part) for part in deepest.absolute_path) or '(all)'}: {deepest.message[:200]}"


def _deepest(error: ValidationError) -> ValidationError:
    """Of "matches none of these", the failure that came nearest to a match."""
    leaves = list(_leaves(error))
    return max(leaves, key=_nearness) if leaves else error


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    for cause in error.context or ():
        yield from _leaves(cause) if cause.context else (cause,)


def _nearness(error: ValidationError) -> tuple[bool, bool, int]:
    # "Is not null" and "is of another type of record" say that an alternative was not the one that was meant.
    is_null = error.validator == "type" and error.validator_value == "null"
    return not is_null, list(error.absolute_path)[-1:] != ["type"], len(error.absolute_path)


@cache
def _registry(document: Document) -> Registry[Any]:
    return Registry().with_resource(document.uri, DRAFT202012.create_resource(document.content))


@cache
def _validator(document: Document, pointer: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"{document.uri}#{pointer}"}, registry=_registry(document))


def _content_type(headers: dict[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _is_a_known_lie(spec_file: str, problem: str) -> bool:
    return any(lie.spec_file == spec_file and re.search(lie.problem, problem) for lie in LIES)

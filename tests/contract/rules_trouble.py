"""What goes wrong under the ten rules: lost and hostile answers, endless texts; and what a log would show of it."""

import traceback
from collections.abc import Iterator

from tests.contract.rules_kit import CANARY, Connector
from tests.vendors.wire import Reply, json_reply

LOST = {
    "dropped": Reply(dropped=True),
    "500": Reply(500),
    "502": Reply(502, body=b"<html>"),
    "503": json_reply({"ok": False, "error": "service_unavailable"}, 503),
    "503 with a wait": Reply(503, {"retry-after": "1"}),
    "504": Reply(504),
    "cut short": Reply(201, {"content-type": "application/json"}, b'{"id'),
    "another shape": json_reply({"ok": "perhaps"}),
}


TEXTS = {
    "long": "x" * 100_000,
    "beyond the first plane": "\N{FIRE}" * 60_000,
    "escaped": "&<>" * 30_000,
    "quotes": '"\\' * 40_000,
    "lines": "a\n" * 10_000,
    "surrogates and NUL": "\ud83d\x00" * 30_000,
    "words": "not for the first time " * 4_000,
}


_BODY = {"error": {"message": CANARY, "code": 2001, "errors": [CANARY]}, "needed": CANARY, "detail": CANARY}
FAULTS = [
    Reply(dropped=True),
    Reply(200, body=f"<html>{CANARY}</html>".encode()),
    json_reply({"unexpected": CANARY}),
    Reply(302, {"location": f"https://elsewhere.example/{CANARY}"}),
    *(json_reply(_BODY, status) for status in (400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 503)),
]


def echoes(connector: Connector) -> Iterator[Reply]:
    """A vendor that says back the token wherever it says something."""
    for secret in connector.secrets:
        for status in (200, 400, 403):
            said = {"ok": False, "error": secret, "needed": secret, "errorMessages": [secret], "errors": {"a": secret}}
            yield json_reply(said, status)
        yield json_reply({"ok": False, "error": "missing_scope", "needed": secret})


def everything_shown(error: BaseException | None) -> Iterator[str]:
    """All that a log or a crash report prints: text, arguments, fields and traceback, of the causes too."""
    if error is not None:
        yield "".join(traceback.format_exception(error))
    while error is not None:
        yield f"{error!s} {error!r} {error.args!r} {vars(error)!r}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)

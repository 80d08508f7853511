"""Pairs of headers and a body as nobody should send them: made of true ones, so that each is nearly right."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.simulation.fire.doors import NOW, SECRET, Headers, Target

_HEX = "0123456789abcdef"
_WIDE = str.maketrans("0123456789abcdef", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19abcdef")
_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_ODD = "\ud800\udfff\x00\x7f\x85\u2028é€😀\u202e\t\n\r ,;=v10"

type Forge = Callable[[Random, Target, bytes, str], str]
"""Given the true digits of a body, what to put into the signature header instead."""


def event_body(number: int, kind: str = "incident.annotated", **data: Any) -> bytes:
    """A delivery of PagerDuty's as it should be."""
    incident = {"id": f"Q{number:06d}", "type": "incident_reference"}
    event = {
        "id": f"01FIRE{number:020d}",
        "event_type": kind,
        "resource_type": "incident",
        "occurred_at": NOW.isoformat(),
        "agent": None,
        "client": None,
        "data": {"type": "incident_note", "id": f"P{number}", "incident": incident, "content": "x" * 200} | data,
    }
    return json.dumps({"event": event}).encode()


_TRUE = [
    *(event_body(number, kind) for number in range(8) for kind in ("incident.annotated", "incident.escalated")),
    b'{"webhookEvent":"jira:issue_updated","issue":{"id":"10001"}}',
    b"payload=%7B%22type%22%3A1%7D",
]
_HUGE = b'{"event":"' + b"x" * 270_000 + b'"}'
_JSONISH = [
    b"{",
    b"}",
    b"[" * 60,
    b'"',
    b"\\ud800",
    b":",
    b",",
    b"null",
    b"1e999",
    b"NaN",
    b"\xff",
    b"\x00",
    b"payload=",
]


def a_body(rng: Random) -> bytes:
    """One of a dozen kinds; one in 500 is longer than any receiver for PagerDuty reads."""
    roll = rng.random()
    if roll < 0.6:
        return rng.choice(_TRUE)
    if roll < 0.75:
        return changed(rng, rng.choice(_TRUE))
    if roll < 0.85:
        return rng.randbytes(rng.randrange(200))
    if roll < 0.95:
        return b"".join(rng.choices(_JSONISH, k=rng.randrange(12)))
    return _HUGE if roll > 0.998 else b""


def changed(rng: Random, body: bytes) -> bytes:
    """The same but for one byte more, less, or another; or cut, or twice."""
    at, how = rng.randrange(len(body) + 1), rng.randrange(5)
    match how:
        case 0:
            return body[:at] + rng.randbytes(1) + body[at:]
        case 1:
            return body[:at] + body[at + 1 :]
        case 2:
            return body[:at] + rng.randbytes(1) + body[at + 1 :]
        case 3:
            return body[:at]
        case _:
            return body + body


def forged(rng: Random, target: Target) -> tuple[Headers, bytes]:
    """Nearly a delivery. What it carries is signed by nobody, or is not what was signed."""
    body = a_body(rng)
    if rng.random() < 0.2:
        signed = target.prefix + target.digits(body)
        return target.signed(signed), changed(rng, body)
    value = rng.choice(_FORGES)(rng, target, body, target.digits(body))
    headers = target.signed(value)
    return (_headers_changed(rng, target, headers) if rng.random() < 0.15 else headers), body


def genuine(rng: Random, target: Target) -> tuple[Headers, bytes]:
    """A delivery that must be believed, however odd its body and the case of its headers."""
    body = a_body(rng)
    value = target.prefix + target.digits(body)
    if target.name == "pagerduty":
        wrong = "v1=" + "0" * 64
        value = rng.choice((value, f"{wrong},{value}", f"{value}, {wrong}", f"v0={'1' * 64},v2=x,{value}"))
    case = rng.choice((str, str.upper, str.title))
    return {case(name): text for name, text in target.signed(value).items()}, body


def _headers_changed(rng: Random, target: Target, headers: Headers) -> Headers:
    match rng.randrange(6):
        case 0:
            return {name: text for name, text in headers.items() if name != target.header}
        case 1:
            return {target.header.upper(): "v1=", **headers}
        case 2:
            return {f"{target.header} ": headers[target.header], "x-other": headers[target.header]}
        case 3:
            return {name: text.encode("utf-8", "surrogatepass").decode("latin-1") for name, text in headers.items()}
        case 4:
            return headers | {
                "x-slack-request-timestamp": rng.choice(("", "-1", "1e9", "٣" * 10, "9" * 40, " 1", "\ud800"))
            }
        case _:
            return {text: name for name, text in headers.items()}


def _text(rng: Random, most: int) -> str:
    return "".join(rng.choices(_ODD, k=rng.randrange(most)))


def _of_another(rng: Random, target: Target, body: bytes, _digits: str) -> str:
    secret = rng.choice(("", SECRET + "\n", SECRET[:-1], SECRET.upper(), "whsec-another"))
    return target.prefix + target.digits(body, secret)


def _one_digit(rng: Random, target: Target, _body: bytes, digits: str) -> str:
    at = rng.randrange(64)
    other = rng.choice(_HEX.replace(digits[at], ""))
    return target.prefix + digits[:at] + other + digits[at + 1 :]


def _among_many(rng: Random, target: Target, _body: bytes, _digits: str) -> str:
    return ",".join(f"{target.prefix}{rng.randbytes(32).hex()}" for _ in range(rng.randrange(2, 60)))


_FORGES: list[Forge] = [
    _of_another,
    _one_digit,
    _among_many,
    lambda rng, target, _body, _digits: target.prefix + rng.randbytes(32).hex(),
    lambda rng, target, _body, digits: target.prefix + digits[: rng.randrange(64)],
    lambda _rng, target, _body, digits: target.prefix + digits.upper().replace("0", "O"),
    lambda rng, target, _body, digits: target.prefix + digits[1:] + rng.choice(_HEX.replace(digits[0], "")),
    lambda _rng, target, _body, digits: target.prefix + digits.translate(_WIDE),
    lambda _rng, target, _body, digits: target.prefix + digits.translate(_ARABIC),
    lambda rng, target, _body, _digits: rng.choice(("", "v1", "v0=", "sha256=", "sha1=" + "0" * 40, target.prefix)),
    lambda rng, target, _body, digits: target.prefix + digits[:-1] + rng.choice(("g", " ", "\n", "é", "\ud800", "\0")),
    lambda rng, _target, _body, _digits: _text(rng, 80),
    lambda rng, target, _body, _digits: target.prefix + _text(rng, 64) + rng.randbytes(16).hex(),
    lambda rng, target, _body, _digits: target.prefix + rng.choice(("a", "v1=,", "\ud800", " ")) * rng.randrange(3000),
]  # fmt: skip

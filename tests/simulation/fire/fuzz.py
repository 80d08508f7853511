"""Forged and genuine deliveries by the million, and every bit of a genuine one turned over."""

import logging
import traceback
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from handlers.envelope import Request, Response, http_api_reply, request_from_http_api
from tests.simulation.fire.doors import Headers, Name, Target, targets
from tests.simulation.fire.forging import forged, genuine

CHUNK = 10_000
# Of a hundred: the rest is judged by `verify` itself.
THROUGH_THE_DOOR, AS_AN_EVENT, GENUINE = 12, 4, 3
WHOSE: tuple[Name, ...] = ("pagerduty",) * 8 + ("slack", "jira")
MOST_SHOWN = 5


@dataclass
class Fuzzed:
    """`counts` says how often what was done and answered; `wrong` shows the first of what must never be."""

    counts: Counter[str] = field(default_factory=Counter[str])
    wrong: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def add(self, more: "Fuzzed") -> None:
        self.counts += more.counts
        for what, shown in more.wrong.items():
            self.wrong[what] = [*self.wrong.get(what, ()), *shown][:MOST_SHOWN]

    def is_wrong(self, what: str, shown: str) -> None:
        self.counts[what] += 1
        kept = self.wrong.setdefault(what, [])
        if len(kept) < MOST_SHOWN:
            kept.append(shown[:600])


def fuzz(count: int, seed: int, jobs: int) -> Fuzzed:
    """So many pairs, in chunks of which each depends on the seed and its place alone."""
    sizes = [min(CHUNK, count - start) for start in range(0, count, CHUNK)]
    fuzzed, work = Fuzzed(), partial(_chunk, seed)
    if jobs == 1:
        results = map(work, range(len(sizes)), sizes)
        for result in results:
            fuzzed.add(result)
        return fuzzed
    with ProcessPoolExecutor(jobs) as pool:
        for result in pool.map(work, range(len(sizes)), sizes):
            fuzzed.add(result)
    return fuzzed


def _chunk(seed: int, place: int, count: int) -> Fuzzed:
    logging.getLogger("debrief").setLevel(logging.CRITICAL)
    rng, fuzzed, doors = Random(f"{seed}/{place}"), Fuzzed(), targets()
    for number in range(count):
        target = doors[rng.choice(WHOSE)]
        is_genuine = rng.randrange(100) < GENUINE
        headers, body = (genuine if is_genuine else forged)(rng, target)
        try:
            _fire(rng, target, headers, body, is_genuine, fuzzed)
        except Exception:  # noqa: BLE001 # nothing may be raised: what is, is what we are looking for
            fuzzed.is_wrong("exceptions", f"chunk {place}, pair {number}: {traceback.format_exc(limit=-3)}")
    return fuzzed


def _fire(rng: Random, target: Target, headers: Headers, body: bytes, is_genuine: bool, fuzzed: Fuzzed) -> None:
    roll = rng.randrange(100)
    fuzzed.counts["genuine" if is_genuine else "forged"] += 1
    if roll < AS_AN_EVENT:
        fuzzed.counts["through the gateway's event"] += 1
        request = request_from_http_api(_event(rng, headers, body, is_genuine))
        reply = http_api_reply(response := target.answers(request))
        assert reply["statusCode"] == response.status
        _judge_answer(target, request, is_genuine, response, fuzzed)
    elif roll < AS_AN_EVENT + THROUGH_THE_DOOR:
        fuzzed.counts["through the front door"] += 1
        request = Request({name.lower(): value for name, value in headers.items()}, body)
        _judge_answer(target, request, is_genuine, target.answers(request), fuzzed)
    else:
        _judge(target, headers, body, is_genuine, target.believes(headers, body), fuzzed)


def _judge(target: Target, headers: Any, body: bytes, is_genuine: bool, believed: bool, fuzzed: Fuzzed) -> None:
    if believed and not target.is_true(headers, body):
        fuzzed.is_wrong("false accepts", f"{target.name}: {headers!r} {body!r}")
    if is_genuine and not believed:
        fuzzed.is_wrong("false refusals", f"{target.name}: {headers!r} {body!r}")


def _judge_answer(target: Target, request: Request, is_genuine: bool, response: Response, fuzzed: Fuzzed) -> None:
    """Believed is welcome, else refused; what is too long is neither."""
    fuzzed.counts[f"answered {response.status}"] += 1
    if len(request.body) > target.most:
        allowed = {413}
    else:
        allowed = {target.welcome, 403}
        _judge(target, request.headers, request.body, is_genuine, response.status != 403, fuzzed)
    if response.status not in allowed:
        fuzzed.is_wrong("other answers", f"{target.name}: {response} to {request!r}")


def _event(rng: Random, headers: Headers, body: bytes, is_genuine: bool) -> dict[str, Any]:
    """As API Gateway tells of it; of what is forged anyway it may tell lies and leave out what it promises."""
    coded, text = b64encode(body).decode(), body.decode(errors="surrogateescape")
    honest: dict[str, Any] = {"version": "2.0", "headers": headers, "body": coded, "isBase64Encoded": True}
    if is_genuine:
        return honest
    lies: list[dict[str, Any]] = [
        {},
        {"isBase64Encoded": False},
        {"body": text},
        {"body": coded[:-1]},
        {"body": text, "isBase64Encoded": False},
        {"body": rng.choice((None, "", "é\ud800", 7, [], {}, "====", "\0"))},
        {"body": None, "isBase64Encoded": rng.choice((None, "yes", 1, [], "false"))},
        {"headers": rng.choice((None, [], "x", 5, {"": None}, dict.fromkeys(headers)))},
        {"headers": {name: [value] for name, value in headers.items()}},
    ]
    event = honest | rng.choice(lies)
    for name in rng.sample(sorted(event), rng.choice((0, 0, 0, 1, 2))):
        del event[name]
    return event


def flips(body: bytes) -> Fuzzed:
    """Every bit of the body and of every header that the signature rests on, one at a time, at each receiver."""
    logging.getLogger("debrief").setLevel(logging.CRITICAL)
    fuzzed = Fuzzed()
    for target in targets().values():
        true = target.signed(target.prefix + target.digits(body))
        if not target.believes(true, body):
            fuzzed.is_wrong("false refusals", f"{target.name}: the pair to begin with")
        for headers, flipped in _flipped(target, true, body):
            fuzzed.counts["bits flipped"] += 1
            if target.believes(headers, flipped):
                fuzzed.is_wrong("false accepts", f"{target.name}: {headers!r} {flipped!r}")
            request = Request(headers, flipped)
            status = target.answers(request).status
            if status != 403:
                fuzzed.is_wrong("other answers", f"{target.name}: {status} to {request!r}")
    return fuzzed


def _flipped(target: Target, true: Headers, body: bytes) -> Iterator[tuple[Headers, bytes]]:
    for bit in range(len(body) * 8):
        turned = bytearray(body)
        turned[bit // 8] ^= 1 << bit % 8
        yield true, bytes(turned)
    for name in {target.header, "x-slack-request-timestamp"} & {*true}:
        for bit in range(len(true[name]) * 8):
            digits = [*true[name]]
            digits[bit // 8] = chr(ord(digits[bit // 8]) ^ 1 << bit % 8)
            yield true | {name: "".join(digits)}, body

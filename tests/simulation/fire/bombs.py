"""Bodies that are made to hurt whoever reads them: signed and unsigned, in process and over real HTTP.

Bounded time, no 5xx, and nothing kept that a later reader stumbles over: the journey is run, and its draft is read.
"""

import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connectors.observing import observations_of
from connectors.store.port import Store
from connectors.store.shelf import Shelf
from handlers.wiring import utc_now
from tests.e2e.serving import Served, until
from tests.incidents import by_name
from tests.incidents.moved import latest
from tests.neighbours import WEBHOOK_SECRET, Neighbours
from tests.vendors.pagerduty_webhooks import deliver, sign
from tests.world import World, world_of

SCRIPT = "expired_certificate"
MOST_READINGS = 6.0
DEAREST = "countless lists of lists"
"""An answer may take as much CPU as json.loads alone takes to read this so many times on the same machine: 3.6 here."""
MOST_TRIES = 3
ALLOWED = {True: {202, 413}, False: {403, 413}}
"""By whether it is signed."""
QUICK = {"quiet_period": "0.1s", "refresh_after": "0.3s"}


def values() -> dict[str, bytes]:
    """JSON values, or nearly, by name. Each goes as a body of its own, and inside an event that is kept."""
    many = {
        "ints of 4,299 digits": b"9" * 4299,
        "floats": b"1e999",
        "NaN": b"NaN",
        "lone surrogates in pieces": b'"\\ud800"',
        "lists": b"[]",
        "objects": b'{"a":{}}',
        "lists of lists": b"[" * 30 + b"]" * 30,
    }
    return {
        "200 KB of [": b"[" * 200_000,
        "100 KB of [ and of ]": b"[" * 100_000 + b"]" * 100_000,
        "objects in objects": b'{"a":' * 36_000 + b"1" + b"}" * 36_000,
        "objects in objects, cut": b'{"a":' * 40_000,
        "63 deep": b"[" * 59 + b"]" * 59,
        "an int of 250,000 digits": b"9" * 250_000,
        "a float of 200,000 digits": b"1." + b"1" * 200_000,
        "an exponent of 200,000 digits": b"1e" + b"9" * 200_000,
        "43,000 duplicate keys": b"{" + b",".join([b'"a":1'] * 42_900) + b"}",
        "25,000 different keys": b"{" + b",".join(b'"%05d":1' % n for n in range(25_000)) + b"}",
        "lone surrogates": b'"' + b"\\ud800" * 42_000 + b'"',
        "surrogates the wrong way round": b'"' + b"\\udc00\\ud83d" * 21_000 + b'"',
        "surrogates in keys": b'{"\\ud800":{"\\udfff\\u0000":"\\ud83d"}}',
        "NULs, escaped": b'"' + b"\\u0000" * 42_000 + b'"',
        "NULs": b"\0" * 250_000,
        "255 KB of one text": b'"' + b"x" * 255_000 + b'"',
        "255 KB of emoji": b'"' + "😀".encode() * 63_000 + b'"',
        "127,000 escapes": b'"' + b"\\n" * 127_000 + b'"',
        "blanks": b" " * 250_000,
        "a BOM": b'\xef\xbb\xbf"x"',
        "UTF-16": '"x"'.encode("utf-16"),
        "bytes that are no text": b'"\xff\xfe\xed\xa0\x80"',
        "NaN and both infinities": b"[NaN,Infinity,-Infinity,-1e999]",
        "no object": b"[1]",
        "null": b"null",
        "nothing": b"",
        "256 KB and one byte": b'"' + b"x" * (256 * 1024 - 1) + b'"',
    } | {
        f"countless {name}": b"[" + b",".join([one] * (240_000 // (len(one) + 1))) + b"]" for name, one in many.items()
    }


def bodies(incident_id: str, at: str) -> Iterator[tuple[str, bytes]]:
    """Every value as a body, and as the text of a note on this incident, and beside it under a name of its own."""
    for number, (name, value) in enumerate(values().items()):
        yield f"{name}, as the body", value
        yield f"{name}, as a note", _event(f"01BOMB{number}N", incident_id, at, b'"content":' + value)
        said = b'"content":"The disk was full.","' + b"more" + b'":'
        yield f"{name}, beside a note", _event(f"01BOMB{number}B", incident_id, at, said + value)


def _event(event_id: str, incident_id: str, at: str, content: bytes) -> bytes:
    head = f'{{"event":{{"id":"{event_id}","event_type":"incident.annotated","occurred_at":"{at}","agent":null,'
    data = f'"data":{{"type":"incident_note","id":"P1","incident":{{"id":"{incident_id}"}},'
    return (head + data).encode() + content + b"}}}"


@dataclass
class Blasts:
    """`worst` is the longest of all, by what was measured; `wrong` says what must never be."""

    bombs: int = 0
    answers: dict[str, int] = field(default_factory=dict[str, int])
    worst: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    wrong: list[str] = field(default_factory=list[str])

    def goes_off(self, name: str, status: int, is_signed: bool, **took: float) -> None:
        self.bombs += 1
        answer = f"{'signed' if is_signed else 'unsigned'}: {status}"
        self.answers[answer] = self.answers.get(answer, 0) + 1
        if status not in ALLOWED[is_signed]:
            self.wrong.append(f"{name}: answered {status}")
        for what, milliseconds in took.items():
            if milliseconds > self.worst.get(what, {"ms": 0.0})["ms"]:
                self.worst[what] = {"ms": round(milliseconds, 1), "bomb": name}


def in_process(home: Path) -> Blasts:
    """Through the real handler, the real store and the real engine; then the journey is run over all that was kept."""
    blasts, most = Blasts(), MOST_READINGS * reading_ms(values()[DEAREST])
    with world_of(home, SCRIPT) as world:
        at = world.clock.now().isoformat()
        world.resolves()
        for name, body in bodies(world.incident_id(), at):
            for is_signed in (True, False):
                status, took = _least(world, body, WEBHOOK_SECRET if is_signed else "forged", most)
                blasts.goes_off(name, status, is_signed, cpu_in_process=took)
                if took > most:
                    blasts.wrong.append(f"{name}: {took:.0f} ms of CPU, where {most:.0f} are allowed")
        world.settles()
        blasts.wrong += [f"{each.name}: {each.error}" for each in world.engine.journeys() if each.state != "done"]
        blasts.wrong += what_stumbles(world.store, world.incident_id())
    return blasts


def reading_ms(body: bytes) -> float:
    """What json.loads alone takes for it here and now, in milliseconds of CPU: the least of five."""
    took: list[float] = []
    for _ in range(5):
        began = time.process_time()
        json.loads(body)
        took.append((time.process_time() - began) * 1000)
    return min(took)


def _least(world: World, body: bytes, secret: str, most: float) -> tuple[int, float]:
    """The answer, and the CPU it took in milliseconds: the least of three, where a neighbour may have disturbed it."""
    took: list[float] = []
    status = 0
    while len(took) < MOST_TRIES and (not took or took[-1] > most):
        again = body.replace(b"01BOMB", b"%02dBOMB" % (len(took) + 1))
        headers = sign(again, secret)
        began = time.process_time()
        status = world.receives(again, headers).status
        took.append((time.process_time() - began) * 1000)
    return status, min(took)


def what_stumbles(store: Store, incident_id: str) -> list[str]:
    """What a later reader of the store would stumble over: unreadable records, and texts that have no bytes."""
    stumbles: list[str] = []
    observed = observations_of(store, incident_id)
    postmortem = Shelf(store, incident_id).postmortem()
    texts = {"the observations": observed.model_dump_json(), "the postmortem": repr(postmortem)}
    for record in store.list(f"INC#{incident_id}"):
        texts[f"the record {record.sort}"] = repr(record.value)
    for name in store.names():
        file = store.load(name)
        texts[name] = file.content.decode() if file else ""
    for where, text in texts.items():
        if any("\ud800" <= letter <= "\udfff" or letter == "\0" for letter in text):
            stumbles.append(f"{where} holds a lone surrogate or a NUL")
    if postmortem is None or not observed.observations:
        stumbles.append("no postmortem was made, or nothing was observed")
    return stumbles


def over_http(home: Path) -> Blasts:
    """The same through `debrief serve`, a process of its own."""
    blasts, script = Blasts(), latest(by_name(SCRIPT), utc_now())
    neighbours = Neighbours(home, [script], utc_now, settings=QUICK)
    neighbours.move_in()
    served = Served(neighbours.machine, home / "log.txt")
    try:
        kinds = {webhook["event"]["event_type"]: webhook for webhook in script.webhooks}
        deliver(f"{served.address}/pagerduty", kinds["incident.acknowledged"], WEBHOOK_SECRET)  # it loads what it needs
        for name, body in bodies(neighbours.incident_id(), utc_now().isoformat()):
            for is_signed in (True, False):
                began, before = time.perf_counter(), cpu_ms(served.process.pid)
                status = _posted(served.address, body, sign(body, WEBHOOK_SECRET) if is_signed else {})
                took = (time.perf_counter() - began) * 1000
                spent = cpu_ms(served.process.pid) - before
                blasts.goes_off(name, status, is_signed, wall_over_http=took, cpu_of_the_process=spent)
        deliver(f"{served.address}/pagerduty", kinds["incident.resolved"], WEBHOOK_SECRET)
        until(lambda: set(served.journeys()) == {"done"}, "every journey is done")
    finally:
        served.kills()
        neighbours.move_out()
    store = neighbours.machine.store()
    blasts.wrong += what_stumbles(store, neighbours.incident_id())
    store.close()
    return blasts


def cpu_ms(pid: int) -> float:
    """What all threads of a process have run so far. https://docs.kernel.org/scheduler/sched-stats.html"""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6


def _posted(address: str, body: bytes, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=5)
    try:
        connection.request("POST", "/pagerduty", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()

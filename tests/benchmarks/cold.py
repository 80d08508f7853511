"""Cold starts of the zips that would be deployed, in Lambda's own runtime interface emulator.

One fresh process per start, the kinds by turns, so that a noisy minute falls on all of them; medians count.
"""

import os
import re
import shutil
import sys
import zipfile
from collections.abc import Iterator
from compileall import compile_file
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.aws_stub import ENVIRONMENT, stubbed_aws
from tests.benchmarks.figure import Figure
from tests.benchmarks.receiver import MALFORMED, signed_event, unsigned_event
from tests.e2e.lambda_service import http_api_event
from tests.e2e.on_lambda import ZIPS
from tests.e2e.runtime import Runtime, missing, unpacked

RUNS = 5
NOTHING, BARE, OURS = "a handler that does nothing", "a bare botocore handler", "the receiver"
UNSIGNED, MISSIGNED = "no signature", "a malformed signature"
COMPILED, PLAIN = "journey", "journey without .pyc"
_INIT = re.compile(r"INIT REPORT\(durationMs: ([\d.]+)\)")
_WHOLE = re.compile(r"^REPORT .*?\tDuration: ([\d.]+) ms", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Start:
    """A function to start, what it is asked first, and the status it must give; None where any answer will do."""

    code: Path
    handler: str
    event: bytes
    status: int | None


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds, of the emulator's own log: loading the handler, and that with the first answer."""

    init: float
    whole: float


def measure() -> Iterator[Figure]:
    if absent := missing() or ("" if (ZIPS / "journey.zip").exists() else "the zips"):
        print(f"Cold starts are not measured: without {absent}; make runtime sets that up.", file=sys.stderr)
        return
    with TemporaryDirectory() as home, stubbed_aws() as (url, requests):
        took = _measured(_starts(Path(home)), url, Path(home) / "log")
    accepting = len(requests) // (2 * (RUNS + 1))
    assert requests == requests[:accepting] * (2 * (RUNS + 1)), "both asked AWS the same, in the same order"
    yield from _refusing(took)
    yield _accepting(took, accepting)
    yield _loading(took)


def _starts(home: Path) -> dict[str, Start]:
    receiver = unpacked(ZIPS / "receiver.zip", home / "receiver")
    bare = _beside_botocore(home / "bare")
    ours, signed = "handlers.receive.handler", _event(signed_event())
    journey = "handlers.journey.handler"
    return {
        NOTHING: Start(bare, "nothing.handler", _event(unsigned_event({})), 403),
        UNSIGNED: Start(receiver, ours, _event(unsigned_event({})), 403),
        MISSIGNED: Start(receiver, ours, _event(unsigned_event(MALFORMED)), 403),
        BARE: Start(bare, "bare_handler.handler", signed, 202),
        OURS: Start(receiver, ours, signed, 202),
        COMPILED: Start(unpacked(ZIPS / "journey.zip", home / "compiled"), journey, b"{}", None),
        PLAIN: Start(_without_pyc(ZIPS / "journey.zip", home / "plain"), journey, b"{}", None),
    }


def _event(event: dict[str, Any]) -> bytes:
    return http_api_event("/pagerduty", event["headers"], event["body"].encode())


def _beside_botocore(folder: Path) -> Path:
    """The receiver's zip with the peers in it, compiled as ours is."""
    unpacked(ZIPS / "receiver.zip", folder)
    for peer in ("bare_handler.py", "nothing.py"):
        file = Path(shutil.copy(Path(__file__).with_name(peer), folder))
        compile_file(file, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    return folder


def _without_pyc(zip_file: Path, folder: Path) -> Path:
    with zipfile.ZipFile(zip_file) as archive:
        archive.extractall(folder, [name for name in archive.namelist() if not name.endswith(".pyc")])
    return folder


def _measured(starts: dict[str, Start], url: str, log: Path) -> dict[str, list[Took]]:
    """The first round warms up the disk and is dropped."""
    took = {name: list[Took]() for name in starts}
    for _ in range(RUNS + 1):
        for name, start in starts.items():
            took[name].append(_cold_start(start, url, log))
    return {name: each[1:] for name, each in took.items()}


def _cold_start(start: Start, url: str, log: Path) -> Took:
    log.unlink(missing_ok=True)
    runtime = Runtime(start.code, start.handler, ENVIRONMENT | {"AWS_ENDPOINT_URL": url}, log)
    try:
        answer = runtime.invoke(start.event)[2].decode()
    finally:
        runtime.stop()
    told = log.read_text()
    init, whole = _INIT.search(told), _WHOLE.search(told)
    assert init is not None, told
    assert whole is not None, told
    assert start.status is None or f'"statusCode": {start.status}' in answer, answer
    return Took(float(init[1]), float(whole[1]))


def _whole(took: dict[str, list[Took]], name: str) -> float:
    return median(one.whole for one in took[name])


def _refusing(took: dict[str, list[Took]]) -> Iterator[Figure]:
    for name in (UNSIGNED, MISSIGNED):
        yield Figure(
            f"receiver's zip, cold, in Lambda's runtime: refusing {name}",
            _whole(took, name),
            "ms",
            120,
            f"INIT and the first answer, at best {min(one.whole for one in took[name]):.0f} ms; {NOTHING} takes "
            f"{_whole(took, NOTHING):.0f} ms of it. {_how()}",
        )


def _accepting(took: dict[str, list[Took]], requests: int) -> Figure:
    pairs = zip(took[OURS], took[BARE], strict=True)
    return Figure(
        f"receiver's zip, cold, in Lambda's runtime: accepting beside {BARE}",
        median(ours.whole / bare.whole for ours, bare in pairs),
        "x",
        1.1,
        f"INIT and the first answer: {_whole(took, OURS):.0f} ms beside {_whole(took, BARE):.0f} ms; both make "
        f"the same {requests} requests to AWS, answered on loopback. {_how()}",
    )


def _loading(took: dict[str, list[Took]]) -> Figure:
    compiled, plain = (median(one.init for one in took[name]) for name in (COMPILED, PLAIN))
    return Figure(
        "journey's zip, cold, in Lambda's runtime: INIT beside the same code without .pyc",
        median(one.init / other.init for one, other in zip(took[COMPILED], took[PLAIN], strict=True)),
        "x",
        0.6,
        f"{compiled:.0f} ms beside {plain:.0f} ms. {_how()}",
    )


def _how() -> str:
    return f"Medians of {RUNS} fresh starts by turns; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors."

"""What the receiver costs beside a bare botocore handler, in fresh processes, and what it loads."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tests.benchmarks.aws_stub import ENVIRONMENT, SECRET, stubbed_aws
from tests.benchmarks.children import medians, run_child
from tests.benchmarks.figure import Figure
from tests.incidents import by_name
from tests.vendors.pagerduty_webhooks import body_of, sign

RUNS = 9
REQUESTS = 7
OURS, BARE = "handlers.receive", "tests.benchmarks.bare_handler"
NOT_LOADED = (
    "pydantic",
    "pydantic_core",
    "pagerduty",
    "jira",
    "slack_sdk",
    "aws_durable_execution_sdk_python",
    "holidays",
    "rapidfuzz",
)
AWS = ("botocore", "boto3", "urllib3")
MALFORMED = {"x-pagerduty-signature": "v1=not-hex"}


def measure() -> Iterator[Figure]:
    """Bare and ours by turns, so that a noisy minute falls on both; the first of each warms up and is dropped."""
    with stubbed_aws() as (url, requests):
        runs: dict[str, list[dict[str, Any]]] = {BARE: [], OURS: []}
        for _ in range(RUNS + 1):
            for module, measured in runs.items():
                measured.append(cold_start(module, url, signed_event()))
        refused = [cold_start(OURS, url, event) for event in (unsigned_event({}), unsigned_event(MALFORMED))]
    assert {run["status"] for measured in runs.values() for run in measured} == {202}, "every event was accepted"
    assert {run["status"] for run in refused} == {403}, "what is not signed was refused"
    assert requests == requests[:REQUESTS] * (len(requests) // REQUESTS), "both asked AWS the same, in the same order"
    yield from _costs(runs)
    yield from _loads(runs[OURS], refused)


def signed_event(kind: str = "incident.resolved") -> dict[str, Any]:
    """An event of this minute, as API Gateway hands it over."""
    events = [webhook["event"] for webhook in by_name("checkout-latency").webhooks]
    event = next(one for one in events if one["event_type"] == kind)
    body = body_of({"event": event | {"occurred_at": datetime.now(UTC).isoformat()}})
    return {"headers": sign(body, SECRET), "body": body.decode(), "isBase64Encoded": False}


def unsigned_event(headers: dict[str, str]) -> dict[str, Any]:
    return signed_event() | {"headers": headers}


def cold_start(module: str, url: str, event: dict[str, Any]) -> dict[str, Any]:
    environment = ENVIRONMENT | {"AWS_ENDPOINT_URL": url}
    return run_child("tests.benchmarks.receiver_child", module, environment=environment, given=json.dumps(event))


def _costs(runs: dict[str, list[dict[str, Any]]]) -> Iterator[Figure]:
    names = ("cpu_ms", "wall_ms", "peak_mb")
    bare, ours = (medians(runs[module][1:], *names) for module in (BARE, OURS))
    pairs = list(zip(runs[OURS][1:], runs[BARE][1:], strict=True))
    ratio = medians([{name: one[name] / other[name] for name in names} for one, other in pairs], *names)
    yield Figure(
        "receiver, cold: CPU beside a bare botocore handler",
        ratio["cpu_ms"],
        "x",
        1.1,
        f"Importing and accepting one webhook takes {ours['cpu_ms']:.0f} ms of CPU, a bare handler with the same "
        f"clients and the same {REQUESTS} requests {bare['cpu_ms']:.0f} ms (medians of {RUNS} pairs of fresh "
        "processes).",
    )
    yield Figure(
        "receiver, cold: wall time beside the bare handler",
        ratio["wall_ms"],
        "x",
        1.1,
        f"The same on the clock: {ours['wall_ms']:.0f} ms beside {bare['wall_ms']:.0f} ms, loopback answers included.",
    )
    yield Figure(
        "receiver, cold: memory beside the bare handler",
        ratio["peak_mb"],
        "x",
        None,
        f"Peak of the process: {ours['peak_mb']:.0f} MB beside {bare['peak_mb']:.0f} MB.",
    )


def _loads(ours: list[dict[str, Any]], refused: list[dict[str, Any]]) -> Iterator[Figure]:
    loaded = sorted({name for run in ours for name in run["modules"]} & set(NOT_LOADED))
    yield Figure(
        "receiver: heavy libraries loaded while accepting",
        len(loaded),
        "",
        0,
        f"Of {', '.join(NOT_LOADED)} it loads: {', '.join(loaded) or 'none'}.",
    )
    loaded = sorted({name for run in refused for name in run["modules"]} & set(AWS))
    spent = medians(refused, "cpu_ms")["cpu_ms"]
    yield Figure(
        "receiver: AWS libraries loaded to refuse a missing or malformed signature",
        len(loaded),
        "",
        0,
        f"Of {', '.join(AWS)} it loads: {', '.join(loaded) or 'none'}; a cold refusal takes {spent:.0f} ms of CPU.",
    )

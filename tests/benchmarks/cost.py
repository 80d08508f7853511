"""What 1,000 incidents cost on AWS: a real one on the zips in Lambda's own runtime, counted and priced.

It has the demo's chat and webhooks, five action items, and four issues that Jira's webhook tells of within four weeks.
A function that was not called for five minutes is cold. The clock is not moved: what ticks by the hour costs whether
anything happened or not, and is told apart.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from connectors.jira.webhooks import EVENTS
from tests.benchmarks import prices
from tests.benchmarks.counted import AWS_SECONDS, VENDOR_SECONDS, Counted, Tally, Thinking, Waits, memory_of, updates
from tests.benchmarks.counted_aws import CountedAws
from tests.benchmarks.figure import Figure
from tests.e2e.on_lambda import OnLambda, on_lambda
from tests.e2e.runtime import missing
from tests.incidents.checkout_latency import script
from tests.vendors.jira_webhooks import JiraWebhooks

ITEMS, FOLLOW_UPS = 5, 4
RUNS = 3
"""The least of them is told: what else this machine does only adds to the CPU that the same work takes (by a third,
measured 2026-11-22)."""
MORE_ITEMS = """
14:41:20 carl: ACTION: @dana check every other service for the driver's default pool size by 2026-12-11
14:41:40 june: ACTION: @emil load-test the release with one tenant per pod by 2026-12-18
"""
INCIDENTS_A_MONTH = 1000
COLD_AFTER = timedelta(minutes=5)
"""Ours: AWS promises nothing. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html (read
2026-11-21)"""
FUNCTIONS = ("receive", "observe", "journey", "jira_changed", "follow_up", "reconcile")
TICKS = {"follow_up": 24 * prices.MONTH_DAYS, "reconcile": 96 * prices.MONTH_DAYS}
SETTINGS = {"quiet_period": "1s", "refresh_after": "15s", "jira": {"unclear_wait": "5s"}}


PRICED: tuple[tuple[str, str, float], ...] = (
    ("durable operations", "operations", prices.DURABLE_OPERATION),
    ("durable bytes, written", "written", prices.DURABLE_BYTE_WRITTEN),
    ("durable bytes, retained a month", "written", prices.DURABLE_BYTE_MONTH),
    ("Lambda MB x ms", "mb_ms", prices.LAMBDA_ARM_GB_SECOND / 1024 / 1000),
    ("Lambda requests", "invocations", prices.LAMBDA_REQUEST),
    ("traces", "traces", prices.TRACE),
    ("HTTP API requests", "requests", prices.HTTP_API_REQUEST),
    ("Scheduler's starts", "scheduled", prices.SCHEDULED),
    ("DynamoDB write units", "write_units", prices.DYNAMODB_WRITE_UNIT),
    ("DynamoDB read units", "read_units", prices.DYNAMODB_READ_UNIT),
    ("DynamoDB bytes, kept a month", "table_bytes", prices.DYNAMODB_BYTE_MONTH),
    ("S3 puts and lists", "puts", prices.S3_PUT_OR_LIST),
    ("S3 gets", "gets", prices.S3_GET),
    ("S3 bytes, kept a month", "file_bytes", prices.S3_BYTE_MONTH),
    ("bytes logged", "logged", prices.LOG_BYTE),
    ("bytes sent to vendors", "sent", prices.BYTE_TO_THE_INTERNET),
)


def measure() -> Iterator[Figure]:
    if absent := missing():
        print(f"Cost is not counted: without {absent}; make runtime sets that up.", file=sys.stderr)
        return
    runs = [_in_a_folder() for _ in range(RUNS)]
    incident, ticks, _ = min(runs, key=lambda run: _cost(run[0]))
    yield _an_incident(incident, ticks, others=[_cost(run[0]) * 1000 for run in runs])
    yield _a_month(ticks)
    yield from _memory({name: max(peaks[name] for _, _, peaks in runs) for name in runs[0][2]})


def _in_a_folder() -> tuple[Tally, Tally, dict[str, float]]:
    with TemporaryDirectory() as home:
        return _counted(Path(home))


def _counted(home: Path) -> tuple[Tally, Tally, dict[str, float]]:
    """An incident; a month of ticks; the most memory in MB by function."""
    waits = Waits()
    with on_lambda(
        home, script(MORE_ITEMS), functions=FUNCTIONS, settings=SETTINGS, around=lambda one: Thinking(one, waits)
    ) as deployed:
        aws = CountedAws(deployed.aws.moto)
        deployed.aws.moto = aws
        counted = Counted(deployed, aws, waits)
        requests = _happens(deployed)
        incident = counted.tally() | Counter(requests=requests)
        assert set(deployed.service.ended) == {"SUCCEEDED"}, deployed.service.ended
        ticks = _a_month_of_ticks(counted)
        peaks = {
            name: max(one.peak for one in runtime.spent) for name, runtime in deployed.runtimes.items() if runtime.spent
        }
    return incident, ticks, peaks


def _happens(deployed: OnLambda) -> int:
    """One incident, from its trigger to the fourth issue that is done. How many webhooks came."""
    jira, (told,) = deployed.neighbours.jira, deployed.neighbours.scripts
    hook = JiraWebhooks(jira, deployed.hears, events=EVENTS)
    for webhook, is_cold in _arriving(told.webhooks):
        if is_cold:
            deployed.restarts("receive", "observe")
        assert deployed.rings(webhook)[0] == 202
    deployed.until(lambda: "refresh later" in _waited(deployed), "the first round is over")
    deployed.restarts("journey")
    deployed.settles()
    issues = list(jira.expects_issues(ITEMS))
    hook.delivers()
    for issue in issues[:FOLLOW_UPS]:
        jira.person_closes(issue["key"])
        deployed.restarts("jira_changed", "follow_up")
        hook.delivers()
        deployed.settles()
    return len(told.webhooks) + len(hook.answers)


def _arriving(webhooks: Sequence[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], bool]]:
    """Each webhook, and whether it finds a cold function."""
    before: datetime | None = None
    for webhook in webhooks:
        at = datetime.fromisoformat(webhook["event"]["occurred_at"])
        yield webhook, before is not None and at - before > COLD_AFTER
        before = at


def _waited(deployed: OnLambda) -> set[str]:
    """The names of all waits so far."""
    return {str(one.get("Name")) for request in deployed.service.checkpoints for one in updates(request.body)}


def _a_month_of_ticks(counted: Counted) -> Tally:
    """A sweep that reads the issues once a day, 23 that do not, and the looks for what no webhook told."""
    month = Counter[str]()
    for function, payload, times in (
        ("follow_up", b"{}", prices.MONTH_DAYS),
        ("follow_up", b'{"journey": "fu-later"}', TICKS["follow_up"] - prices.MONTH_DAYS),
        ("reconcile", b"{}", TICKS["reconcile"]),
    ):
        before = counted.tally()
        counted.deployed.ticks(function, payload)
        counted.deployed.settles()
        one = counted.tally()
        one.subtract(before)
        month += Counter({name: count * times for name, count in one.items()}) + Counter(scheduled=times)
    return month


def _cost(tally: Tally) -> float:
    return sum(tally[name] * price for _, name, price in PRICED)


def _parts(tally: Tally, times: int) -> str:
    """The largest first: how many of each, and what they cost."""
    priced = sorted(((tally[name] * price * times, tally[name], what) for what, name, price in PRICED), reverse=True)
    return "; ".join(f"{what} {count:,}: {usd:.3f}" for usd, count, what in priced if count)


def _an_incident(incident: Tally, ticks: Tally, others: Sequence[float]) -> Figure:
    told = ", ".join(f"{usd:.3f}" for usd in sorted(others))
    a_year = 12 * (incident["table_bytes"] * prices.DYNAMODB_BYTE_MONTH + incident["file_bytes"] * prices.S3_BYTE_MONTH)
    return Figure(
        "cost of 1,000 incidents on AWS, secrets apart",
        _cost(incident) * 1000,
        "USD",
        0.80,
        f"List prices of us-east-1 (tests/benchmarks/prices.py), nothing free. An incident with {ITEMS} items, "
        f"{FOLLOW_UPS} of them done later; the least of {told}. Lambda is paid for {incident['cpu_ms']} ms of CPU, "
        f"slower by what the memory leaves of a processor, and for {incident['waited_ms']} ms of waiting: "
        f"{VENDOR_SECONDS * 1000:.0f} ms for a vendor's answer, {AWS_SECONDS * 1000:.0f} ms for one of AWS. How many "
        "of each an incident, and USD for 1,000: "
        f"{_parts(incident, 1000)}. Apart: {incident['secret_calls']} calls for secrets, "
        f"{incident['secret_calls'] * prices.SECRET_CALL * 1000:.2f}; keeping it for a year {a_year * 1000:.2f}; the "
        f"clock's ticks, spread over {INCIDENTS_A_MONTH:,} incidents a month, "
        f"{_cost(ticks) / INCIDENTS_A_MONTH * 1000:.2f}.",
    )


def _a_month(ticks: Tally) -> Figure:
    return Figure(
        "cost of a month in which nothing happens",
        _cost(ticks),
        "USD",
        None,
        f"{TICKS['follow_up']} sweeps and {TICKS['reconcile']:,} looks at PagerDuty, every one cold: "
        f"{_parts(ticks, 1)}. On top: {ticks['secret_calls']:,} calls for secrets, "
        f"{ticks['secret_calls'] * prices.SECRET_CALL:.2f}, and {prices.SECRET_MONTH:.2f} a secret, "
        f"{prices.ALARM_MONTH:.2f} an alarm, {prices.METRIC_MONTH:.2f} a metric with its dimensions.",
    )


def _memory(peaks: dict[str, float]) -> Iterator[Figure]:
    for name, peak in peaks.items():
        yield Figure(
            f"memory of {name}, of what it may have",
            peak / memory_of(name),
            "x",
            None,
            f"{peak:.0f} of {memory_of(name)} MB at the most, in that incident.",
        )

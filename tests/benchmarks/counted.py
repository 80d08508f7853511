"""What the zips in Lambda's runtime asked for and took, counted as AWS bills it.

How long Lambda is paid for is not read from the clock, which a busy machine drives: it is the CPU that was spent, as
much slower as the memory leaves of one processor, and the waits: 200 ms for a vendor where no other call to one is
under way, and 10 ms for AWS where none is. Each is paid with the memory of the function that waits.
"""

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from tests.benchmarks.children import ROOT
from tests.benchmarks.counted_aws import CountedAws
from tests.e2e.on_lambda import OnLambda
from tests.vendors.wire import Reply, Request, Vendor

VENDOR_SECONDS, AWS_SECONDS = 0.2, 0.01
WHOLE_PROCESSOR = 1769
"""MB. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html (read 2026-11-21)"""
type Tally = Counter[str]
"""How much of what, in whole numbers: operations, written, invocations, traces, mb_ms, ..."""

type Busy = Sequence[tuple[float, float]]
"""From when until when, on this machine's clock."""


@dataclass
class Waits:
    """When vendors were asked, on this machine's clock."""

    began: list[float] = field(default_factory=list[float])

    def seconds(self, working: Mapping[str, Busy], asked: Iterable[tuple[str, float]]) -> dict[str, float]:
        """By function: in which at least one vendor was thinking for it, and for every request to AWS besides. `asked`
        are those: by whom, when. Of two functions that are at work, the one with more memory is taken to have asked."""
        began, requests = {name: list[float]() for name in working}, {name: list[float]() for name in working}
        for at in self.began:
            began[_at_work(working, at)].append(at)
        for name, at in asked:
            requests.get(name, []).append(at)
        return {name: _paid(_spans(began[name]), requests[name]) for name in working}


def _spans(began: Iterable[float]) -> list[tuple[float, float]]:
    """Without a gap at least one vendor was thinking: from when until when."""
    spans = list[tuple[float, float]]()
    for at in sorted(began):
        since = spans.pop()[0] if spans and at <= spans[-1][1] else at
        spans.append((since, at + VENDOR_SECONDS))
    return spans


def _paid(spans: Busy, asked: Sequence[float]) -> float:
    """What is asked of AWS while a vendor thinks is asked side by side, as if by one more thread, one after the other;
    the emulator answers sooner than AWS, so that nothing else may be taken for side by side."""
    beside = [sum(since <= at <= until for at in asked) for since, until in spans]
    thinking = sum(max(until - since, n * AWS_SECONDS) for (since, until), n in zip(spans, beside, strict=True))
    return thinking + (len(asked) - sum(beside)) * AWS_SECONDS


def _at_work(working: Mapping[str, Busy], at: float) -> str:
    asking = [name for name, busy in working.items() if any(began <= at <= ended for began, ended in busy)]
    return max(asking, key=memory_of)


@dataclass(frozen=True, slots=True)
class Thinking:
    """A vendor that thinks before it answers, with any number of callers side by side."""

    vendor: Vendor
    waits: Waits

    def answer(self, request: Request) -> Reply:
        self.waits.began.append(time.monotonic())
        time.sleep(VENDOR_SECONDS)
        return self.vendor.answer(request)

    def state(self) -> dict[str, Any]:
        return self.vendor.state()


@dataclass(frozen=True, slots=True)
class Counted:
    """Everything that happens to the deployed house."""

    deployed: OnLambda
    aws: CountedAws
    waits: Waits

    def tally(self) -> Tally:
        """Until now. Every function is cold after it: what an environment took is known when it has ended."""
        runtimes, service = self.deployed.runtimes, self.deployed.service
        self.deployed.restarts(*runtimes)
        tally = Counter(self.aws.counts)
        kept = {(one.path, update["Id"]) for one in service.checkpoints for update in updates(one.body)}
        tally["operations"] = len(kept) + len(service.started)
        tally["written"] = sum(len(one.body) for one in service.checkpoints)
        tally["sent"] = self._sent()
        logs = {name: runtime.log.read_text().splitlines() for name, runtime in runtimes.items()}
        invoked = {name: sum(line.startswith("REPORT ") for line in log) for name, log in logs.items()}
        tally["invocations"] = sum(invoked.values())
        tally["logged"] = sum(len(line) + 1 for log in logs.values() for line in log if line.startswith("{"))
        tally["traces"] = sum(times for name, times in invoked.items() if is_traced(name)) - self._joined()
        waited, worked = self._waited(), {name: sum(one.cpu for one in each.spent) for name, each in runtimes.items()}
        tally["waited_ms"], tally["cpu_ms"] = (round(1000 * sum(spent.values())) for spent in (waited, worked))
        tally["mb_ms"] = round(sum(1000 * memory_of(name) * seconds for name, seconds in waited.items()))
        tally["mb_ms"] += round(sum(_mb_ms(*one) for one in worked.items()))
        return tally

    def _joined(self) -> int:
        """Invocations that are part of a trace which is counted already: the first of each execution that a traced
        function started. The emulator has no X-Ray, so this is what AWS says: botocore passes on the trace of the
        invocation (1.44.5, `add_recursion_detection_header`), and "Lambda will respect any tracing header it receives
        from an upstream service". Where an execution goes on after a wait, that counts as a trace of its own: the
        service keeps "the X-Ray trace header associated with the durable execution", and does not say that it is used
        again.
        https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.Tracing.html,
        https://docs.aws.amazon.com/lambda/latest/api/API_TraceHeader.html (read 2026-11-21)
        """
        starts = [
            one.headers for one in self.deployed.service.starts if is_traced(_asking(one.headers["authorization"]))
        ]
        return len({headers["x-amz-durable-execution-name"] for headers in starts})

    def _waited(self) -> dict[str, float]:
        """Seconds by function. Requests to start or to go on with an execution are few, and taken one by one."""
        service, runtimes = self.deployed.service, self.deployed.runtimes
        alone = Counter(_asking(one.headers["authorization"]) for one in [*service.starts, *service.checkpoints])
        asked = [(_asking(authorization), began) for authorization, began in self.aws.asked]
        waited = self.waits.seconds({name: runtime.worked for name, runtime in runtimes.items()}, asked)
        return {name: seconds + alone[name] * AWS_SECONDS for name, seconds in waited.items()}

    def _sent(self) -> int:
        """Bytes to vendors."""
        neighbours = self.deployed.neighbours
        sent = [*neighbours.pagerduty.requests, *neighbours.slack.requests, *neighbours.jira.requests]
        return sum(len(one.body) + sum(map(len, [*one.headers, *one.headers.values()])) for one in sent)


def _asking(authorization: str) -> str:
    """The function whose request it is: each has a key of its own, named like it.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (read 2026-11-21)"""
    return authorization.partition("Credential=")[2].partition("/")[0]


def updates(body: bytes) -> list[dict[str, Any]]:
    """Of a checkpoint."""
    return json.loads(body).get("Updates") or []


def _mb_ms(function: str, cpu: float) -> float:
    memory = memory_of(function)
    return memory * cpu * 1000 * max(1.0, WHOLE_PROCESSOR / memory)


def memory_of(function: str) -> int:
    """MB, as it is deployed."""
    return _functions()[function]["memorySize"]


def is_traced(function: str) -> bool:
    """Whether it begins a trace where none comes with the request."""
    return _functions()[function].get("tracing") != "PassThrough"


@cache
def _functions() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "serverless.yml").read_text())["functions"]

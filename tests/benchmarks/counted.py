"""What the zips in Lambda's runtime asked for and took, counted as AWS bills it.

How long Lambda is paid for is not read from the clock, which a busy machine drives: it is the CPU that was spent, as
much slower as the memory leaves of one processor, and the waits: for vendors 200 ms where no other call is under way,
for AWS 10 ms a request. Each is paid with the memory of the function that waits.
"""

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
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

    def seconds(self, working: Mapping[str, Busy]) -> dict[str, float]:
        """By function: in which at least one vendor was thinking for it. Of two that are at work, the one with more
        memory is taken to have asked."""
        until, total = dict.fromkeys(working, 0.0), dict.fromkeys(working, 0.0)
        for began in sorted(self.began):
            asking = [name for name, busy in working.items() if any(one <= began <= end for one, end in busy)]
            name = max(asking, key=memory_of)
            total[name] += max(0.0, began + VENDOR_SECONDS - max(until[name], began))
            until[name] = began + VENDOR_SECONDS
        return total


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
        logs = [runtime.log.read_text().splitlines() for runtime in runtimes.values()]
        tally["invocations"] = sum(line.startswith("REPORT ") for log in logs for line in log)
        tally["logged"] = sum(len(line) + 1 for log in logs for line in log if line.startswith("{"))
        tally["traces"] = tally["invocations"] - self._joined()
        waited, worked = self._waited(), {name: sum(one.cpu for one in each.spent) for name, each in runtimes.items()}
        tally["waited_ms"], tally["cpu_ms"] = (round(1000 * sum(spent.values())) for spent in (waited, worked))
        tally["mb_ms"] = round(sum(1000 * memory_of(name) * seconds for name, seconds in waited.items()))
        tally["mb_ms"] += round(sum(_mb_ms(*one) for one in worked.items()))
        return tally

    def _joined(self) -> int:
        """Invocations that are part of a trace which is counted already: the first of each execution that a function
        started. The emulator has no X-Ray, so this is what AWS says: botocore passes on the trace of the invocation
        (1.44.5, `add_recursion_detection_header`), and "Lambda will respect any tracing header it receives from an
        upstream service". Where an execution goes on after a wait, that counts as a trace of its own: the service keeps
        "the X-Ray trace header associated with the durable execution", and does not say that it is used again.
        https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda.Tracing.html,
        https://docs.aws.amazon.com/lambda/latest/api/API_TraceHeader.html (read 2026-11-21)
        """
        return len({one.headers["x-amz-durable-execution-name"] for one in self.deployed.service.starts})

    def _waited(self) -> dict[str, float]:
        """Seconds by function."""
        service, runtimes = self.deployed.service, self.deployed.runtimes
        headers = [
            *self.aws.credentials,
            *(one.headers["authorization"] for one in [*service.starts, *service.checkpoints]),
        ]
        asked = Counter(_asking(header) for header in headers)
        waited = self.waits.seconds({name: runtime.worked for name, runtime in runtimes.items()})
        return {name: seconds + asked[name] * AWS_SECONDS for name, seconds in waited.items()}

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


@cache
def memory_of(function: str) -> int:
    """MB, as it is deployed."""
    return yaml.safe_load((ROOT / "serverless.yml").read_text())["functions"][function]["memorySize"]

"""What the zips in Lambda's runtime asked for and took, counted as AWS bills it.

How long Lambda is paid for is not read from the clock, which a busy machine drives: it is the CPU that was spent, as
much slower as the memory leaves of one processor, and the waits: for vendors 200 ms where no other call is under way,
for AWS 10 ms a request.
"""

import json
import time
from collections import Counter
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
WAITING = 1024
"""MB, of those functions that wait."""

type Tally = Counter[str]
"""How much of what, in whole numbers: operations, written, invocations, mb_ms, ..."""


@dataclass
class Waits:
    """When vendors were asked, on this machine's clock."""

    began: list[float] = field(default_factory=list[float])

    def seconds(self) -> float:
        """In which at least one vendor was thinking."""
        until, total = 0.0, 0.0
        for began in sorted(self.began):
            total += max(0.0, began + VENDOR_SECONDS - max(until, began))
            until = max(until, began + VENDOR_SECONDS)
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
        asked = len(self.deployed.aws.actions) + len(service.checkpoints)
        tally["waited_ms"] = round(1000 * (self.waits.seconds() + asked * AWS_SECONDS))
        worked = {name: sum(one.cpu for one in runtime.spent) for name, runtime in runtimes.items()}
        tally["cpu_ms"] = round(1000 * sum(worked.values()))
        tally["mb_ms"] = WAITING * tally["waited_ms"] + round(sum(_mb_ms(*one) for one in worked.items()))
        return tally

    def _sent(self) -> int:
        """Bytes to vendors."""
        neighbours = self.deployed.neighbours
        sent = [*neighbours.pagerduty.requests, *neighbours.slack.requests, *neighbours.jira.requests]
        return sum(len(one.body) + sum(map(len, [*one.headers, *one.headers.values()])) for one in sent)


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

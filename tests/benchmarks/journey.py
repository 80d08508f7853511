"""A 500-message incident through the whole journey, on fakes that answer after 100 ms: how long, how many calls.

What counts is one round, from the end of the quiet period to the announcement. The refresh a day later is a round of
its own, and joining the channel at the trigger another journey. The waits pass on a moved clock.
"""

import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.figure import Figure
from tests.incidents.script import Script
from tests.vendors.wire import Reply, Request, Vendor
from tests.world import World, world_of

LATENCY = 0.1
RUNS = 5
# Pages: 100 records in PagerDuty, 999 messages and channels in Slack (the connectors' READMEs name the vendor's pages).
PAGE, SLACK_PAGE = 100, 999

# Each call waits for what the one before it answered. Whatever else is called can be called beside one of these.
LONGEST_CHAIN = (
    "PagerDuty: the incident",
    "Slack: conversations.list, for the channel that the incident's number names",
    "Slack: conversations.history, page 1",
    "Slack: conversations.replies, of the threads of page 1",
    "Jira: who we are, who never own anything (a Jira that is down is waited for here, and asked nothing more)",
    "Jira: whose the owner's e-mail is",
    "Jira: whether that account may be assigned in the project",
    "Jira: createmeta, the issue types (asked only where the draft has something to open)",
    "Jira: createmeta, the fields of the type",
    "Jira: create the issue",
    "Jira: the issue's assignee, because some sites forget it without a word",
    "Jira: link the issue to the postmortem",
    "Slack: chat.postMessage, with the issues' keys and what became of their links",
    "Slack: files.getUploadURLExternal (only where the message was taken)",
    "Slack: upload",
    "Slack: files.completeUploadExternal",
)


@dataclass(slots=True)
class Slow:
    """A vendor that thinks before it answers, with any number of callers side by side."""

    vendor: Vendor
    seconds: float = LATENCY

    def answer(self, request: Request) -> Reply:
        time.sleep(self.seconds)
        return self.vendor.answer(request)

    def state(self) -> dict[str, Any]:
        return self.vendor.state()


def measure() -> Iterator[Figure]:
    spent, calls, least = list[float](), Counter[str](), Counter[str]()
    for _ in range(RUNS):
        with TemporaryDirectory() as home, world_of(Path(home), "five_hundred", around=Slow) as world:
            seconds, calls = _one_round(world)
            least = least_calls(world.scripts[0], len(world.jira.issues))
            spent.append(seconds)
    yield _time(min(spent), max(spent))
    yield _number_of_calls(calls, least)


def _one_round(world: World) -> tuple[float, Counter[str]]:
    """Seconds of one round, and its calls by endpoint."""
    assert world.resolves().status == 202
    world.passes(timedelta(seconds=80))  # the channel is joined; the quiet period of 90 s is not over
    before = _calls(world)
    began = time.perf_counter()
    world.passes(timedelta(minutes=5))
    seconds = time.perf_counter() - began
    outcome = world.outcome()
    assert outcome["items"] == 3 == len(world.jira.issues), outcome
    assert set(outcome["announced"]) == {"slack", "pagerduty"}, outcome
    return seconds, _calls(world) - before


def _calls(world: World) -> Counter[str]:
    vendors = {"PagerDuty": world.pagerduty, "Slack": world.slack, "Jira": world.jira}
    return Counter(f"{name} {endpoint(one)}" for name, vendor in vendors.items() for one in vendor.requests)


def endpoint(request: Request) -> str:
    """The request without its ids: "GET /incidents/{}/alerts", "conversations.history"."""
    if "/api/" in request.path and "/rest/" not in request.path:
        return request.path.rpartition("/")[2]
    if "/upload/" in request.path:
        return "upload"
    path = re.sub(r"/(?=[A-Z0-9-]*\d)[A-Z0-9-]+(?=/|$)", "/{}", request.path.removeprefix("/rest/api/3"))
    return f"{request.method} {re.sub(r'createmeta/[A-Z]+', 'createmeta/{}', path)}"


def least_calls(script: Script, issues: int) -> Counter[str]:
    """The fewest calls that bring all of it home, per endpoint."""
    pagerduty, slack = script.pagerduty, script.slack or {}
    messages = [message for channel in slack["channels"] for message in channel["messages"]]
    parents = [message for message in messages if message.get("thread_ts", message["ts"]) == message["ts"]]
    threads = [parent for parent in parents if parent.get("reply_count")]
    return Counter(
        {
            "PagerDuty GET /incidents/{}": 1,
            "PagerDuty GET /incidents/{}/alerts": ceil(len(pagerduty["alerts"]) / PAGE),
            "PagerDuty GET /incidents/{}/log_entries": ceil(len(pagerduty["log_entries"]) / PAGE),
            "PagerDuty GET /incidents/{}/notes": 1,
            "PagerDuty GET /incidents/{}/related_change_events": 1,
            "PagerDuty GET /incidents/{}/past_incidents": 1,
            "PagerDuty GET /incidents/{}/related_incidents": 1,
            # Of people it asks nothing: the lists are read with their users inside.
            "PagerDuty POST /incidents/{}/notes": 1,
            "Slack conversations.list": ceil(len(slack["channels"]) / SLACK_PAGE),
            "Slack conversations.history": ceil(len(parents) / SLACK_PAGE),
            "Slack conversations.replies": len(threads),
            "Slack users.info": len({message["user"] for message in messages if "user" in message}),
            "Slack pins.list": 1,
            "Slack auth.test": 1,  # who we are, so that our own words are left out
            "Slack chat.postMessage": 1,
            "Slack files.getUploadURLExternal": 1,
            "Slack upload": 1,
            "Slack files.completeUploadExternal": 1,
            # Each of the issues has another owner, whom the people map does not name.
            "Jira GET /myself": 1,
            "Jira GET /user/search": issues,
            "Jira GET /user/assignable/search": issues,
            "Jira GET /issue/{}": issues,
            "Jira GET /issue/createmeta/{}/issuetypes": 1,
            "Jira GET /issue/createmeta/{}/issuetypes/{}": 1,
            "Jira POST /issue": issues,
            "Jira POST /issue/{}/remotelink": issues,
        }
    )


def _time(best: float, worst: float) -> Figure:
    chain = len(LONGEST_CHAIN) * LATENCY
    return Figure(
        "journey of 500 messages beside its longest chain of dependent calls",
        best / chain,
        "x",
        1.5,  # 1.3 as long as a draft held a timeline and action items: reading for the rest takes 0.2 s of this core
        f"{best:.2f} s with every answer after {LATENCY * 1000:.0f} ms (best of {RUNS}, worst {worst:.2f} s; the fakes "
        f"work on the same cores); the chain is {len(LONGEST_CHAIN)} calls, {chain:.1f} s. It is: "
        + "; ".join(LONGEST_CHAIN)
        + ".",
    )


def _number_of_calls(calls: Counter[str], least: Counter[str]) -> Figure:
    told = ", ".join(f"{name} {calls[name]} of {least[name]}" for name in sorted(calls | least))
    return Figure(
        "journey of 500 messages: calls beside the least possible",
        calls.total() / least.total(),
        "x",
        1.1,
        f"{calls.total()} calls where {least.total()} are the least. Made of least, per endpoint: {told}.",
    )

"""Lambda beside a stage on emulated AWS: starts journeys by name, once, and runs them in the stage's own house.

Its answers have the shapes of botocore's service model (1.44.5). The journeys run in the local engine whenever somebody
asks how they stand: what Lambda does by itself, in the order that a test can foresee.
"""

import json
import threading
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from connectors.engine.clock import RealClock
from connectors.engine.journal import Journey
from connectors.engine.local import LocalEngine
from handlers.follow_up import follow_up
from handlers.journey import make_postmortem
from handlers.observe import observe
from handlers.stage import find_stage
from handlers.wiring import bound, utc_now
from tests.contract.cli import Came, Terminal
from tests.contract.staged import Staged
from tests.neighbours import Neighbours
from tests.vendors.wire import Reply, Request, json_reply, served

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:debrief-dev-journey"
STATES = {"running": "RUNNING", "waiting": "RUNNING", "done": "SUCCEEDED", "failed": "FAILED"}


class StagedLambda:
    """`starts` are the names in their order; with `refuses` every question about executions gets that status."""

    def __init__(self, engine: LocalEngine) -> None:
        self.engine, self.starts, self.refuses = engine, list[str](), 0
        self._lock = threading.RLock()

    def state(self) -> dict[str, Any]:
        return {"executions": self.starts}

    def answer(self, request: Request) -> Reply:
        path = unquote(request.path)
        with self._lock:
            if path.endswith("/invocations"):
                return self._start(path, request)
            if self.refuses:
                return _refused(self.refuses, "AccessDeniedException")
            self.engine.run_due()
            if path.endswith("/durable-executions"):
                return json_reply({"DurableExecutions": self._listed(request.query)})
            name = path.split("/durable-execution/")[1].split("/")[0]
            journey = self.engine.state(name)
            assert journey is not None, path
            return json_reply(self._history(journey) if path.endswith("/history") else _told(journey))

    def _start(self, path: str, request: Request) -> Reply:
        name = request.headers["x-amz-durable-execution-name"]
        kind = next((kind for kind in ("observe", "follow_up") if f"debrief-dev-{kind}" in path), "postmortem")
        known = self.engine.state(name)
        if known is not None and json.loads(known.payload) != request.json():
            return _refused(409, "DurableExecutionAlreadyStartedException")
        if known is None:
            self.starts.append(name)
            self.engine.start(kind, name, request.json())
        return Reply(202)

    def _listed(self, query: Mapping[str, list[str]]) -> list[dict[str, Any]]:
        names, states = query.get("DurableExecutionName", []), query.get("Statuses", [])
        since = query.get("StartedAfter", ["1970-01-01T00:00:00Z"])[0]
        found = [one for one in reversed(self.engine.journeys()) if one.kind == "postmortem"]
        return [
            _shown(one)
            for one in found
            if (not names or one.name in names)
            and (not states or STATES[one.state] in states)
            and one.started_at >= datetime.fromisoformat(since).astimezone(UTC)
        ]

    def _history(self, journey: Journey) -> dict[str, Any]:
        at = journey.started_at.timestamp()
        events: list[dict[str, Any]] = [{"EventType": "ExecutionStarted", "EventId": 1, "EventTimestamp": at}]
        if journey.wake_at:
            rest = {"ScheduledEndTimestamp": journey.wake_at.timestamp()}
            wait = {"EventType": "WaitStarted", "Id": "w1", "Name": self.engine.waits_in(journey.name) or ""}
            events.append(wait | {"EventId": 2, "EventTimestamp": at, "WaitStartedDetails": rest})
        return {"Events": events[::-1]}


def _shown(journey: Journey) -> dict[str, Any]:
    return {
        "DurableExecutionArn": f"{FUNCTION}:3/durable-execution/{journey.name}/7f2a",
        "DurableExecutionName": journey.name,
        "FunctionArn": f"{FUNCTION}:3",
        "Status": STATES[journey.state],
        "StartTimestamp": journey.started_at.timestamp(),
    }


def _told(journey: Journey) -> dict[str, Any]:
    error = {"Error": {"ErrorMessage": journey.error}} if journey.state == "failed" else {}
    return _shown(journey) | {"InputPayload": journey.payload} | error


def _refused(status: int, code: str) -> Reply:
    return json_reply({"Type": "User", "message": "no"}, status, {"x-amzn-errortype": code})


def furnish(staged: Staged, neighbours: Neighbours) -> None:
    """The settings into the bucket, the tokens into the secrets: what a stage is after its first hour."""
    settings = neighbours.machine.settings_file.read_bytes()
    staged.aws.s3.put_object(Bucket=staged.aws.bucket, Key="debrief.yml", Body=settings)
    lines = neighbours.machine.secrets_file.read_text().splitlines()
    for vendor in ("PAGERDUTY", "SLACK", "JIRA", "CONFLUENCE"):
        staged.puts_secret(vendor, dict(line.split("=", 1) for line in lines if line.startswith(vendor)))


@contextmanager
def staged_lambda(staged: Staged, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[StagedLambda]:
    """Served where this process looks for Lambda; the stage must be furnished."""
    stage = find_stage("dev")
    house = stage.house(stage.store())
    kinds = bound({"postmortem": make_postmortem, "observe": observe, "follow_up": follow_up}, house)
    with closing(LocalEngine(folder / "lambda.db", kinds, RealClock(utc_now))) as engine:
        service = StagedLambda(engine)
        with served(service) as url:
            monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", url)
            yield service
    house.close()


@dataclass
class StagedWorld:
    """Everything up. `runs` is `debrief ... --stage dev` as a person types it."""

    staged: Staged
    vendors: Neighbours
    service: StagedLambda
    terminal: Terminal

    def runs(self, *arguments: str) -> Came:
        return self.terminal.runs(*arguments, "--stage", "dev")

    def drafts(self) -> list[str]:
        page = self.staged.aws.s3.list_objects_v2(Bucket=self.staged.aws.bucket, Prefix="drafts/")
        return [one["Key"] for one in page.get("Contents", [])]

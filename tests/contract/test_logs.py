"""The log: one line a request, a step and a delivery, bound with what it belongs to, and without what anybody wrote."""

import io
import json
import logging
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from connectors.engine.progress import Progress
from connectors.errors import Unreachable
from connectors.logs import bind, bound, bound_now, carried, log
from connectors.steps import Json, Steps
from handlers.serve import _Brief
from handlers.telling import log_progress
from tests.contract.test_engine import HOUR, durable, executed
from tests.neighbours import WEBHOOK_SECRET
from tests.vendors.wire import Reply
from tests.world import World

LAMBDA = Path(__file__).parents[2] / ".tools" / "awslambdaric"
SHORTEST_SAID = 12
"""Characters: what is shorter is no canary ("yes", a name of a service)."""


class Lines(logging.Handler):
    """Every line that would come out of the process at DEBUG, as Lambda's runtime writes it, and as `serve` does."""

    def __init__(self) -> None:
        super().__init__()
        self.written = list[str]()
        self.fields = list[dict[str, Any]]()
        self._brief = _Brief("%(asctime)s %(message)s", "%H:%M:%S")
        self._json = _lambdas_formatter()

    def emit(self, record: logging.LogRecord) -> None:
        self.written += [self._brief.format(record), self._json(record)]
        self.fields.append(vars(record) | {"message": record.getMessage()})

    def of(self, **wanted: Any) -> list[dict[str, Any]]:
        """Those with these fields."""
        return [fields for fields in self.fields if wanted.items() <= fields.items()]


def _lambdas_formatter() -> Callable[[logging.LogRecord], str]:
    """awslambdaric's own where it is here (`make test-e2e` fetches it); else all of the record, as it would."""
    if not LAMBDA.exists():
        return lambda record: json.dumps(vars(record), default=str)
    sys.path.insert(0, str(LAMBDA))
    try:
        from awslambdaric.lambda_runtime_log_utils import (  # pyright: ignore[reportMissingImports]
            JsonFormatter,
        )
    finally:
        sys.path.remove(str(LAMBDA))
    return JsonFormatter().format


@pytest.fixture
def lines() -> Generator[Lines]:
    """The root logger at DEBUG, as somebody might set it on Lambda while they look for a fault."""
    root, heard = logging.getLogger(), Lines()
    before = root.level
    root.addHandler(heard)
    root.setLevel(logging.DEBUG)
    yield heard
    root.setLevel(before)
    root.removeHandler(heard)


def canaries(world: World) -> set[str]:
    """Tokens, secrets, e-mails, and everything that people wrote, of which no line may hold a word."""
    secrets = {world.pagerduty.token, world.slack.token, world.jira.token, world.confluence.token, WEBHOOK_SECRET}
    secrets |= {world.slack.signing_secret, world.jira.email}
    told = [script.pagerduty for script in world.scripts] + [script.slack for script in world.scripts]
    return secrets | {text for text in map(str.strip, _texts(told)) if len(text) >= SHORTEST_SAID}


def _texts(node: Any, name: str = "") -> Generator[str]:
    """What people wrote, and how they are reached, wherever it stands in a record."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _texts(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value, name)
    elif isinstance(node, str) and name in ("text", "title", "content", "description", "email", "real_name", "summary"):
        yield node


def clean(lines: Lines, world: World) -> None:
    assert len(canaries(world)) > 30
    assert len(lines.written) > 30
    whole = "\n".join(lines.written)
    assert [canary for canary in canaries(world) if canary in whole] == []
    assert "http://" not in whole.replace("http://127.0.0.1:0", "")
    assert "Authorization" not in whole
    assert "Bearer" not in whole


def test_a_delivery_and_its_journey_leave_lines_that_say_what_they_belong_to(world: World, lines: Lines):
    world.resolves()
    world.settles()

    (resolve,) = [one for one in world.scripts[0].webhooks if one["event"]["event_type"] == "incident.resolved"]
    (answer,) = lines.of(delivery=resolve["event"]["id"], incident=world.incident_id())
    assert answer["message"].startswith("receive answered 202: started pm-")

    calls = [fields for fields in lines.fields if "vendor" in fields]
    assert {one["vendor"] for one in calls} == {"PagerDuty", "Slack", "Jira"}
    unbound = [one["message"] for one in calls if not {"incident", "journey", "step"} <= set(one)]
    assert unbound == []
    assert {one["incident"] for one in calls} == {world.incident_id()}
    for one in calls:
        assert (one["status"], one["outcome"], one["attempt"]) == (200, "ok", 1) or one["status"] in (201, 204, 404)
        assert one["ms"] >= 0
        assert not any(mark in one["endpoint"] for mark in "?@%=")
    steps = lines.of(kind="postmortem", event="done")
    assert len({one["step"] for one in steps if "step" in one}) == len(steps) - 1, "each once, and the journey's own"


def test_there_is_one_line_for_every_request_that_left(world: World, lines: Lines):
    world.resolves()
    world.settles()
    counted = {name: len([one for one in lines.fields if one.get("vendor") == name]) for name in ("PagerDuty", "Jira")}
    assert counted == {"PagerDuty": len(world.pagerduty.requests), "Jira": len(world.jira.requests)}


def test_a_repeated_request_has_a_line_for_each_attempt_with_what_it_came_to(world: World, lines: Lines):
    world.pagerduty.fails_next(r"GET .*/notes", Reply(500), times=2)
    world.resolves()
    world.settles()
    notes = lines.of(vendor="PagerDuty", endpoint="GET /incidents/*/notes")
    assert [(one["attempt"], one["status"], one["outcome"]) for one in notes][:3] == [
        (1, 500, "BadReply"), (2, 500, "BadReply"), (3, 200, "ok"),
    ]  # fmt: skip
    world.pagerduty.fails_next(r"GET .*/alerts", Reply(dropped=True), times=1)
    assert world.house.pagerduty is not None
    world.house.pagerduty.list_alerts(world.incident_id())
    first, second = lines.of(endpoint="GET /incidents/*/alerts")[-2:]
    assert (first["status"], first["outcome"], second["status"]) == (None, "Unreachable", 200)


@pytest.mark.parametrize("trouble", [None, Reply(400, {}, b"{}"), Reply(500), Reply(dropped=True)], ids=repr)
def test_no_line_holds_what_people_wrote_nor_a_secret_at_any_level(world: World, lines: Lines, trouble: Reply | None):
    if trouble is not None:
        for vendor in (world.pagerduty, world.slack, world.jira):
            vendor.fails_next(r".", trouble, times=6)
    for webhook in world.scripts[0].webhooks:
        world.rings(webhook)
        world.rings(webhook, secret="whsec-another")
    world.settles()
    for _ in range(30):
        world.sweeps()
        world.reconciles()
        world.settles()
    clean(lines, world)


def test_a_vendors_library_is_not_heard_whatever_it_says(lines: Lines):
    for name in ("urllib3.connectionpool", "slack_sdk.web.client", "jira", "requests", "httpx2", "pagerduty.client"):
        logging.getLogger(name).error("GET /rest/api/3/user/search?query=ada@acme.example")
    for name in ("botocore.endpoint", "boto3.resources", "aws_durable_execution_sdk_python.state"):
        logging.getLogger(name).debug("the body of ada@acme.example")
        logging.getLogger(name).info("the body of ada@acme.example")
    assert lines.written == []


def test_on_lambda_the_fields_stand_beside_the_message(lines: Lines):
    if not LAMBDA.exists():
        pytest.skip("awslambdaric is not here: `make test-e2e` fetches it")
    with bound(incident="Q1", journey="pm-Q1-1"), bound(step="look again"):
        log.info("something happened", extra={"vendor": "Jira", "ms": 12})
    told = json.loads(lines.written[1])
    assert told["message"] == "something happened"
    assert (told["level"], told["incident"], told["journey"], told["step"]) == ("INFO", "Q1", "pm-Q1-1", "look again")
    assert (told["vendor"], told["ms"]) == ("Jira", 12)


def test_on_one_machine_what_a_line_belongs_to_follows_where_the_sentence_does_not_say_it(lines: Lines):
    with bound(incident="Q1", journey="pm-Q1-1", step="publish"):
        log.info("pm-Q1-1: publish done")
        log.info("Jira GET myself: 200")
    first, _, second, _ = lines.written
    assert first.endswith("pm-Q1-1: publish done")
    assert second.endswith("Jira GET myself: 200 [Q1, pm-Q1-1, publish]")


def test_what_is_bound_goes_into_threads_and_ends_where_it_began():
    seen = list[dict[str, str]]()
    with bound(incident="Q1"):
        bind(delivery="01E")
        threads = [threading.Thread(target=carried(lambda: seen.append(dict(bound_now())))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == [{"incident": "Q1", "delivery": "01E"}] * 3
    assert dict(bound_now()) == {}


def test_on_durable_functions_each_thing_is_told_once_in_spite_of_replays(lines: Lines, tmp_path: Path):
    told, seen, asked = list[Progress](), list[tuple[str, str]](), list[int]()

    def child(steps: Steps, item: int) -> Json:
        steps.run("read", lambda: seen.append((bound_now()["incident"], bound_now()["step"])))
        steps.wait("turn", HOUR)
        return item

    def fails_once() -> Json:
        asked.append(1)
        if len(asked) == 1:
            raise Unreachable("Reading", "away")
        return None

    def journey(steps: Steps, _payload: Json) -> Json:
        steps.run("first", lambda: 1)
        steps.wait("settle", HOUR)
        steps.each("threads", [1, 2], child)
        steps.run("last", fails_once)
        return "made"

    def tell(progress: Progress) -> None:
        told.append(progress)
        log_progress(progress)

    ended = executed(
        durable(journey, tmp_path, kind="postmortem", on_progress=tell), {"incident_id": "Q1", "journey": "pm-Q1-1"}
    )
    assert ended.error is None
    assert {one.kind for one in told} == {"postmortem"}
    said = [one for one in told if one.event != "resumed" and not (one.step and one.event == "started")]
    assert sorted((one.step, one.event) for one in said) == sorted([
        ("", "started"), ("first", "done"), ("settle", "waiting"),
        ("threads > 0 > read", "done"), ("threads > 1 > read", "done"),
        ("threads > 0 > turn", "waiting"), ("threads > 1 > turn", "waiting"),
        ("last", "failed"), ("", "waiting"), ("last", "done"), ("", "done"),
    ])  # fmt: skip
    assert sorted(seen) == [("Q1", "threads > 0 > read"), ("Q1", "threads > 1 > read")]
    mine = lines.of(incident="Q1", journey="pm-Q1-1")
    inside = [one for one in said if one.event == "done" and " > " in one.step]
    assert len(inside) == 2
    assert len(mine) == len([one for one in told if one not in inside and not (one.step and one.event == "started")])


def test_a_journey_that_fails_on_durable_functions_is_told_as_failed_once(tmp_path: Path):
    told = list[Progress]()

    def journey(steps: Steps, _payload: Json) -> Json:
        steps.wait("settle", HOUR)
        raise ValueError("the words of a customer")

    ended = executed(durable(journey, tmp_path, kind="observe", on_progress=told.append), {"incident_id": "Q1"})
    assert ended.error is not None
    assert [one.event for one in told] == ["started", "waiting", "resumed", "failed"]
    assert "customer" not in (told[-1].why or "")


def test_a_step_that_waits_is_not_told_again_when_one_machine_goes_on(world: World, lines: Lines):
    world.resolves()
    world.settles()
    waiting = [one["message"] for one in lines.of(kind="postmortem", event="waiting")]
    assert len(waiting) == len(set(waiting))
    assert len(lines.of(kind="postmortem", event="started")) == 1


def test_the_brief_form_survives_an_error_with_somebodys_words():
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(_Brief("%(message)s"))
    log.addHandler(handler)
    try:
        {}["the words of a customer"]
    except KeyError:
        log.exception("it broke")
    finally:
        log.removeHandler(handler)
    assert "customer" not in out.getvalue()
    assert "it broke" in out.getvalue()

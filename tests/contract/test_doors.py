"""Both doors that hear of action items, Slack's and Jira's: what a stranger, a replay, and a fault of our own do."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from urllib.parse import quote

import pytest

from connectors.errors import NotFound, Unreachable
from connectors.secrets.port import Secrets
from connectors.slack.clicks import ItemRef
from handlers.envelope import Request, Response, answered
from handlers.jira_changed import jira_changed
from handlers.slack_clicked import slack_clicked
from handlers.wiring import Doorway
from tests.vendors.jira_webhooks import SECRET, signature
from tests.vendors.slack_hands import signed
from tests.world import World

SECRET_WORDS = "tell acme-bank before the paper does"


@dataclass
class Broken:
    """Secrets that cannot be read; `asked` counts how often somebody tried."""

    error: Exception
    asked: int = 0

    def read(self, name: str) -> str:
        self.asked += 1
        raise self.error

    def current_and_previous(self, name: str) -> tuple[str, ...]:
        return (self.read(name),)

    def now(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC)

    def refresh(self, name: str, since: datetime) -> bool:
        raise self.error


def press(world: World, incident_id: str, choice: str = "drop") -> bytes:
    value = ItemRef(incident_id, "slack/C1/1#1").value()
    action = {"action_id": f"debrief.{choice}", "value": value, "action_ts": f"{world.clock.now().timestamp():.6f}"}
    message = {"text": SECRET_WORDS}
    payload = {"type": "block_actions", "user": {"id": "UBEA", "name": "bea"}, "actions": [action], "message": message}
    return f"payload={quote(json.dumps(payload))}".encode()


def slack(world: World, doorway: Doorway, *, is_signed: bool = True) -> Response:
    body = press(world, world.incident_id())
    secret = world.slack.signing_secret if is_signed else "forged"
    headers = signed(body, secret, world.clock.now().timestamp())
    return answered(lambda request: slack_clicked(request, doorway, world.desk), Request(headers, body))


def jira(world: World, doorway: Doorway, *, is_signed: bool = True) -> Response:
    told = {"webhookEvent": "jira:issue_updated", "issue": {"id": "10001", "fields": {"summary": SECRET_WORDS}}}
    body = json.dumps(told).encode()
    headers = {"x-hub-signature": signature(body, SECRET if is_signed else "forged")}
    return answered(lambda request: jira_changed(request, doorway), Request(headers, body))


type Knock = Callable[..., Response]
DOORS = pytest.mark.parametrize("knock", [slack, jira])


def with_secrets(world: World, secrets: Secrets) -> Doorway:
    return replace(world.doorway(), secrets=lambda: secrets)


@DOORS
@pytest.mark.parametrize(
    "error",
    [
        NotFound("reading the secret X", "it is not set", "Write a line."),
        Unreachable("reading the secret X", "no answer"),
        RuntimeError(SECRET_WORDS),
    ],
    ids=["not set", "store down", "unforeseen"],
)
def test_without_its_secret_a_door_says_later_and_starts_nothing(
    world: World, knock: Knock, error: Exception, caplog: pytest.LogCaptureFixture
):
    """No 4xx: whoever sent it tries again, and nobody takes our fault for theirs."""
    caplog.set_level(logging.DEBUG)
    answer = knock(world, with_secrets(world, Broken(error)))

    assert (answer.status, answer.reason) == (503, "not accepted, try again later")
    assert world.engine.journeys() == []
    assert SECRET_WORDS not in caplog.text


@pytest.mark.parametrize(
    "headers",
    [{}, {"x-slack-signature": "v0=0", "x-hub-signature": "sha256=0"}, {"x-hub-signature": "x" * 100_000}],
    ids=["none", "short", "long"],
)
def test_what_carries_no_signature_costs_no_secret(world: World, headers: dict[str, str]):
    broken = Broken(RuntimeError())
    doorway = with_secrets(world, broken)

    for door in (partial(slack_clicked, doorway=doorway, desk=world.desk), partial(jira_changed, doorway=doorway)):
        assert answered(door, Request(headers, b"{}")).status == 403
    assert broken.asked == 0


@DOORS
def test_a_forged_knock_is_refused_and_says_nothing_of_what_it_carried(
    world: World, knock: Knock, caplog: pytest.LogCaptureFixture
):
    world.write_secrets(JIRA_WEBHOOK_SECRET=SECRET)
    caplog.set_level(logging.DEBUG)

    assert knock(world, world.doorway(), is_signed=False).status == 403
    assert world.engine.journeys() == []
    assert SECRET_WORDS not in caplog.text


@DOORS
def test_the_same_knock_again_starts_nothing_more(world: World, knock: Knock):
    world.write_secrets(JIRA_WEBHOOK_SECRET=SECRET)
    doorway = replace(world.doorway(), follows={"10001"}.__contains__)
    answers = [knock(world, doorway) for _ in range(3)]

    assert {answer.status for answer in answers} <= {200, 202}
    assert len(world.engine.journeys()) == 1


@DOORS
def test_an_old_secret_counts_while_it_is_changed_and_not_after(world: World, knock: Knock):
    before = {"SLACK_SIGNING_SECRET": world.slack.signing_secret, "JIRA_WEBHOOK_SECRET": SECRET}
    previous = {f"{name}_PREVIOUS": secret for name, secret in before.items()}
    fresh = dict.fromkeys(before, "a-new-secret-of-today")
    world.write_secrets(**fresh, **previous)
    assert knock(world, world.doorway()).status in (200, 202)
    world.write_secrets(**fresh)
    assert knock(world, world.doorway()).status == 403


@pytest.mark.parametrize("more", ["&payload=%7B%7D", "&" * 40, "&a=1" * 40])
def test_a_form_with_more_fields_than_slack_sends_is_read_as_the_one_or_ignored(world: World, more: str):
    body = press(world, "QNOBODY") + more.encode()
    headers = signed(body, world.slack.signing_secret, world.clock.now().timestamp())
    status, text = world.hears_clicks(body, headers)
    world.settles()

    assert (status, text) == (200, "")
    assert not [*world.store.list("INC#QNOBODY")]


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_what_counts_is_what_was_signed_and_not_what_it_calls_itself(world: World, kind: str):
    body = press(world, "QNOBODY")
    headers = signed(body, world.slack.signing_secret, world.clock.now().timestamp()) | {"content-type": kind}
    assert world.hears_clicks(body, headers)[0] == 200


def test_an_endless_choice_of_incidents_that_are_not_here_leaves_no_record(world: World):
    for n in range(5):
        body = press(world, f"QNOT{n}", "accept")
        headers = signed(body, world.slack.signing_secret, world.clock.now().timestamp())
        assert world.hears_clicks(body, headers)[0] == 200
    world.settles()

    assert not [record for n in range(5) for record in world.store.list(f"INC#QNOT{n}")]
    assert {journey.state for journey in world.engine.journeys()} == {"done"}

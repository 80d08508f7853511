"""The ten rules, for PagerDuty: over real HTTP, against the fake, every exchange held against PagerDuty's documents."""

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import httpx2
import pytest

from connectors.errors import (
    ConnectorError,
    NotAllowed,
    NotFound,
    Rejected,
    Unreachable,
)
from connectors.pagerduty import api as api_module
from connectors.pagerduty.api import PagerDutyApi
from connectors.pagerduty.replies import Page
from connectors.pagerduty.webhook import WANTED
from tests.incidents import by_name
from tests.vendors.pagerduty import FakePagerDuty
from tests.vendors.pagerduty_setup import Clock, PagerDutyWorld, pagerduty_world
from tests.vendors.wire import json_reply

SCRIPT = by_name("checkout_latency")
INCIDENT_ID: str = SCRIPT.pagerduty["incident"]["id"]
ADA: dict[str, Any] = next(user for user in SCRIPT.pagerduty["users"] if "ada" in user["email"])
ERROR = {"error": {"message": "secret words of the vendor", "code": 2001}}


def _fake(**more: Any) -> FakePagerDuty:
    fake = FakePagerDuty().holds(SCRIPT.pagerduty | more)
    fake.subscriptions.adds("PSUB01", "https://debrief.acme.example/pagerduty")
    return fake


def _world(**options: Any) -> AbstractContextManager[PagerDutyWorld]:
    return pagerduty_world(_fake(), sender=ADA["email"], **options)


READS: dict[str, Callable[[PagerDutyApi], Any]] = {
    "get_incident": lambda api: api.get_incident(INCIDENT_ID),
    "list_alerts": lambda api: api.list_alerts(INCIDENT_ID),
    "list_log_entries": lambda api: api.list_log_entries(INCIDENT_ID),
    "list_notes": lambda api: api.list_notes(INCIDENT_ID),
    "list_related_change_events": lambda api: api.list_related_change_events(INCIDENT_ID),
    "list_webhook_subscriptions": lambda api: api.list_webhook_subscriptions(),
    "enable_webhook_subscription": lambda api: api.enable_webhook_subscription("PSUB01"),
    "list_incidents": lambda api: api.list_incidents("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", ("resolved",)),
    "get_user": lambda api: api.get_user(ADA["id"]),
    "get_dedicated_channel": lambda api: api.get_dedicated_channel(INCIDENT_ID),
}


def _create_note(api: PagerDutyApi) -> Any:
    return api.create_note(INCIDENT_ID, "a confidential note")


CALLS = READS | {"create_note": _create_note}


def test_the_incident_is_read_whole_by_id_and_by_number():
    with _world() as world:
        incident = world.api.get_incident(INCIDENT_ID)
        assert incident["title"] == "Checkout p99 latency above 4 s in eu-west-1"
        assert world.api.get_incident("4211") == incident


def test_lists_come_in_pages_of_a_hundred_to_the_end():
    alerts = [{"id": f"A{n}", "type": "alert", "created_at": "2026-11-17T14:00:00Z"} for n in range(250)]
    with pagerduty_world(_fake(alerts=alerts)) as world:
        pages: list[Page] = []
        offset: int | None = 0
        while offset is not None:
            pages.append(world.api.list_alerts(INCIDENT_ID, offset))
            offset = pages[-1].next_offset
        assert [len(one.records) for one in pages] == [100, 100, 50]
        assert [one["id"] for read in pages for one in read.records] == [f"A{n}" for n in range(250)]
        assert not any(one.is_capped for one in pages)


def test_log_entries_come_with_their_channels_newest_first():
    with _world() as world:
        entries = world.api.list_log_entries(INCIDENT_ID).records
        assert entries[-1]["channel"]["summary"] == "Checkout p99 latency above 4 s in eu-west-1"
        assert entries[0]["created_at"] >= entries[-1]["created_at"]


def test_the_users_e_mail_and_time_zone_are_read():
    with _world() as world:
        assert world.api.get_user(ADA["id"])["email"] == ADA["email"]


def test_the_dedicated_channel_is_opened_by_the_users_token():
    channel = {"id": "C0CHECKOUT", "name": "inc-4211", "slack_team_id": "T1", "link": "https://x", "deep_link": "s://"}
    with pagerduty_world(_fake(dedicated_channel={"channel": channel})) as world:
        assert world.api.get_dedicated_channel(INCIDENT_ID) == channel
        assert world.fake.requests[-1].headers["authorization"] == f"Token token={world.fake.user_token}"


def test_without_a_users_token_no_call_is_made_for_the_dedicated_channel():
    with _world(user_token=None) as world:
        with pytest.raises(NotAllowed) as refusal:
            world.api.get_dedicated_channel(INCIDENT_ID)
        assert str(refusal.value) == (
            f"reading the Slack channel of the PagerDuty incident {INCIDENT_ID}: no user token is set. "
            "Set PAGERDUTY_USER_TOKEN to the token of an Owner or Global Admin; account tokens do not open this."
        )
        assert world.calls() == []


def test_a_note_is_written_once_in_the_senders_name():
    with _world() as world:
        note = world.api.create_note(INCIDENT_ID, "Draft ready")
        assert note["content"] == "Draft ready"
        assert world.fake.written_notes == [(INCIDENT_ID, "Draft ready")]
        assert world.fake.requests[-1].headers["from"] == ADA["email"]


def test_every_request_is_one_that_pagerdutys_documents_allow():
    channel = {"id": "C1", "name": "inc", "slack_team_id": "T1", "link": "https://x", "deep_link": "slack://x"}
    fake = _fake(dedicated_channel=channel)
    with pagerduty_world(fake, sender=ADA["email"]) as world:
        for call in CALLS.values():
            call(world.api)
        assert len(world.watched.exchanges) == len(CALLS)


REGION = "Check the secret PAGERDUTY_TOKEN, and pagerduty.region in debrief.yml"
REFUSALS = [
    (401, NotAllowed, f"{REGION}: eu for an account in the EU."),
    (402, NotAllowed, "The PagerDuty account's plan does not include this."),
    (403, NotAllowed, "Give the PagerDuty token the scope incidents.read, or its user that permission."),
    (404, NotFound, "Check the id; a token also cannot see incidents of teams that are hidden from its user."),
    (400, Rejected, "Asking the same again will not help."),
]


@pytest.mark.parametrize(("status", "kind", "remedy"), REFUSALS)
def test_a_refusal_says_what_was_tried_what_came_back_and_what_to_change(
    status: int, kind: type[ConnectorError], remedy: str
):
    with _world(is_documented=False) as world:
        world.fake.fails_next("notes", json_reply(ERROR, status))
        with pytest.raises(kind) as refusal:
            world.api.list_notes(INCIDENT_ID)
        assert str(refusal.value) == f"reading PagerDuty notes: status {status} (PagerDuty's code 2001). {remedy}"
        assert len(world.calls()) == 1


def test_a_wrong_token_is_refused_by_name():
    with pagerduty_world(_fake(), token="wrong") as world, pytest.raises(NotAllowed, match="PAGERDUTY_TOKEN"):
        world.api.get_incident(INCIDENT_ID)


def test_a_rate_limit_without_headers_and_body_is_waited_for_too():
    with _world() as world:
        world.fake.limits_next(bare=True)
        world.api.list_notes(INCIDENT_ID)
        assert len(world.clock.slept) == 1
        assert world.clock.slept[0] <= 10


def test_a_server_that_is_not_there_is_unreachable_for_a_write_too():
    with _world() as world:
        url = world.url
    api = PagerDutyApi("t", Clock().budget(), base_url=url, sender=ADA["email"])
    with (
        closing(api),
        pytest.raises(Unreachable, match=r"no answer \(ConnectError\)\. Check the network and the base URL"),
    ):
        api.create_note(INCIDENT_ID, "x")


def test_the_life_of_a_webhook_subscription_is_as_pagerdutys_document_says():
    """Every request and every answer of it is held against that document when the world ends."""
    wanted = {
        "type": "webhook_subscription",
        "active": False,
        "description": "x",
        "events": list(WANTED),
        "filter": {"type": "service_reference", "id": "PSVC01"},
        "delivery_method": {"type": "http_delivery_method", "url": "https://debrief.acme.example/pagerduty"},
    }
    with _world() as world:
        api = world.api
        made = api.create_webhook_subscription(wanted)
        assert made["delivery_method"]["secret"]
        changed = api.update_webhook_subscription(made["id"], {"active": True, "description": "y"})
        assert (changed["active"], changed["delivery_method"]["secret"]) == (True, None)
        with pytest.raises(Rejected):
            api.update_webhook_subscription(made["id"], {"delivery_method": wanted["delivery_method"]})
        api.ping_webhook_subscription(made["id"])
        api.enable_webhook_subscription(made["id"])
        api.list_teams("checkout")
        api.delete_webhook_subscription(made["id"])
        with pytest.raises(NotFound):
            api.delete_webhook_subscription(made["id"])
        assert api.clock is not None


def test_a_token_never_travels_in_the_clear_to_another_machine():
    with pytest.raises(ValueError, match="must begin with https://"):
        PagerDutyApi("t", Clock().budget(), base_url="http://api.pagerduty.com")


def test_construction_does_no_work():
    start = time.perf_counter()
    api = PagerDutyApi("t", Clock().budget())
    assert time.perf_counter() - start < 0.005
    assert api._clients._rest is None


def test_the_eu_host_is_asked_and_no_other():
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url.copy_with(query=None)))
        key = "channel" if "slack" in request.url.path else "user"
        return httpx2.Response(200, stream=httpx2.ByteStream(b'{"%s":{"id":"P1"}}' % key.encode()))

    transport = httpx2.MockTransport(answer)
    eu = "https://api.eu.pagerduty.com/"
    api = PagerDutyApi("t", Clock().budget(), base_url=eu, user_token="u", transport=transport)
    api.get_user("P1")
    api.get_dedicated_channel("P1")
    assert asked == [
        "https://api.eu.pagerduty.com/users/P1",
        "https://api.eu.pagerduty.com/integration-slack/incidents/P1/dedicated_channel",
    ]


def test_an_id_cannot_leave_its_place_in_the_path():
    with _world() as world, pytest.raises(NotFound):
        world.api.get_incident("../users/" + ADA["id"])


def test_many_threads_share_one_connector():
    with _world() as world:
        calls = [READS[name] for name in ("get_incident", "list_alerts", "list_notes", "get_user")] * 20
        with ThreadPoolExecutor(16) as pool:
            results = [done.result() for done in [pool.submit(call, world.api) for call in calls]]
        assert len(results) == len(world.calls()) == 80
        assert results[0] == results[4]
        assert threading.active_count() < 60


def test_the_readme_names_every_scope():
    readme = (Path(api_module.__file__).parent / "README.md").read_text()
    assert {"incidents.read", "incidents.write", "users.read"} <= set(re.findall(r"\w+\.(?:read|write)", readme))


def test_who_is_on_call_for_a_service_is_read_by_its_escalation_policy():
    script = by_name("checkout_latency").pagerduty
    fake = FakePagerDuty().holds(script)
    first, second = [user["id"] for user in script["users"]][:2]
    fake.puts_on_call("Checkout API", first)
    fake.puts_on_call("Checkout API", second, level=2)
    with pagerduty_world(fake) as world:
        (service,) = world.api.list_services("Checkout").records
        policy = service["escalation_policy"]["id"]
        oncalls = world.api.list_oncalls([policy]).records
    assert service["name"] == "Checkout API"
    assert [(one["user"]["id"], one["escalation_level"]) for one in oncalls] == [(first, 1), (second, 2)]

"""The Edit button on AWS: one cold process, from the press to the open form."""

import json
import time
from datetime import date
from urllib.parse import quote_plus

import yaml

from connectors.store.dynamo import DynamoStore
from handlers.wiring import SETTINGS_FILE
from postmortem.action_items.item import ActionItem, Owner
from postmortem.action_items.seen import ItemsSeen
from tests.benchmarks.aws_stub import ENVIRONMENT
from tests.benchmarks.children import run_child
from tests.contract.stores import Aws, Clock
from tests.vendors.slack import FakeSlack
from tests.vendors.slack_hands import signed
from tests.vendors.slack_world import TRIGGER, a_world
from tests.vendors.wire import served

pytest_plugins = ["tests.contract.store_fixtures"]

ITEM = ActionItem(
    id="slack/C1/1.2#1",
    text="Add an alert",
    quote="TODO: add an alert",
    owner=Owner(name="Bea", account_id=None, why="she was named"),
    due_on=date(2026, 11, 27),
    due_why="it was said",
    route=None,
    evidence_id="slack/C1/1.2",
)


def test_the_form_opens_from_a_cold_start(aws: Aws, clock: Clock):
    slack = a_world().slack
    with served(slack) as url:
        keeps(aws, clock, slack, url)
        body = press()
        event = {"headers": signed(body, slack.signing_secret, time.time()), "body": body.decode()}
        more = {"AWS_ENDPOINT_URL": aws.emulated.url, "DEBRIEF_TABLE": aws.table, "DEBRIEF_BUCKET": aws.bucket}
        answered = run_child(
            "tests.benchmarks.receiver_child",
            "handlers.slack_clicked",
            environment=ENVIRONMENT | more,
            given=json.dumps(event),
        )

    assert answered["status"] == 200
    (view,) = slack.workspace.views.values()
    elements = {block["block_id"]: block["element"] for block in view["blocks"]}
    assert elements["text"]["initial_value"] == "Add an alert"
    assert [option["value"] for option in elements["team"]["options"]] == ["Payments", "PLA"]


def keeps(aws: Aws, clock: Clock, slack: FakeSlack, url: str) -> None:
    """The settings, the item and the secrets, where the function finds them."""
    store = DynamoStore(aws.dynamodb, aws.table, aws.s3, aws.bucket, clock)
    routing = [{"project": "CHK", "team": "Payments", "match": {"services": ["Checkout API"]}}]
    settings = {"slack": {"base_url": f"{url}/api/"}, "routing": routing, "default_route": {"project": "PLA"}}
    store.save(SETTINGS_FILE, yaml.safe_dump(settings).encode())
    store.save("items/Q1.json", ItemsSeen(items=(ITEM,)).model_dump_json().encode())
    kept = {"SLACK_SIGNING_SECRET": slack.signing_secret, "SLACK_TOKEN": slack.token}
    secrets = aws.emulated.client("secretsmanager")
    secrets.create_secret(Name=ENVIRONMENT["DEBRIEF_SLACK_SECRET_ID"], SecretString=json.dumps(kept))


def press() -> bytes:
    value = json.dumps(["Q1", ITEM.id])
    payload = {
        "type": "block_actions",
        "user": {"id": "U0000001", "name": "p1"},
        "container": {"channel_id": "C00INC042", "message_ts": "1.2"},
        "trigger_id": TRIGGER,
        "actions": [{"action_id": "debrief.edit", "value": value, "action_ts": "1794926800.500000"}],
    }
    return f"payload={quote_plus(json.dumps(payload))}".encode()

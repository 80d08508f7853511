"""What both keepers of secrets promise: one suite, on an environment file and on Secrets Manager (moto over HTTP)."""

import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest

from connectors.errors import ConnectorError, NotFound, Unreachable
from connectors.secrets.environment import EnvironmentSecrets
from connectors.secrets.port import NAMES, Secret, Secrets, is_signed_with
from connectors.secrets.secrets_manager import SecretsManagerSecrets
from tests.contract.stores import Aws, Clock

pytest_plugins = ["tests.contract.store_fixtures"]

WEBHOOK = "PAGERDUTY_WEBHOOK_SECRET"
CANARY = "xoxb-canary-4815162342"


class Place(Protocol):
    """Where a person writes secrets down."""

    secrets: Secrets

    def holds(self, values: dict[str, str]) -> None: ...

    def reads(self) -> int:
        """How often it was asked since the last question."""
        ...


@dataclass
class FilePlace:
    file: Path
    secrets: Secrets

    def holds(self, values: dict[str, str]) -> None:
        self.file.write_text("".join(f"{name}={value}\n" for name, value in values.items()))

    def reads(self) -> int:
        return 0


@dataclass
class ManagerPlace:
    aws: Aws
    client: Any
    secrets: Secrets

    def holds(self, values: dict[str, str]) -> None:
        for vendor in ("PAGERDUTY", "SLACK", "JIRA", "CONFLUENCE"):
            pairs = {name: value for name, value in values.items() if name.startswith(vendor)}
            self.client.put_secret_value(SecretId=f"{self.aws.table}/{vendor}", SecretString=json.dumps(pairs))

    def reads(self) -> int:
        count = self.aws.emulated.actions.count("GetSecretValue")
        self.aws.emulated.actions.clear()
        return count


def file_place(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Place:
    file = tmp_path / "debrief.env"
    return FilePlace(file, EnvironmentSecrets({}, file, clock))


def manager_place(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Place:
    aws: Aws = request.getfixturevalue("aws")
    client = aws.emulated.client("secretsmanager")
    ids = {vendor: f"{aws.table}/{vendor}" for vendor in ("PAGERDUTY", "SLACK", "JIRA", "CONFLUENCE")}
    for secret_id in ids.values():
        client.create_secret(Name=secret_id)
    return ManagerPlace(aws, client, SecretsManagerSecrets(client, ids, clock))


@pytest.fixture(params=[file_place, manager_place])
def place(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Place:
    make: Callable[[pytest.FixtureRequest, Path, Clock], Place] = request.param
    return make(request, tmp_path, clock)


def test_every_secret_is_read_by_its_name(place: Place) -> None:
    place.holds({name: f"value of {name}" for name in NAMES})
    assert {name: place.secrets.read(name) for name in NAMES} == {name: f"value of {name}" for name in NAMES}


@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_secret_is_not_set(place: Place, value: str) -> None:
    place.holds({"SLACK_TOKEN": value, "JIRA_TOKEN": "x"})
    for read in (place.secrets.read, place.secrets.current_and_previous):
        with pytest.raises(NotFound, match="reading the secret SLACK_TOKEN"):
            read("SLACK_TOKEN")


def test_a_secret_that_was_replaced_by_hand_still_counts(place: Place) -> None:
    place.holds({"PAGERDUTY_WEBHOOK_SECRET": "new", "PAGERDUTY_WEBHOOK_SECRET_PREVIOUS": "old"})
    assert place.secrets.current_and_previous("PAGERDUTY_WEBHOOK_SECRET") == ("new", "old")


def test_a_secret_that_was_never_replaced_stands_alone(place: Place) -> None:
    same = {"PAGERDUTY_WEBHOOK_SECRET": "same", "PAGERDUTY_WEBHOOK_SECRET_PREVIOUS": "same"}
    place.holds(same | {"SLACK_TOKEN": "one"})
    assert place.secrets.current_and_previous("PAGERDUTY_WEBHOOK_SECRET") == ("same",)
    assert place.secrets.current_and_previous("SLACK_TOKEN") == ("one",)


def test_a_changed_secret_is_seen_after_five_minutes_at_most(place: Place, clock: Clock) -> None:
    place.holds({"SLACK_TOKEN": "old"})
    assert place.secrets.read("SLACK_TOKEN") == "old"
    place.holds({"SLACK_TOKEN": "new"})
    clock.moves(timedelta(minutes=4, seconds=59))
    assert place.secrets.read("SLACK_TOKEN") == "old"
    clock.moves(timedelta(seconds=1))
    assert place.secrets.read("SLACK_TOKEN") == "new"


def test_a_refresh_sees_a_changed_secret_at_once(place: Place, clock: Clock) -> None:
    place.holds({WEBHOOK: "old"})
    assert place.secrets.read(WEBHOOK) == "old"
    place.holds({WEBHOOK: "new"})
    clock.moves(timedelta(seconds=30))
    assert place.secrets.refresh(WEBHOOK, clock()) is True
    assert place.secrets.current_and_previous(WEBHOOK)[0] == "new"


def test_a_flood_of_bad_signatures_reads_once_in_thirty_seconds(place: Place, clock: Clock) -> None:
    place.holds({WEBHOOK: "new"})
    place.secrets.current_and_previous(WEBHOOK)
    place.reads()

    fresh = 0
    for _ in range(1_000):
        clock.moves(timedelta(milliseconds=59))
        fresh += place.secrets.refresh(WEBHOOK, clock())
        place.secrets.current_and_previous(WEBHOOK)
    assert fresh == 1
    assert place.reads() <= 2  # the current value and the one before it
    clock.moves(timedelta(seconds=30))
    assert place.secrets.refresh(WEBHOOK, clock()) is True


def test_a_bad_signature_is_judged_by_a_secret_read_after_it_came(place: Place, clock: Clock) -> None:
    """Refused where the secret was read for it; to come again where that would be a second look within 30 seconds."""
    place.holds({WEBHOOK: "old"})
    assert not signed_with(place, "forged"), "nothing was kept: it was read for this"
    place.reads()
    place.holds({WEBHOOK: "new"})
    clock.moves(timedelta(seconds=29))
    with pytest.raises(Unreachable, match=f"it fits no {WEBHOOK} as read in the last 30 seconds"):
        signed_with(place, "new")
    assert place.reads() == 0
    clock.moves(timedelta(seconds=1))
    assert signed_with(place, "new"), "the sender came again, and nothing is lost"


def test_a_clock_that_was_set_back_lets_it_be_read_again(place: Place, clock: Clock) -> None:
    place.holds({WEBHOOK: "old"})
    place.secrets.read(WEBHOOK)
    place.holds({WEBHOOK: "new"})
    clock.moves(timedelta(hours=-1))
    assert place.secrets.read(WEBHOOK) == "new"


def signed_with(place: Place, secret: str) -> bool:
    return is_signed_with(place.secrets, WEBHOOK, lambda secrets: secret in secrets)


def test_no_value_is_ever_shown(place: Place) -> None:
    place.holds({"SLACK_TOKEN": CANARY, "PAGERDUTY_TOKEN": CANARY, "JIRA_EMAIL": ""})
    values = (place.secrets.read("SLACK_TOKEN"), *place.secrets.current_and_previous("PAGERDUTY_TOKEN"))
    shown = [repr(place.secrets), repr(vars(place.secrets)), repr(values), f"{values[0]!r}"]
    for name in ("JIRA_EMAIL", "NOBODY_TOKEN"):
        with pytest.raises(ConnectorError) as raised:
            place.secrets.read(name)
        shown += traceback.format_exception(raised.value)
    assert CANARY not in "\n".join(shown)
    assert values == (CANARY, CANARY)


def test_a_secret_is_an_ordinary_text_wherever_it_is_used() -> None:
    secret = Secret(CANARY)
    assert f"Bearer {secret}" == f"Bearer {CANARY}"
    assert secret.encode() == CANARY.encode()
    assert json.dumps({"token": secret}) == json.dumps({"token": CANARY})
    assert str(secret) == CANARY

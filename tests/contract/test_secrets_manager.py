"""Secrets Manager: rotation, look-ups, and what is said where it refuses."""

from datetime import timedelta
from typing import Any

import pytest

from connectors.errors import BadReply, NotAllowed, NotFound, Unreachable
from connectors.secrets.secrets_manager import SecretsManagerSecrets
from tests.contract.stores import Aws, Clock
from tests.vendors.aws import Fault

pytest_plugins = ["tests.contract.store_fixtures"]

NAME = "PAGERDUTY_WEBHOOK_SECRET"


@pytest.fixture
def client(aws: Aws) -> Any:
    return aws.emulated.client("secretsmanager")


@pytest.fixture
def secrets(aws: Aws, client: Any, clock: Clock) -> SecretsManagerSecrets:
    client.create_secret(Name=aws.table, SecretString=f'{{"{NAME}": "first", "port": 5}}')
    return SecretsManagerSecrets(client, {"PAGERDUTY": aws.table, "SLACK": "no-such-secret"}, clock)


def test_after_a_rotation_both_values_count(
    secrets: SecretsManagerSecrets, client: Any, aws: Aws, clock: Clock
) -> None:
    assert secrets.current_and_previous(NAME) == ("first",)
    client.put_secret_value(SecretId=aws.table, SecretString=f'{{"{NAME}": "second", "{NAME}_PREVIOUS": "by hand"}}')
    clock.moves(timedelta(minutes=5))
    assert secrets.read(NAME) == "second"
    assert secrets.current_and_previous(NAME) == ("second", "by hand", "first")
    client.put_secret_value(SecretId=aws.table, SecretString=f'{{"{NAME}": "third"}}')
    clock.moves(timedelta(seconds=30))
    assert secrets.refresh(NAME, clock())
    assert secrets.current_and_previous(NAME) == ("third", "second")


def test_requests_within_five_minutes_cost_one_look_up_of_each_value(
    secrets: SecretsManagerSecrets, aws: Aws, clock: Clock
) -> None:
    aws.emulated.actions.clear()
    for _ in range(100):
        secrets.read(NAME)
    assert aws.emulated.actions == ["GetSecretValue"]
    for _ in range(100):
        secrets.current_and_previous(NAME)
    assert aws.emulated.actions == ["GetSecretValue"] * 2


def test_a_refused_look_up_names_the_permission(secrets: SecretsManagerSecrets, aws: Aws) -> None:
    aws.emulated.faults.append(Fault("GetSecretValue", 400, "AccessDeniedException"))
    with pytest.raises(NotAllowed) as raised:
        secrets.read(NAME)
    assert str(raised.value) == (
        f"reading the secret {aws.table}: AWS answered AccessDeniedException. "
        f"Allow secretsmanager:GetSecretValue on the secret {aws.table} in the role that runs this."
    )


def test_a_failed_look_up_is_not_kept(secrets: SecretsManagerSecrets, aws: Aws) -> None:
    aws.emulated.faults.append(Fault("GetSecretValue", 500, "InternalServiceError"))
    with pytest.raises(Unreachable):
        secrets.read(NAME)
    assert secrets.read(NAME) == "first"


def test_a_look_that_fails_leaves_what_was_known_and_is_not_repeated_at_once(
    secrets: SecretsManagerSecrets, aws: Aws, clock: Clock
) -> None:
    """Whoever sends bad signatures while AWS is down makes nobody else wait for it."""
    secrets.current_and_previous(NAME)
    clock.moves(timedelta(seconds=30))
    aws.emulated.faults.append(Fault("GetSecretValue", 500, "InternalServiceError"))
    with pytest.raises(Unreachable):
        secrets.refresh(NAME, clock())
    aws.emulated.actions.clear()
    clock.moves(timedelta(seconds=1))
    assert not secrets.refresh(NAME, clock())
    assert secrets.current_and_previous(NAME) == ("first",)
    assert aws.emulated.actions == []


def test_the_value_before_is_not_left_out_because_a_look_up_failed(secrets: SecretsManagerSecrets, aws: Aws) -> None:
    secrets.read(NAME)
    aws.emulated.faults.append(Fault("GetSecretValue", 400, "ThrottlingException"))
    with pytest.raises(Unreachable):
        secrets.current_and_previous(NAME)


def test_a_secret_that_is_not_there_is_named(secrets: SecretsManagerSecrets, aws: Aws) -> None:
    with pytest.raises(NotFound, match="Check the name and the Region of the secret no-such-secret"):
        secrets.read("SLACK_TOKEN")
    with pytest.raises(NotFound, match=f"reading the secret PAGERDUTY_TOKEN: {aws.table} has no such key"):
        secrets.read("PAGERDUTY_TOKEN")
    with pytest.raises(NotFound, match="reading the secret JIRA_TOKEN: no secret is named for JIRA"):
        secrets.read("JIRA_TOKEN")


@pytest.mark.parametrize("text", ["canary", "[]", '"canary"', '{"canary": ', "5", "{} canary"])
def test_what_is_not_one_json_object_is_said_without_showing_it(aws: Aws, client: Any, clock: Clock, text: str) -> None:
    client.create_secret(Name=aws.table, SecretString=text)
    with pytest.raises(BadReply) as raised:
        SecretsManagerSecrets(client, {"JIRA": aws.table}, clock).read("JIRA_TOKEN")
    assert str(raised.value) == (
        f"reading the secret {aws.table}: it is not a JSON object of texts. "
        f"Keep names and values in {aws.table} as one JSON object."
    )
    assert raised.value.__context__ is None

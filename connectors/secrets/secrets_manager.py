"""Secrets on AWS: one JSON secret per vendor in Secrets Manager. The client is passed in; standard library only."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

from connectors.aws import aws_errors
from connectors.errors import BadReply, NotFound
from connectors.secrets.kept import Kept
from connectors.secrets.port import Secret

# https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html (read 2026-11-21):
# after a rotation the value before it keeps the label AWSPREVIOUS; a secret never rotated has none.
_Stage = Literal["AWSCURRENT", "AWSPREVIOUS"]


class SecretsManagerSecrets:
    """A name's first word picks the secret: PAGERDUTY_TOKEN is the key "PAGERDUTY_TOKEN" in that of PAGERDUTY."""

    def __init__(self, client: Any, secret_ids: Mapping[str, str], now: Callable[[], datetime]) -> None:
        """`secret_ids` by vendor, {"PAGERDUTY": "debrief/pagerduty"}: names or ARNs in Secrets Manager."""
        self._client, self._secret_ids, self._now = client, dict(secret_ids), now
        self._current = Kept(lambda secret_id: self._get(secret_id, "AWSCURRENT"), now)
        self._previous = Kept(lambda secret_id: self._get(secret_id, "AWSPREVIOUS"), now)

    def read(self, name: str) -> str:
        secret_id = self._secret_id(name)
        value = self._current.get(secret_id).get(name)
        if not value:
            raise NotFound(
                f"reading the secret {name}", f"{secret_id} has no such key", f"Add the key {name} to {secret_id}."
            )
        return value

    def current_and_previous(self, name: str) -> tuple[str, ...]:
        current, secret_id = self.read(name), self._secret_id(name)
        by_hand = self._current.get(secret_id).get(f"{name}_PREVIOUS", "")
        rotated = self._previous.get(secret_id).get(name, "")
        return tuple(dict.fromkeys(value for value in (current, by_hand, rotated) if value))

    def now(self) -> datetime:
        return self._now()

    def refresh(self, name: str, since: datetime) -> bool:
        secret_id = self._secret_id(name)
        return self._current.refresh(secret_id, since) and self._previous.refresh(secret_id, since)

    def _secret_id(self, name: str) -> str:
        vendor = name.partition("_")[0]
        if vendor not in self._secret_ids:
            raise NotFound(f"reading the secret {name}", f"no secret is named for {vendor}", "Name it when deploying.")
        return self._secret_ids[vendor]

    def _get(self, secret_id: str, stage: _Stage) -> Mapping[str, Secret]:
        tried = f"reading the secret {secret_id}"
        with aws_errors(tried, permission="secretsmanager:GetSecretValue", on=f"the secret {secret_id}"):
            try:
                reply = self._client.get_secret_value(SecretId=secret_id, VersionStage=stage)
            except self._client.exceptions.ResourceNotFoundException:
                if stage == "AWSPREVIOUS":
                    return {}
                raise
        found = pairs_from_json(reply.get("SecretString", ""))
        if found is None:
            raise BadReply(
                tried, "it is not a JSON object of texts", f"Keep names and values in {secret_id} as one JSON object."
            )
        return found

    def __repr__(self) -> str:
        return f"SecretsManagerSecrets({self._secret_ids})"


def pairs_from_json(text: str) -> Mapping[str, Secret] | None:
    """None where it is no object of texts. The parser's own error holds the text: it ends here."""
    try:
        found: object = json.loads(text)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    return {str(key): Secret(value.strip()) for key, value in found.items() if isinstance(value, str)}

"""The writing side of secrets: what `debrief webhook` and `debrief init` put where the receivers read it.

Several values are written at once or not at all, and values of other names stay. Nothing here is shown or logged.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from connectors.aws import aws_errors
from connectors.disk import disk_errors
from connectors.errors import BadReply, NotAllowed, NotFound, Rejected
from connectors.secrets.environment import lines_of, secrets_from_file
from connectors.secrets.port import Secret
from connectors.secrets.secrets_manager import pairs_from_json


class SecretKeeper(Protocol):
    """Reads without a cache and writes. All names of one call belong to one vendor: their first word is the same."""

    def place(self, name: str, /) -> str:
        """Where a name is kept, in words: "debrief.env"."""
        ...

    def known(self, name: str, /) -> str:
        """The value as it is kept now; empty where there is none. Raises as `Secrets.read` does."""
        ...

    def keep(self, values: Mapping[str, str | None], /) -> None:
        """Set these, and take away those that are None. Raises Rejected for a value that cannot be kept, NotAllowed
        where this may not write, Unreachable where the keeper does not answer, OutcomeUnknown where that is unclear."""
        ...


class FileKeeper:
    """`debrief.env` of one machine: replaced as a whole, for its owner's eyes only; other lines and comments stay.

    What the environment sets wins over the file when it is read: such a name is refused rather than written in vain.
    """

    def __init__(self, file: Path, environment: Mapping[str, str]) -> None:
        self._file, self._environment = file, environment

    def place(self, name: str) -> str:
        return "the environment" if self._environment.get(name, "").strip() else str(self._file)

    def known(self, name: str) -> str:
        return Secret(self._environment.get(name, "").strip()) or secrets_from_file(self._file).get(name, Secret())

    def keep(self, values: Mapping[str, str | None]) -> None:
        for name, value in values.items():
            self._must_be_keepable(name, value)
        kept = [line for line in lines_of(self._file) if _name_in(line) not in values]
        kept += [f"{name}={value}" for name, value in values.items() if value is not None]
        with disk_errors(f"writing {self._file}", self._file):
            replace_private(self._file, "".join(f"{line}\n" for line in kept))

    def _must_be_keepable(self, name: str, value: str | None) -> None:
        tried = f"keeping {name} in {self._file}"
        if self._environment.get(name, "").strip():
            remedy = f"Take {name} out of the environment: it would win over {self._file.name}."
            raise NotAllowed(tried, "the environment sets it", remedy)
        if value is not None and (not value.isprintable() or value != value.strip() or value[:1] in "\"'"):
            raise Rejected(tried, "it has line breaks, or spaces or quotes around it", "Give it as one plain word.")


class SecretsManagerKeeper:
    """One JSON secret per vendor in Secrets Manager. Not guarded against two people who write at the same moment:
    Secrets Manager knows no condition."""

    def __init__(self, client: Any, secret_ids: Mapping[str, str]) -> None:
        """`secret_ids` by vendor, {"PAGERDUTY": an ARN or a name}."""
        self._client, self._secret_ids = client, dict(secret_ids)

    def place(self, name: str) -> str:
        return f"the secret {self._secret_id(name)}"

    def known(self, name: str) -> str:
        return self._all(self._secret_id(name)).get(name, Secret())

    def keep(self, values: Mapping[str, str | None]) -> None:
        secret_id = self._secret_id(next(iter(values)))
        told: dict[str, str | None] = {**self._all(secret_id), **values}
        text = json.dumps({name: value for name, value in told.items() if value is not None}, sort_keys=True)
        tried, on = f"writing the secret {secret_id}", f"the secret {secret_id}"
        with aws_errors(tried, permission="secretsmanager:PutSecretValue", on=on, writes=True):
            self._client.put_secret_value(SecretId=secret_id, SecretString=text)

    def _all(self, secret_id: str) -> Mapping[str, Secret]:
        tried, on = f"reading the secret {secret_id}", f"the secret {secret_id}"
        with aws_errors(tried, permission="secretsmanager:GetSecretValue", on=on):
            reply = self._client.get_secret_value(SecretId=secret_id)
        found = pairs_from_json(reply.get("SecretString", ""))
        if found is None:
            remedy = f"Keep names and values in {secret_id} as one JSON object."
            raise BadReply(tried, "it is not a JSON object of texts", remedy)
        return found

    def _secret_id(self, name: str) -> str:
        vendor = name.partition("_")[0]
        if vendor not in self._secret_ids:
            raise NotFound(f"keeping the secret {name}", f"no secret is named for {vendor}", "Deploy the stack again.")
        return self._secret_ids[vendor]


def replace_private(file: Path, text: str) -> None:
    """The file's whole text at once, readable by its owner alone, also where the machine dies in the midst of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w") as written:
            written.write(text)
            written.flush()
            os.fsync(descriptor)
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)


def _name_in(line: str) -> str:
    return line.strip().removeprefix("export ").partition("=")[0].strip()

"""Thousands of requests that nobody signed: no write, no start, a look at the secret twice a minute at the most.

On the secrets of one machine and on those of AWS, emulated; the clock is virtual.
"""

import itertools
import json
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from connectors.secrets.environment import EnvironmentSecrets
from connectors.secrets.port import Secrets
from connectors.secrets.secrets_manager import SecretsManagerSecrets
from handlers.envelope import Request, Response, answered
from handlers.jira_changed import jira_changed
from handlers.receive import receive
from handlers.slack_clicked import slack_clicked
from handlers.wiring import Doorway
from tests.simulation.fire.doors import NOW, SECRETS, Name, Target, targets
from tests.simulation.fire.forging import event_body
from tests.vendors.aws import emulated_aws

A_REQUEST_EVERY = timedelta(milliseconds=20)
BETWEEN_LOOKS = timedelta(seconds=30)
_NUMBERS = itertools.count()  # the emulation keeps what it was told for as long as the process lives


@dataclass
class Watched:
    """A doorway behind which nothing may happen. `looks` are the moments at which a secret was read."""

    moment: datetime = NOW
    looks: list[datetime] = field(default_factory=list[datetime])
    clients: int = 0
    happened: list[str] = field(default_factory=list[str])

    def now(self) -> datetime:
        return self.moment

    def doorway(self, secrets: Callable[[], Secrets]) -> Doorway:
        return Doorway(
            secrets=secrets,
            deliveries=partial(self.happens, "the deliveries were asked"),
            start=self.starts,
            now=self.now,
            keep=partial(self.happens, "an event was kept"),
            follows=partial(self.happens, "an issue was looked up"),
            announced=partial(self.happens, "a resolve was announced"),
        )

    def starts(self, kind: str, name: str, payload: dict[str, Any]) -> bool:
        return self.happens(f"a journey was started: {kind} {name} {payload}")

    def happens(self, what: str, *_: Any) -> Any:
        self.happened.append(what)


@contextmanager
def on_one_machine(watched: Watched):
    """The file is opened for every look."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "debrief.env"
        file.write_text("".join(f"{name}={secret}\n" for name, secret in SECRETS.items()))
        opened: Any = _Opened(file, watched)
        secrets = EnvironmentSecrets({}, opened, watched.now)
        yield lambda: secrets


@dataclass
class _Opened:
    """A file that tells when it is read."""

    file: Path
    watched: Watched

    @property
    def name(self) -> str:
        return self.file.name

    def read_bytes(self) -> bytes:
        self.watched.looks.append(self.watched.now())
        return self.file.read_bytes()


@contextmanager
def on_aws(watched: Watched):
    """Secrets Manager, emulated behind HTTP; the client is made when the first request looks signed."""
    with emulated_aws() as aws:
        number, keeper = next(_NUMBERS), aws.client("secretsmanager")
        ids = {vendor: f"under-fire-{number}-{vendor}" for vendor in ("PAGERDUTY", "SLACK", "JIRA")}
        for vendor, secret_id in ids.items():
            pairs = {name: secret for name, secret in SECRETS.items() if name.startswith(vendor)}
            keeper.create_secret(Name=secret_id, SecretString=json.dumps(pairs))
        made: list[Secrets] = []

        def secrets() -> Secrets:
            if not made:
                watched.clients += 1
                client: Any = _Asked(aws.client("secretsmanager"), watched)
                made.append(SecretsManagerSecrets(client, ids, watched.now))
            return made[0]

        yield secrets


@dataclass
class _Asked:
    """A client that tells when it is asked for the value of now; that before it is asked for along with it."""

    client: Any
    watched: Watched

    @property
    def exceptions(self) -> Any:
        return self.client.exceptions

    def get_secret_value(self, **asked: Any) -> Any:
        if asked["VersionStage"] == "AWSCURRENT":
            self.watched.looks.append(self.watched.now())
        return self.client.get_secret_value(**asked)


PLACES: dict[str, Callable[[Watched], Any]] = {"one machine": on_one_machine, "aws": on_aws}


def unsigned(count: int, seed: int) -> dict[str, Any]:
    """`count` requests at each door of each place; the first half does not even look signed."""
    told: dict[str, Any] = {"requests": 0, "wrong": []}
    for place, opened in PLACES.items():
        for name in targets():
            watched = Watched()
            with opened(watched) as secrets:
                _shower(watched, watched.doorway(secrets), name, count, Random(f"{seed}/{place}/{name}"), told)
            told["requests"] += count
            told["wrong"] += [f"{place}, {name}: {one}" for one in _wrong(watched)]
            told[f"{place}, {name}"] = {"looks": len(watched.looks), "virtual_seconds": _seconds(watched)}
    return told


def _shower(watched: Watched, doorway: Doorway, name: Name, count: int, rng: Random, told: dict[str, Any]) -> None:
    target, door = targets()[name], _door(name, doorway)
    body = event_body(1)
    for number in range(count):
        looks_signed = number >= count // 2
        headers = target.signed(
            _bad(rng, target) if looks_signed else rng.choice(("", "v1=", "sha256=0", "v0=" + "x" * 64))
        )
        if name == "slack":
            headers["x-slack-request-timestamp"] = f"{watched.moment.timestamp():.0f}"
        answer = answered(door, Request(headers, body))
        if answer.status not in ((403, 503) if looks_signed else (403,)):
            told["wrong"].append(f"{name}: {answer}")
        if not looks_signed and (watched.looks or watched.clients):
            told["wrong"].append(f"{name}: a secret was loaded for what does not look signed")
        watched.moment += A_REQUEST_EVERY


def _bad(rng: Random, target: Target) -> str:
    return target.prefix + rng.randbytes(32).hex()


def _door(name: Name, doorway: Doorway) -> Callable[[Request], Response]:
    doors: dict[Name, Callable[[Request], Response]] = {
        "pagerduty": partial(receive, doorway=doorway),
        "slack": partial(slack_clicked, doorway=doorway, desk=lambda: None),  # pyright: ignore[reportArgumentType]
        "jira": partial(jira_changed, doorway=doorway),
    }
    return doors[name]


def _wrong(watched: Watched) -> list[str]:
    pairs = zip(watched.looks, watched.looks[1:], strict=False)
    often = [
        f"a secret was read {after - before} after it was read"
        for before, after in pairs
        if after - before < BETWEEN_LOOKS
    ]
    return [*{*watched.happened}, *often[:3]]


def _seconds(watched: Watched) -> int:
    return round((watched.moment - NOW).total_seconds())

"""The three receivers as an attacker finds them, and what each must answer, judged without their own code."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Literal

from connectors.jira import webhook as jira
from connectors.pagerduty import webhook as pagerduty
from connectors.secrets.environment import EnvironmentSecrets
from connectors.slack import webhook as slack
from handlers.envelope import Request, Response, answered
from handlers.jira_changed import LARGEST_BODY as LARGEST_CHANGE
from handlers.jira_changed import jira_changed
from handlers.receive import LARGEST_BODY, receive
from handlers.slack_clicked import slack_clicked
from handlers.wiring import Doorway

type Name = Literal["pagerduty", "slack", "jira"]
type Headers = dict[str, str]

NOW = datetime(2026, 11, 21, 16, tzinfo=UTC)
SECRET = "whsec-under-fire-0001"
SECRETS = {f"{name}": SECRET for name in ("PAGERDUTY_WEBHOOK_SECRET", "SLACK_SIGNING_SECRET", "JIRA_WEBHOOK_SECRET")}


class Impatient:
    """A clock that is half a minute and more later at every question: secrets may always be read again."""

    def __init__(self) -> None:
        self.moment = NOW

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=31)
        return self.moment


class Forgetful:
    """Deliveries of which none is remembered."""

    def seen(self, _event_id: str, _body_hash: str) -> str:
        return "new"

    def mark(self, _event_id: str, _body_hash: str, _journey: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Target:
    """One receiver. `header` holds its signature, `prefix` stands before the digits, `most` bytes is its longest body.

    `is_fresh` tells whether headers that are properly signed are also of now.
    """

    name: Name
    header: str
    prefix: str
    most: int
    welcome: int
    _verify: Callable[[Mapping[str, str], bytes], bool]
    _answer: Callable[[Request], Response]

    def believes(self, headers: Headers, body: bytes) -> bool:
        return self._verify(headers, body)

    def answers(self, request: Request) -> Response:
        """Through the front door, whatever is raised behind it."""
        return answered(self._answer, request)

    def digits(self, body: bytes, secret: str = SECRET) -> str:
        """The true ones, as the vendor calculates them."""
        told = b"v0:%d:%b" % (NOW.timestamp(), body) if self.name == "slack" else body
        return hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()

    def signed(self, value: str) -> Headers:
        """The headers of a delivery with this in the place of the signature."""
        stamp = {slack.TIMESTAMP_HEADER: f"{NOW.timestamp():.0f}"} if self.name == "slack" else {}
        return {"content-type": "application/json", self.header: value} | stamp

    def is_true(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether anything in the headers can only come from whoever knows the secret."""
        digits = self.digits(body)
        return any(digits in value for name, value in headers.items() if name.lower() == self.header)


def targets() -> dict[Name, Target]:
    secrets = EnvironmentSecrets(SECRETS, None, Impatient())
    forgetful: Any = Forgetful()
    doorway = Doorway(lambda: secrets, lambda: forgetful, _starts, lambda: NOW, _keeps, announced=_announced)
    true = [SECRET]
    return {
        "pagerduty": Target(
            "pagerduty", pagerduty.SIGNATURE_HEADER, "v1=", LARGEST_BODY, 202,
            lambda headers, body: pagerduty.verify(headers, body, true), partial(receive, doorway=doorway),
        ),
        "slack": Target(
            "slack", slack.SIGNATURE_HEADER, "v0=", slack.LARGEST_BODY, 200,
            lambda headers, body: slack.verify(headers, body, true, NOW),
            partial(slack_clicked, doorway=doorway, desk=_no_desk),
        ),
        "jira": Target(
            "jira", jira.SIGNATURE_HEADER, "sha256=", LARGEST_CHANGE, 202,
            lambda headers, body: jira.verify(headers, body, true), partial(jira_changed, doorway=doorway),
        ),
    }  # fmt: skip


def _announced(incident_id: str, at: datetime) -> str:
    return f"pm-{incident_id}-{at:%s}"


def _starts(kind: str, name: str, payload: dict[str, Any]) -> bool:
    return bool(kind and name and payload)


def _keeps(incident_id: str, event_id: str, event: dict[str, Any]) -> bool:
    return bool(incident_id and event_id and event)


def _no_desk() -> Any:
    raise AssertionError("nobody presses what opens a form")

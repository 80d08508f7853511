"""Jira as a sender: an administrator's webhook with a secret, with all the weather of its deliveries.

    hook = JiraWebhooks(world.jira, lambda body, headers: world.hears_of_changes(body, headers).status)
    world.jira.person_closes("OPS-1")
    hook.delivers()                       # what waits, each once, in order
    hook.delivers(twice=True, order=Random(7))   # half an hour late: let the clock pass first

https://developer.atlassian.com/cloud/jira/platform/webhooks/ (read 2026-11-21)
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Collection
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.vendors.jira import FakeJira
from tests.vendors.jira_issues import Issue

SECRET = "jira-webhook-secret-0001"
# Jira sends again for these: https://developer.atlassian.com/cloud/jira/platform/webhooks/ (read 2026-11-21)
SENT_AGAIN = {408, 409, 425, 429, *range(500, 600)}
MOST_TRIES = 5

type Receiver = Callable[[bytes, dict[str, str]], int]
"""Takes a delivery, answers with a status."""


@dataclass
class Delivery:
    """One webhook, as it will be sent each time: only its retry count differs."""

    number: int
    body: bytes
    secret: str | None
    tries: int = 0

    def headers(self) -> dict[str, str]:
        identifier = hashlib.sha256(f"delivery {self.number}".encode()).hexdigest()[:40]
        headers = {
            "content-type": "application/json; charset=UTF-8",
            "user-agent": "Atlassian Webhook HTTP Client",
            "x-atlassian-webhook-identifier": identifier,
            "x-atlassian-webhook-flow": "Primary",
        }
        if self.tries:
            headers["x-atlassian-webhook-retry"] = str(self.tries)
        return headers | ({"x-hub-signature": signature(self.body, self.secret)} if self.secret else {})


@dataclass
class JiraWebhooks:
    """Listens to a fake Jira and tells `receiver` of every change, or of those `events` that it was made for. Without a
    secret, as most webhooks are, unsigned."""

    jira: FakeJira
    receiver: Receiver
    secret: str | None = SECRET
    events: Collection[str] | None = None
    waiting: list[Delivery] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    _sent: int = 0

    def __post_init__(self) -> None:
        self.jira.listeners.append(self.hears)

    def hears(self, event: str, issue: Issue, items: list[dict[str, Any]], user: dict[str, Any]) -> None:
        """Something changed: the delivery holds the issue as it is at this moment."""
        if self.events is not None and event not in self.events:
            return
        self._sent += 1
        told = {name: issue[name] for name in ("id", "key", "self", "fields")}
        body: dict[str, Any] = {
            "timestamp": int(self.jira.now() * 1000),
            "webhookEvent": event,
            "issue_event_type_name": "issue_deleted" if event.endswith("deleted") else "issue_generic",
            "user": user,
            "issue": deepcopy(told),
        }
        if items:
            body["changelog"] = {"id": str(20000 + self._sent), "items": deepcopy(items)}
        self.waiting.append(Delivery(self._sent, json.dumps(body).encode(), self.secret))

    def delivers(self, *, twice: bool = False, order: Random | None = None) -> list[int]:
        """Send what waits; what is refused for now waits again. The answers."""
        due, self.waiting = self.waiting * (2 if twice else 1), list[Delivery]()
        if order is not None:
            order.shuffle(due)
        answers = [self._send(delivery) for delivery in due]
        self.answers += answers
        return answers

    def loses(self) -> int:
        """What waits never arrives: webhooks are sent at best effort. How many were lost."""
        lost, self.waiting = len(self.waiting), []
        return lost

    def _send(self, delivery: Delivery) -> int:
        status = self.receiver(delivery.body, delivery.headers())
        delivery.tries += 1
        if status in SENT_AGAIN and delivery.tries < MOST_TRIES and delivery not in self.waiting:
            self.waiting.append(delivery)
        return status


def signature(body: bytes, secret: str) -> str:
    """The X-Hub-Signature of a body, in WebSub's form."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"

"""A connector for every vendor whose settings and secrets are there; None for the others. Nothing is called yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.confluence.api import ConfluenceApi
from connectors.errors import NotFound
from connectors.jira.api import JiraApi
from connectors.pagerduty.api import PagerDutyApi
from connectors.retrying import Budget
from connectors.secrets.port import Secrets
from connectors.slack.api import SlackApi
from postmortem.settings import Settings

if TYPE_CHECKING:
    from httpx2 import BaseTransport
    from requests.adapters import BaseAdapter

    from connectors.slack.client import Send


@dataclass(frozen=True, slots=True)
class Wires:
    """What requests go over, by vendor; None is the network. A simulation puts its fakes here."""

    pagerduty: BaseTransport | None = None
    slack: Send | None = None
    jira: BaseAdapter | None = None
    confluence: BaseAdapter | None = None


NETWORK = Wires()
REGIONS = {"us": "https://api.pagerduty.com", "eu": "https://api.eu.pagerduty.com"}


def pagerduty_api(settings: Settings, secrets: Secrets, budget: Budget, wires: Wires = NETWORK) -> PagerDutyApi | None:
    token = _optional(secrets, "PAGERDUTY_TOKEN")
    if token is None:
        return None
    return PagerDutyApi(
        token,
        budget,
        base_url=settings.pagerduty.base_url or REGIONS[settings.pagerduty.region],
        user_token=_optional(secrets, "PAGERDUTY_USER_TOKEN"),
        sender=settings.pagerduty.sender,
        transport=wires.pagerduty,
    )


def slack_api(
    settings: Settings, secrets: Secrets, budget: Budget, wires: Wires = NETWORK, timeout: float = 10
) -> SlackApi | None:
    """`timeout` is in seconds, for each request."""
    token = _optional(secrets, "SLACK_TOKEN")
    if token is None:
        return None
    base_url = settings.slack.base_url or "https://slack.com/api/"
    return SlackApi(token, budget, base_url=base_url, timeout=timeout, send=wires.slack)


def jira_api(settings: Settings, secrets: Secrets, budget: Budget, wires: Wires = NETWORK) -> JiraApi | None:
    if settings.jira.site is None:
        return None
    token, email = _optional(secrets, "JIRA_TOKEN"), settings.jira.email or _optional(secrets, "JIRA_EMAIL")
    if token is None or email is None:
        return None
    base_url = settings.jira.base_url
    return JiraApi(settings.jira.site, email, token, budget, base_url=base_url, transport=wires.jira)


def confluence_api(
    settings: Settings, secrets: Secrets, budget: Budget, wires: Wires = NETWORK
) -> ConfluenceApi | None:
    site = settings.confluence.site
    if site is None:
        return None
    token, email = _optional(secrets, "CONFLUENCE_TOKEN"), settings.confluence.email
    email = email or _optional(secrets, "CONFLUENCE_EMAIL")
    if token is None or email is None:
        return None
    base_url = settings.confluence.base_url
    return ConfluenceApi(site, email, token, budget, base_url=base_url, transport=wires.confluence)


def has_secret(secrets: Secrets, name: str) -> bool:
    return _optional(secrets, name) is not None


def _optional(secrets: Secrets, name: str) -> str | None:
    try:
        return secrets.read(name)
    except NotFound:
        return None

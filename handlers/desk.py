"""What a form in Slack needs, which must be there within three seconds: the items as they stand, and Slack."""

import time
from dataclasses import dataclass

from connectors.retrying import Budget
from connectors.secrets.port import Secrets
from connectors.slack.api import SlackApi
from connectors.store.port import Store
from handlers import vendors
from postmortem.settings import Settings

FORM_SECONDS = 1.1
"""How long Slack may take to show a form, and once more to say that it did not: both within its three seconds."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Loaded for forms alone: it takes pydantic and slack_sdk."""

    store: Store
    settings: Settings
    slack: SlackApi | None


def desk_with(store: Store, settings: Settings, secrets: Secrets) -> Desk:
    """Slack is asked once, and briefly: a form that comes too late is none."""
    at_once = Budget(sleep=time.sleep, now=time.monotonic, seconds=0.0)
    return Desk(store, settings, vendors.slack_api(settings, secrets, at_once, timeout=FORM_SECONDS))

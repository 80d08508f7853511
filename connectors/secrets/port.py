"""The port to tokens and signing secrets. Standard library only: the receiver loads this."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from connectors.errors import NotFound, Unreachable

NAMES = (
    "PAGERDUTY_TOKEN",
    "PAGERDUTY_USER_TOKEN",
    "PAGERDUTY_WEBHOOK_SECRET",
    "PAGERDUTY_WEBHOOK_SECRET_PREVIOUS",
    "PAGERDUTY_WEBHOOK_SUBSCRIPTION",
    "PAGERDUTY_WEBHOOK_SUBSCRIPTION_PREVIOUS",
    "SLACK_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_SIGNING_SECRET_PREVIOUS",
    "JIRA_EMAIL",
    "JIRA_TOKEN",
    "JIRA_WEBHOOK_SECRET",
    "JIRA_WEBHOOK_SECRET_PREVIOUS",
    "CONFLUENCE_EMAIL",
    "CONFLUENCE_TOKEN",
)
"""What Debrief may ask for. The first word names the vendor. A subscription's id stands beside the secret that it signs
with, in the same write: so it is certain which is whose, also after a crash between the two."""

SUBSCRIPTIONS = ("PAGERDUTY_WEBHOOK_SUBSCRIPTION", "PAGERDUTY_WEBHOOK_SUBSCRIPTION_PREVIOUS")


class Secret(str):
    """A secret's text. It is an ordinary str wherever it is used; only its repr hides it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(hidden)"


class Unjudged(Unreachable):
    """Whether a signature fits cannot be said yet: the secret was read a moment ago, and a newer one may be there."""


class Secrets(Protocol):
    """Where secrets come from. What was read is kept for five minutes at most, then read again."""

    def read(self, name: str) -> str:
        """The value of one of NAMES, never empty.

        Raises NotFound where it is not set, NotAllowed where it may not be read, Unreachable where its keeper does not
        answer, BadReply where what is kept cannot be read. None of them holds a value.
        """
        ...

    def current_and_previous(self, name: str) -> tuple[str, ...]:
        """The value, then those that it replaced and that still count, each once. Raises as `read` does."""
        ...

    def now(self) -> datetime:
        """The clock by which it knows when something was read."""
        ...

    def refresh(self, name: str, since: datetime, /) -> bool:
        """Whether what `current_and_previous` tells was read since then, by `now`: where it was not, it is read again.

        False where that was done less than 30 seconds ago: what is kept may be out of date. Raises as `read` does.
        """
        ...


def kept_among(secrets: Secrets, names: Iterable[str]) -> list[str]:
    """The values of those of these names that are set. Raises as `read` does, NotFound never."""
    found = list[str]()
    for name in names:
        with suppress(NotFound):
            found.append(secrets.read(name))
    return found


def is_signed_with(secrets: Secrets, name: str, fits: Callable[[tuple[str, ...]], bool]) -> bool:
    """Whether a signature fits one of the secrets of this name, as `fits` judges.

    A mismatch may mean that the secret was changed a moment ago: it counts only for a secret that was read after the
    request came. Raises Unjudged where it may not be read again so soon, which makes the sender come back; else as
    `read` does. PagerDuty takes a 403 for good.
    """
    began = secrets.now()
    if fits(secrets.current_and_previous(name)):
        return True
    if not secrets.refresh(name, began):
        came_back = f"it fits no {name} as read in the last 30 seconds, and a new one is not looked for so soon"
        raise Unjudged("Checking a signature", came_back)
    return fits(secrets.current_and_previous(name))

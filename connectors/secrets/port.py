"""The port to tokens and signing secrets. Standard library only: the receiver loads this."""

from collections.abc import Callable
from typing import Protocol

NAMES = (
    "PAGERDUTY_TOKEN",
    "PAGERDUTY_USER_TOKEN",
    "PAGERDUTY_WEBHOOK_SECRET",
    "PAGERDUTY_WEBHOOK_SECRET_PREVIOUS",
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
"""What Debrief may ask for. The first word names the vendor."""


class Secret(str):
    """A secret's text. It is an ordinary str wherever it is used; only its repr hides it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(hidden)"


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

    def refresh(self) -> bool:
        """Forget what was kept, at most once in 30 seconds. True where it was forgotten: ask again, it may be new.

        For the moment when a signature does not match: the secret may have been changed a minute ago.
        """
        ...


def is_signed_with(secrets: Secrets, name: str, fits: Callable[[tuple[str, ...]], bool]) -> bool:
    """Whether a signature fits one of the secrets of this name, as `fits` judges.

    A mismatch may mean that the secret was changed a minute ago: then it is read once more. Raises as `read` does.
    """
    return fits(secrets.current_and_previous(name)) or (secrets.refresh() and fits(secrets.current_and_previous(name)))

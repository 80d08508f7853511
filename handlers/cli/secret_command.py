"""`debrief secret`: which names there are, what a value must look like, and where it is kept."""

import difflib
import re
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

from connectors.secrets.keeping import FileKeeper, SecretKeeper
from connectors.secrets.port import NAMES
from handlers.cli.exits import Ended, Exit, on_disk

WHAT = {
    "PAGERDUTY_TOKEN": "read incidents, write notes",
    "PAGERDUTY_USER_TOKEN": "read what only a user may; optional",
    "PAGERDUTY_WEBHOOK_SECRET": "believe webhooks (debrief webhook)",
    "PAGERDUTY_WEBHOOK_SUBSCRIPTION": "which subscription signs with it",
    "SLACK_TOKEN": "read the chat, announce drafts",
    "SLACK_SIGNING_SECRET": "believe buttons and forms",
    "JIRA_EMAIL": "whose JIRA_TOKEN is; or jira.email",
    "JIRA_TOKEN": "open issues, read what became of them",
    "JIRA_WEBHOOK_SECRET": "believe Jira (debrief jira webhook)",
    "CONFLUENCE_EMAIL": "as JIRA_EMAIL; or confluence.email",
    "CONFLUENCE_TOKEN": "make pages",
}
_AFTER = "_PREVIOUS"

# What these vendors begin their tokens with; a guard against the wrong paste, not a proof.
# https://docs.slack.dev/authentication/tokens (read 2026-11-21)
_LOOKS = {
    "SLACK_TOKEN": (
        re.compile(r"xoxb-[\w-]{6,}"),
        "a bot token begins with xoxb-: take the Bot User OAuth Token of the app's page OAuth & Permissions",
    ),
    "SLACK_SIGNING_SECRET": (
        re.compile(r"(?!xox).{16,}"),
        "a signing secret is 32 letters and digits: take it from Basic Information, App Credentials",
    ),
    "JIRA_EMAIL": (re.compile(r"[^@\s]+@[^@\s]+"), "that is no e-mail address: it is the account's that the token is"),
    "CONFLUENCE_EMAIL": (
        re.compile(r"[^@\s]+@[^@\s]+"),
        "that is no e-mail address: it is the account's that the token is",
    ),
}
# What stands beside a secret and no longer fits where a person gives another.
_BESIDE = {"PAGERDUTY_WEBHOOK_SECRET": "PAGERDUTY_WEBHOOK_SUBSCRIPTION"}


class Listed(NamedTuple):
    """One name, without its value."""

    name: str
    is_set: bool
    where: str
    what: str


def name_from(text: str, *, accept_old: bool = False) -> str:
    """The name that is meant, in any case. Raises Ended, which never repeats what may be a secret typed as a name."""
    name = text.strip().upper().replace("-", "_")
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, 1, cutoff=0.7)
        hint = f"did you mean {near[0]}?" if near else "debrief secret list shows every name."
        sentence = f"That is no secret that Debrief knows: {hint}"
        raise Ended(Exit.USAGE, sentence)
    if accept_old and f"{name}{_AFTER}" not in NAMES:
        raise Ended(Exit.USAGE, f"--accept-old is for signing secrets: of {name} only one counts.")
    return name


def value_from(name: str, value: str) -> str:
    """The value, where it looks like one. Raises Ended, without the value."""
    if not value.isprintable() or any(letter.isspace() for letter in value):
        raise Ended(Exit.USAGE, f"That is no {name}: it has spaces or control characters in it. Paste it again.")
    pattern, remedy = _LOOKS.get(name.removesuffix(_AFTER), (None, ""))
    if pattern and not pattern.fullmatch(value):
        raise Ended(Exit.USAGE, f"That is no {name}: {remedy}.")
    return value


def keep(keeper: SecretKeeper, name: str, value: str, *, accept_old: bool) -> str:
    """Keep it; a sentence on what was done. Raises Ended, ConnectorError."""
    with _here(keeper):
        return _kept(keeper, name, value, accept_old=accept_old)


def _kept(keeper: SecretKeeper, name: str, value: str, *, accept_old: bool) -> str:
    before = keeper.known(name)
    if before == value:
        return f"{name} was kept already in {keeper.place(name)}."
    values: dict[str, str | None] = {name: value}
    if accept_old and before:
        values[f"{name}{_AFTER}"] = before
    beside = _BESIDE.get(name)
    if beside and keeper.known(beside):
        values[beside] = None
    keeper.keep(values)
    also = f" The one before it is accepted until debrief secret remove {name}{_AFTER}." if len(values) > 1 else ""
    return f"{name} is kept in {keeper.place(name)}.{also if accept_old and before else ''}"


def remove(keeper: SecretKeeper, name: str) -> str:
    """Forget it; a sentence on what was done. Raises Ended, ConnectorError."""
    with _here(keeper):
        if not keeper.known(name):
            return f"{name} is not set in {keeper.place(name)}."
        keeper.keep({name: None})
    return f"{name} is forgotten in {keeper.place(name)}."


def _here(keeper: SecretKeeper) -> AbstractContextManager[None]:
    """A file that cannot be read or written is this machine's trouble, and no vendor's: exit 2. Raises Ended."""
    return on_disk() if isinstance(keeper, FileKeeper) else nullcontext()


def listed(keeper: SecretKeeper) -> list[Listed]:
    """Every name in the order of the vendors; one before a rotation only where there is one."""
    with _here(keeper):
        found = [Listed(name, bool(keeper.known(name)), keeper.place(name), _what(name)) for name in NAMES]
    return [one for one in found if one.is_set or not one.name.endswith(_AFTER)]


def _what(name: str) -> str:
    return WHAT.get(name, f"{name.removesuffix(_AFTER)} before it was changed")

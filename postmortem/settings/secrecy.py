"""Secrets do not belong into the settings: what looks like one is refused, and never repeated."""

import re
from collections.abc import Iterator
from typing import Any

from postmortem.settings.document import Document
from postmortem.settings.problems import Path, Problem, key_from_path

# Maps whose keys are other people's words: a service may be called "Token Store".
_FREE_KEYS = ("bindings", "private_channels", "priority_map", "due_days", "anchor_issues")
_SECRET_KEY = re.compile(r"token|passw|passphrase|secret|api_?key|credential", re.IGNORECASE)

# Prefixes that these vendors give their tokens; a guard against slips, not a proof that nothing is secret.
_VALUES = (
    (re.compile(r"\bxox[a-z]-[\w-]{6}|\bxoxe\.\w|\bxapp-\d"), "SLACK_TOKEN"),
    (re.compile(r"\bAT(?:ATT|CTT|OAT|STT)3?[\w=-]{12}"), "JIRA_TOKEN"),
    (re.compile(r"^u\+[\w-]{18}$|\bpd[ue]s\+[\w-]{6}"), "PAGERDUTY_TOKEN"),
    (
        re.compile(r"\bAKIA[0-9A-Z]{16}\b|\bgh[opsu]_\w{20}|-----BEGIN [A-Z ]*PRIVATE KEY|\beyJ[\w-]{10,}\.eyJ"),
        "",
    ),
)
_NAMES = {
    "slack": "SLACK_TOKEN",
    "jira": "JIRA_TOKEN",
    "pagerduty": "PAGERDUTY_TOKEN",
    "confluence": "CONFLUENCE_TOKEN",
}
_SIGNING = {"slack": "SLACK_SIGNING_SECRET", "pagerduty": "PAGERDUTY_WEBHOOK_SECRET", "jira": "JIRA_WEBHOOK_SECRET"}


def secret_problems(value: Any, document: Document) -> Iterator[tuple[Path, Problem]]:
    """Every place that holds a secret or is named like one. No sentence repeats the value."""
    for path, inner in _places(value, ()):
        name = _environment_name(path, inner)
        if name is not None:
            shown = (*path[:-1], "***") if _from_shape(path[-1]) is not None else path
            what = "is a secret, and the settings are no place for secrets"
            where = f"Put it into debrief.env as {name}" if name else "Take it out"
            remedy = f"{where}, and replace the secret if this file was shared."
            yield path, Problem(document.line(path), key_from_path(shown), what, remedy)


def _places(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key), inner
        yield from _places(inner, (*path, key))


def _environment_name(path: Path, value: Any) -> str | None:
    """What the secret at this place is called in debrief.env, "" where Debrief has no use for it; None: no secret."""
    *around, key = path
    shapes = [name for name in (_from_shape(value), _from_shape(key)) if name is not None]
    if shapes:
        return shapes[0]
    if isinstance(key, int) or (around and around[-1] in _FREE_KEYS) or not _SECRET_KEY.search(key):
        return None
    names = _SIGNING if re.search("secret", key, re.IGNORECASE) else _NAMES
    words = f"{key} {around[0] if around else ''}".lower()
    return next((name for vendor, name in names.items() if vendor in words), "")


def _from_shape(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    return next((name for shape, name in _VALUES if shape.search(value)), None)

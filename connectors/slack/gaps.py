"""What could not be read, in sentences, and the same as the small JSON that a step keeps. Pure."""

from typing import Any

from connectors.errors import ConnectorError
from postmortem.evidence import Gap

AGAIN = "Run Debrief again later: what was read stays the same."
OWN_APP = "Create your own internal Slack app from the manifest in connectors/slack/README.md and use its token."
EXPORT = "pass an export of the channel with --slack-export"


def gap(what: str, why: str, remedy: str) -> Gap:
    return Gap(source="slack", what=what, why=why, remedy=remedy)


def gap_from_error(what: str, error: ConnectorError) -> Gap:
    """The error's own words: what was tried, what came back, and what a person can do."""
    return gap(what, f"{error.tried}: {error.came_back}.", error.remedy or AGAIN)


def gap_json(found: Gap) -> dict[str, Any]:
    return found.model_dump(mode="json")


def gap_from_json(value: dict[str, Any]) -> Gap:
    return Gap.model_validate(value)

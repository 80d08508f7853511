"""What is held after a Monday: every owner of something that is open heard once that day, and the team once."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from tests.e2e.town import Town
from tests.simulation.kills.incidents import CAST, TEAM_CHANNEL


def wrong_on_monday(town: Town) -> Iterator[str]:
    """Each sentence is a violation."""
    today = town.now().date()
    told = Counter(
        message["channel"]
        for message in town.slack.workspace.posted
        if datetime.fromtimestamp(float(message["ts"]), UTC).date() == today
    )
    yield from _not_once(told, f"digests in #{TEAM_CHANNEL['name']}", TEAM_CHANNEL["name"])
    for actor in CAST:
        if actor.account_id in _owners(town):
            yield from _not_once(told, f"reminders of {actor.name}", f"@{actor.handle}")
        elif told[f"@{actor.handle}"]:
            yield f"{actor.name} owns nothing, and was reminded"


def _owners(town: Town) -> set[str]:
    """Nobody closes an issue here."""
    return {(issue["fields"].get("assignee") or {}).get("accountId", "") for issue in town.jira.issues}


def _not_once(told: Counter[str], what: str, where: str) -> Iterator[str]:
    if told[where] != 1:
        yield f"{told[where]} {what} on a Monday"

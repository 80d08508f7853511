"""Once a day: has any action item two issues? Counted and shown, never deleted: which one stays is a person's say."""

import logging
from functools import partial
from itertools import batched
from typing import Any

from connectors.errors import ConnectorError
from connectors.jira.api import JiraApi
from connectors.jira.doubles import MOST_KEYS, find_doubles
from connectors.patience import patiently
from connectors.steps import Json, Steps
from connectors.store.following import Following
from connectors.store.metrics import Metrics
from connectors.store.notices import Notices
from handlers.house import House

log = logging.getLogger("debrief")


def count_doubles(steps: Steps, house: House) -> dict[str, Any]:
    """{"doubles": how many keys have more than one issue}, or {"doubles_failed": why}: then the last count stands."""
    jira = house.jira
    if jira is None or not steps.run("are doubles to be counted", lambda: _is_due(house)):
        return {}
    keys = steps.run("which keys have issues", lambda: _keys(house))
    doubles = dict[str, Any]()
    for number, page in enumerate(batched(map(str, keys), MOST_KEYS, strict=False), 1):
        try:
            doubles |= patiently(steps, f"look for doubles, page {number}", partial(_doubles, jira, page))
        except ConnectorError as error:
            return {"doubles_failed": str(error)}
    steps.run("say which are doubles", lambda: _say(house, doubles, len(keys)))
    return {"doubles": len(doubles)}


def _is_due(house: House) -> bool:
    """Once a day (UTC), and not before anything was opened."""
    counted = Metrics(house.store).of("doubles")
    return house.now().date().isoformat() not in counted and bool(_keys(house))


def _keys(house: House) -> list[Json]:
    return list[Json](sorted(item.key for item in Following(house.store).all() if item.issue_id))


def _doubles(jira: JiraApi, keys: tuple[str, ...]) -> dict[str, Any]:
    return dict[str, Any](find_doubles(jira, keys))


def _say(house: House, doubles: dict[str, Any], keys: int) -> None:
    now = house.now()
    sentences = {
        key: f"{' and '.join(issues)} were opened for the same action item. Close all but one: Debrief deletes nothing."
        for key, issues in doubles.items()
    }
    for sentence in Notices(house.store).keep("double", sentences, now):
        log.error("%s", sentence)
    log.info("doubles: %d of %d action items with an issue", len(doubles), keys)
    Metrics(house.store).count("doubles", now.date(), {"doubles": len(doubles), "keys": keys})
    house.meter.count("Doubles", len(doubles))

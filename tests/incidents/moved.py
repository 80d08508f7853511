"""A script on another day: every moment moves by whole days, so that times which people mention still fit."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.incidents.script import Script

_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)")
_SLACK_TS = re.compile(r"\d{10}\.\d{6}")


def latest(script: Script, now: datetime) -> Script:
    """The script on the latest day on which all of it is over by `now` (aware)."""
    last = max(_moments([script.pagerduty, script.slack, *script.webhooks]))
    return moved(script, (now - last).days)


def moved(script: Script, days: int) -> Script:
    """Every ISO time and every Slack ts so many days later; what is said in texts stays as it was said."""
    return replace(
        script,
        pagerduty=_moved(script.pagerduty, days),
        slack=_moved(script.slack, days),
        webhooks=tuple(_moved(webhook, days) for webhook in script.webhooks),
    )


def _moved(value: Any, days: int) -> Any:
    match value:
        case dict():
            return {key: _moved(inner, days) for key, inner in value.items()}
        case list():
            return [_moved(inner, days) for inner in value]
        case str() if _ISO.fullmatch(value):
            return (date.fromisoformat(value[:10]) + timedelta(days)).isoformat() + value[10:]
        case str() if _SLACK_TS.fullmatch(value):
            return f"{int(value[:10]) + days * 86400}{value[10:]}"
        case _:
            return value


def _moments(value: Any) -> Iterator[datetime]:
    match value:
        case dict():
            yield from _moments(list(value.values()))
        case list():
            for inner in value:
                yield from _moments(inner)
        case str() if _ISO.fullmatch(value):
            yield datetime.fromisoformat(value)
        case str() if _SLACK_TS.fullmatch(value):
            yield datetime.fromtimestamp(float(value), UTC)
        case _:
            return

"""An event too large for an engine or a record, made small enough. Standard library only: the receiver loads it."""

import json
import re
from typing import Any

LARGEST_EVENT = 150_000
"""Bytes of JSON, non-ASCII escaped. An engine takes 200,000 to start a journey with: with room for the rest of it."""

CUT_BY_DEBRIEF = " … (cut by Debrief)"

_LONGEST_TEXTS = (20_000, 5_000, 1_000, 100)
_TEXT = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')


def cut_to_size(event: dict[str, Any], incident_id: str) -> dict[str, Any]:
    """The event, its longest texts cut as little as needed; of one made of countless pieces only what it is about.

    It is kept cut rather than refused: PagerDuty holds back what comes after a delivery that it must repeat.
    """
    whole = json.dumps(event)
    if len(whole) <= LARGEST_EVENT:
        return event
    texts = [len(text.group()) for text in _TEXT.finditer(whole)]
    for longest in _LONGEST_TEXTS:
        if len(whole) - sum(length - longest for length in texts if length > longest) > LARGEST_EVENT:
            continue  # it is its countless pieces: to find out by cutting takes a tenth of a second
        cut = _cut(event, longest)
        if len(json.dumps(cut)) <= LARGEST_EVENT:
            return cut
    about = {"incident": {"id": incident_id, "type": "incident_reference"}, "message": CUT_BY_DEBRIEF.strip()}
    return {key: event[key] for key in ("id", "event_type", "occurred_at")} | {"data": about}


def _cut(node: Any, longest: int) -> Any:
    if isinstance(node, str):
        return node if len(node) <= longest else node[:longest].rstrip() + CUT_BY_DEBRIEF
    if isinstance(node, list):
        return [_cut(item, longest) for item in node]
    if isinstance(node, dict):
        return {key[:longest]: _cut(value, longest) for key, value in node.items()}
    return node

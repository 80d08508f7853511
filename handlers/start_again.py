"""Starting a journey once more for work that was left: at most once in six hours for the same work."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from handlers.house import House

RETRY_EVERY = timedelta(hours=6)
"""How often what could not be done is tried again; debrief actions retry does it at once."""


def start_again(house: House, payload: dict[str, Any]) -> bool:
    """Start a journey with what one was started with before, under a name of this slot of six hours. False where that
    was done already, or where there is nobody to start one."""
    if house.start is None:
        return False
    work = {name: value for name, value in payload.items() if name != "journey"}
    digest = hashlib.sha256(json.dumps(work, sort_keys=True).encode()).hexdigest()[:40]
    name = f"rt-{digest}-{int(house.now().timestamp() // RETRY_EVERY.total_seconds())}"
    return house.start("postmortem", name, work | {"journey": name})

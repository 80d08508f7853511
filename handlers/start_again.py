"""Starting a journey once more for work that was left: at most once in six hours for the same work."""

from datetime import timedelta
from typing import Any

from connectors.engine.failed import name_to_try_again
from handlers.house import House

RETRY_EVERY = timedelta(hours=6)
"""How often what could not be done is tried again; debrief actions retry does it at once."""


def start_again(house: House, payload: dict[str, Any]) -> bool:
    """Start a journey with what one was started with before, under a name of this slot of six hours. False where that
    was done already, or where there is nobody to start one."""
    if house.start is None:
        return False
    name = name_to_try_again(payload, int(house.now().timestamp() // RETRY_EVERY.total_seconds()))
    if payload.get("journey") == name:  # that one failed: AWS would say yes to the same name, and start nothing
        return False
    return house.start("postmortem", name, payload | {"journey": name})

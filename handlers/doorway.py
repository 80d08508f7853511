"""What the receivers need. Standard library only at import: they load nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connectors.engine.start import journey_name

if TYPE_CHECKING:
    from connectors.secrets.port import Secrets
    from connectors.store.arrivals import Arrivals
    from connectors.store.deliveries import Deliveries
    from handlers.house import Start


@dataclass(frozen=True, slots=True)
class Doorway:
    """`secrets` and `deliveries` are made only when a request looks signed. `keep` keeps an event of an incident, by
    their ids, and is False where it was kept before. `follows` tells whether a Jira issue, by its id, is one of ours;
    `announced` gives the name of the journey of an incident's resolve, also where that was
    found by asking before its webhook came; `arrivals` keeps that something came, where anybody asks."""

    secrets: Callable[[], Secrets]
    deliveries: Callable[[], Deliveries]
    start: Start
    now: Callable[[], datetime]
    keep: Callable[[str, str, dict[str, Any]], bool]
    follows: Callable[[str], bool] = lambda _: True
    announced: Callable[[str, datetime], str] = journey_name
    arrivals: Callable[[], Arrivals] | None = None

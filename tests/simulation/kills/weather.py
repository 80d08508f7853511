"""Vendors that take a few milliseconds, and whose answers are lost now and then, after they did what was asked."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.vendors.wire import Reply, Request, Vendor

SECONDS = (0.001, 0.008)
LOST = 0.02


@dataclass
class Weather:
    """`lost` counts the answers that were lost; `worst` is how long a fake took at most, in seconds."""

    chance: Random
    lost: int = 0
    worst: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def around(self, vendor: Vendor) -> Vendor:
        return _Weathered(self, vendor)

    def passes(self, act: Callable[[], Reply]) -> Reply:
        with self.lock:
            wait, is_lost = self.chance.uniform(*SECONDS), self.chance.random() < LOST
        began = time.monotonic()
        time.sleep(wait)
        reply = act()
        with self.lock:
            self.lost += is_lost
            self.worst = max(self.worst, time.monotonic() - began)
        return Reply(dropped=True) if is_lost else reply


@dataclass
class _Weathered:
    weather: Weather
    vendor: Vendor

    def answer(self, request: Request) -> Reply:
        return self.weather.passes(lambda: self.vendor.answer(request))

    def state(self) -> dict[str, Any]:
        return self.vendor.state()

"""A fake that stops in the middle of a chosen call, so that a test can kill the caller at exactly that moment."""

import re
import threading
from dataclasses import dataclass, field
from typing import Any

from tests.vendors.wire import Reply, Request, Vendor

LONGEST_SECONDS = 20.0


@dataclass(frozen=True)
class Moment:
    """A call whose "POST /path" the regular expression `where` finds: before it has its effect, or right after."""

    where: str
    after_effect: bool = False


@dataclass
class Hold:
    """`came` is set when the call is there. It gets no answer until `over` is set, and then none either."""

    moment: Moment
    came: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


class Holding:
    """Around a fake: holds the first call that fits the moment being waited for; lets every other through."""

    def __init__(self) -> None:
        self._hold: Hold | None = None
        self._lock = threading.Lock()

    def waits_for(self, moment: Moment) -> Hold:
        with self._lock:
            self._hold = Hold(moment)
            return self._hold

    def around(self, vendor: Vendor) -> Vendor:
        return _Held(self, vendor)

    def take(self, request: Request) -> Hold | None:
        with self._lock:
            hold = self._hold
            if hold is None or not re.search(hold.moment.where, f"{request.method} {request.path}"):
                return None
            self._hold = None
            return hold


@dataclass
class _Held:
    holding: Holding
    vendor: Vendor

    def answer(self, request: Request) -> Reply:
        hold = self.holding.take(request)
        if hold is None:
            return self.vendor.answer(request)
        if hold.moment.after_effect:
            self.vendor.answer(request)
        hold.came.set()
        hold.over.wait(LONGEST_SECONDS)
        return Reply(dropped=True)

    def state(self) -> dict[str, Any]:
        return self.vendor.state()

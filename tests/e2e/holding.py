"""A fake that stops in the middle of a chosen call, so that a test can kill the caller at exactly that moment."""

import re
import threading
from dataclasses import dataclass, field
from typing import Any

from tests.vendors.wire import Reply, Request, Vendor

LONGEST_SECONDS = 20.0


@dataclass(frozen=True)
class Moment:
    """The `number`th call whose "POST /path" the regular expression `where` finds: before it has its effect, or right
    after. With `is_answered` its answer goes out, and the caller is not held."""

    where: str
    after_effect: bool = False
    number: int = 1
    is_answered: bool = False


@dataclass
class Hold:
    """`came` is set when the call is there, which is then `what`. It gets no answer until `over` is set, and then none
    either."""

    moment: Moment
    came: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    what: str = ""
    seen: int = 0

    def is_there(self, what: str) -> bool:
        if not re.search(self.moment.where, what):
            return False
        self.seen += 1
        return self.seen == self.moment.number


class Holding:
    """Around a fake: holds the call that is the moment being waited for; lets every other through."""

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
        what = f"{request.method} {request.path}"
        with self._lock:
            hold = self._hold
            if hold is None or not hold.is_there(what):
                return None
            self._hold, hold.what = None, what
            return hold


@dataclass
class _Held:
    holding: Holding
    vendor: Vendor

    def answer(self, request: Request) -> Reply:
        hold = self.holding.take(request)
        if hold is None:
            return self.vendor.answer(request)
        reply = self.vendor.answer(request) if hold.moment.after_effect or hold.moment.is_answered else None
        hold.came.set()
        if reply and hold.moment.is_answered:
            return reply
        hold.over.wait(LONGEST_SECONDS)
        return Reply(dropped=True)

    def state(self) -> dict[str, Any]:
        return self.vendor.state()

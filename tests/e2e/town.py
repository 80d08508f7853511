"""The neighbours of a process that is killed: fakes that hold a chosen call, and the process, as often as it starts."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from handlers.wiring import utc_now
from tests.e2e.holding import Hold, Holding
from tests.e2e.serving import Served
from tests.incidents.script import Script
from tests.neighbours import WEBHOOK_SECRET, Neighbours
from tests.vendors.pagerduty_webhooks import deliver
from tests.vendors.wire import Vendor


class Town(Neighbours):
    """`around` may put something more between a fake and its callers, nearer to the fake than what holds them.

    The fakes' clock is ahead by `ahead`.
    """

    def __init__(
        self,
        home: Path,
        scripts: list[Script],
        *,
        settings: dict[str, Any],
        around: Callable[[Vendor], Vendor] = lambda vendor: vendor,
    ) -> None:
        self.holding = Holding()
        self.log = home / "log.txt"
        self.served: Served | None = None
        self.ahead = timedelta(0)
        super().__init__(
            home, scripts, self.now, settings=settings, around=lambda vendor: self.holding.around(around(vendor))
        )

    def now(self) -> datetime:
        return utc_now() + self.ahead

    def serves(self, *, waits: bool = True, module: Sequence[str] = ()) -> Served:
        self.served = Served(self.machine, self.log, waits=waits, module=module)
        return self.served

    def move_out(self) -> None:
        """Also where something failed: nothing is left running."""
        if self.served and self.served.process.poll() is None:
            self.served.kills()
        super().move_out()

    def rings(self, served: Served) -> int:
        """Deliver the signed resolve."""
        kinds = {webhook["event"]["event_type"]: webhook for webhook in self.scripts[0].webhooks}
        return deliver(f"{served.address}/pagerduty", kinds["incident.resolved"], WEBHOOK_SECRET)[0]

    def kills_at(self, served: Served, hold: Hold) -> None:
        """Wait for the moment, kill, and only then let go of the call: its answer reaches nobody."""
        assert hold.came.wait(20), f"{hold.moment} did not come\n{self.log.read_text()}"
        served.kills()
        hold.over.set()

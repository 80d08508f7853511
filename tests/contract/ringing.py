"""A world whose PagerDuty really delivers: to the receiver, as it runs for hours with the secrets it has read."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from connectors.secrets.environment import EnvironmentSecrets, secrets_from_file
from connectors.secrets.keeping import FileKeeper
from handlers.doorway import Doorway
from handlers.envelope import Request, answered
from handlers.receive import receive
from handlers.webhooks.bench import PREVIOUS_SECRET, PREVIOUS_SUBSCRIPTION, SECRET, SUBSCRIPTION, Bench
from tests.vendors.pagerduty_subscriptions import Subscriptions
from tests.world import World

PUBLIC = "https://debrief.acme.example"
ADDRESS = f"{PUBLIC}/pagerduty"
SETTINGS = {"publish": {"public_base_url": PUBLIC}}
NAMES = (SECRET, SUBSCRIPTION, PREVIOUS_SECRET, PREVIOUS_SUBSCRIPTION)


@dataclass
class Ringing:
    """`said` is what a waiting person was told. Nothing is kept of a webhook at first."""

    world: World
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keeper = FileKeeper(self.world.machine.secrets_file, {})
        self.keeper.keep({SECRET: None})
        self.starts_receiver()
        self.subscriptions.deliver_to = lambda _url: self.receives

    @property
    def subscriptions(self) -> Subscriptions:
        return self.world.pagerduty.subscriptions

    def starts_receiver(self) -> None:
        """Anew, with nothing read yet."""
        secrets = EnvironmentSecrets({}, self.world.machine.secrets_file, self.world.clock.now)
        self.doorway: Doorway = replace(self.world.doorway(), secrets=lambda: secrets)

    def receives(self, body: bytes, headers: dict[str, str]) -> int:
        self.world.clock.advance(timedelta(milliseconds=1))  # nothing takes no time: what was read before is older
        return answered(lambda request: receive(request, self.doorway), Request(headers, body)).status

    def bench(self, **changes: Any) -> Bench:
        assert self.world.house.pagerduty is not None
        parts: dict[str, Any] = {
            "place": self.world.machine,
            "pagerduty": self.world.house.pagerduty,
            "keeper": self.keeper,
            "store": self.world.store,
            "now": self.world.clock.now,
            "sleep": self.world.sleeps,
            "say": self.said.append,
        }
        return Bench(**parts | changes)

    def kept(self) -> dict[str, str]:
        """What is kept of a webhook, without what is not there."""
        kept = secrets_from_file(self.world.machine.secrets_file)
        return {name: str(kept[name]) for name in NAMES if name in kept}

    def is_whole(self, id_: str) -> bool:
        """Exactly one subscription, switched on, its secret and its id kept, and no other."""
        return (
            self.subscriptions.ids == [id_]
            and self.subscriptions.shown(id_)["active"]
            and self.kept() == {SECRET: self.subscriptions.secret_of(id_), SUBSCRIPTION: id_}
        )

"""Where everything is put together: reads the environment and the settings, and builds connectors. The functions on AWS
have `on_aws.py` besides.

It imports lazily: the receiver must load neither pydantic, nor a vendor's client, nor the durable SDK.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from connectors.engine.start import journey_name
from connectors.meter import Meter
from handlers.doorway import Doorway

if TYPE_CHECKING:
    from connectors.engine.failed import Failure
    from connectors.engine.local import LocalEngine
    from connectors.secrets.environment import EnvironmentSecrets
    from connectors.secrets.keeping import FileKeeper
    from connectors.secrets.port import Secrets
    from connectors.steps import Steps
    from connectors.store.port import Store
    from handlers.house import House, Start
    from handlers.vendors import Wires
    from postmortem.evidence import Part
    from postmortem.settings import Settings

SETTINGS_FILE = "debrief.yml"
SECRETS_FILE = "debrief.env"
HOME = "debrief-data"


class Journey(Protocol):
    """What an engine runs: the steps, what it was started with, and the house it works in."""

    def __call__(self, steps: Steps, bell: Any, /, house: House) -> Any: ...


def utc_now() -> datetime:
    """The clock. Only handlers read it."""
    return datetime.now(UTC)


def meter(now: Callable[[], datetime] = utc_now) -> Meter:
    """What counts for this stage, which is DEBRIEF_STAGE; one machine has none, and nothing is counted."""
    return Meter(os.environ.get("DEBRIEF_STAGE"), now)


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine: a folder with the store and the journal, a settings file, a secrets file."""

    home: Path
    settings_file: Path
    secrets_file: Path

    @property
    def name(self) -> str:
        return "this machine"

    def base_url(self) -> str | None:
        """Where vendors reach it, as the settings say; None where they do not."""
        base = self.settings().publish.public_base_url
        return base.rstrip("/") if base else None

    def settings(self) -> Settings:
        """Read and check the settings; an absent file means every default. Raises SettingsError."""
        from postmortem.settings import read_settings

        return read_settings(self.settings_file.read_text() if self.settings_file.exists() else "")

    def templates(self, settings: Settings) -> dict[str, str]:
        """The templates that the settings name, name to text: those beside debrief.yml that can be read."""
        from postmortem.outputs.layout import template_names

        files = {name: self.settings_file.parent / name for name in template_names(settings)}
        return {name: text for name, file in files.items() if (text := _text_of(file)) is not None}

    def secrets(self) -> EnvironmentSecrets:
        from connectors.secrets.environment import EnvironmentSecrets

        return EnvironmentSecrets(os.environ, self.secrets_file, utc_now)

    def keeper(self) -> FileKeeper:
        from connectors.secrets.keeping import FileKeeper

        return FileKeeper(self.secrets_file, os.environ)

    def store(self) -> Store:
        from connectors.store.sqlite import SqliteStore

        return SqliteStore(self.home, utc_now)

    def engine(
        self, house: House, kinds: Mapping[str, Journey], journal: str = "journal.db", **options: Any
    ) -> LocalEngine:
        """The local engine with each kind of journey bound to the house."""
        from connectors.engine.clock import RealClock
        from connectors.engine.local import LocalEngine

        return LocalEngine(self.home / journal, bound(kinds, house), RealClock(house.now), **options)

    def house(self, store: Store, **options: Any) -> House:
        settings = self.settings()
        return build_house(settings, self.secrets(), store, templates=self.templates(settings), **options)


def _text_of(file: Path) -> str | None:
    try:
        return file.read_text(errors="replace") if file.is_file() else None
    except OSError:  # the layout says that the built-in template is used
        return None


def machine(environment: Mapping[str, str] = os.environ) -> Machine:
    """Where this machine's files are: DEBRIEF_HOME, DEBRIEF_SETTINGS, DEBRIEF_SECRETS, or the working folder."""
    return Machine(
        home=Path(environment.get("DEBRIEF_HOME", HOME)),
        settings_file=Path(environment.get("DEBRIEF_SETTINGS", SETTINGS_FILE)),
        secrets_file=Path(environment.get("DEBRIEF_SECRETS", SECRETS_FILE)),
    )


def bound(kinds: Mapping[str, Journey], house: House) -> dict[str, Callable[[Steps, Any], Any]]:
    """Journeys as an engine runs them: the house is given."""
    return {kind: functools.partial(journey, house=house) for kind, journey in kinds.items()}


def build_house(
    settings: Settings,
    secrets: Secrets,
    store: Store,
    *,
    now: Callable[[], datetime] = utc_now,
    on_part: Callable[[str, Part], None] = lambda _source, _part: None,
    sleep: Callable[[float], None] = time.sleep,
    templates: Mapping[str, str] | None = None,
    start: Start | None = None,
    failures: Callable[[], Sequence[Failure]] | None = None,
    wires: Wires | None = None,
) -> House:
    """Build a connector for every vendor whose secrets are there. No vendor is spoken to yet."""
    from connectors.retrying import Budget
    from connectors.secrets.port import SUBSCRIPTIONS, kept_among
    from handlers import vendors
    from handlers.house import House
    from postmortem.settings import version_of

    budget, wires = Budget(sleep=sleep, now=lambda: now().timestamp()), wires or vendors.NETWORK
    return House(
        settings=settings,
        store=store,
        now=now,
        pagerduty=vendors.pagerduty_api(settings, secrets, budget, wires),
        slack=vendors.slack_api(settings, secrets, budget, wires),
        jira=vendors.jira_api(settings, secrets, budget, wires),
        confluence=vendors.confluence_api(settings, secrets, budget, wires),
        on_part=on_part,
        templates=templates or {},
        hears_clicks=vendors.has_secret(secrets, "SLACK_SIGNING_SECRET"),
        start=start,
        failures=failures,
        settings_version=version_of(settings, templates or {}),
        meter=meter(now),
        webhook_subscriptions=lambda: kept_among(secrets, SUBSCRIPTIONS),
    )


def doorway_of(machine: Machine, store: Store, engine: LocalEngine) -> Doorway:
    """The receiver's needs on one machine: the engine is the durable start."""
    from connectors.store.arrivals import Arrivals
    from connectors.store.deliveries import Deliveries
    from connectors.store.followed_issues import is_followed
    from connectors.store.observed import keep_event

    secrets, arrivals = machine.secrets(), Arrivals(store, utc_now)
    return Doorway(
        secrets=lambda: secrets,
        deliveries=lambda: Deliveries(store, utc_now),
        start=engine.start,
        now=utc_now,
        keep=functools.partial(keep_event, store),
        follows=functools.partial(is_followed, store),
        announced=functools.partial(announced_in, store),
        arrivals=lambda: arrivals,
    )


def announced_in(store: Store, incident_id: str, at: datetime) -> str:
    """The journey of a resolve that a webhook announces."""
    from connectors.store.resolves import Resolves

    return Resolves(store, incident_id).announced(at, journey_name(incident_id, at))


def settings_in(store: Store) -> Settings:
    """The settings as they are kept beside the drafts on AWS. Raises SettingsError."""
    from postmortem.settings import read_settings

    file = store.load(SETTINGS_FILE)
    return read_settings(file.content.decode() if file else "")


def templates_in(store: Store, settings: Settings) -> dict[str, str]:
    """The templates that the settings name, as far as the bucket has them: name to text."""
    from postmortem.outputs.layout import template_names

    files = {name: store.load(name) for name in template_names(settings)}
    return {name: file.content.decode(errors="replace") for name, file in files.items() if file}

"""The fake vendors on loopback ports, and the files of a machine that is set up to talk to them."""

import pickle
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml

from handlers.wiring import Machine
from tests.incidents import demo_settings_text
from tests.incidents.script import Script
from tests.vendors.confluence import FakeConfluence
from tests.vendors.jira import FakeJira
from tests.vendors.pagerduty import FakePagerDuty
from tests.vendors.slack import FakeSlack
from tests.vendors.wire import Vendor, served

WEBHOOK_SECRET = "whsec-fake-current-0001"


def _itself(vendor: Vendor) -> Vendor:
    return vendor


def _seconds(now: Callable[[], datetime]) -> float:
    """Unix time."""
    return now().timestamp()


class Neighbours:
    """`now` is the clock of all. `settings` are laid over the demo's. `around` may put something between a fake
    and its callers. Confluence is configured where `confluence` asks for it. With `anchored`, new
    issues are linked to an anchor of their project."""

    def __init__(
        self,
        home: Path,
        scripts: list[Script],
        now: Callable[[], datetime],
        *,
        settings: dict[str, Any] | None = None,
        jira_lag: float = 0.0,
        confluence: bool = False,
        anchored: bool = True,
        around: Callable[[Vendor], Vendor] = _itself,
    ) -> None:
        self.scripts = scripts
        self.pagerduty = FakePagerDuty(now=now)
        seconds = partial(_seconds, now)
        self.slack = FakeSlack(now=seconds)
        self.jira = FakeJira(now=seconds, search_lag=jira_lag)
        self.confluence = FakeConfluence(now=seconds)
        self._with_confluence, self._anchored = confluence, anchored
        self._anchors: dict[str, str] = {}
        self.moves_to(home)
        self._overrides, self._around = settings or {}, around
        self._exits = ExitStack()

    def move_in(self) -> None:
        """Let the fakes hold the scripts, serve them, and write the files."""
        for script in self.scripts:
            self.pagerduty.holds(script.pagerduty)
            if script.slack:
                self.slack.holds(script.slack)
            if script.jira:
                self.jira.holds(script.jira)
        self._anchors = self.jira.keeps_anchors() if self._anchored else {}
        self.write_settings()
        self.write_secrets()

    def moves_to(self, home: Path) -> None:
        """The machine's files are there from now on."""
        self.machine = Machine(home / "home", home / "debrief.yml", home / "debrief.env")

    def move_out(self) -> None:
        self._exits.close()

    def write_settings(self, **more: Any) -> None:
        """The demo's settings with the fakes' addresses; `more` and the test's own settings are laid over it."""
        urls: dict[str, dict[str, Any]] = {
            "pagerduty": {"base_url": self._served(self.pagerduty)},
            "slack": {"base_url": self._served(self.slack) + "/api/"},
            "jira": {
                "base_url": self._served(self.jira),
                "email": self.jira.email,
                "anchor_issues": self._anchors,
            },
        }
        if self._with_confluence:
            confluence = self.confluence
            where = {"site": confluence.site, "space": confluence.space, "email": confluence.email}
            urls["confluence"] = {"base_url": self._served(confluence)} | where
        settings = _demo_settings()
        for layer in (urls, self._overrides, more):
            settings = _laid_over(settings, layer)
        self.machine.settings_file.write_text(_as_yaml(pickle.dumps(settings)))

    def write_secrets(self, **more: str) -> None:
        secrets = {
            "PAGERDUTY_TOKEN": self.pagerduty.token,
            "PAGERDUTY_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "SLACK_TOKEN": self.slack.token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "JIRA_TOKEN": self.jira.token,
            "CONFLUENCE_TOKEN": self.confluence.token,
        } | more
        self.machine.secrets_file.write_text("".join(f"{name}={value}\n" for name, value in secrets.items()))
        self.machine.secrets_file.chmod(0o600)

    def incident_id(self, place: int = 0) -> str:
        return self.scripts[place].pagerduty["incident"]["id"]

    def _served(self, vendor: Vendor) -> str:
        return self._exits.enter_context(served(self._around(vendor)))


@cache
def _demo_settings() -> dict[str, Any]:
    return yaml.safe_load(demo_settings_text())


@cache
def _as_yaml(settings: bytes) -> str:
    """The same settings are written by the thousand."""
    return yaml.safe_dump(pickle.loads(settings))  # noqa: S301 # our own, of a moment ago


def _laid_over(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _laid_over(below, value) if isinstance(value, dict) and isinstance(below, dict) else value
    return merged

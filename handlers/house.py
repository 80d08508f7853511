"""What a journey works with. It is put together in `wiring.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from connectors.meter import SILENT, Meter

if TYPE_CHECKING:
    from connectors.confluence.api import ConfluenceApi
    from connectors.engine.failed import Failure
    from connectors.jira.api import JiraApi
    from connectors.pagerduty.api import PagerDutyApi
    from connectors.slack.api import SlackApi
    from connectors.store.port import Store
    from postmortem.evidence import Part
    from postmortem.incident import Incident
    from postmortem.outputs.layout import Layout
    from postmortem.settings import Settings

MOST_AT_ONCE = 50
"""Calls to Slack side by side: a page of threads."""


class Start(Protocol):
    """Starts a journey by name; False where that name was started before. Durable when it returns."""

    def __call__(self, kind: str, name: str, payload: dict[str, Any]) -> bool: ...


@dataclass(frozen=True, slots=True)
class House:
    """What a journey works with. A vendor that is not configured is None, and becomes a gap in the draft.

    `on_part` is told what was just read, for progress: source and part. `document_link` gives the address under which
    readers open a postmortem, or None. `templates` are the texts of the files that the settings name. `hears_clicks`:
    whether a button in Slack is heard of, so that there may be any. `start` starts another journey; None where there is
    nobody to start one. `failures` are the journeys that failed and that nothing has made up for; None where nobody
    knows. `at_once` is the most calls to Slack side by side; 1 makes the order of all calls certain. `meter` counts
    what happens for the stage. `settings_version` names what was set, for the records. `webhook_subscriptions` are the
    ids of those of PagerDuty's that ring here, as they are kept beside their secrets.
    """

    settings: Settings
    store: Store
    now: Callable[[], datetime]
    pagerduty: PagerDutyApi | None = None
    slack: SlackApi | None = None
    jira: JiraApi | None = None
    confluence: ConfluenceApi | None = None
    on_part: Callable[[str, Part], None] = field(default=lambda _source, _part: None)
    templates: Mapping[str, str] = field(default_factory=dict[str, str])
    hears_clicks: bool = False
    start: Start | None = None
    failures: Callable[[], Sequence[Failure]] | None = None
    at_once: int = MOST_AT_ONCE
    meter: Meter = SILENT
    settings_version: str | None = None
    webhook_subscriptions: Callable[[], Sequence[str]] = tuple[str, ...]

    def close(self) -> None:
        """Give back connections and files."""
        for connection in (self.pagerduty, self.jira, self.confluence, self.store):
            if connection is not None:
                connection.close()

    def document_link(self, incident_id: str) -> str | None:
        """The Confluence page, where there is one: everybody can read and edit it there. Else our own page."""
        from connectors.store.shelf import Shelf

        page: dict[str, Any] = Shelf(self.store, incident_id).state().get("page", {}) if self.confluence else {}
        return page.get("link") or self.own_link(incident_id)

    def own_link(self, incident_id: str) -> str | None:
        base = self.settings.publish.public_base_url
        return f"{base.rstrip('/')}/postmortems/{incident_id}" if base else None

    def layout(self, incident: Incident) -> Layout:
        """How this incident's document is laid out."""
        from postmortem.outputs.layout import layout_for

        return layout_for(self.settings, incident, self.templates)

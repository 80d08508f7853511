"""What people do in the fake PagerDuty is told as PagerDuty tells it, and can be read back."""

from datetime import UTC, datetime

from connectors.errors import Ignored
from connectors.pagerduty.collect import read_incident
from connectors.pagerduty.webhook import parse
from tests.incidents.stale_replica import script
from tests.vendors.pagerduty import FakePagerDuty
from tests.vendors.pagerduty_setup import pagerduty_world
from tests.vendors.pagerduty_webhooks import body_of

NOW = datetime(2026, 11, 17, 10, 0, tzinfo=UTC)


def test_an_incident_that_is_reopened_and_resolved_again_is_told_and_read_as_that():
    held = script()
    incident_id = held.pagerduty["incident"]["id"]
    fake = FakePagerDuty(now=lambda: NOW).holds(held.pagerduty)
    ivo = fake.somebody()

    reopened = parse(body_of(fake.person_reopens(incident_id, by=ivo)))
    with pagerduty_world(fake) as world:
        assert read_incident(world.api, incident_id)[0].status == "triggered"
        resolved = parse(body_of(fake.person_resolves(incident_id, by=ivo)))
        assert read_incident(world.api, incident_id)[0].status == "resolved"
        kinds = [entry["type"] for entry in world.api.list_log_entries(incident_id).records]

    assert kinds[:2] == ["resolve_log_entry", "reopen_log_entry"]
    assert isinstance(reopened, Ignored) or not reopened.resolved
    assert not isinstance(resolved, Ignored)
    assert (resolved.incident_id, resolved.resolved, resolved.occurred_at) == (incident_id, True, NOW)

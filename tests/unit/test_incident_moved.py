"""A script on another day is the same story."""

from datetime import UTC, datetime, timedelta

from tests.incidents import by_name
from tests.incidents.moved import latest, moved


def test_a_story_moves_by_whole_days_with_everything_in_it():
    script = by_name("checkout_latency")
    there = moved(script, 3)

    assert there.pagerduty["incident"]["created_at"] == "2026-11-20T14:02:11Z"
    before, after = (each.slack["channels"][0]["messages"] for each in (script, there))
    assert [float(b["ts"]) + 3 * 86400 for b in before] == [float(a["ts"]) for a in after]
    assert [b["text"] for b in before] == [a["text"] for a in after]
    assert moved(there, -3) == script


def test_the_latest_day_is_the_last_on_which_all_of_it_is_over():
    now = datetime(2026, 12, 24, 9, 0, tzinfo=UTC)

    there = latest(by_name("checkout_latency"), now)

    resolved_at = datetime.fromisoformat(there.pagerduty["incident"]["resolved_at"])
    assert timedelta(0) < now - resolved_at < timedelta(days=1)

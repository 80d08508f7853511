"""What PagerDuty's replies mean: every status has a name, every page a next or an end."""

from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import (
    ConnectorError,
    NotFound,
    RateLimited,
)
from connectors.pagerduty.replies import Page, judge, page


def test_a_list_ends_at_the_ten_thousand_that_pagerduty_shows():
    more = {"alerts": [{"id": "A"}] * 100, "limit": 100, "offset": 9_800, "more": True}
    assert page("t", more, "alerts", 9_800).next_offset == 9_900
    assert page("t", more, "alerts", 9_900) == Page(({"id": "A"},) * 100, None, is_capped=True)
    assert page("t", more | {"more": False}, "alerts", 9_900).is_capped is False


def test_a_page_that_claims_more_and_shows_nothing_is_the_last():
    assert page("t", {"alerts": [], "more": True}, "alerts", 0).next_offset is None


def test_a_smaller_page_than_asked_for_is_followed_by_the_next_record():
    assert page("t", {"alerts": [1] * 25, "limit": 25, "more": True}, "alerts", 0).next_offset == 25


def test_an_incident_that_a_users_token_lost_says_so():
    body = b'{"error":{"message":"x","code":2018}}'
    with pytest.raises(NotFound, match="A user's token loses a resolved incident of another team"):
        judge("reading it", 403, {}, body)


@given(st.integers(100, 599), st.dictionaries(st.text(), st.text()), st.binary(), st.booleans())
def test_judging_never_fails_otherwise(status: int, headers: dict[str, str], body: bytes, writes: bool):
    with suppress(ConnectorError):
        assert isinstance(judge("it", status, headers, body, writes=writes), dict)


def test_a_date_to_wait_for_is_measured_by_the_replys_own_clock():
    headers = {"date": _http_date(0), "retry-after": _http_date(5)}
    with pytest.raises(RateLimited) as limit:
        judge("it", 429, headers, b"")
    assert limit.value.retry_after == 5
    with pytest.raises(RateLimited) as limit:
        judge("it", 429, {"retry-after": _http_date(5)}, b"")
    assert limit.value.retry_after is None


def _http_date(second: int) -> str:
    return format_datetime(datetime(2026, 11, 20, 10, 0, second, tzinfo=UTC), usegmt=True)

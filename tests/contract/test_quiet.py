"""Nothing is sent inside a Retry-After: not by the call that was told of it, and not by another of the same kind."""

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

import pytest

from connectors.confluence.api import ConfluenceApi
from connectors.errors import RateLimited
from connectors.jira.api import JiraApi
from connectors.pagerduty.api import PagerDutyApi
from connectors.retrying import Quiet, endpoint_of
from connectors.slack.api import SlackApi
from tests.contract.rules_kit import Moody, Watch
from tests.incidents import by_name
from tests.vendors.confluence import FakeConfluence
from tests.vendors.jira import FakeJira
from tests.vendors.jira_wire import InProcess as JiraWire
from tests.vendors.pagerduty import FakePagerDuty
from tests.vendors.pagerduty_wire import InProcess as PagerDutyWire
from tests.vendors.slack import FakeSlack
from tests.vendors.slack_wire import in_process
from tests.vendors.wire import Reply

SCRIPT = by_name("stale_replica")
INCIDENT = SCRIPT.pagerduty["incident"]["id"]
CHANNEL = SCRIPT.slack["channels"][0]["id"]


@dataclass
class Asked:
    """`one` and `other` are calls of one kind; `elsewhere` is another kind of call."""

    moody: Moody
    watch: Watch
    one: Callable[[], Any]
    other: Callable[[], Any]
    elsewhere: Callable[[], Any]


def pagerduty() -> Asked:
    watch = Watch()
    fake = FakePagerDuty().holds(SCRIPT.pagerduty)
    moody = Moody(fake, watch)
    api = PagerDutyApi(fake.token, watch.budget(0), transport=PagerDutyWire(moody))
    return Asked(
        moody, watch, lambda: api.list_notes(INCIDENT), lambda: api.list_notes("4350"), lambda: api.list_alerts("4350")
    )


def slack() -> Asked:
    watch = Watch()
    fake = FakeSlack().holds(SCRIPT.slack)
    moody = Moody(fake, watch)
    api = SlackApi(fake.token, watch.budget(0), send=in_process(moody))
    return Asked(
        moody,
        watch,
        lambda: api.conversations_history(CHANNEL),
        lambda: api.conversations_history(CHANNEL, oldest="1.0"),
        api.auth_test,
    )


def jira() -> Asked:
    watch = Watch()
    fake = FakeJira().holds(SCRIPT.jira)
    fake.keeps_anchors()
    one, other = (anchor["key"] for anchor in fake.anchors[:2])
    moody = Moody(fake, watch)
    api = JiraApi(fake.site, fake.email, fake.token, watch.budget(0), transport=JiraWire(moody))
    return Asked(moody, watch, lambda: api.list_comments(one), lambda: api.list_comments(other), api.get_myself)


def confluence() -> Asked:
    watch = Watch()
    fake = FakeConfluence()
    other = fake.writes("Another page")
    moody = Moody(fake, watch)
    api = ConfluenceApi(fake.site, fake.email, fake.token, watch.budget(0), transport=JiraWire(moody))
    return Asked(
        moody,
        watch,
        lambda: api.get_page(fake.home.id),
        lambda: api.get_page(other.id),
        lambda: api.list_properties(other.id, "debrief"),
    )


VENDORS = [pagerduty, slack, jira, confluence]


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("is_date", [False, True])
def test_nothing_of_that_kind_is_sent_before_its_time_whoever_asks(vendor: Callable[[], Asked], is_date: bool):
    asked = vendor()
    hint = formatdate(asked.watch.at + 30, usegmt=True) if is_date else "30"
    asked.moody.turns(Reply(429, {"retry-after": hint, "date": formatdate(asked.watch.at, usegmt=True)}), times=1)
    with pytest.raises(RateLimited):
        asked.one()

    asked.watch.at += 20
    with pytest.raises(RateLimited) as told:
        asked.other()
    assert told.value.retry_after == pytest.approx(10)
    assert len(asked.moody.asked) == 1

    asked.elsewhere()
    asked.watch.at += 10
    asked.other()
    assert len(asked.moody.asked) == 3


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_time_of_day_counts_by_the_vendors_clock_and_not_by_ours(vendor: Callable[[], Asked]):
    asked = vendor()
    theirs = asked.watch.at - 900
    refusal = {"retry-after": formatdate(theirs + 30, usegmt=True), "date": formatdate(theirs, usegmt=True)}
    asked.moody.turns(Reply(429, refusal), times=1)
    with pytest.raises(RateLimited) as told:
        asked.one()
    assert told.value.retry_after == 30


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_refusal_without_a_time_keeps_nobody_waiting(vendor: Callable[[], Asked]):
    asked = vendor()
    asked.moody.turns(Reply(429, {"retry-after": "0"}), times=1)
    asked.one()
    asked.other()
    assert [at for at, _ in asked.moody.asked] == [asked.watch.at] * 3


def test_a_clock_that_was_set_back_begins_the_rest_anew_and_no_longer():
    at = [1000.0]
    quiet = Quiet(lambda: at[0])
    quiet.keep("GET /a", 30)
    at[0] = -90_000.0
    with pytest.raises(RateLimited) as told:
        quiet.check("GET /a", "Asking")
    assert told.value.retry_after == 30
    at[0] += 30
    quiet.check("GET /a", "Asking")


def test_an_absurd_time_keeps_an_endpoint_quiet_for_an_hour():
    at = [1000.0]
    quiet = Quiet(lambda: at[0])
    quiet.keep("GET /a", 10**9)
    at[0] += 3600
    quiet.check("GET /a", "Asking")


def test_ids_do_not_make_another_endpoint():
    assert endpoint_of("GET", "/incidents/QM0YYPYV7NKQ6Y/notes") == "GET /incidents/*/notes"
    assert endpoint_of("PUT", "issue/OPS-1/assignee") == "PUT issue/*/assignee"
    assert endpoint_of("GET", "issue/createmeta/OPS/issuetypes/10001") == "GET issue/createmeta/*/issuetypes/*"
    assert endpoint_of("POST", "issue/bulkfetch") == "POST issue/bulkfetch"

"""The ten rules of a connector, each once, for every connector: what adding a vendor has to live up to."""

import contextlib
import inspect
import logging
import time
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.errors import BadReply, ConnectorError, OutcomeUnknown, RateLimited, Unreachable
from connectors.pagerduty.webhook import verify
from connectors.retrying import MOST_ATTEMPTS
from tests.contract.rules_confluence import CONFLUENCE
from tests.contract.rules_jira import JIRA
from tests.contract.rules_kit import CANARY, Connector, Watch, meet, silence
from tests.contract.rules_pagerduty import PAGERDUTY
from tests.contract.rules_slack import SLACK
from tests.contract.rules_trouble import FAULTS, LOST, TEXTS, echoes, everything_shown
from tests.vendors.pagerduty_webhooks import sign
from tests.vendors.wire import Reply

CONNECTORS = (PAGERDUTY, SLACK, JIRA, CONFLUENCE)
every_connector = pytest.mark.parametrize("connector", CONNECTORS, ids=lambda connector: connector.name)
LONGEST_TIMEOUT = 30.0


def _each(what: str) -> pytest.MarkDecorator:
    """Every (connector, name) of its `calls`, `writes`, `endless`, `records` or `sizes`."""
    pairs = [(connector, name) for connector in CONNECTORS for name in getattr(connector, what)]
    return pytest.mark.parametrize(("connector", "name"), pairs, ids=[f"{one.name}-{name}" for one, name in pairs])


@every_connector
def test_every_method_of_a_connector_is_held_to_the_rules(connector: Connector):
    public = {name for name, value in vars(connector.api).items() if callable(value) and not name.startswith("_")}
    assert public - {"close"} == set(connector.calls)


@_each("calls")
def test_every_call_works_where_nothing_is_wrong(connector: Connector, name: str):
    met = meet(connector)
    connector.calls[name](met.api)
    assert met.watch.slept == []


# 1. Statuses are classified


@every_connector
@pytest.mark.parametrize("writes", [False, True], ids=["read", "write"])
def test_statuses_are_classified(connector: Connector, writes: bool):
    met = meet(connector, seconds=10.0**9)
    call = next(iter(connector.writes.values())).call if writes else next(iter(connector.reads.values()))
    wrong: dict[int, str] = {}
    for status in range(100, 600):
        met.vendor.turns(Reply(status, {"content-type": "application/json"}, b"{}"))
        raised = _raised(lambda: call(met.api))
        if type(raised) is not (connector.means(status, writes) or type(None)):
            wrong[status] = type(raised).__name__
    assert wrong == {}


def _raised(call: Callable[[], object]) -> ConnectorError | None:
    try:
        call()
    except ConnectorError as error:
        return error
    return None


NEEDS_NO_VALUE = {"assign", "edit_issue", "upsert_remote_link", "add_labels", "update_webhook", "delete_webhook"}
MAY_BE_EMPTY = {"assignable", "assignable_user", "find_users", "list_webhooks"}


@_each("calls")
@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"x"', b"{", b"\xff", b"[" * 100_000, b"<html>"])
def test_an_answer_that_is_no_answer_is_named_too(connector: Connector, name: str, body: bytes):
    met = meet(connector)
    met.vendor.turns(Reply(200, {"content-type": "application/json"}, body))
    is_write = name in connector.writes
    met.vendor.where = connector.writes[name].where if is_write else ""
    raised = _raised(lambda: connector.calls[name](met.api))
    expected = OutcomeUnknown if is_write else BadReply
    is_enough = name in NEEDS_NO_VALUE or (name in MAY_BE_EMPTY and body == b"[]")
    assert type(raised) is expected or (is_enough and raised is None)


# 2. Secrets never leak into errors or logs


@_each("calls")
def test_secrets_never_leak_into_errors_or_logs(connector: Connector, name: str, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    secrets = (*connector.secrets, CANARY)
    for fault in (*FAULTS, *echoes(connector)):
        met = meet(connector)
        met.vendor.turns(fault)
        raised = _raised(partial(connector.calls[name], met.api))
        shown = "\n".join(everything_shown(raised))
        assert not [secret for secret in secrets if secret in shown], f"{fault.status} shows it: {shown}"
    assert not [secret for secret in secrets if secret in caplog.text]


# 3. Every call has a timeout


@every_connector
def test_every_call_has_a_timeout(connector: Connector):
    with silence() as url:
        api = connector.outside(url, Watch().budget(seconds=-1), 0.05)
        for name, call in connector.calls.items():
            began = time.monotonic()
            raised = _raised(partial(call, api))
            assert type(raised) in (Unreachable, OutcomeUnknown), name
            assert time.monotonic() - began < 2, name


@every_connector
def test_the_timeout_is_set_by_default_and_goes_with_every_request(connector: Connector):
    assert inspect.signature(connector.api).parameters["timeout"].default is not inspect.Parameter.empty
    met = meet(connector)
    for call in connector.calls.values():
        call(met.api)
    assert len(met.timeouts) >= len(met.vendor.asked)
    assert all(0 < seconds <= LONGEST_TIMEOUT for seconds in met.timeouts)


# 4. Paging ends


@_each("endless")
def test_paging_ends(connector: Connector, name: str):
    met, endless = meet(connector), connector.endless[name]
    met.vendor.turns(endless.page, where=endless.where)
    with contextlib.suppress(BadReply):
        endless.read(met.api)
    assert 1 <= len(met.vendor.lines(endless.where)) <= endless.most


# 5. Rate limits are obeyed


@_each("calls")
def test_rate_limits_are_obeyed(connector: Connector, name: str):
    met, where = meet(connector), _where(connector, name)
    met.vendor.turns(connector.limited(7), where=where, times=2)
    connector.calls[name](met.api)
    times = [at for at, request in met.vendor.asked if request.path == met.vendor.asked[-1][1].path]
    assert met.watch.slept == [7, 7]
    assert [later - earlier for earlier, later in zip(times[-3:], times[-2:], strict=False)] == [7, 7]


@_each("calls")
def test_no_call_is_more_than_four_requests(connector: Connector, name: str):
    met, where = meet(connector), _where(connector, name)
    met.vendor.turns(connector.limited(1), where=where)
    assert type(_raised(lambda: connector.calls[name](met.api))) is RateLimited
    assert met.vendor.spoken <= MOST_ATTEMPTS == 4


@_each("calls")
def test_a_wait_that_is_longer_than_the_budget_goes_up_with_its_hint(connector: Connector, name: str):
    met, where = meet(connector), _where(connector, name)
    met.vendor.turns(connector.limited(300), where=where)
    raised = _raised(lambda: connector.calls[name](met.api))
    assert isinstance(raised, RateLimited)
    assert raised.retry_after == 300
    assert (met.vendor.spoken, met.watch.slept) == (1, [])


def _where(connector: Connector, name: str) -> str:
    return connector.writes[name].where if name in connector.writes else ""


# 6. Writes look first


@_each("writes")
@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
@pytest.mark.parametrize("after_effect", [True, False], ids=["done", "not done"])
def test_a_write_whose_answer_was_lost_is_never_repeated(
    connector: Connector, name: str, lost: Reply, after_effect: bool
):
    met, write = meet(connector), connector.writes[name]
    met.vendor.turns(lost, where=write.where, times=1)
    met.vendor.after_effect = after_effect
    assert type(_raised(lambda: write.call(met.api))) is OutcomeUnknown
    assert len(met.vendor.lines(write.where)) == 1
    assert met.watch.slept == []


@_each("writes")
def test_writes_look_first(connector: Connector, name: str):
    """What may have been made can be looked for, and is found exactly where it was made."""
    write = connector.writes[name]
    if write.find is None:
        pytest.skip("a convenience of the moment, and never asked for again")
    for after_effect in (True, False):
        met = meet(connector)
        met.vendor.turns(Reply(502), where=write.where, times=1)
        met.vendor.after_effect = after_effect
        _raised(partial(write.call, met.api))
        assert bool(write.find(met.api)) is after_effect
        assert len(met.vendor.lines(write.where)) == 1


@every_connector
def test_a_read_whose_answer_was_lost_is_simply_asked_again(connector: Connector):
    for name, call in connector.reads.items():
        for lost in (Reply(dropped=True), Reply(500), Reply(502, body=b"<html>"), Reply(503), Reply(504)):
            met = meet(connector)
            met.vendor.turns(lost, times=2)
            call(met.api)
            assert met.vendor.spoken == 2, name


# 7. Unknown records survive

_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@_each("records")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_unknown_records_survive(connector: Connector, name: str, data: st.DataObject):
    """Any field of a known record may be anything, or be missing, and there may be fields that nobody knows."""
    translate, known = connector.records[name]
    keys = st.sampled_from([*known, "type", "a field of tomorrow"])
    changed = {**known, **data.draw(st.dictionaries(keys, _ANY, max_size=4))}
    for missing in data.draw(st.sets(st.sampled_from(list(known)), max_size=2)):
        changed.pop(missing, None)
    translate(changed)


# 8. Signatures are checked


def test_signatures_are_checked():
    """PagerDuty rings. Slack, which tells of clicks, is held to the same in test_slack_webhook.py."""
    body = b'{"event":{}}'
    assert verify(sign(body, "current"), body, ["current", "previous"])
    assert verify(sign(body, "previous"), body, ["current", "previous"])
    assert verify(sign(body, "next", "current"), body, ["current"])
    for secrets in ([], [""], ["another"]):
        assert not verify(sign(body, "current"), body, secrets)
    assert not verify(sign(body, ""), body, [""])
    assert not verify(sign(body, "current"), body + b" ", ["current"])
    assert not verify({}, body, ["current"])


# 9. Size limits are respected


@_each("sizes")
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_size_limits_are_respected(connector: Connector, name: str, text: str):
    size = connector.sizes[name]
    assert 0 < size.measured(text) <= size.most


# 10. The README lists every endpoint


@every_connector
def test_the_readme_lists_every_endpoint(connector: Connector):
    met = meet(connector)
    for call in connector.calls.values():
        call(met.api)
    readme = connector.readme.read_text()
    assert {line for _, request in met.vendor.asked if (line := connector.endpoint(request)) not in readme} == set()

"""`debrief webhook doctor`: everything that could keep a webhook from working is found, and says what to do."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.pagerduty.subscriptions import UNFINISHED
from connectors.store.notices import Notices
from handlers.webhooks.bench import PREVIOUS_SECRET, SECRET, SUBSCRIPTION
from handlers.webhooks.creating import create
from handlers.webhooks.doctor import Found, examine
from handlers.webhooks.pinging import Step, ping_ours
from handlers.webhooks.rotating import rotate
from handlers.webhooks.standing import delete_ours
from handlers.wiring import utc_now
from tests.contract.certified import certified
from tests.contract.ringing import ADDRESS, SETTINGS, Ringing
from tests.contract.serving import visited
from tests.contract.test_reconcile import resolve
from tests.vendors.pagerduty_subscriptions import by_http
from tests.world import world_of


@pytest.fixture
def ringing(tmp_path: Path) -> Generator[Ringing]:
    with world_of(tmp_path, "expired-certificate", settings=SETTINGS) as world:
        yield Ringing(world)


def found(ringing: Ringing, **changes: Any) -> dict[str, Found]:
    """By subject; the clock is this machine's, as PagerDuty's Date is."""
    every = list(examine(ringing.bench(**{"now": utc_now} | changes)))
    return {one.subject: one for one in every}


def test_without_anything_it_says_how_to_begin(ringing: Ringing):
    findings = found(ringing)
    assert findings["PagerDuty"].state == "ok"
    assert findings["subscription"] == Found(
        "subscription", "failure", "None is ours. Make one: debrief webhook create."
    )
    assert findings["secret"].state == "failure"


def test_what_works_is_said_too(ringing: Ringing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with certified(tmp_path, lasts=timedelta(days=90)) as (url, trusted), monkeypatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(trusted))
        bench = ringing.bench(now=utc_now)
        created = create(bench, None, url)
        bench.arrivals.note(created.subscription.id, "ping")
        findings = list(examine(replace(bench, place=At(url))))
    assert {one.state for one in findings} == {"ok"}, findings
    said = [one.said for one in findings]
    assert any("with a certificate that holds until" in words for words in said)
    assert "the receiver at 127.0.0.1 answers" in said
    assert "as PagerDuty's, to two minutes" in said


@dataclass
class At:
    """A place at an address."""

    url: str
    region: str | None = None
    name: str = "the stage prod in eu-west-1"

    def base_url(self) -> str:
        return self.url.removesuffix("/pagerduty")

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


@pytest.mark.parametrize(
    ("lasts", "name", "trusts", "words"),
    [
        (timedelta(days=3), "127.0.0.1", True, "renew it"),
        (timedelta(days=-1), "127.0.0.1", True, "certificate has expired"),
        (timedelta(days=90), "127.0.0.2", True, "IP address mismatch"),
        (timedelta(days=90), "127.0.0.1", False, "self-signed certificate"),
    ],
)
def test_a_certificate_that_pagerduty_would_refuse_is_found(
    ringing: Ringing,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lasts: timedelta,
    name: str,
    trusts: bool,
    words: str,
):
    with certified(tmp_path, lasts=lasts, name=name) as (url, trusted), monkeypatch.context() as patch:
        if trusts:
            patch.setenv("SSL_CERT_FILE", str(trusted))
        create(ringing.bench(), None, url)
        said = [one.said for one in examine(ringing.bench(now=utc_now)) if one.subject == "PMADE01 address"]
    assert any(words in sentence for sentence in said), said


def test_an_address_that_nobody_answers_at_is_a_failure(ringing: Ringing):
    create(ringing.bench(), None, "http://127.0.0.1:9/pagerduty")
    finding = found(ringing)["PMADE01 address"]
    assert finding.state == "failure"
    assert "connection refused" in finding.said


def test_a_stage_of_another_region_is_found(ringing: Ringing):
    url = "https://abc.execute-api.us-east-1.amazonaws.com/pagerduty"
    ringing.subscriptions.adds("PMADE01", url, "s")
    ringing.keeper.keep({SECRET: "s", SUBSCRIPTION: "PMADE01"})
    bench = ringing.bench(place=At(url, "eu-west-1"), now=utc_now)
    said = [one.said for one in examine(bench) if one.state == "failure"]
    assert any("It delivers to us-east-1" in sentence and "--region" in sentence for sentence in said)


def test_a_clock_that_is_wrong_is_found(ringing: Ringing):
    create(ringing.bench(), None, "http://127.0.0.1:9/pagerduty")
    assert found(ringing)["clock"].state == "ok"
    wrong = found(ringing, now=lambda: utc_now() + timedelta(minutes=7))["clock"]
    assert (wrong.state, "NTP" in wrong.said) == ("failure", True)


@pytest.mark.parametrize(
    ("changes", "subject", "words"),
    [
        ({"active": False}, "PMADE01", "switch it on there"),
        ({"active": False, "description": UNFINISHED}, "PMADE01", "debrief webhook create goes on"),
        ({"events": ["incident.triggered"]}, "PMADE01 events", "incident.resolved is missing"),
        ({"events": ["incident.triggered", "incident.resolved"]}, "PMADE01 events", "debrief webhook create adds them"),
    ],
)
def test_how_a_subscription_stands_is_said(ringing: Ringing, changes: dict[str, Any], subject: str, words: str):
    create(ringing.bench(), None, "http://127.0.0.1:9/pagerduty")
    ringing.subscriptions.shown("PMADE01").update(changes)
    assert words in found(ringing)[subject].said


def test_what_pagerduty_disabled_is_a_failure_with_the_command(ringing: Ringing):
    create(ringing.bench(), None, "http://127.0.0.1:9/pagerduty")
    ringing.subscriptions.disables("PMADE01")
    assert "debrief webhook enable" in found(ringing)["PMADE01"].said


def test_what_is_kept_is_compared_with_what_is_there(ringing: Ringing):
    ringing.keeper.keep({SECRET: "s", SUBSCRIPTION: "PGONE"})
    assert "PGONE, which PagerDuty does not have" in found(ringing)["secret"].said
    ringing.keeper.keep({SUBSCRIPTION: None, PREVIOUS_SECRET: "p"})
    assert "without the id of its subscription" in found(ringing)["secret"].said
    assert "debrief webhook rotate" in found(ringing)["previous secret"].said


def test_what_came_last_is_said(ringing: Ringing):
    create(ringing.bench(), None, "http://127.0.0.1:9/pagerduty")
    assert "Nothing of it was ever accepted here" in found(ringing)["PMADE01 last"].said
    ringing.bench(now=utc_now).arrivals.note("PMADE01", "delivery")
    assert found(ringing)["PMADE01 last"].state == "ok"
    quiet = found(ringing, now=lambda: utc_now() + timedelta(days=9))["PMADE01 last"]
    assert quiet.state == "warning"
    later = ringing.bench(now=lambda: utc_now() + timedelta(seconds=5))
    later.arrivals.note("PMADE01", "refused")
    refused = found(ringing)["PMADE01 last"]
    assert (refused.state, "debrief webhook rotate" in refused.said) == ("failure", True)


def test_more_than_one_of_ours_and_what_the_machinery_says_are_shown(ringing: Ringing):
    create(ringing.bench(), None, "http://127.0.0.1:9/pagerduty")
    ringing.subscriptions.adds("PLEFT", ADDRESS, description=UNFINISHED, active=False)
    Notices(ringing.world.store).say("missed/found", "1 resolved incident was found by asking.", utc_now())
    findings = found(ringing)
    assert "PLEFT are ours" in findings["several"].said
    assert findings["lately"].said == "1 resolved incident was found by asking."


def test_a_token_that_is_refused_is_a_finding(ringing: Ringing):
    ringing.world.pagerduty.token = "another"
    findings = found(ringing)
    assert list(findings) == ["PagerDuty"]
    assert "pagerduty.region" in findings["PagerDuty"].said


def test_the_whole_path_over_http_from_the_first_ping_to_the_deletion(tmp_path: Path):
    """The site really runs on 127.0.0.1, and PagerDuty delivers there over HTTP."""
    with world_of(tmp_path, "expired-certificate") as world, visited(world) as visitor:
        ringing = Ringing(world)
        ringing.subscriptions.deliver_to = by_http
        url = f"http://127.0.0.1:{visitor.port}/pagerduty"

        create(ringing.bench(), None, url)
        assert [one.step for one in ping_ours(ringing.bench())] == [Step.ACCEPTED]
        for number in range(3):
            ringing.subscriptions.tells(resolve(world, number))

        def tells(_: str) -> None:
            number = len(world.pagerduty.state()["incidents"])
            ringing.subscriptions.tells(resolve(world, number))

        rotate(ringing.bench(say=tells))
        ringing.subscriptions.tells(resolve(world, 99))

        assert ringing.is_whole("PMADE02")
        assert {status for _, status in ringing.subscriptions.answered} == {202}
        started = [one.name for one in world.engine.journeys() if one.kind == "postmortem"]
        incidents = len(world.pagerduty.state()["incidents"]) - 1
        assert len(started) == len(set(started)) == incidents > 6
        said = [one for one in examine(ringing.bench(now=utc_now)) if one.subject == "PMADE02 address"]
        assert said == [Found("PMADE02 address", "ok", "the receiver at 127.0.0.1 answers")]
        assert delete_ours(ringing.bench()) == ("PMADE02",)
        assert (ringing.subscriptions.ids, ringing.kept()) == ([], {})


def test_a_ping_that_never_came_though_the_receiver_is_well(tmp_path: Path):
    with world_of(tmp_path, "expired-certificate") as world, visited(world) as visitor:
        ringing = Ringing(world)
        ringing.subscriptions.deliver_to = lambda _url: lambda _body, _headers: 0
        create(ringing.bench(), None, f"http://127.0.0.1:{visitor.port}/pagerduty")
        (lost,) = ping_ours(ringing.bench())
        assert lost.step is Step.LOST
        assert "PagerDuty may not reach the address from outside" in lost.said

        (elsewhere,) = ping_ours(other_path(ringing, visitor.port))
        assert elsewhere.step is Step.ELSEWHERE
        assert "where Debrief's receiver says 403" in elsewhere.said


def other_path(ringing: Ringing, port: int) -> Any:
    ringing.subscriptions.shown("PMADE01")["delivery_method"]["url"] = f"http://127.0.0.1:{port}/healthz"
    return ringing.bench()


def test_a_receiver_that_reads_another_secret_is_told(tmp_path: Path):
    with world_of(tmp_path, "expired-certificate") as world, visited(world) as visitor:
        ringing = Ringing(world)
        ringing.subscriptions.deliver_to = lambda _url: lambda _body, _headers: 0
        create(ringing.bench(), None, f"http://127.0.0.1:{visitor.port}/pagerduty")
        elsewhere = type(ringing.keeper)(tmp_path / "other.env", {})
        elsewhere.keep({SECRET: "another", SUBSCRIPTION: "PMADE01"})
        (tested,) = ping_ours(ringing.bench(keeper=elsewhere))
        assert tested.step is Step.SIGNATURE
        assert "DEBRIEF_SECRETS" in tested.said

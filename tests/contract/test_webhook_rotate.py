"""`debrief webhook rotate`, killed after every call and run again: one subscription, one secret, nothing refused."""

from collections.abc import Callable, Generator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from connectors.engine.clock import VirtualClock
from connectors.errors import NotFound, Rejected, Unreachable
from connectors.pagerduty.api import PagerDutyApi
from connectors.retrying import Budget
from connectors.secrets.secrets_manager import SecretsManagerSecrets
from connectors.store.arrivals import Arrivals
from connectors.store.deliveries import Deliveries
from connectors.store.observed import keep_event
from handlers.doorway import Doorway
from handlers.envelope import Request, answered
from handlers.receive import receive
from handlers.stage import VENDORS, find_stage
from handlers.webhooks.bench import PREVIOUS_SECRET, PREVIOUS_SUBSCRIPTION, SECRET, SUBSCRIPTION, Bench
from handlers.webhooks.creating import create
from handlers.webhooks.pinging import ping_ours
from handlers.webhooks.rotating import rotate
from handlers.webhooks.standing import delete_ours
from handlers.wiring import utc_now
from tests.contract.ringing import PUBLIC, SETTINGS, Ringing
from tests.contract.staged import a_stage
from tests.contract.stores import Aws
from tests.contract.test_reconcile import resolve
from tests.vendors.pagerduty import FakePagerDuty
from tests.vendors.pagerduty_webhooks import body_of, sign
from tests.vendors.wire import Reply, served
from tests.world import world_of

pytest_plugins = ["tests.contract.store_fixtures"]

CALLS = 14
"""More than a rotation makes that read or change something outside."""


class Killed(BaseException):
    """The process is gone."""


class Dying:
    """Passes every call on, tells of it, and dies after the one that was asked for."""

    def __init__(self, target: Any, after: Callable[[], None]) -> None:
        self._target, self._after = target, after

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if not callable(value) or name in ("place", "known"):
            return value

        def called(*args: Any, **kwargs: Any) -> Any:
            came = value(*args, **kwargs)
            self._after()
            return came

        return called


class Rotation:
    """Incidents are resolved all the time: one after every call of the rotation. Where it is `cold`, another receiver
    hears of each, which has read nothing yet."""

    def __init__(self, ringing: Ringing, dies_after: int | None = None, *, cold: bool = False) -> None:
        self.ringing, self.dies_after, self.cold, self.calls = ringing, dies_after, cold, 0

    def runs(self) -> None:
        bench = self.ringing.bench()
        around = {name: Dying(getattr(bench, name), self.passes) for name in ("pagerduty", "keeper")}
        rotate(self.ringing.bench(**around))

    def passes(self) -> None:
        self.calls += 1
        if self.cold:
            self.ringing.starts_receiver()
        tells_of_a_resolve(self.ringing)
        if self.calls == self.dies_after:
            raise Killed


def tells_of_a_resolve(ringing: Ringing) -> None:
    world = ringing.world
    world.clock.advance(timedelta(seconds=31))
    ringing.subscriptions.tries_again()
    ringing.subscriptions.tells(resolve(world, 100 + resolved(ringing)))


def refused(ringing: Ringing) -> list[tuple[str, int]]:
    return [one for one in ringing.subscriptions.answered if 400 <= one[1] < 500]


def resolved(ringing: Ringing) -> int:
    return len(ringing.world.pagerduty.state()["incidents"]) - 1  # without the script's own


def journeys(ringing: Ringing) -> list[str]:
    return [journey.name for journey in ringing.world.engine.journeys() if journey.kind == "postmortem"]


@pytest.fixture
def ringing(tmp_path: Path) -> Generator[Ringing]:
    """With a subscription that delivers already."""
    with world_of(tmp_path, "expired-certificate", settings=SETTINGS) as world:
        ringing = Ringing(world)
        create(ringing.bench())
        tells_of_a_resolve(ringing)
        yield ringing


def test_another_subscription_with_another_secret_takes_over(ringing: Ringing):
    new = rotate(ringing.bench())
    assert new.id == "PMADE02"
    assert ringing.is_whole("PMADE02")


def test_every_resolve_during_a_rotation_starts_one_journey(ringing: Ringing):
    rotation = Rotation(ringing)
    rotation.runs()
    tells_of_a_resolve(ringing)
    ringing.world.clock.advance(timedelta(minutes=1))
    ringing.subscriptions.tries_again()

    assert refused(ringing) == []
    assert len(journeys(ringing)) == len(set(journeys(ringing))) == resolved(ringing) > 5
    assert 5 < rotation.calls < CALLS


@pytest.mark.parametrize("cold", [False, True], ids=["warm", "cold"])
@pytest.mark.parametrize("call", range(1, CALLS))
def test_killed_after_any_call_and_run_again_it_ends_with_one_subscription_and_one_secret(
    ringing: Ringing, call: int, cold: bool
):
    with suppress(Killed):
        Rotation(ringing, dies_after=call, cold=cold).runs()
    for _ in range(3):
        tells_of_a_resolve(ringing)
    Rotation(ringing, cold=cold).runs()
    tells_of_a_resolve(ringing)
    ringing.world.clock.advance(timedelta(minutes=1))
    ringing.subscriptions.tries_again()

    (only,) = ringing.subscriptions.ids
    assert ringing.is_whole(only)
    assert refused(ringing) == [], "at no moment was a delivery refused"
    assert len(journeys(ringing)) == len(set(journeys(ringing))) == resolved(ringing), "nothing is lost, nothing twice"


@pytest.mark.parametrize("first", range(1, CALLS, 3))
@pytest.mark.parametrize("second", [1, 3, 5])
def test_killed_twice_it_still_ends_well(ringing: Ringing, first: int, second: int):
    for call in (first, second):
        with suppress(Killed):
            Rotation(ringing, dies_after=call).runs()
    Rotation(ringing).runs()
    (only,) = ringing.subscriptions.ids
    assert ringing.is_whole(only)
    assert refused(ringing) == []


def test_a_receiver_that_has_just_read_the_old_secret_makes_pagerduty_come_back(ringing: Ringing):
    """It looks for a new one twice a minute: until then 503, which loses nothing, and the ping is sent again."""
    ringing.receives(b"{}", {"x-pagerduty-signature": f"v1={'0' * 64}"})
    rotate(ringing.bench())
    answers = [status for id_, status in ringing.subscriptions.answered if id_ == "PMADE02"]
    assert 503 in answers
    assert 202 in answers
    assert ringing.is_whole("PMADE02")


def test_what_was_on_its_way_when_the_first_was_deleted_is_accepted_still(ringing: Ringing):
    """PagerDuty waits five seconds for an answer: so long a delivery of the first may be under way."""
    body, headers = delivered_by(ringing, "PMADE01")
    answers = list[int]()

    def late(seconds: float) -> None:
        ringing.world.sleeps(seconds)
        if ringing.subscriptions.ids == ["PMADE02"]:
            ringing.starts_receiver()
            answers.append(ringing.receives(body, headers))

    rotate(ringing.bench(sleep=late))
    assert answers == [202]


def delivered_by(ringing: Ringing, id_: str) -> tuple[bytes, dict[str, str]]:
    body = body_of(resolve(ringing.world, 7))
    return body, sign(body, ringing.subscriptions.secret_of(id_)) | {"x-webhook-subscription": id_}


def test_where_the_ping_never_comes_both_stay_and_both_are_accepted(ringing: Ringing):
    delivers = ringing.subscriptions.deliver_to
    ringing.subscriptions.deliver_to = lambda _url: lambda _body, _headers: 0
    with pytest.raises(Unreachable, match="Both subscriptions stay, and both are accepted") as error:
        rotate(ringing.bench())
    assert "debrief webhook test" in str(error.value)
    assert ringing.subscriptions.ids == ["PMADE01", "PMADE02"]
    assert set(ringing.kept()) == {SECRET, SUBSCRIPTION, PREVIOUS_SECRET, PREVIOUS_SUBSCRIPTION}
    tells_of_a_resolve(ringing)
    assert refused(ringing) == []

    ringing.subscriptions.delivers_by("PMADE02", delivers(""))
    assert rotate(ringing.bench()).id == "PMADE02"
    assert ringing.is_whole("PMADE02")


def test_it_moves_to_another_address_and_nothing_is_lost(ringing: Ringing):
    moved = "https://moved.acme.example/pagerduty"
    tells_of_a_resolve(ringing)

    def telling(_: str) -> None:
        tells_of_a_resolve(ringing)

    new = rotate(ringing.bench(say=telling), moved)
    assert (new.url, ringing.is_whole(new.id)) == (moved, True)
    assert len(journeys(ringing)) == len(set(journeys(ringing))) == resolved(ringing)
    assert refused(ringing) == []


@pytest.mark.parametrize(("url", "words"), [("http://x.example/", "https"), ("https://taken.example/", "PTAKEN")])
def test_it_moves_to_no_address_that_is_not_ours(ringing: Ringing, url: str, words: str):
    ringing.subscriptions.adds("PTAKEN", "https://taken.example/")
    with pytest.raises(Rejected, match=words):
        rotate(ringing.bench(), url)
    assert ringing.subscriptions.ids == ["PMADE01", "PTAKEN"]


def test_a_new_one_that_somebody_deleted_meanwhile_is_made_again(ringing: Ringing):
    with suppress(Killed):
        Rotation(ringing, dies_after=6).runs()
    assert ringing.kept()[PREVIOUS_SUBSCRIPTION] == "PMADE01"
    ringing.bench().pagerduty.delete_webhook_subscription("PMADE02")
    assert ringing.is_whole(rotate(ringing.bench()).id)
    assert refused(ringing) == []


def test_a_creation_in_the_midst_of_a_rotation_is_refused(ringing: Ringing):
    with suppress(Killed):
        Rotation(ringing, dies_after=6).runs()
    with pytest.raises(Exception, match="debrief webhook rotate"):
        create(ringing.bench())


def test_without_a_subscription_there_is_nothing_to_rotate(ringing: Ringing):
    delete_ours(ringing.bench())
    with pytest.raises(NotFound, match="debrief webhook create"):
        rotate(ringing.bench())


def test_an_answer_that_is_lost_while_the_second_is_made_leaves_no_third(ringing: Ringing):
    ringing.world.pagerduty.fails_next("POST /webhook_subscriptions$", Reply(dropped=True), after_effect=True)
    assert ringing.is_whole(rotate(ringing.bench()).id)
    assert [one.is_well for one in ping_ours(ringing.bench())] == [True]


def test_on_a_stage_a_receiver_that_stays_warm_refuses_nothing(aws: Aws, monkeypatch: pytest.MonkeyPatch):
    """Secrets Manager with its AWSPREVIOUS, DynamoDB, and what a function has read kept for five minutes."""
    staged, fake, clock = a_stage(aws, monkeypatch, PUBLIC), FakePagerDuty(), VirtualClock(utc_now())
    staged.puts_secret("PAGERDUTY", {"PAGERDUTY_TOKEN": fake.token})
    stage = find_stage("dev")
    ids = {vendor: staged.outputs[f"{words}SecretArn"] for vendor, words in VENDORS.items()}
    secrets = SecretsManagerSecrets(stage.client("secretsmanager"), ids, clock.now)
    store = stage.store()

    doorway = Doorway(
        secrets=lambda: secrets,
        deliveries=lambda: Deliveries(store, clock.now),
        start=lambda kind, name, payload: True,  # noqa: ARG005 # the names of the port
        now=clock.now,
        keep=partial(keep_event, store),
        arrivals=lambda: Arrivals(store, clock.now),
    )

    def delivers(body: bytes, headers: dict[str, str]) -> int:
        clock.advance(timedelta(milliseconds=1))
        return answered(lambda request: receive(request, doorway), Request(headers, body)).status

    fake.now = fake.subscriptions.now = clock.now
    fake.subscriptions.deliver_to = lambda _url: delivers
    with served(fake) as url:
        api = PagerDutyApi(fake.token, Budget(lambda _: None, lambda: 0.0), base_url=url)

        def sleeps(seconds: float) -> None:
            clock.advance(timedelta(seconds=seconds))
            fake.subscriptions.tries_again()

        bench = Bench(stage, api, stage.keeper(), store, clock.now, sleeps)
        create(bench)
        assert [one.is_well for one in ping_ours(bench)] == [True]
        new = rotate(bench)
        assert [one.is_well for one in ping_ours(bench)] == [True]
        api.close()
    assert {status for _, status in fake.subscriptions.answered} <= {202, 503}
    assert fake.subscriptions.ids == [new.id]
    kept = staged.secret("PAGERDUTY")
    assert kept == {"PAGERDUTY_TOKEN": fake.token, SECRET: fake.subscriptions.secret_of(new.id), SUBSCRIPTION: new.id}
    assert set(secrets.current_and_previous(SECRET)) == {kept[SECRET], "whsec-fake-made-0001"}, "kept for five minutes"
    clock.advance(timedelta(minutes=6))
    assert secrets.current_and_previous(SECRET) == (kept[SECRET],)

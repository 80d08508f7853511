"""`debrief webhook rotate`, killed after every call and run again: one subscription, one secret, nothing refused."""

from collections.abc import Callable, Generator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import NotFound, Unreachable
from handlers.webhooks.bench import PREVIOUS_SECRET, PREVIOUS_SUBSCRIPTION, SECRET, SUBSCRIPTION
from handlers.webhooks.creating import create
from handlers.webhooks.pinging import ping_ours
from handlers.webhooks.rotating import rotate
from handlers.webhooks.standing import delete_ours
from tests.contract.ringing import SETTINGS, Ringing
from tests.contract.test_reconcile import resolve
from tests.vendors.wire import Reply
from tests.world import world_of

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
    """Incidents are resolved all the time: one after every call of the rotation."""

    def __init__(self, ringing: Ringing, dies_after: int | None = None) -> None:
        self.ringing, self.dies_after, self.calls = ringing, dies_after, 0

    def runs(self) -> None:
        bench = self.ringing.bench()
        around = {name: Dying(getattr(bench, name), self.passes) for name in ("pagerduty", "keeper")}
        rotate(self.ringing.bench(**around))

    def passes(self) -> None:
        self.calls += 1
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


@pytest.mark.parametrize("call", range(1, CALLS))
def test_killed_after_any_call_and_run_again_it_ends_with_one_subscription_and_one_secret(ringing: Ringing, call: int):
    with suppress(Killed):
        Rotation(ringing, dies_after=call).runs()
    for _ in range(3):
        tells_of_a_resolve(ringing)
    Rotation(ringing).runs()
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

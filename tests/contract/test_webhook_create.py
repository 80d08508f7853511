"""`debrief webhook create` and its like, on a PagerDuty that delivers: what is made, found again, or in the way."""

import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import ConnectorError, NotAllowed, NotFound, OutcomeUnknown, Rejected
from connectors.pagerduty.subscriptions import UNFINISHED, Scope
from connectors.pagerduty.webhook import WANTED
from connectors.secrets.keeping import FileKeeper
from handlers.webhooks.bench import PREVIOUS_SECRET, SECRET, SUBSCRIPTION
from handlers.webhooks.creating import create
from handlers.webhooks.pinging import Step, ping_ours
from handlers.webhooks.standing import delete_ours, enable, rows
from tests.contract.ringing import ADDRESS, SETTINGS, Ringing
from tests.vendors.wire import Reply
from tests.world import world_of

OTHER = "https://other.acme.example/pagerduty"


@pytest.fixture
def ringing(tmp_path: Path) -> Generator[Ringing]:
    with world_of(tmp_path, "expired-certificate", settings=SETTINGS) as world:
        yield Ringing(world)


def writes(ringing: Ringing) -> list[str]:
    calls = [f"{one.method} {one.path}" for one in ringing.world.pagerduty.requests]
    return [call for call in calls if "webhook_subscriptions" in call and not call.startswith("GET")]


def sentence(ringing: Ringing, *arguments: Any, **options: Any) -> str:
    """What a refusal says; nothing was made, changed or kept."""
    kept, there = ringing.kept(), [dict(ringing.subscriptions.shown(id_)) for id_ in ringing.subscriptions.ids]
    with pytest.raises(ConnectorError) as error:
        create(ringing.bench(), *arguments, **options)
    assert ringing.kept() == kept
    assert [dict(ringing.subscriptions.shown(id_)) for id_ in ringing.subscriptions.ids] == there
    return str(error.value)


def test_a_subscription_is_made_for_the_account_and_its_secret_is_kept_with_its_id(ringing: Ringing):
    created = create(ringing.bench())

    assert (created.how, created.subscription.id) == ("made", "PMADE01")
    shown = ringing.subscriptions.shown("PMADE01")
    assert shown["delivery_method"]["url"] == ADDRESS
    assert shown["events"] == list(WANTED)
    assert shown["filter"] == {"type": "account_reference"}
    assert ringing.is_whole("PMADE01")


def test_nothing_is_delivered_before_the_secret_is_kept(ringing: Ringing):
    create(ringing.bench())
    made, finished = writes(ringing)
    assert (made, finished) == ("POST /webhook_subscriptions", "PUT /webhook_subscriptions/PMADE01")
    bodies = [one.json() for one in ringing.world.pagerduty.requests if one.method in ("POST", "PUT")]
    assert [body["webhook_subscription"]["active"] for body in bodies] == [False, True]


def test_the_secret_is_neither_said_nor_logged(ringing: Ringing, caplog: pytest.LogCaptureFixture):
    caplog.set_level("DEBUG")
    created = create(ringing.bench())
    secret = ringing.subscriptions.secret_of("PMADE01")
    assert secret not in f"{created} {ringing.said} {caplog.text} {ringing.bench()}"


def test_the_same_again_changes_nothing(ringing: Ringing):
    create(ringing.bench())
    before = writes(ringing)
    assert create(ringing.bench()).how == "there"
    assert writes(ringing) == before
    assert ringing.is_whole("PMADE01")


def test_events_that_are_missing_are_added_and_those_of_a_person_stay(ringing: Ringing):
    create(ringing.bench())
    ringing.subscriptions.shown("PMADE01")["events"] = ["incident.reopened", "incident.triggered"]
    assert create(ringing.bench()).how == "mended"
    assert set(ringing.subscriptions.shown("PMADE01")["events"]) == {*WANTED, "incident.reopened"}


def test_one_that_a_person_switched_off_stays_off(ringing: Ringing):
    create(ringing.bench())
    ringing.subscriptions.switches_off("PMADE01")
    assert not create(ringing.bench()).subscription.is_active
    assert ringing.subscriptions.shown("PMADE01")["active"] is False


def test_an_attempt_that_never_kept_its_secret_is_replaced(ringing: Ringing):
    ringing.subscriptions.adds("PLEFT", ADDRESS, description=UNFINISHED, active=False)
    created = create(ringing.bench())
    assert (created.how, created.replaced) == ("made", ("PLEFT",))
    assert ringing.is_whole("PMADE01")


def test_an_attempt_that_kept_its_secret_is_finished(ringing: Ringing):
    ringing.world.pagerduty.fails_next("PUT /webhook_subscriptions", Reply(503), times=4)
    with pytest.raises(ConnectorError):
        create(ringing.bench())
    assert ringing.kept()[SUBSCRIPTION] == "PMADE01"
    assert create(ringing.bench()).how == "finished"
    assert ringing.is_whole("PMADE01")


@pytest.mark.parametrize("after_effect", [True, False], ids=["made", "not made"])
def test_a_lost_answer_leaves_one_subscription_and_its_secret(ringing: Ringing, after_effect: bool):
    lost = Reply(dropped=True)
    ringing.world.pagerduty.fails_next("POST /webhook_subscriptions$", lost, after_effect=after_effect)
    made = create(ringing.bench()).subscription
    assert ringing.is_whole(made.id)


def test_answers_that_are_lost_again_and_again_leave_nothing_that_delivers(ringing: Ringing):
    lost = Reply(dropped=True)
    ringing.world.pagerduty.fails_next("POST /webhook_subscriptions$", lost, times=2, after_effect=True)
    with pytest.raises(OutcomeUnknown):
        create(ringing.bench())
    assert not any(ringing.subscriptions.shown(id_)["active"] for id_ in ringing.subscriptions.ids)
    assert ringing.is_whole(create(ringing.bench()).subscription.id)


def test_a_secret_that_was_kept_by_hand_goes_on_counting(ringing: Ringing):
    ringing.keeper.keep({SECRET: "by-hand"})
    create(ringing.bench())
    assert ringing.kept()[PREVIOUS_SECRET] == "by-hand"


def test_one_that_somebody_deleted_in_pagerduty_is_made_anew(ringing: Ringing):
    ringing.keeper.keep({SECRET: "of-the-lost", SUBSCRIPTION: "PLOST"})
    assert create(ringing.bench()).how == "made"
    assert ringing.is_whole("PMADE01")


def test_somebody_elses_subscription_to_the_same_address_is_not_touched(ringing: Ringing):
    ringing.subscriptions.adds("PFOREIGN", "https://debrief.ACME.example/pagerduty/")
    told = sentence(ringing)
    assert "PFOREIGN delivers to this address already" in told
    assert "debrief webhook did not make it" in told
    assert f"write its id as {SUBSCRIPTION}" in told


def test_one_that_was_made_by_hand_is_ours_once_its_id_is_kept(ringing: Ringing):
    ringing.subscriptions.adds("PHAND", ADDRESS, "by-hand", events=["incident.resolved"])
    ringing.keeper.keep({SECRET: "by-hand", SUBSCRIPTION: "PHAND"})
    assert create(ringing.bench()).how == "mended"
    assert [row.is_ours for row in rows(ringing.bench())] == [True]


@pytest.mark.parametrize(
    ("scope", "url", "words", "remedy"),
    [
        (Scope("service", "PSVC01"), None, "is there already, for the whole account", "debrief webhook delete"),
        (None, OTHER, "delivers to another address", f"debrief webhook rotate --url {OTHER}"),
    ],
)
def test_what_is_there_and_was_not_asked_for_is_said(
    ringing: Ringing, scope: Scope | None, url: str | None, words: str, remedy: str
):
    create(ringing.bench())
    told = sentence(ringing, scope, url)
    assert words in told
    assert remedy in told


def test_ten_subscriptions_are_all_that_pagerduty_takes(ringing: Ringing):
    for number in range(10):
        ringing.subscriptions.adds(f"PX{number}", f"https://{number}.acme.example/")
    told = sentence(ringing)
    assert "PagerDuty takes 10 subscriptions for the whole account, and has them" in told
    assert "debrief webhook list" in told
    assert create(ringing.bench(), Scope("service", "PSVC01")).how == "made", "each service has ten of its own"


@pytest.mark.parametrize(
    "url", ["http://debrief.acme.example/pagerduty", "ftp://x", "nonsense", "https://", "https://x:y/"]
)
def test_an_address_that_is_not_https_is_refused(ringing: Ringing, url: str):
    assert "https" in sentence(ringing, None, url)


def test_without_an_address_the_setting_is_named(tmp_path: Path):
    with world_of(tmp_path, "expired-certificate") as world:
        told = sentence(Ringing(world))
    assert "nobody said where this machine is reached" in told
    assert "publish.public_base_url" in told
    assert "--url" in told


def test_a_wrong_token_names_token_and_region(ringing: Ringing):
    ringing.world.pagerduty.token = "another"
    told = sentence(ringing)
    assert "PAGERDUTY_TOKEN" in told
    assert "pagerduty.region" in told


def test_a_role_that_may_not_make_webhooks_is_named(ringing: Ringing):
    ringing.subscriptions.may_manage = False
    told = sentence(ringing)
    assert "webhook_subscriptions.write" in told
    assert "Account Owner" in told
    assert "read-only key" in told


def test_a_keeper_that_may_not_be_written_is_found_out_before_anything_is_made(ringing: Ringing):
    keeper = FileKeeper(ringing.world.machine.secrets_file, {SECRET: "set"})
    with pytest.raises(NotAllowed, match="out of the environment"):
        create(ringing.bench(keeper=keeper))
    assert writes(ringing) == []


def test_a_keeper_that_refuses_afterwards_leaves_no_subscription(ringing: Ringing):
    class Refusing(FileKeeper):
        def keep(self, values: Any) -> None:
            if (values[SUBSCRIPTION] or "").startswith("PMADE"):
                raise NotAllowed("writing", "status 400", "Allow it.")
            super().keep(values)

    with pytest.raises(NotAllowed, match="PMADE01 that was made for it is deleted again"):
        create(ringing.bench(keeper=Refusing(ringing.world.machine.secrets_file, {})))
    assert ringing.subscriptions.ids == []
    assert ringing.kept() == {}


def test_a_keeper_whose_answer_was_lost_is_read(ringing: Ringing):
    class Losing(FileKeeper):
        def keep(self, values: Any) -> None:
            super().keep(values)
            raise OutcomeUnknown("writing", "no whole answer")

    created = create(ringing.bench(keeper=Losing(ringing.world.machine.secrets_file, {})))
    assert ringing.is_whole(created.subscription.id)


def test_a_service_that_is_not_there_is_asked_about(ringing: Ringing):
    ringing.world.pagerduty.fails_next("POST /webhook_subscriptions$", Reply(400, {}, b"{}"))
    told = sentence(ringing, Scope("service", "PNOWHERE"))
    assert "Does the service PNOWHERE exist" in told


def test_a_ping_comes_through_the_whole_path(ringing: Ringing):
    create(ringing.bench())
    (tested,) = ping_ours(ringing.bench())
    assert (tested.step, tested.is_well) == (Step.ACCEPTED, True)
    assert ringing.world.slept == []


def test_what_stands_in_the_way_of_a_ping_is_said(ringing: Ringing):
    create(ringing.bench())
    ringing.subscriptions.disables("PMADE01")
    assert [one.step for one in ping_ours(ringing.bench())] == [Step.DISABLED]
    assert enable(ringing.bench()) == ("PMADE01",)
    assert [one.step for one in ping_ours(ringing.bench())] == [Step.ACCEPTED]
    assert enable(ringing.bench()) == ()
    ringing.subscriptions.switches_off("PMADE01")
    assert [one.step for one in ping_ours(ringing.bench())] == [Step.SWITCHED_OFF]


def test_a_ping_that_pagerduty_refuses_is_told_in_its_words(ringing: Ringing):
    create(ringing.bench())
    ringing.subscriptions.may_manage = False
    (tested,) = ping_ours(ringing.bench())
    assert tested.step is Step.REFUSED
    assert "webhook_subscriptions.write" in tested.said


def test_a_ping_that_is_signed_with_another_secret_is_told_from_one_that_never_came(ringing: Ringing):
    create(ringing.bench())
    ringing.keeper.keep({SECRET: "another"})
    ringing.starts_receiver()
    (tested,) = ping_ours(ringing.bench())
    assert tested.step is Step.SIGNATURE
    assert "debrief webhook rotate" in tested.said


def test_an_address_that_nobody_answers_at_is_told_after_half_a_minute(ringing: Ringing):
    created = create(ringing.bench(), None, "http://127.0.0.1:9/pagerduty")
    ringing.subscriptions.deliver_to = lambda _url: lambda _body, _headers: 0
    ringing.subscriptions.adds(created.subscription.id, "http://127.0.0.1:9/pagerduty", "s", lambda _b, _h: 0)
    (tested,) = ping_ours(ringing.bench())
    assert tested.step is Step.UNREACHABLE
    assert "127.0.0.1 is not reachable from here: connection refused" in tested.said
    assert sum(ringing.world.slept) == 30
    assert any("10 of 30 seconds" in line for line in ringing.said)


def test_a_list_shows_whose_each_is(ringing: Ringing):
    ringing.subscriptions.adds(
        "POTHER", "https://elsewhere.example/hook", filter={"type": "team_reference", "id": "PT1"}
    )
    create(ringing.bench())
    list(ping_ours(ringing.bench()))
    ours, other = rows(ringing.bench())
    assert (ours.subscription.id, ours.is_ours, ours.state, ours.last_at) == (
        "PMADE01", True, "on", ringing.world.clock.now(),
    )  # fmt: skip
    assert (other.is_ours, other.subscription.scope, other.last_at) == (False, Scope("team", "PT1"), None)


def test_deleting_takes_the_secret_away_and_leaves_others_alone(ringing: Ringing):
    ringing.subscriptions.adds("POTHER", "https://elsewhere.example/hook")
    create(ringing.bench())
    assert delete_ours(ringing.bench()) == ("PMADE01",)
    assert ringing.subscriptions.ids == ["POTHER"]
    assert ringing.kept() == {}
    assert delete_ours(ringing.bench()) == ()


def test_a_deletion_that_was_stopped_is_ended_by_the_next(ringing: Ringing):
    create(ringing.bench())
    bench = ringing.bench()
    bench.pagerduty.delete_webhook_subscription("PMADE01")
    delete_ours(bench)
    assert ringing.kept() == {}


def test_none_of_ours_is_pinged_where_there_is_none(ringing: Ringing):
    ringing.subscriptions.adds("PFOREIGN", ADDRESS)
    assert list(ping_ours(ringing.bench())) == []


def test_every_refusal_is_one_line(ringing: Ringing):
    ringing.subscriptions.adds("PFOREIGN", ADDRESS)
    assert not re.search(r"\n", sentence(ringing))
    with pytest.raises((NotFound, Rejected)):
        create(ringing.bench())

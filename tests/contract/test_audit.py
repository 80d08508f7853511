"""Every writing outside leaves a record: what, whose, when, and a hash of it; never its words."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connectors.effects import Ledger
from connectors.store.audit import Audit, What
from connectors.store.port import Conflict
from handlers.actions import bell_of
from postmortem.action_items.decision import Decision
from tests.contract.test_story_of_an_item import CHANNEL
from tests.simulation.broken import Broken
from tests.simulation.faults import Fault, Kind, strikes
from tests.simulation.household import Household, household_of
from tests.simulation.invariants_audit import SEEN_BY_NOBODY, check_at_rest, every_record, expected, unrecorded
from tests.simulation.outside import Call

URL = "https://debrief.acme.example"
SETTINGS: dict[str, Any] = {"publish": {"public_base_url": URL}, "slack": {"unclear_wait": "60s"}}


def lives_a_life(household: Household) -> None:
    """Resolved, decided about, come back to, swept and reconciled for days."""
    household.pagerduty.subscriptions.adds("PSUB01", f"{URL}/pagerduty")
    household.resolves()
    household.lives(timedelta(minutes=30))
    decides(household, verdict="accepted")
    household.lives(timedelta(hours=1))
    decides(household, verdict="accepted", text="Alert on CRC errors of every uplink", owner="Ivo Petrov")
    household.pagerduty.subscriptions.disables("PSUB01")
    for _ in range(3):
        household.sweeps()
        household.reconciles()
        household.lives(timedelta(hours=24))


def decides(household: Household, **decided: Any) -> None:
    now = household.clock.now()
    items = household.postmortem().action_items
    if not items:
        return
    decision = Decision(item_id=items[0].id, by="Hana Kimura", where="here", at=now, **decided)
    bell = bell_of(household.incident_id(), decision, ())
    household.engine.start("postmortem", f"de-{now:%H%M}", bell | {"journey": f"de-{now:%H%M}", "once": f"{now}"})


def test_every_writing_of_a_whole_life_has_its_record():
    with household_of("came-back", settings=SETTINGS, confluence=True) as household:
        lives_a_life(household)
        records = every_record(household)
        assert [*unrecorded(household)] == []
    assert {one.what for one in records} >= set(What) - {What.FILE, What.CHANNEL, What.COMMENT, What.WEBHOOK}
    assert all(one.by and one.digest and one.at.tzinfo for one in records)
    assert {one.state for one in records} == {"made", "sent"}


@pytest.mark.parametrize("kind", [Kind.TIMEOUT_AFTER, Kind.RESET, Kind.LATE])
def test_writings_whose_answer_was_lost_are_recorded_too(kind: Kind):
    """Each kind of writing loses its first answer, after it took effect."""
    states = set[str]()
    with household_of("came-back", settings=SETTINGS, confluence=True) as household:
        household.outside.meets = _losing_the_first_of_each(household, Fault(kind, 1 if kind is Kind.RESET else 0))
        lives_a_life(household)
        assert [*unrecorded(household)] == []
        states = {one.state for one in every_record(household)}
    assert "adopted" in states


def test_writings_of_a_process_that_died_are_recorded_too():
    """Killed after each kind of writing took effect, before anything could be written down."""
    with household_of("came-back", settings=SETTINGS, confluence=True) as household:
        household.outside.meets = _losing_the_first_of_each(household, Fault(Kind.KILL, 1))
        lives_a_life(household)
        assert [*unrecorded(household)] == []
        assert household.deaths >= 5


def _losing_the_first_of_each(household: Household, fault: Fault) -> Callable[[Call, Callable[[], Any]], Any]:
    struck = set[frozenset[What]]()

    def meets(call: Call, act: Callable[[], Any]) -> Any:
        is_ours = call.writes and call.to not in ("store", "engine") and not SEEN_BY_NOBODY.fullmatch(call.what)
        kind = expected(call.what)[0] if is_ours else None
        if kind is None or kind in struck:
            return act()
        struck.add(kind)
        return strikes(fault, household, call, act)

    return meets


def test_a_file_that_is_shared_and_a_channel_that_is_joined_are_recorded():
    with household_of("checkout-latency", settings={"publish": {"public_base_url": None}}) as household:
        channel = next(iter(household.slack.workspace.channels.values()))
        channel.info["is_member"] = False
        household.resolves()
        household.lives(timedelta(hours=1))
        records = every_record(household)
        assert [*unrecorded(household)] == []
    assert {What.FILE, What.CHANNEL} <= {one.what for one in records}


def test_a_record_holds_no_words_and_no_tokens():
    with household_of("came-back", settings=SETTINGS, confluence=True) as household:
        lives_a_life(household)
        told = json.dumps([[*map(str, (one.target, one.key, one.by, one.digest))] for one in every_record(household)])
        items = [item.text for item in household.postmortem().action_items]
        secrets = [household.slack.token, household.jira.token, household.pagerduty.token]
    assert not [words for words in (*items, *secrets, CHANNEL) if words in told]


def test_a_replay_writes_the_record_once_and_none_is_ever_changed():
    with household_of("came-back", settings=SETTINGS) as household:
        audit = Audit(household.store, "Q1", "pm-1")
        now = household.clock.now()
        for minutes in (0, 5):
            audit.will_send(What.LINK, "CHK-1", ["https://x"], now + timedelta(minutes=minutes))
        audit.will_send(What.LINK, "CHK-1", ["https://y"], now)
        assert [one.at for one in audit.all()] == [now, now]
        lives_a_life(household)
        ledger = Ledger(household.store, household.incident_id())
        done = {key: effect for key, effect in ledger.lines() if effect.state == "done"}
        name = f"AUDIT#pm-1#link#CHK-1#{next(audit.all()).digest[:16]}"
        with pytest.raises(Conflict):
            household.store.write("INC#Q1", name, {}, expected=0)
        household.engine.start("postmortem", "again", {"incident_id": household.incident_id(), "journey": "again"})
        household.lives(timedelta(days=2))
        assert done.items() <= dict(ledger.lines()).items()


@pytest.mark.parametrize(("kind", "of"), [("EFFECT#pm-", "issue"), ("AUDIT#", "link"), ("EFFECT#pagerduty", "note")])
def test_a_writing_without_its_record_is_noticed(kind: str, of: str):
    with household_of("stale_replica", settings=SETTINGS) as household:
        household.resolves()
        household.lives(timedelta(hours=1))
        check_at_rest(household)
        store, owner = household.store.store, f"INC#{household.incident_id()}"
        for record in list(store.list(owner, kind)):
            store.delete(owner, record.sort, expected=record.version)
        with pytest.raises(Broken, match=f"17: no record tells of .*{of}"):
            check_at_rest(household)


def test_a_store_that_does_not_answer_for_a_moment_costs_no_link_and_no_chat():
    """Every record is refused at first: nothing is left out for it."""
    with household_of("checkout-latency", settings=SETTINGS, confluence=True) as household:
        next(iter(household.slack.workspace.channels.values())).info["is_member"] = False
        household.outside.meets = _without_the_store_at_first(household)
        household.resolves()
        household.lives(timedelta(hours=3))
        assert len(household.jira.remote_links) == 3
        assert not [item.said for item in household.postmortem().action_items if item.said]
        assert "[#inc-4211]" in household.draft()
        assert [*unrecorded(household)] == []


def _without_the_store_at_first(household: Household) -> Callable[[Call, Callable[[], Any]], Any]:
    struck = set[str]()

    def meets(call: Call, act: Callable[[], Any]) -> Any:
        if " AUDIT#" not in call.what or call.what in struck:
            return act()
        struck.add(call.what)
        return strikes(Fault(Kind.TIMEOUT_BEFORE), household, call, act)

    return meets

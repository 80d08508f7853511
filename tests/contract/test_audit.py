"""Every writing outside leaves a record: what, whose, when, and a hash of it; never its words."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from connectors.audited import Audited, audited
from connectors.effects import Ledger
from connectors.store.audit import Audit, What
from connectors.store.port import Conflict
from handlers.actions import bell_of
from postmortem.action_items.decision import Decision
from tests.contract.test_story_of_an_item import CHANNEL
from tests.simulation.faults import Fault, Kind, strikes
from tests.simulation.household import Household, household_of
from tests.simulation.outside import Call

URL = "https://debrief.acme.example"
SETTINGS: dict[str, Any] = {"publish": {"public_base_url": URL}, "slack": {"unclear_wait": "60s"}}

_WRITES: tuple[tuple[str, frozenset[What]], ...] = (
    (r"POST /rest/api/3/issue", frozenset({What.ISSUE})),
    (r"POST /rest/api/3/issue/([^/]+)/remotelink", frozenset({What.LINK})),
    (r"POST /rest/api/3/issue/[^/]+/comment", frozenset({What.COMMENT})),
    (r"PUT /rest/api/3/issue/[^/]+/assignee", frozenset({What.ASSIGNEE, What.ISSUE_EDIT})),
    (r"PUT /rest/api/3/issue/[^/]+", frozenset({What.ISSUE_EDIT})),
    (r"POST /api/chat\.postMessage", frozenset({What.MESSAGE})),
    (r"POST /api/chat\.update", frozenset({What.MESSAGE_EDIT})),
    (r"POST /api/files\.getUploadURLExternal|POST /upload.*|POST /api/files\.completeUploadExternal",
     frozenset({What.FILE})),
    (r"POST /api/conversations\.join", frozenset({What.CHANNEL})),
    (r"POST /incidents/[^/]+/notes", frozenset({What.NOTE})),
    (r"POST /wiki/api/v2/pages", frozenset({What.PAGE})),
    (r"POST /wiki/(?:api/v2/pages|rest/api/content)/([^/]+)/(?:properties|label)", frozenset({What.PAGE_MARK})),
    (r"PUT /wiki/api/v2/pages/([^/]+)", frozenset({What.PAGE_EDIT})),
    (r"POST /webhook_subscriptions/([^/]+)/enable", frozenset({What.SUBSCRIPTION})),
)  # fmt: skip
_OWNERS = """SELECT DISTINCT "partition" FROM records WHERE "partition" LIKE 'INC#%'"""
_SEEN_BY_NOBODY = re.compile(r"POST /api/conversations\.open")
"""A direct message without a message in it."""


def every_record(household: Household) -> list[Audited]:
    with closing(sqlite3.connect(household.machine.home / "records.sqlite")) as records:
        found = records.execute(_OWNERS).fetchall()
    return [one for (partition,) in found for one in audited(household.store, partition.removeprefix("INC#"))]


def unrecorded(household: Household) -> Iterator[str]:
    """Every writing that a vendor was asked for, or shows, and that no record tells of."""
    records = every_record(household)
    targets = {what: [one.target for one in records if one.what == what] for what in What}
    for call in household.outside.calls:
        if call.writes and call.to not in ("store", "engine") and not _SEEN_BY_NOBODY.fullmatch(call.what):
            whats, target = _expected(call.what)
            if not any(target in shown for what in whats for shown in targets[what]):
                yield call.what
    for what, ids in _shown(household).items():
        # Of what is unclear the vendor's name for it is not known; that it was sent is.
        unclear = [one for one in records if one.what == what and one.state == "unclear"]
        yield from (f"{what} {id_}" for id_ in ids if id_ not in targets[what] and not unclear)


def _expected(call: str) -> tuple[frozenset[What], str]:
    for pattern, whats in _WRITES:
        if found := re.fullmatch(pattern, call):
            return whats, found.group(1) if found.groups() else ""
    raise AssertionError(f"nobody said how this is recorded: {call}")


def _shown(household: Household) -> dict[What, list[str]]:
    """What the vendors hold of ours, by its name."""
    issues, workspace = household.jira.issues, household.slack.workspace
    ours = [issue["key"] for issue in issues if any(label.startswith("pm-") for label in issue["fields"]["labels"])]
    ids = {channel.info["name"]: channel.info["id"] for channel in workspace.channels.values()}
    posts = [one for one in workspace.posted if not one.get("files")]
    return {
        What.ISSUE: ours,
        What.COMMENT: [str(one["id"]) for issue in ours for one in household.jira.comments(issue)],
        What.MESSAGE: [f"{ids.get(one['channel'], one['channel'])}/{one['ts']}" for one in posts],
        What.PAGE: [page.id for page in household.confluence.ours()],
    }


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
    assert {one.what for one in records} >= set(What) - {What.FILE, What.CHANNEL, What.COMMENT}
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
        is_ours = call.writes and call.to not in ("store", "engine") and not _SEEN_BY_NOBODY.fullmatch(call.what)
        kind = _expected(call.what)[0] if is_ours else None
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

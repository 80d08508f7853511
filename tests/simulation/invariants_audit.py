"""17 (ours): every writing that a vendor was asked for, or shows, has its record (`connectors/audited.py`)."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from connectors.audited import Audited, audited
from connectors.effects import Ledger
from connectors.store.audit import What
from tests.simulation.broken import Broken
from tests.simulation.household import Household

WRITES: tuple[tuple[str, frozenset[What]], ...] = (
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
SEEN_BY_NOBODY = re.compile(r"POST /api/(conversations\.open|views\.open|chat\.postEphemeral)")
"""A direct message without a message in it; what only the person who pressed a button sees, and only then."""


def every_record(household: Household) -> list[Audited]:
    return [one for owner in _owners(household) for one in audited(household.store.store, owner)]


def _owners(household: Household) -> list[str]:
    with closing(sqlite3.connect(household.machine.home / "records.sqlite")) as records:
        return [partition.removeprefix("INC#") for (partition,) in records.execute(_OWNERS)]


def _let_go(household: Household) -> Iterator[tuple[What, str]]:
    """What was sent and refused, and may be sent again: its line tells who sent it, though nothing came of it."""
    for owner in _owners(household):
        for key, effect in Ledger(household.store.store, owner).lines():
            if effect.state == "free" and effect.origin and effect.sent_at:
                yield effect.origin.what, key


def unrecorded(household: Household) -> Iterator[str]:
    """Every writing that a vendor was asked for, or shows, and that no record tells of."""
    records = every_record(household)
    targets = {what: [name for one in records if one.what == what for name in (one.target, one.key)] for what in What}
    for what, key in _let_go(household):
        targets[what].append(key)
    for call in household.outside.calls:
        if call.writes and call.to not in ("store", "engine") and not SEEN_BY_NOBODY.fullmatch(call.what):
            whats, target = expected(call.what)
            if not any(target in shown for what in whats for shown in targets[what]):
                yield call.what
    for what, ids in _shown(household).items():
        # Of what is unclear the vendor's name for it is not known; that it was sent is.
        unclear = [one for one in records if one.what == what and one.state == "unclear"]
        yield from (f"{what} {id_}" for id_ in ids if id_ not in targets[what] and not unclear)


def expected(call: str) -> tuple[frozenset[What], str]:
    for pattern, whats in WRITES:
        if found := re.fullmatch(pattern, call):
            return whats, found.group(1) if found.groups() else ""
    raise Broken(17, f"nobody said how this is recorded: {call}")


def _shown(household: Household) -> dict[What, list[str]]:
    """What the vendors hold of ours, by its name."""
    issues, workspace = household.jira.issues, household.slack.workspace
    labels = {issue["key"]: _labels(issue) for issue in issues if _labels(issue)}
    ids = {channel.info["name"]: channel.info["id"] for channel in workspace.channels.values()}
    posts = [one for one in workspace.posted if not one.get("files")]
    return {
        What.ISSUE: [label for marks in labels.values() for label in marks],
        What.MESSAGE: [f"{ids.get(one['channel'], one['channel'])}/{one['ts']}" for one in posts],
        What.PAGE: [page.id for page in household.confluence.ours()],
    }


def _labels(issue: dict[str, Any]) -> list[str]:
    """By its label: a person may have moved it, and then it has another key."""
    return [label for label in issue["fields"]["labels"] if label.startswith("pm-")]


def check_at_rest(household: Household) -> None:
    for missing in unrecorded(household):
        raise Broken(17, f"no record tells of {missing}")

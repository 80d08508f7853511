"""What is held: by the folder right after a kill, by the fakes and the folder at rest. Each sentence is a violation."""

import json
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from connectors.engine.journal import Journal
from connectors.store.shelf import Shelf
from handlers.receive import KEPT
from postmortem.announcement import HEAD
from tests.neighbours import Neighbours
from tests.simulation.kills.incidents import Incident
from tests.simulation.kills.sender import Accepted

DATABASES = ("journal.db", "records.sqlite")
NEEDS_NOTHING = "needs nothing now"
_EDITION = re.compile(r"<!-- debrief:edition ([0-9a-f]{16}) -->\s*\Z")


def torn(home: Path) -> Iterator[str]:
    """What a process that was killed just now left behind broken. Nothing in the folder is touched."""
    for file in (home / "files").rglob("*"):
        yield from _torn_file(file) if file.is_file() else ()
    with TemporaryDirectory() as folder:
        for name in DATABASES:
            if (home / name).exists():
                yield from _broken(_copied(home / name, Path(folder)))


def forgotten(home: Path, accepted: Sequence[Accepted]) -> Iterator[str]:
    """Events that were answered with 2xx, and of which the folder knows nothing right after a kill."""
    with TemporaryDirectory() as folder:
        marks, kept = _marks(home, Path(folder)), _events_kept(home, Path(folder))
        journeys = _names_of_journeys(home, Path(folder))
    for one in accepted:
        journey = marks.get(one.event_id)
        if NEEDS_NOTHING in one.reason:
            continue
        if journey is None:
            yield f"the event {one.event_id} was accepted ({one.reason}), and is not remembered"
        elif journey == KEPT and one.event_id not in kept:
            yield f"the event {one.event_id} was accepted ({one.reason}), and is not kept"
        elif journey != KEPT and journey not in journeys:
            yield f"the event {one.event_id} was accepted ({one.reason}), and {journey} is not in the journal"


def wrong_at_rest(town: Neighbours, incidents: Sequence[Incident], accepted: Sequence[Accepted]) -> Iterator[str]:
    """Of every incident one of each thing, with what was suggested accepted; nothing beside, and nothing forgotten."""
    yield from forgotten(town.machine.home, accepted)
    yield from _leftovers(town.machine.home)
    yield from _journeys_not_done(town.machine.home)
    store = town.machine.store()
    for incident in incidents:
        shelf = Shelf(store, incident.id)
        yield from (f"{incident.id}: {what}" for what in _wrong_with(town, incident, shelf))
    store.close()
    keys = Counter(key for issue in town.jira.issues for key in _keys(issue))
    yield from (f"{times} issues have the key {key}" for key, times in keys.items() if times > 1)
    surplus = len(town.jira.issues) - sum(incident.issues for incident in incidents)
    if surplus:
        yield f"{surplus:+} issues beside those of the action items"


def _wrong_with(town: Neighbours, incident: Incident, shelf: Shelf) -> Iterator[str]:
    kept = shelf.postmortem()
    if kept is None:
        yield "no postmortem is kept"
        return
    issues = [item.issue_key for item in kept.action_items if item.issue_key]
    if len(set(issues)) != incident.issues:
        yield f"{incident.issues} action items, and the postmortem names the issues {issues}"
    yield from _wrong_draft(town.machine.home, incident.id, issues)
    yield from _wrong_in_jira(town, incident.id, issues)
    ours = [message for message in town.slack.workspace.posted if message["channel"] == incident.channel]
    counts = {
        "announcements": sum(HEAD in message["text"] for message in ours),
        "files in the channel": sum(bool(message.get("files")) for message in ours),
        "notes": sum(id_ == incident.id for id_, _ in town.pagerduty.written_notes),
    }
    yield from (f"{times} {what}" for what, times in counts.items() if times != 1)


def _wrong_draft(home: Path, incident_id: str, issues: Sequence[str]) -> Iterator[str]:
    drafts = sorted((home / "files" / "drafts").glob(f"*{incident_id}*"))
    if len(drafts) != 1:
        yield f"{len(drafts)} drafts: {[draft.name for draft in drafts]}"
        return
    text = drafts[0].read_text()
    yield from (f"the draft does not name {key}" for key in issues if f"[{key}]" not in text)
    named = _EDITION.search(text)
    if named is None or not (home / "files" / "editions" / incident_id / f"{named[1]}.json").exists():
        yield "the draft's edition is not kept"


def _wrong_in_jira(town: Neighbours, incident_id: str, issues: Sequence[str]) -> Iterator[str]:
    held = {issue["key"] for issue in town.jira.issues}
    for key in issues:
        links = len(town.jira.remote_links.get(key, []))
        if key not in held or links != 1:
            yield f"{key} is {'held' if key in held else 'not held'} by Jira, with {links} links to {incident_id}"


def _leftovers(home: Path) -> Iterator[str]:
    yield from torn(home)
    yield from (f"{name.name} is left over" for name in home.glob("files.*") if name.exists())


def _journeys_not_done(home: Path) -> Iterator[str]:
    journal = Journal(home / "journal.db")
    for journey in journal.journeys():
        if journey.state != "done":
            yield f"{journey.name} is {journey.state}: {journey.error}"
    journal.close()


def _torn_file(file: Path) -> Iterator[str]:
    content = file.read_bytes()
    if file.suffix == ".json" and content:  # an edition that is needed no more is emptied
        try:
            json.loads(content)
        except ValueError as error:
            yield f"{file.name} is torn: {error}"
    elif file.suffix == ".md" and not _EDITION.search(content.decode(errors="replace")):
        yield f"{file.name} is torn: it does not end with the name of its edition"


def _copied(database: Path, folder: Path) -> Path:
    """With what is not yet in the file itself: to look into it changes it, and the next process is to do that."""
    for end in ("", "-wal"):
        if (part := database.with_name(database.name + end)).exists():
            shutil.copy(part, folder)
    return folder / database.name


def _broken(database: Path) -> Iterator[str]:
    answers = _asked(database, "PRAGMA integrity_check")
    if answers != [("ok",)]:
        yield f"{database.name}: {answers[:3]}"


def _marks(home: Path, folder: Path) -> dict[str, str]:
    sql = """SELECT "partition", value FROM records WHERE "partition" LIKE 'EVT#%'"""
    known = _asked(_copied(home / "records.sqlite", folder), sql)
    return {partition.removeprefix("EVT#"): json.loads(value)["journey"] for partition, value in known}


def _events_kept(home: Path, folder: Path) -> set[str]:
    sql = "SELECT sort FROM records WHERE sort LIKE 'OBSERVED#%'"
    return {sort.rpartition("/")[2] for (sort,) in _asked(_copied(home / "records.sqlite", folder), sql)}


def _names_of_journeys(home: Path, folder: Path) -> set[str]:
    return {name for (name,) in _asked(_copied(home / "journal.db", folder), "SELECT name FROM journeys")}


def _asked(database: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()


def _keys(issue: dict[str, Any]) -> list[str]:
    return [label for label in issue["fields"]["labels"] if label.startswith("pm-")]

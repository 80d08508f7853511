"""What became of issues: read in Jira, shown in the documents, and those documents closed whose items are all done."""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import batched
from typing import Any

from connectors.at_once import at_once
from connectors.errors import ConnectorError
from connectors.jira.api import MOST_AT_ONCE
from connectors.logs import bound
from connectors.patience import patiently
from connectors.steps import Json, Steps
from connectors.store.following import Following
from connectors.store.life import Life
from connectors.store.news import News
from connectors.store.port import ABSENT
from handlers.confluence import links_to_it, make_confluence_page, write_confluence_page
from handlers.house import House
from handlers.items import known_house, places_in
from handlers.leasing import under_the_lease
from handlers.looking import look_at_all, look_at_one
from handlers.publishing import publish
from handlers.work import Work, has_a_draft, kept_postmortem, shelf_of, the_postmortem
from postmortem.follow_up.closing import BY, closed_message, may_close
from postmortem.follow_up.followed import FollowedItem
from postmortem.follow_up.standing import is_looked_at
from postmortem.life import StatusChange

MOST_READ = 10_000
"""Issues in one day, those first that were read longest ago: more names than a step may keep."""


def read_followed_issues(steps: Steps, house: House) -> dict[str, Any]:
    """Read every followed issue, a hundred a call. {"read": how many}, or {"failed": why}: what was not read stays as
    it was, and is read by the next sweep."""
    ids = steps.run("which issues are read", lambda: _ids_to_read(house))
    for number, page in enumerate(batched(map(str, ids), MOST_AT_ONCE, strict=False), 1):
        try:
            patiently(steps, f"read issues, page {number}", partial(_read_page, house, page))
        except ConnectorError as error:
            return {"failed": str(error)}
    return {"read": len(ids)}


def read_one_issue(steps: Steps, house: House, issue_id: str) -> str | None:
    """Read one issue that something is said to have happened to. The incident it is of; None where it is not ours.

    Raises ConnectorError where Jira does not answer: the engine tries again, and the sweep reads it in any case.
    """
    jira = house.jira
    if jira is None:
        return None

    def read() -> str | None:
        item = look_at_one(house.store, jira, issue_id, house.now())
        return item.incident_id if item else None

    return patiently(steps, "read the issue", read)


def show_news(steps: Steps, house: House, journey: str, incident_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Let the documents show what became of their items, and close those whose items are all done."""
    return steps.each(
        "show what became", list(incident_ids), lambda child, id_: show_incident(child, house, journey, id_)
    )


def show_incident(
    steps: Steps, house: House, journey: str, incident_id: str, version: int | None = None
) -> dict[str, Any]:
    """One incident, under its lease. {"document", "page", "closed"}, or {"failed": why}: the next sweep shows it.
    `version` is that of its news, where it was looked up.

    In one step, where nobody is waited for: a sweep may show hundreds, and each step is written down.
    """
    with bound(incident=incident_id):
        return at_once(steps, "show it", lambda once: _shown(once, house, journey, incident_id, version))


def _shown(steps: Steps, house: House, journey: str, incident_id: str, version: int | None) -> dict[str, Any]:
    work = Work(steps, house, incident_id, journey)
    if version is None:
        version = steps.run("which news", lambda: News(house.store).version(incident_id))
    try:
        shown = under_the_lease(work, _show)
    except ConnectorError as error:
        if steps.run("is there a draft", lambda: has_a_draft(work)):
            return {"failed": str(error)}
        shown = {"why_not": str(error)}  # nor will there be one in an hour
    if version != ABSENT:
        steps.run("it is shown", lambda: News(house.store).shown(incident_id, version))
    return shown


def mark_what_may_close(house: House) -> int:
    """Mark the incidents of which nothing is left to do: they were reviewed since, or a permission was mended."""
    by_incident: dict[str, list[FollowedItem]] = {}
    for item in Following(house.store).all():
        by_incident.setdefault(item.incident_id, []).append(item)
    ready = [id_ for id_, items in by_incident.items() if _may_close(house, id_, items)]
    for incident_id in ready:
        News(house.store).mark(incident_id)
    return len(ready)


def _ids_to_read(house: House) -> list[Json]:
    now = house.now()
    looked_at = [item for item in Following(house.store).all() if is_looked_at(item, now)]
    looked_at.sort(key=lambda item: (item.read_at.isoformat() if item.read_at else "", item.key))
    return list[Json]([item.issue_id for item in looked_at[:MOST_READ]])


def _read_page(house: House, ids: Iterable[str]) -> int:
    """How many of these issues tell something new."""
    return look_at_all(house.store, house.jira, ids, house.now()) if house.jira else 0


def _show(work: Work, token: int) -> dict[str, Any]:
    """Where it was talked about is looked up under the lease: a round may have come to more while this one waited."""
    known = work.steps.run("look up the places under the lease", lambda: places_in(work.shelf.state()))
    work = known_house(work, known)
    is_closed = work.steps.run("close it where all is done", lambda: _close(work))
    document = publish(work, "publish what became of the items")
    page = write_confluence_page(work, token, make_confluence_page(work, token, known))
    told = _say_closed(work, token, known) if is_closed else None
    return {"document": document, "page": page, "closed": is_closed, "told": told}


def _may_close(house: House, incident_id: str, items: Sequence[FollowedItem]) -> bool:
    history = Life(house.store, incident_id).history()
    return may_close(items, history, house.settings.follow_up.close, house.now())


def _close(work: Work) -> bool:
    """Once in the life of a postmortem. True also where this very journey has just done it, and died."""
    followed = work.followed
    if any(item.is_open for item in followed):
        return False
    if work.shelf.state().get("closed_by") == work.journey:
        return _closed_now(work)
    if not _may_close(work.house, work.incident_id, followed):
        return False
    kept_postmortem(work)  # one that cannot be shown as closed is not closed
    work.shelf.remember(closed_by=work.journey)
    return _closed_now(work)


def _closed_now(work: Work) -> bool:
    life = Life(work.house.store, work.incident_id)
    if not any(change.by == BY and change.to == "closed" for change in life.history()):
        life.move(StatusChange(to="closed", by=BY, at=work.house.now()))
        work.house.meter.count("PostmortemsClosed")
    return True


def _say_closed(work: Work, token: int, known: dict[str, Any]) -> dict[str, Any] | None:
    """Say it in the incident's channel, where Debrief may speak there."""
    from connectors.reminding import Notice, Voice, say_once  # once in the life of an incident

    slack, settings, channel = work.house.slack, work.house.settings, known["channel"]
    if slack is None or channel is None or not settings.slack.announce:
        return None
    postmortem, links = the_postmortem(work), links_to_it(work.house, work.incident_id)
    message = closed_message(postmortem.title, work.followed, links)
    voice = Voice(
        slack, work.ledger, token, lambda: work.holds_lease(token), work.house.now, settings.slack.unclear_wait
    )
    notice = Notice(f"{settings.install_id}/{work.incident_id}/closed", lambda: message)
    return say_once(work.steps, voice, channel["channel_id"], notice)


def is_from_files(house: House, incident_id: str) -> bool:
    """Whether its draft was made from files: then nobody is reminded of anything, and nothing is opened."""
    return bool(shelf_of(house, incident_id).state().get("from_files", False))


def followed_here(house: House) -> tuple[FollowedItem, ...]:
    """What is followed, but for the items of drafts that were made from files."""
    items = Following(house.store).all()
    files = {id_ for id_ in {item.incident_id for item in items} if is_from_files(house, id_)}
    return tuple(item for item in items if item.incident_id not in files)

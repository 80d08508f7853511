"""What people wrote into the document itself: the boxes of its file, and the tasks of its Confluence page."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from connectors.confluence.translate import page_from_record
from connectors.errors import ConnectorError, NotFound
from handlers.work import Work
from postmortem.action_items.written import find_boxes
from postmortem.evidence import Gap, Part
from postmortem.moment import Moment
from postmortem.observations import Written
from postmortem.outputs.storage_tasks import PageTask, find_tasks
from postmortem.people import Person
from postmortem.places import IN_THE_DOCUMENT

_REMEMBERED = "written"
FILE, PAGE = "the draft", "the Confluence page"


class _Item(NamedTuple):
    text: str
    is_ticked: bool
    account_ids: tuple[str, ...] = ()


class _Kept(NamedTuple):
    """What is remembered: when each words were first read, and the tasks of the page, with the names of the accounts
    that they mention, when it was last read."""

    since: dict[str, str]
    page: list[_Item]
    names: dict[str, str]


def written_in(work: Work) -> Part:
    """Every item that a person wrote there. A document does not say when: an item counts from when it was first read.

    Where the page cannot be read this time, what stood there the last time still does, and the draft says so.
    """
    kept = _kept(work)
    mapped = {one.jira_account_id: one.name for one in work.house.settings.people if one.jira_account_id}
    named = kept.names | mapped
    in_page, gaps = _in_page(work, kept, named)
    in_file = _in_file(work)
    since = {one.text: kept.since.get(one.text, work.house.now().isoformat()) for one in (*in_file, *in_page)}
    accounts = dict.fromkeys(account for one in in_page for account in one.account_ids)
    names = {account: named.get(account, account) for account in accounts}
    _keep(work, kept, _Kept(since, in_page, {account: name for account, name in names.items() if name != account}))
    own, there = work.house.own_link(work.incident_id), _page_link(work)
    written = (*_written(work, in_file, since, FILE, own), *_written(work, in_page, since, PAGE, there))
    people = tuple(Person(id=f"jira:{account}", name=name) for account, name in names.items())
    return Part(written=written, people=people, gaps=gaps)


def _in_file(work: Work) -> list[_Item]:
    """Boxes that we wrote ourselves, from a template of the organisation's, are no person's."""
    read = work.shelf.document()
    if read is None:
        return []
    text, ours = read
    of_ours = {box.text for box in find_boxes(ours)}
    return [_Item(box.text, box.is_ticked) for box in find_boxes(text) if box.text not in of_ours]


def _in_page(work: Work, kept: _Kept, named: dict[str, str]) -> tuple[list[_Item], tuple[Gap, ...]]:
    """The tasks of the page; `named` learns what the accounts that they mention are called."""
    confluence, link = work.house.confluence, _page_link(work)
    if confluence is None or link is None:
        return [], ()
    try:
        body = page_from_record(confluence.get_page(link.rpartition("/")[2])).body
    except NotFound:
        return [], ()  # a person took it away: said when it is written
    except ConnectorError as refused:
        return kept.page, (_not_read(refused),)
    _learn_names(work, find_tasks(body, named), named)
    return [_Item(*task) for task in find_tasks(body, named)], ()


def _learn_names(work: Work, tasks: Iterable[PageTask], named: dict[str, str]) -> None:
    """Confluence keeps accounts, which are Jira's too; whom Jira does not tell of stays an account."""
    for account in dict.fromkeys(account for task in tasks for account in task.account_ids):
        if account not in named and work.house.jira:
            try:
                named[account] = str(work.house.jira.get_user(account).get("displayName") or account)
            except ConnectorError:
                continue


def _not_read(refused: ConnectorError) -> Gap:
    return Gap(
        source="confluence",
        what="the tasks that people wrote on the Confluence page",
        why=f"{refused.tried}: {refused.came_back}. Those that were read before are kept.",
        remedy=refused.remedy or "They are read again with the next draft.",
    )


def _page_link(work: Work) -> str | None:
    page: dict[str, Any] = work.shelf.state().get("page") or {}
    return page.get("link")


def _written(
    work: Work, items: Iterable[_Item], since: dict[str, str], where: str, link: str | None
) -> Iterator[Written]:
    for one in items:
        yield Written(
            id=f"{IN_THE_DOCUMENT}{work.incident_id}",
            text=one.text,
            where=where,
            moment=Moment(at=datetime.fromisoformat(since[one.text]), original=since[one.text]),
            mention_ids=tuple(f"jira:{account}" for account in one.account_ids),
            is_ticked=one.is_ticked,
            link=link,
        )


def _kept(work: Work) -> _Kept:
    content = work.shelf.page_file(_REMEMBERED)
    told: dict[str, Any] = json.loads(content) if content else {"since": {}, "page": [], "names": {}}
    page = [_Item(text, ticked, tuple(accounts)) for text, ticked, accounts in told["page"]]
    return _Kept(told["since"], page, told["names"])


def _keep(work: Work, before: _Kept, now: _Kept) -> None:
    if now != before:
        work.shelf.keep_page_file(_REMEMBERED, json.dumps(now._asdict()).encode())

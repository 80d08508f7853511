"""Reading in Jira what became of followed issues, and marking the documents that do not show it yet."""

from collections.abc import Iterable
from datetime import datetime

from connectors.jira.api import JiraApi
from connectors.jira.watching import Issue, read_issue, read_issues
from connectors.store.following import Following
from connectors.store.news import News
from connectors.store.port import Store
from postmortem.follow_up.followed import FollowedItem
from postmortem.follow_up.standing import followed_from_issue, removed, tells_news


def look_at_all(store: Store, jira: JiraApi, issue_ids: Iterable[str], now: datetime) -> int:
    """Read up to 100 issues and write down how each stands. How many tell something new.

    Raises ConnectorError where Jira does not answer: then all stay as they were.
    """
    following = Following(store)
    items = [item for id_ in issue_ids if (item := following.by_issue(id_))]
    by_id = {item.issue_id: item for item in items if item.issue_id}
    gone = {id_ for id_, item in by_id.items() if item.standing == "removed"}
    issues = read_issues(jira, list(by_id), gone) if by_id else {}
    return sum(_keep(store, by_id[id_], issue, now) for id_, issue in issues.items())


def look_at_one(store: Store, jira: JiraApi, issue_id: str, now: datetime) -> FollowedItem | None:
    """The same of one issue; its item, or None where nobody follows it."""
    item = Following(store).by_issue(issue_id)
    if item is not None:
        _keep(store, item, read_issue(jira, issue_id), now)
    return item


def _keep(store: Store, item: FollowedItem, issue: Issue | None, now: datetime) -> bool:
    """Write down how the issue stands. Its incident is marked first: a document that is shown twice does no harm."""
    is_news = False

    def looked_at(kept: FollowedItem | None) -> FollowedItem:
        nonlocal is_news
        before = kept or item
        after = removed(before, now) if issue is None else followed_from_issue(before, issue, now)
        if tells_news(before, after):
            is_news = True
            News(store).mark(item.incident_id)
        return after

    Following(store).change(item, looked_at)
    return is_news

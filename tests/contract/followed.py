"""Followed items for the list, the report and their pages: one of every kind, put into a store."""

from datetime import date, datetime, timedelta
from typing import Any

from connectors.store.following import Following
from connectors.store.port import Store
from postmortem.follow_up.followed import Assignee, FollowedItem

ADA = Assignee(account_id="712020:ada", name="Ada Byron")


def followed(number: int, now: datetime, **fields: Any) -> FollowedItem:
    """An open item of ten days before `now`, due in a week, unless said otherwise."""
    given: dict[str, Any] = {
        "key": f"pm-{number:02}",
        "item_id": f"slack/C1/{number}#1",
        "incident_id": "Q1",
        "incident_title": "Checkout down",
        "incident_number": 37,
        "text": f"Item number {number}",
        "team": "Payments",
        "service": "checkout",
        "priority": "P1",
        "assignee": ADA,
        "due_on": now.date() + timedelta(days=7),
        "standing": "open",
        "issue_id": f"10{number}",
        "issue_key": f"CHK-{number}",
        "issue_link": f"https://acme.atlassian.net/browse/CHK-{number}",
        "followed_at": now - timedelta(days=10),
        "opened_at": now - timedelta(days=10),
    }
    return FollowedItem(**given | fields)


def one_of_each(now: datetime) -> tuple[FollowedItem, ...]:
    """Open, overdue, unowned, parked, done, removed, and said in private; of two teams and several months."""
    unopened: dict[str, Any] = {"issue_id": None, "issue_key": None, "issue_link": None, "opened_at": None}
    return (
        followed(1, now, text="Raise the connection pool limit", status="In Progress"),
        followed(2, now, text="Page on pool saturation", due_on=_days(now, -3), opened_at=now - timedelta(days=95)),
        followed(3, now, text="Write the runbook", assignee=Assignee(), team="Core", service="ledger"),
        followed(4, now, text="Alert on certificates", standing="parked", why_parked="set default_route", **unopened),
        followed(5, now, text="Rotate the key", standing="done", done_at=now - timedelta(days=1)),
        followed(6, now, text="Buy more disks", standing="removed", changes=("Deleted in Jira.",)),
        followed(7, now, text="Ask legal", is_private=True, priority=None, due_on=None, team="Core"),
    )


def keep(store: Store, *items: FollowedItem) -> None:
    for item in items:
        Following(store).change(item, lambda _, item=item: item)


def _days(now: datetime, count: int) -> date:
    return now.date() + timedelta(days=count)

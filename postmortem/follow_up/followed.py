"""An action item as it is followed after the draft: its issue as Jira last told it, or why there is none."""

from datetime import date
from typing import Literal

from pydantic import Field

from postmortem.moment import Utc
from postmortem.noun import Noun

Standing = Literal["open", "done", "removed", "parked"]
"""removed: by a person in Jira, or hidden from us. parked: no issue yet, and a person has to act."""


class Assignee(Noun):
    """Whom Jira names as the assignee; `account_id` None where nobody is. `slack_id` is where they are reminded;
    `email`, where Jira shows it, finds them in Slack."""

    account_id: str | None = None
    name: str | None = None
    slack_id: str | None = None
    email: str | None = None


class FollowedItem(Noun):
    """`key` is the item's for ever ("pm-..."). `issue_id` never changes, `issue_key` does when a person moves it.

    `assignee`, `due_on`, `text`, `status` (as Jira names it) and `standing` are the issue's, as it was read at
    `read_at`; before there is one they are the draft's. `team`, `service` and `priority` are those it was opened for.
    `followed_at` is since when there is a record of it.
    `why_parked` says what to do. `changes` are sentences about what people changed in Jira. `is_private`: it was said
    in a private channel, so that its words go to its owner alone. `is_dropped`: by a person,
    when it had its issue. `carried` marks which decisions its issue was told of, by the issue's field: afterwards that
    field is people's. `asked` is what Debrief is changing in the issue just now, by field.
    """

    key: str
    item_id: str
    incident_id: str
    incident_title: str
    incident_number: int | None = None
    incident_link: str | None = None
    postmortem_link: str | None = None
    text: str
    project: str | None = None
    team: str | None = None
    service: str | None = None
    priority: str | None = None
    digest_channel: str | None = None
    default_owner: str | None = None
    assignee: Assignee = Assignee()
    due_on: date | None = None
    standing: Standing
    status: str | None = None
    issue_id: str | None = None
    issue_key: str | None = None
    issue_link: str | None = None
    why_parked: str | None = None
    changes: tuple[str, ...] = ()
    followed_at: Utc | None = None
    opened_at: Utc | None = None
    done_at: Utc | None = None
    read_at: Utc | None = None
    is_private: bool = False
    is_dropped: bool = False
    carried: dict[str, str] = Field(default_factory=dict)
    asked: dict[str, str] = Field(default_factory=dict)

    @property
    def began_at(self) -> Utc | None:
        """Since when it waits to be done; None where nobody knows."""
        return self.opened_at or self.followed_at

    @property
    def is_unowned(self) -> bool:
        """Open, and nobody was found or chosen."""
        return self.is_open and self.assignee.account_id is None and self.assignee.name is None

    @property
    def is_open(self) -> bool:
        """Whether something is left to do, with or without an issue."""
        return self.standing in ("open", "parked") and not self.is_dropped

    def is_overdue(self, today: date) -> bool:
        return self.is_open and self.due_on is not None and self.due_on < today

"""What people decide about an action item: to accept it, to drop it, or to say it otherwise."""

from datetime import date
from typing import Literal

from pydantic import Field

from postmortem.moment import Utc
from postmortem.noun import Noun

Verdict = Literal["accepted", "dropped"]


class Decision(Noun):
    """One decision, by whom (a name as it was given), where ("in Slack", "on the page", "at the terminal") and when.

    `verdict` is None where only words were changed. What is None stays as it was. `owner_id` is a person as the
    evidence knows them ("slack:U012AB3CD"), `owner` a name as somebody typed it; `team` is the team of a route. `by_id`
    is who decided, where they are known beyond a name. `since` is when "text", "due_on" and "owner" were decided, where
    this stands for several decisions, one over the other.
    """

    item_id: str
    verdict: Verdict | None
    by: str
    by_id: str | None = None
    where: str
    at: Utc
    text: str | None = None
    owner_id: str | None = None
    owner: str | None = None
    due_on: date | None = None
    team: str | None = None
    since: dict[str, Utc] = Field(default_factory=dict)

"""Action items as nouns: what was proposed, who owns it, where it goes, by when."""

import hashlib
from datetime import date
from typing import Any, Literal

from pydantic import Field, model_validator

from postmortem.action_items.decision import Decision
from postmortem.action_items.likely import Likely
from postmortem.action_items.nature import Nature
from postmortem.noun import Noun

# Without vowels, so that it spells nothing, and without what is read as something else (0 o, 1 l).
_LETTERS = "bcdfghjkmnpqrstvwxz23456789"
_SHORT_NAME = 5


def short_name(item_id: str) -> str:
    """What people call an item of one incident by ("k7m2x"): the same for ever, as its id is. Of 200 items in one
    incident two share a name once in some 700 incidents: whoever reads a name must look for a second that has it."""
    number = int.from_bytes(hashlib.sha256(item_id.encode(errors="surrogatepass")).digest())
    return "".join(_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in range(_SHORT_NAME))


class Owner(Noun):
    """Who an action item belongs to. `account_id` is the Jira account; None where nobody could be resolved.

    `why` is one sentence a person can act on: how the owner was found, or why there is none. `others` are further
    people who were named beside them: an issue has one assignee. `role` is a role that was named instead of a person
    ("on-call of checkout"); who holds it, PagerDuty is asked. `rungs` is the way to the account, one sentence a rung.
    `instead_of` is who was named where the default owner has it instead of them.
    """

    name: str | None
    account_id: str | None
    why: str
    person_id: str | None = None
    others: tuple[str, ...] = ()
    role: str | None = None
    rungs: tuple[str, ...] = ()
    instead_of: str | None = None

    @property
    def is_unsettled(self) -> bool:
        """Whether a person should look at it: nobody has it, or not the one who was named."""
        return self.account_id is None or self.instead_of is not None


class Route(Noun):
    """Which backlog an action item goes to, and whose. `fields` are extra Jira fields as the REST API takes them.

    `parent` is the epic or other issue it goes under. `security_level` is the level, by name, of issues that hold what
    was said in private. `digest_channel` is where the team reads of its open items.
    """

    project: str
    issue_type: str = "Task"
    components: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    priority: str | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
    default_owner: str | None = None
    team: str | None = None
    parent: str | None = None
    security_level: str | None = None
    digest_channel: str | None = None


class ActionItem(Noun):
    """A proposed change with an owner and a due date; it becomes a Jira issue.

    `id` is the first source record's id and the ordinal of the item within it ("slack/C1/1553610120.000000#1"):
    identity is given at first sight and never follows the words (`postmortem/action_items/seen.py`). `is_gone` marks
    one that nobody says any more. `evidence_link` opens that record. `quote` is the
    sentence as it was said, `text` the task without marker, owner and due phrase. `said` is what a person should know
    about its issue ("Not opened: ..."). `status` is the issue's state as Jira names it, when it was last looked at.
    `nature` is read off its words; None where they do not tell.

    `likely` is there where nobody marked it: it is a suggestion, and no issue is opened before a person accepts it.
    `decision` is the last that a person decided about it; one that was dropped is not accepted. `also_said` are the ids
    of records that say the same item again, `lent_by` those of them that gave it its owner or its day. `changes` are
    sentences about what people changed in its issue.
    """

    id: str
    text: str
    quote: str
    owner: Owner
    due_on: date | None
    due_why: str
    route: Route | None
    evidence_id: str
    evidence_link: str | None = None
    accepted: bool = True
    issue_key: str | None = None
    issue_link: str | None = None
    status: str | None = None
    said: tuple[str, ...] = ()
    is_gone: bool = False
    nature: Nature | None = None
    likely: Likely | None = None
    decision: Decision | None = None
    also_said: tuple[str, ...] = ()
    lent_by: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()

    def rests_on(self, places: tuple[str, ...]) -> bool:
        """Whether its words, its owner or its day come from one of these places, as the ids of records begin there
        ("slack/C1/", "document/"; "" for everywhere)."""
        return any(record.startswith(places) for record in (self.evidence_id, *self.lent_by))

    @property
    def is_dropped(self) -> bool:
        return self.decision is not None and self.decision.verdict == "dropped"

    @property
    def is_listed(self) -> bool:
        """Whether it is one of the document's items: a suggestion is none yet, and a dropped one none any more."""
        return not self.is_suggestion and not self.is_dropped

    @property
    def is_unowned(self) -> bool:
        """Whether nobody was named, or the issue that there is has no assignee."""
        is_nobodys = self.owner.account_id is None and (self.owner.name is None or self.issue_key is not None)
        return is_nobodys and not self.is_gone

    @property
    def is_suggestion(self) -> bool:
        """Waiting for somebody to accept or drop it."""
        return self.likely is not None and not self.accepted and not self.is_dropped and not self.is_gone


class Span(Noun):
    """A run of plain text, with a link or without. Text from outside is only ever text here."""

    text: str
    link: str | None = None


class Block(Noun):
    """One paragraph, heading or bullet of a text that goes into another system. Runs of text alone are a paragraph."""

    spans: tuple[Span, ...]
    kind: Literal["paragraph", "heading", "bullet"] = "paragraph"

    @model_validator(mode="before")
    @classmethod
    def _of_spans(cls, given: Any) -> Any:
        return {"spans": given} if isinstance(given, list | tuple) else given


class IssueRequest(Noun):
    """What Jira is asked to create. `key` identifies the action item for ever ("pm-" and 26 characters).

    `paragraphs` become the description. `links` are remote links: (globalId, url, title). `is_private`: the item was
    said in a private channel.
    """

    key: str
    action_item_id: str
    incident_id: str
    route: Route
    summary: str
    paragraphs: tuple[Block, ...]
    account_id: str | None
    due_on: date | None
    remote_link: tuple[str, str, str] | None = None
    is_private: bool = False

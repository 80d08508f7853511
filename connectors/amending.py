"""What later rounds do to issues that are open already: a decision is carried into them, a closed one is told; once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from connectors.effects import Ledger, Waits
from connectors.jira.amending import amend, is_amended
from connectors.jira.api import JiraApi
from connectors.jira.commenting import comment, find_comment
from connectors.making import Maker, Sending, make_once
from connectors.steps import Steps
from connectors.store.audit import What
from postmortem.announcement import Paragraphs, plain_text
from postmortem.follow_up.amendments import Amendment


@dataclass(frozen=True, slots=True)
class Hand:
    """What writes to issues once: see `Maker` and `make_once`."""

    jira: JiraApi
    ledger: Ledger
    token: int
    holds_lease: Callable[[], bool]
    now: Callable[[], datetime]
    waits: Waits

    def once(
        self, steps: Steps, name: str, key: str, create: Callable[[], Any], find: Callable[[], Any], sending: Sending
    ) -> dict[str, Any]:
        maker = Maker.consistent(create=create, find=find, holds_lease=self.holds_lease, now=self.now, sending=sending)
        return make_once(steps, name, self.ledger, key, maker, token=self.token, waits=self.waits)


@dataclass(frozen=True, slots=True)
class Comment:
    """What is said about an issue; `once` names it for ever."""

    once: str
    issue_id: str
    paragraphs: Paragraphs


def amend_issues(steps: Steps, hand: Hand, amendments: Sequence[Amendment], prefix: str) -> list[dict[str, Any]]:
    """Each {"made": {"key", "said"}} or {"parked": why}, in the order of the amendments."""

    def one(child: Steps, place: int) -> dict[str, Any]:
        amendment = amendments[place]
        create, look = partial(amend, hand.jira, amendment), partial(is_amended, hand.jira, amendment)
        sending = Sending(What.ISSUE_EDIT, lambda: amendment.wanted)
        return hand.once(child, "change the issue", amendment.once, create, look, sending)

    return steps.each(f"{prefix}change issues", list(range(len(amendments))), one)


def comment_on_issues(steps: Steps, hand: Hand, comments: Sequence[Comment], prefix: str) -> list[dict[str, Any]]:
    """Each {"made": ...} or {"parked": why}, in the order of the comments."""

    def one(child: Steps, place: int) -> dict[str, Any]:
        said = comments[place]
        mark = sha256(said.once.encode()).hexdigest()[:16]
        create = partial(comment, hand.jira, said.issue_id, said.paragraphs, mark)
        look = partial(find_comment, hand.jira, said.issue_id, mark)
        sending = Sending(What.COMMENT, lambda: plain_text(said.paragraphs))
        return hand.once(child, "comment on the issue", said.once, create, look, sending)

    return steps.each(f"{prefix}comment on closed issues", list(range(len(comments))), one)

"""Evidence that is told only once: PagerDuty's webhooks, and what people write into the document itself."""

from typing import Literal

from postmortem.moment import Moment
from postmortem.noun import Noun

ObservationKind = Literal["role", "task", "field", "status_update", "responder", "note", "conference", "unrecognised"]


class Task(Noun):
    """A task of the incident in PagerDuty, which tells of it by webhook only. `id` is PagerDuty's own."""

    id: str
    name: str
    description: str | None = None
    status: str | None = None


class Written(Noun):
    """An item that a person wrote into the document itself, as a checkbox or a Confluence task.

    `id` is "document/<incident id>" for every one of them: they are one record, of which each is a part. `where` says
    in words which document it is; `moment` is when we first read it there: a document does not say when, or by whom.
    `mention_ids` are the people whom it mentions: "jira:<account id>" in Confluence, whose accounts are those of Jira.
    `is_ticked` marks one that is done, or will not be.
    """

    id: str
    text: str
    where: str
    moment: Moment
    mention_ids: tuple[str, ...] = ()
    is_ticked: bool = False
    link: str | None = None


class Observation(Noun):
    """Something PagerDuty tells by webhook only: roles, tasks, custom fields, status updates, responders.

    `id` is "pagerduty/event/<signed event id>". `vendor_kind` is the event type.
    `subject_ids` are the people it is about (who got the role, who has the task). `task` is there for a task.
    """

    id: str
    kind: ObservationKind
    vendor_kind: str
    moment: Moment
    text: str
    person_id: str | None = None
    subject_ids: tuple[str, ...] = ()
    role: str | None = None
    task: Task | None = None
    link: str | None = None

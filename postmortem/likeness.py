"""An earlier incident like this one, as a draft shows it."""

from postmortem.line import Citation
from postmortem.moment import Utc
from postmortem.noun import Noun


class ItemState(Noun):
    """An action item of an earlier incident. `state` is in words ("open", "done", "not opened")."""

    text: str
    state: str
    issue_key: str | None = None
    issue_link: str | None = None


class SimilarIncident(Noun):
    """`reasons` say why it is here, in words; `causes` quote what its postmortem gave as cause, as written then."""

    incident_id: str
    title: str
    occurred_at: Utc | None = None
    reasons: tuple[str, ...]
    causes: tuple[str, ...] = ()
    items: tuple[ItemState, ...] = ()
    citations: tuple[Citation, ...]

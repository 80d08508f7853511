"""The life of a postmortem: draft, in_review, reviewed, closed; who moved it, and when, is kept."""

from typing import Literal

from postmortem.moment import Utc
from postmortem.noun import Noun

PostmortemStatus = Literal["draft", "in_review", "reviewed", "closed"]


class StatusChange(Noun):
    """One move, by whom (a name as it was given) and when."""

    to: PostmortemStatus
    by: str
    at: Utc

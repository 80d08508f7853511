"""People as the vendors know them. Who is the same human in two systems is decided in `postmortem/identities.py`."""

from typing import Literal

from postmortem.noun import Noun

Source = Literal["pagerduty", "slack", "jira", "confluence"]


class Person(Noun):
    """Somebody in one outside system.

    `id` is the source and the vendor's id, "pagerduty:PUSER01" or "slack:U2EE3CAE8": unique over all sources.
    `name` is what people call them there; `handle` is what follows an @ there, where that differs.
    `timezone` is an IANA name. `is_bot` covers apps, integrations and automation.
    """

    id: str
    name: str
    handle: str | None = None
    email: str | None = None
    timezone: str | None = None
    is_bot: bool = False
    link: str | None = None


def id_in(vendor: Source, person_id: str | None) -> str | None:
    """The id by which a vendor knows them ("U012" of "slack:U012"); None for a person of another."""
    before, _, own = (person_id or "").partition(":")
    return own if before == vendor and own else None

"""The document as a Confluence page: made once, marked as ours, brought up to date without losing a person's words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from connectors.confluence.api import ConfluenceApi
from connectors.confluence.editions import Editions
from connectors.confluence.keep_page import bring_up_to_date, create, find, keep_as_kept, mark
from connectors.confluence.translate import PageDraft
from connectors.effects import Ledger, Waits
from connectors.errors import BadReply, ConnectorError, NotFound, OutcomeUnknown, Unreachable
from connectors.making import Maker, Sending, make_once
from connectors.patience import patiently
from connectors.steps import Steps
from connectors.store.audit import What

OUTAGE = (Unreachable, BadReply, OutcomeUnknown)
"""Confluence is not well: that is waited for, and then said, but never fails a journey whose draft is made."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What is put on a page, and how it is put there once. `draft` is made when it is needed: it may be megabytes."""

    key: str
    draft: Callable[[], PageDraft]
    editions: Editions
    ledger: Ledger
    token: int
    holds_lease: Callable[[], bool]
    now: Callable[[], datetime]


def make_page(
    steps: Steps, confluence: ConfluenceApi, publication: Publication, prefix: str, waits: Waits
) -> dict[str, Any]:
    """{"page_id", "link", "title", "said"} of the page, or {"parked": why}: never nothing."""
    maker = Maker.consistent(
        create=lambda: create(confluence, publication.draft(), publication.editions).model_dump(mode="json"),
        find=partial(_find, confluence, publication),
        holds_lease=publication.holds_lease,
        now=publication.now,
        sending=Sending(What.PAGE, lambda: publication.draft().body),
    )
    name, key = f"{prefix}make the Confluence page", f"confluence/{publication.key}/page"
    outcome = make_once(steps, name, publication.ledger, key, maker, token=publication.token, waits=waits)
    if "made" not in outcome:
        return outcome
    made = outcome["made"]
    return made | {"said": [*made["said"], *_marked(steps, confluence, publication, prefix, made["page_id"])]}


def write_page(
    steps: Steps, confluence: ConfluenceApi, publication: Publication, prefix: str, page_id: str
) -> dict[str, Any]:
    """{} where the page says what we have to say; {"gone": why} where a person took it away; {"parked": why}."""

    def will_write(version: int, body: str) -> None:
        publication.ledger.audit.will_send(What.PAGE_EDIT, f"{page_id}/{version}", body, publication.now())

    def write() -> None:
        bring_up_to_date(confluence, page_id, publication.draft(), publication.editions, will_write)

    try:
        patiently(steps, f"{prefix}write the Confluence page", write, outage=OUTAGE)
    except NotFound as gone:
        return {"gone": str(gone)}
    except ConnectorError as refused:
        return {"parked": str(refused)}
    return {}


def _find(confluence: ConfluenceApi, publication: Publication) -> dict[str, Any] | None:
    found = find(confluence, publication.draft())
    return found.model_dump(mode="json") if found else None


def _marked(steps: Steps, confluence: ConfluenceApi, publication: Publication, prefix: str, page_id: str) -> list[str]:
    """A page without its mark or label is still the page, so a refusal is only said."""

    def mark_it() -> None:
        draft = publication.draft()
        publication.ledger.audit.will_send(What.PAGE_MARK, page_id, [draft.key, draft.label], publication.now())
        mark(confluence, page_id, draft)
        keep_as_kept(confluence, page_id, 1, publication.editions)

    try:
        patiently(steps, f"{prefix}mark the Confluence page", mark_it, outage=OUTAGE)
    except NotFound:
        return []  # a person deleted it meanwhile: said when it is written
    except ConnectorError as refused:
        return [f"The Confluence page is not marked as ours: {refused}"]
    return []

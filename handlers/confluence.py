"""What a journey does about the document's Confluence page, where Confluence is configured."""

from typing import Any

from connectors.confluence.editions import Editions
from connectors.confluence.translate import LARGEST_BODY, PageDraft, fitting_title
from connectors.effects import Waits
from connectors.publishing import Publication, make_page, write_page
from handlers.house import House
from handlers.work import PAGE, Work, private_places, the_postmortem
from postmortem.outputs.markdown import render_body

WITHHELD = (
    "there is no page, because some of it was said in a private channel. Set confluence.may_hold_private_channels to "
    "true where everybody who may read the space may read that."
)


def make_confluence_page(work: Work, token: int, collected: dict[str, Any]) -> dict[str, Any]:
    """The page, made once and its link remembered; {} where there is no Confluence. A refusal fails nothing."""
    confluence, settings = work.house.confluence, work.house.settings.confluence
    if confluence is None or not work.makes(PAGE):
        return {}
    if private_places(collected) and not settings.may_hold_private_channels:
        return {"withheld": WITHHELD}
    publication, waits = _publication(work, token), Waits.consistent(settings.unclear_wait)
    page = make_page(work.steps, confluence, publication, work.prefix, waits)
    if "link" in page:
        work.steps.run(work.named("remember the page"), lambda: _remember(work, page["link"]))
    return page


def write_confluence_page(work: Work, token: int, page: dict[str, Any]) -> dict[str, Any]:
    """The page with our news, beside what people wrote. One that a person took away is no longer linked to."""
    confluence = work.house.confluence
    if confluence is None or "page_id" not in page:
        return page
    written = write_page(work.steps, confluence, _publication(work, token), work.prefix, page["page_id"])
    link = None if "gone" in written else page["link"]
    work.steps.run(work.named("remember whether the page is there"), lambda: work.shelf.remember(page={"link": link}))
    return page | written


def _remember(work: Work, link: str) -> None:
    """Unless it is known to be gone: whoever restores it gets the links back when it is written."""
    if "page" not in work.shelf.state():
        work.shelf.remember(page={"link": link})


def links_to_it(house: House, incident_id: str) -> tuple[tuple[str, str], ...]:
    """What opens the document for readers, each with its words, the Confluence page first; () where nothing does."""
    first, own = house.document_link(incident_id), house.own_link(incident_id)
    if first is None or first == own:
        return (("open the draft", own),) if own else ()
    return (("open it in Confluence", first), *([("open the page", own)] if own else []))


def said_of_page(page: dict[str, Any]) -> tuple[str, ...]:
    """What people have to know of it, a sentence each."""
    reasons = (page[name] for name in ("withheld", "parked", "gone") if name in page)
    return tuple(f"Confluence: {sentence}" for sentence in (*reasons, *page.get("said", ())))


def _publication(work: Work, token: int) -> Publication:
    key = f"{work.house.settings.install_id}/{work.incident_id}"
    return Publication(
        key=key,
        draft=lambda: _draft(work, key),
        editions=Editions(work.shelf.page_file, work.shelf.keep_page_file),
        ledger=work.ledger,
        token=token,
        holds_lease=lambda: work.holds_lease(token),
        now=work.house.now,
    )


def _draft(work: Work, key: str) -> PageDraft:
    from postmortem.outputs.storage import render_storage  # few stages have Confluence

    postmortem, settings = the_postmortem(work), work.house.settings
    body = render_body(postmortem, work.house.layout(postmortem.incident))
    there = work.house.own_link(work.incident_id) or work.shelf.state().get("document") or "the draft"
    page = render_storage(body, postmortem, whole=f"The whole document is at {there}.", most=LARGEST_BODY)
    before, after = "Postmortem: ", f" ({work.incident_id})"
    return PageDraft(
        key=key,
        space=settings.confluence.space or "",
        parent_id=settings.confluence.parent_page,
        title=fitting_title(before, postmortem.title, after),
        other_title=fitting_title(before, postmortem.title, f"{after} (Debrief, {settings.install_id})"),
        body=page.body,
        label=settings.confluence.label,
    )

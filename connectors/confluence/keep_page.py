"""One page: create it, find it again after a lost answer, and bring it up to date without losing what people wrote.

That it is created once is the ledger's work (`connectors/effects.py`). Ours is a page that says so: by its content
property, or, where a crash came before that, by the line at the end of its body. No other is ever written to.
"""

from collections.abc import Callable

from connectors.confluence.api import ConfluenceApi
from connectors.confluence.editions import Editions
from connectors.confluence.translate import (
    PROPERTY,
    Page,
    PageDraft,
    create_payload,
    id_from_record,
    key_from_properties,
    page_from_record,
    property_value,
    update_payload,
)
from connectors.errors import NotFound, OutcomeUnknown, Rejected
from postmortem.noun import Noun
from postmortem.outputs.storage_edits import as_kept, edition_named_in, first_page, merge_page, signature_of

MOST_RACES = 5
SEE_THE_TRASH = "Restore it from the space's trash or archive to have it kept up to date again."


class Made(Noun):
    """A page of ours that is there; `said` are sentences for people."""

    page_id: str
    link: str
    title: str
    said: tuple[str, ...] = ()


def create(api: ConfluenceApi, draft: PageDraft, editions: Editions) -> Made:
    """Create the page: one POST, and one under another name where a page that is not ours has the first.

    A refused create made nothing, so it may be followed by another. Raises Rejected where both names are taken,
    NotFound where there is no such space, OutcomeUnknown where an answer was lost.
    """
    space_id = _space_id(api, draft.space)
    first = first_page(draft.body, draft.key)
    editions.keep(first.edition.name, first.edition)
    for title in (draft.title, draft.other_title):
        try:
            record = api.create_page(create_payload(draft, space_id, title, first.body))
        except Rejected as refusal:
            if "title" not in refusal.fields:
                raise
            if ours := _ours(api, draft, space_id, title):
                return ours
        else:
            return _made(api, draft, id_from_record(record), title)
    raise Rejected(
        "Creating a Confluence page",
        f"pages that are not Debrief's are called “{draft.title}” and “{draft.other_title}”",
        "Rename one of the two.",
    )


def find(api: ConfluenceApi, draft: PageDraft) -> Made | None:
    """The page that was made for this draft, if there is one under either of its names."""
    space_id = _space_id(api, draft.space)
    found = (_ours(api, draft, space_id, title) for title in (draft.title, draft.other_title))
    return next((made for made in found if made), None)


def mark(api: ConfluenceApi, page_id: str, draft: PageDraft) -> None:
    """Write on the page whose it is, and label it. Safe to repeat."""
    if key_from_properties(api.list_properties(page_id, PROPERTY)) is None:
        try:
            api.create_property(page_id, PROPERTY, property_value(draft.key))
        except OutcomeUnknown:
            if key_from_properties(api.list_properties(page_id, PROPERTY)) is None:
                raise
    if draft.label:
        api.add_labels(page_id, (draft.label,))


def bring_up_to_date(
    api: ConfluenceApi,
    page_id: str,
    draft: PageDraft,
    editions: Editions,
    will_write: Callable[[int, str], None] = lambda _version, _body: None,
) -> None:
    """Merge our news into the page as it is now, and write it over exactly that version; `will_write` is told before.

    Nothing is written where there is nothing new. Where somebody was first, and where an answer was lost, the page is
    read and merged again; a write that arrives late fails by its version. Raises NotFound where a person deleted or
    archived the page, Rejected where somebody writes all the time.
    """
    for _ in range(MOST_RACES):
        page = _current(api, page_id)
        merged = merge_page(editions.of(page.body), page.body, draft.body, draft.key)
        if not merged.has_news:
            return
        editions.keep(merged.edition.name, merged.edition)
        will_write(page.version + 1, merged.body)
        try:
            api.update_page(page_id, update_payload(page, merged.body))
        except OutcomeUnknown:
            continue
        except Rejected as refusal:
            if "version" not in refusal.fields:
                raise
        else:
            keep_as_kept(api, page_id, page.version + 1, editions)
            return
    raise Rejected(f"Writing the Confluence page {page_id}", "it changed each time before we could write")


def keep_as_kept(api: ConfluenceApi, page_id: str, version: int, editions: Editions) -> None:
    """Remember a version of ours as Confluence keeps it: the attributes that it adds are no person's edit."""
    body = page_from_record(api.get_page(page_id, version)).body
    name = edition_named_in(body)
    edition = editions.load(name) if name else None
    if name and edition:
        editions.keep(name, as_kept(edition, body))
        editions.forget_old(name)


def _space_id(api: ConfluenceApi, key: str) -> str:
    spaces = [id_from_record(space) for space in api.list_spaces(key) if space.get("key") == key]
    if spaces and spaces[0]:
        return spaces[0]
    remedy = "Set confluence.space to the key of a space that the account of confluence.email may see."
    raise NotFound(f"Looking for the Confluence space {key}", "there is none, or this account may not see it", remedy)


def _ours(api: ConfluenceApi, draft: PageDraft, space_id: str, title: str) -> Made | None:
    for record in api.list_pages(space_id, title):
        page_id = id_from_record(record)
        if page_id and _is_ours(api, draft, page_id):
            return _made(api, draft, page_id, title)
    return None


def _is_ours(api: ConfluenceApi, draft: PageDraft, page_id: str) -> bool:
    try:
        key = key_from_properties(api.list_properties(page_id, PROPERTY))
        return key == draft.key if key else signature_of(draft.key) in page_from_record(api.get_page(page_id)).body
    except NotFound:
        return False  # deleted since it was listed


def _made(api: ConfluenceApi, draft: PageDraft, page_id: str, title: str) -> Made:
    taken = f"A page that is not Debrief's is called “{draft.title}”: ours is called “{title}”."
    return Made(
        page_id=page_id,
        link=f"{api.site_url}/wiki/spaces/{draft.space}/pages/{page_id}",
        title=title,
        said=() if title == draft.title else (taken,),
    )


def _current(api: ConfluenceApi, page_id: str) -> Page:
    """The page as it is now. Gone for good reasons is one error: who deleted a page does not want it back."""
    tried = f"Reading the Confluence page {page_id}"
    try:
        page = page_from_record(api.get_page(page_id))
    except NotFound:
        away = "a person deleted it, or this account may no longer see it; it is not made again"
        raise NotFound(tried, away, SEE_THE_TRASH) from None
    if page.status not in ("current", ""):
        raise NotFound(tried, f"a person put it away ({page.status}); it is not written to", SEE_THE_TRASH)
    return page

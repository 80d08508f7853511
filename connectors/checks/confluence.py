"""Whether pages can be made where the settings say. Nothing is written."""

from collections.abc import Iterator
from typing import Any

from connectors.checks.finding import Finding, Said, failure, ok, under, warning
from connectors.confluence.api import ConfluenceApi
from connectors.errors import NotAllowed, NotFound
from postmortem.settings import ConfluenceSettings, Settings

CONFLUENCE = "Confluence"


def check_confluence(settings: Settings, confluence: ConfluenceApi) -> Iterator[Finding]:
    """Raises Unreachable, RateLimited, BadReply."""
    wanted = settings.confluence
    key = wanted.space or ""
    try:
        spaces = confluence.list_spaces(key)
    except NotAllowed as refused:
        yield from under(CONFLUENCE, "token", (failure(f"{refused.came_back}.", refused.remedy),))
        return
    yield from under(CONFLUENCE, "token", (ok("is accepted"),))
    space = next((one for one in spaces if str(one.get("key")).casefold() == key.casefold()), None)
    yield from under(CONFLUENCE, f"space {key}", _of_space(confluence, key, space), "pages can be made")
    if space and wanted.parent_page:
        parent = _of_parent(confluence, wanted, wanted.parent_page, space)
        yield from under(CONFLUENCE, f"parent page {wanted.parent_page}", parent, "is there")


def _of_space(confluence: ConfluenceApi, key: str, space: dict[str, Any] | None) -> Iterator[Said]:
    if space is None:
        remedy = "Correct confluence.space, or give the account of CONFLUENCE_EMAIL the permission View there."
        yield failure(f"Confluence shows no space {key}.", remedy)
        return
    if space.get("status") == "archived":
        yield failure(f"the space {key} is archived.", "Restore it, or change confluence.space.")
        return
    if ("create", "page") not in confluence.list_space_operations(str(space.get("id"))):
        remedy = f"Give it the permission Add pages in {key}."
        yield failure("the account of CONFLUENCE_EMAIL may make no page there.", remedy)


def _of_parent(
    confluence: ConfluenceApi, wanted: ConfluenceSettings, page_id: str, space: dict[str, Any]
) -> Iterator[Said]:
    try:
        page = confluence.get_page(page_id)
    except NotFound:
        remedy = "Correct confluence.parent_page: the number in the page's address."
        yield failure(f"Confluence shows no page {page_id}.", remedy)
        return
    if str(page.get("spaceId")) != str(space.get("id")):
        yield failure(f"it lies in another space than {wanted.space}.", "Correct confluence.parent_page.")
    elif page.get("status") == "archived":
        yield warning("it is archived.", "Restore it, or name another in confluence.parent_page.")

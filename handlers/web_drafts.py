"""The pages of the drafts: the list, each draft in its forms, and the button that makes one again."""

import logging
from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from connectors.engine.start import journey_name
from connectors.store.notices import Notices
from connectors.store.shelf import list_postmortems
from handlers import pages
from handlers.standings import standing_of, standings
from handlers.story import Told, story_of
from handlers.web_actions import panel_beside
from handlers.web_site import (
    NOT_HERE,
    Site,
    believed_form,
    document_of,
    is_from_files,
    session_of,
    state_of,
    with_session,
)
from postmortem.outputs.html import content_security_policy
from postmortem.outputs.json_document import render_json
from postmortem.outputs.page.prose import open_questions

FROM_FILES = "This draft was made from saved files: run debrief draft with them to make it again."
# The page of a draft runs its own script and nothing else.
PAGE_POLICY = f"{content_security_policy(with_forms=True)}; frame-ancestors 'none'"

log = logging.getLogger("debrief")


def show_list(site: Site, _request: Request) -> Response:
    listed = [_listed(site, incident_id, kept) for incident_id, kept in list_postmortems(site.store)]
    notices = [notice.sentence for notice in Notices(site.store).all(site.now())]
    return HTMLResponse(pages.list_page(listed, list(standings(site.store, site.engine)), notices))


def _listed(site: Site, incident_id: str, kept: dict[str, Any]) -> pages.Listed:
    """One line of the list, its questions counted in the document as people left it."""
    file = document_of(site, incident_id)
    return pages.Listed(
        incident_id=incident_id,
        title=kept["title"],
        priority=kept["priority"],
        status=kept["status"],
        created_at=datetime.fromisoformat(kept["created_at"]),
        questions=open_questions(file.content.decode(errors="replace")) if file else 0,
        items=kept.get("items", 0),
    )


def show_draft(site: Site, request: Request) -> Response:
    """The page of the document as it lies there; before there is one, why not. One that was kept in an older shape is
    shown as the Markdown that it is."""
    incident_id = request.path_params["incident_id"]
    file, standing = document_of(site, incident_id), standing_of(incident_id, site.store, site.engine)
    postmortem = site.shelf(incident_id).postmortem() if file else None
    session = session_of(request)
    headers: dict[str, str] = {}
    if file and postmortem:
        draft = pages.Draft(postmortem, file.content.decode(errors="replace"), site.store.location(file.name))
        token = None if is_from_files(site, incident_id) else site.token(session)
        panel = panel_beside(site, postmortem, request, session)
        page = pages.draft_page(draft, standing, token, FROM_FILES, panel)
        headers["content-security-policy"] = PAGE_POLICY
    elif file:
        return RedirectResponse(f"{request.url.path}/document.md")
    elif standing:
        page = pages.waiting_page(standing, site.token(session))
    else:
        raise HTTPException(404, NOT_HERE)
    return with_session(HTMLResponse(page, headers=headers), session, request)


def show_markdown(site: Site, request: Request) -> Response:
    """The document as it lies there, byte for byte, shown as plain text."""
    file = document_of(site, request.path_params["incident_id"])
    if file is None:
        raise HTTPException(404, NOT_HERE)
    return Response(file.content, media_type="text/plain; charset=utf-8")


def show_json(site: Site, request: Request) -> Response:
    incident_id = request.path_params["incident_id"]
    postmortem = site.shelf(incident_id).postmortem() if state_of(site, incident_id) else None
    if postmortem is None:
        raise HTTPException(404, NOT_HERE)
    return Response(render_json(postmortem), media_type="application/json")


def show_story(site: Site, request: Request) -> Response:
    """How the postmortem came about, as `debrief status` tells it."""
    incident_id = request.path_params["incident_id"]
    if not state_of(site, incident_id) and not standing_of(incident_id, site.store, site.engine):
        raise HTTPException(404, NOT_HERE)
    story = story_of(Told(site.store, site.engine, site.now()), incident_id)
    return HTMLResponse(pages.page("story", title="How it came about", story=story))


async def draft_again(site: Site, request: Request) -> Response:
    """Start one more journey for an incident: it reads everything again, and what is made stays made once."""
    await believed_form(site, request)
    await run_in_threadpool(_start_again, site, request.path_params["incident_id"])
    return RedirectResponse(request.url.path.removesuffix("/again"), 303)


def _start_again(site: Site, incident_id: str) -> None:
    if not state_of(site, incident_id) and not standing_of(incident_id, site.store, site.engine):
        raise HTTPException(404, NOT_HERE)
    if is_from_files(site, incident_id):
        raise HTTPException(409, FROM_FILES)
    name = journey_name(incident_id, site.now())
    site.engine.start("postmortem", name, {"incident_id": incident_id, "journey": name})
    log.info("a person asked for the draft of %s again: %s", incident_id, name)

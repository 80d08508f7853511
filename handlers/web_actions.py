"""The pages about action items: the list and the report of all, and the forms beside a draft."""

import logging
from collections.abc import Callable
from datetime import date
from typing import Any, get_args
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from connectors.store.decisions import Decisions
from connectors.store.following import Following
from handlers.action_pages import Filter, Panel, actions_page, cards_of, items_panel, report_page
from handlers.actions import Asked, NoSuchItem, Refused, bell_of, decision_about, item_called
from handlers.web_site import LOOPBACK, NOT_HERE, Site, believed_form, state_of
from postmortem.action_items.decision import Verdict
from postmortem.action_items.item import ActionItem
from postmortem.document import Postmortem
from postmortem.follow_up.followed import FollowedItem
from postmortem.follow_up.listing import Grouping, Wanted, group_rows, list_items
from postmortem.follow_up.report import report_on_items
from postmortem.settings.durations import duration_from_text

NAME = "debrief_name"
"""The cookie that keeps the name under which a reader decides."""
WHERE = "on the page"
LONGEST_NAME = 80
SOMEBODY = "a reader of the page"
_VERDICTS: dict[str, Verdict | None] = {"accept": "accepted", "drop": "dropped", "edit": None}

log = logging.getLogger("debrief")


def show_actions(site: Site, request: Request) -> Response:
    """Every followed item, as the address asks for them; it works without a script, and can be sent to somebody."""
    items = Following(site.store).all()
    asked = _filter(request, items)
    rows = list_items(items, asked.wanted, now=site.now(), zone=_zone(site))
    groups = group_rows(rows, next((by for by in get_args(Grouping) if by == asked.by), None))
    return HTMLResponse(actions_page(groups, asked, len(items)))


def show_report(site: Site, request: Request) -> Response:
    items, typed = Following(site.store).all(), request.query_params
    since = _read(date.fromisoformat, typed.get("since"), "is no day: write 2026-11-17")
    report = report_on_items(items, now=site.now(), zone=_zone(site), since=since, team=typed.get("team") or None)
    return HTMLResponse(report_page(report, _names(item.team for item in items)))


def panel_beside(site: Site, postmortem: Postmortem, request: Request, session: str) -> Any:
    """The forms and the standing of every item, for the page of a draft."""
    incident_id = postmortem.incident.id
    panel = Panel(incident_id, site.token(session), _name_of(request), request.query_params.get("did"))
    followed = Following(site.store).of_incident(incident_id)
    return items_panel(panel, cards_of(postmortem.action_items, followed, site.now(), _zone(site)))


async def decide(site: Site, request: Request) -> Response:
    """Keep what a person decided about one item and start what follows; the same form sent twice decides once."""
    fields = await believed_form(site, request)
    incident_id, name = request.path_params["incident_id"], request.path_params["name"]
    by = " ".join(fields.get("by", "").split())[:LONGEST_NAME]
    did = await run_in_threadpool(_decide, site, incident_id, name, fields | {"by": by})
    answer = RedirectResponse(f"/postmortems/{quote(incident_id, safe='')}?did={did}#d.items", 303)
    if by:
        is_public = request.url.hostname not in LOOPBACK
        answer.set_cookie(NAME, quote(by, errors="replace"), httponly=True, samesite="strict", secure=is_public)
    return answer


def _decide(site: Site, incident_id: str, name: str, fields: dict[str, str]) -> str:
    """Raises HTTPException: 404 for an unknown incident or item, 400 for what cannot be meant."""
    postmortem = site.shelf(incident_id).postmortem() if state_of(site, incident_id) else None
    if postmortem is None:
        raise HTTPException(404, NOT_HERE)
    if fields.get("do") not in _VERDICTS:
        raise HTTPException(400, "This form asks for nothing that can be done here.")
    verdict = _VERDICTS[fields["do"]]
    try:
        item = item_called(postmortem.action_items, name)
        asked, by = _asked(item, verdict, fields), fields["by"] or SOMEBODY
        decision = decision_about(item, asked, postmortem.incident, site.settings, by=by, where=WHERE, now=site.now())
    except NoSuchItem as error:
        raise HTTPException(404, f"{error.sentence}.") from error
    except Refused as error:
        raise HTTPException(400, f"{error.sentence}. Go back, and what you wrote is still there.") from error
    bell = bell_of(incident_id, decision, Decisions(site.store, incident_id).all())
    site.engine.start("postmortem", bell["journey"], bell)
    log.info("a person decided about an action item of %s: %s", incident_id, bell["journey"])
    return verdict or "changed"


def _asked(item: ActionItem, verdict: Verdict | None, fields: dict[str, str]) -> Asked:
    """Of what the form holds, what is not so already: it shows what is."""
    shown = {
        "text": item.text,
        "owner": item.owner.name,
        "due": item.due_on.isoformat() if item.due_on else None,
        "team": (item.route.team or item.route.project) if item.route else None,
    }
    changed = {name: fields[name] for name, now in shown.items() if fields.get(name) and fields[name] != now}
    return Asked(verdict=verdict, **changed)


def _filter(request: Request, items: tuple[FollowedItem, ...]) -> Filter:
    typed = request.query_params
    older = typed.get("older", "")
    wanted = Wanted(
        every=typed.get("show") == "all",
        overdue=bool(typed.get("overdue")),
        unowned=bool(typed.get("unowned")),
        parked=bool(typed.get("parked")),
        team=typed.get("team") or None,
        service=typed.get("service") or None,
        incident=typed.get("incident") or None,
        older_than=_read(duration_from_text, older, "is no age: write 30d"),
    )
    teams, services = _names(item.team for item in items), _names(item.service for item in items)
    return Filter(wanted, older, typed.get("by", ""), teams, services)


def _read[T](read: Callable[[str], T], typed: str | None, problem: str) -> T | None:
    """Raises HTTPException."""
    try:
        return read(typed) if typed else None
    except ValueError:
        raise HTTPException(400, f"“{(typed or '')[:60]}” {problem}.") from None


def _names(names: Any) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name}))


def _name_of(request: Request) -> str:
    return unquote(request.cookies.get(NAME, ""))[:LONGEST_NAME]


def _zone(site: Site) -> ZoneInfo:
    return ZoneInfo(site.settings.timezone)

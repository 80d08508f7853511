"""`debrief webhook`: what each verb comes to, for a person and for a script."""

import re
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.errors import NotFound
from connectors.pagerduty.api import PagerDutyApi
from connectors.pagerduty.replies import Page
from connectors.pagerduty.subscriptions import Scope, Subscription, shown_address
from connectors.retrying import Budget
from handlers import vendors
from handlers.cli.exits import Ended, Exit
from handlers.cli.plain import plain
from handlers.cli.prompts import agreed
from handlers.place import Place, find_place
from handlers.webhooks.bench import SECRET, SUBSCRIPTION, Bench, look
from handlers.webhooks.creating import Created, create
from handlers.webhooks.doctor import examine
from handlers.webhooks.pinging import ping_ours
from handlers.webhooks.rotating import rotate
from handlers.webhooks.standing import Row, delete_ours, enable, rows
from handlers.wiring import utc_now
from postmortem.settings import Settings, version_of

PATIENCE = 20.0
"""Seconds for each question: a person waits."""
_VERB = re.compile(r"debrief webhook (?:create|list|test|rotate|enable|delete|doctor)\b(?! --stage)")
_AN_ID = re.compile(r"[A-Z0-9]{6,20}")
_COLOURS = {"ok": "green", "warning": "yellow", "failure": "red"}
_NONE = "Debrief has no subscription in this PagerDuty account: debrief webhook create makes one."
_HOW = {
    "made": "PagerDuty now tells Debrief of incidents: {id}, for {scope}, to {url}.",
    "finished": "An earlier run had stopped on the way; {id} is finished now, for {scope}, to {url}.",
    "mended": "{id} was there; events that were missing are added.",
    "there": "{id} is there already, for {scope}, to {url}. Nothing was changed.",
}


class Came(NamedTuple):
    """What a verb came to: `record` for a script, `shown` to a person."""

    record: dict[str, Any]
    shown: Text | Table
    code: Exit = Exit.DONE

    def show(self, console: Console) -> None:
        console.print(self.shown, soft_wrap=isinstance(self.shown, Text))


def with_place(sentence: str, stage: str | None, region: str | None) -> str:
    """The commands that a sentence names, with the place they are to be told of: a person copies them."""
    where = (f" --stage {stage}" if stage else "") + (f" --region {region}" if stage and region else "")
    return _VERB.sub(lambda found: found[0] + where, sentence)


@dataclass(frozen=True, slots=True)
class Command:
    """The verbs, at one place."""

    bench: Bench
    stage: str | None = None
    region: str | None = None

    def create(self, service: str | None, team: str | None, url: str | None) -> Came:
        created = create(self.bench, scope_from(self.bench.pagerduty, service, team), url)
        one = created.subscription
        url = shown_address(one.url, whole=True)
        record = {"id": one.id, "how": created.how, "url": url, "scope": asdict(one.scope), "active": one.is_active}
        return Came(record | {"replaced": list(created.replaced)}, self._lines(self._told(created)))

    def _told(self, created: Created) -> Generator[str]:
        one = created.subscription
        yield _HOW[created.how].format(id=one.id, scope=one.scope.in_words(), url=shown_address(one.url, whole=True))
        if not one.is_active:
            yield "It is switched off: somebody did that in PagerDuty, and it stays so until it is switched on there."
        yield f"Its secret is in {self.bench.keeper.place(SECRET)}. Next: debrief webhook test"

    def list(self) -> Came:
        found = rows(self.bench)
        record = {"subscriptions": [_row_record(row) for row in found]}
        none = self._lines(["This PagerDuty account has no webhook subscription: debrief webhook create makes one."])
        return Came(record, _table(found) if found else none)

    def test(self) -> Came:
        tested = list(ping_ours(self.bench))
        if not tested:
            by_hand = ", ".join(one.id for one in look(self.bench).by_hand)
            remedy = _UNRECORDED.format(id=by_hand) if by_hand else _MAKE
            raise NotFound("testing the webhook", "Debrief has no subscription in this account", remedy)
        record = [{"id": one.subscription.id, "step": one.step, "said": self._here(one.said)} for one in tested]
        lines = [("ok" if one.is_well else "failure", one.subscription.id, one.said) for one in tested]
        code = Exit.DONE if all(one.is_well for one in tested) else Exit.WITH_GAPS
        return Came({"ok": code is Exit.DONE, "tested": record}, self._findings(lines), code)

    def rotate(self, url: str | None) -> Came:
        new = rotate(self.bench, url)
        told = f"{new.id} has taken over, with a new secret in {self.bench.keeper.place(SECRET)}. The old one is gone."
        return Came({"id": new.id}, self._lines([told]))

    def enable(self) -> Came:
        enabled = enable(self.bench)
        told = [f"{id_} is enabled again. What was resolved meanwhile is found by asking." for id_ in enabled]
        return Came({"enabled": list(enabled)}, self._lines(told or ["PagerDuty has disabled none of ours."]))

    def delete(self, *, yes: bool) -> Came:
        seen = look(self.bench)
        ours = ", ".join(
            f"{one.id} (for {one.scope.in_words()}, to {shown_address(one.url, whole=True)})" for one in seen.ours
        )
        if ours and not yes and not agreed(f"Delete {ours} in PagerDuty, and forget the secret?"):
            raise Ended(Exit.USAGE, "Nothing was deleted.")
        deleted = delete_ours(self.bench)
        told = f"Deleted: {', '.join(deleted)}. The secret is forgotten." if deleted else _NONE
        return Came({"deleted": list(deleted)}, self._lines([told, *map(_stays, seen.by_hand)]))

    def doctor(self) -> Came:
        found = [(one.state, one.subject, one.said) for one in examine(self.bench)]
        record = [{"state": state, "subject": subject, "said": self._here(said)} for state, subject, said in found]
        is_well = all(state != "failure" for state, _, _ in found)
        shown = self._findings(found)
        return Came({"ok": is_well, "findings": record}, shown, Exit.DONE if is_well else Exit.WITH_GAPS)

    def _here(self, sentence: str) -> str:
        return with_place(sentence, self.stage, self.region)

    def _lines(self, sentences: Iterable[str]) -> Text:
        return Text("\n".join(plain(self._here(sentence)) for sentence in sentences))

    def _findings(self, lines: Iterable[tuple[str, str, str]]) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
        for state, subject, said in lines:
            table.add_row(Text(state, style=_COLOURS[state]), Text(plain(subject)), Text(plain(self._here(said))))
        return table


_MAKE = "Make one: debrief webhook create."
_UNRECORDED = (
    f"What comes of {{id}}, made by hand, is recorded once its id is kept beside its secret, as {SUBSCRIPTION}."
)


@contextmanager
def opened(
    stage: str | None,
    region: str | None,
    *,
    progress: Console | None,
    sleep: Callable[[float], None] = time.sleep,
) -> Generator[Command]:
    """Everything a verb needs, or one sentence that says what is missing. Raises Ended, SettingsError and what
    `find_place`, the keeper and the store raise."""

    def say(sentence: str) -> None:
        if progress is not None:
            progress.print(Text(plain(sentence), style="dim"), soft_wrap=True)

    place = find_place(stage, region)
    settings = place.settings()
    with ExitStack() as stack:
        pagerduty = stack.enter_context(closing(_pagerduty(place, settings, stage)))
        store = stack.enter_context(closing(place.store()))
        named, version = settings.pagerduty.webhook_subscriptions, version_of(settings, place.templates(settings))
        bench = Bench(place, pagerduty, place.keeper(), store, utc_now, sleep, say, named, version)
        yield Command(bench, stage, region)


def _pagerduty(place: Place, settings: Settings, stage: str | None) -> PagerDutyApi:
    budget = Budget(sleep=time.sleep, now=lambda: utc_now().timestamp(), seconds=PATIENCE)
    api = vendors.pagerduty_api(settings, place.secrets(), budget)
    if api is None:
        remedy = f"debrief secret set PAGERDUTY_TOKEN{f' --stage {stage}' if stage else ''}"
        raise Ended(Exit.USAGE, f"PAGERDUTY_TOKEN is not set for {place.name}: {remedy} asks for it.")
    return api


def scope_from(pagerduty: PagerDutyApi, service: str | None, team: str | None) -> Scope | None:
    """The service or the team that a person named; None where nobody did. Raises NotFound."""
    if service:
        return Scope("service", _id_of(pagerduty.list_services, "service", service))
    return Scope("team", _id_of(pagerduty.list_teams, "team", team)) if team else None


def _id_of(listed: Callable[[str, int], Page], kind: str, typed: str) -> str:
    """By its whole name, whatever the capitals; what is called nothing and looks like an id is one."""
    wanted, offset = typed.strip(), 0
    while offset is not None:
        page = listed(wanted, offset)
        for one in page.records:
            if str(one.get("name", "")).casefold() == wanted.casefold() or one.get("id") == wanted:
                return str(one["id"])
        offset = page.next_offset
    if _AN_ID.fullmatch(wanted):
        return wanted
    remedy = f"Give its whole name, or its id, which stands at the end of the address of its page: --{kind} PABC123."
    raise NotFound(f'looking for the {kind} "{plain(typed)}"', f"PagerDuty has no {kind} of that name", remedy)


def _stays(one: Subscription) -> str:
    """What a person made is theirs to delete."""
    return f"{one.id}, which pagerduty.webhook_subscriptions names, stays: it can be deleted in PagerDuty."


def _row_record(row: Row) -> dict[str, Any]:
    one = row.subscription
    return {
        "id": one.id,
        "ours": row.is_ours,
        "state": row.state,
        "scope": asdict(one.scope),
        "address": shown_address(one.url, whole=row.is_ours),
        "description": one.description,
        "events": list(one.events),
        "missing_events": list(one.missing_events),
        "last_accepted_at": row.last_at.isoformat() if row.last_at else None,
    }


def _table(found: Iterable[Row]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("Id", "Whose", "State", "For", "Last came", "Delivers to"):
        table.add_column(heading, overflow="fold")
    for row in found:
        one = row.subscription
        scope = one.scope.in_words().removeprefix("the ").removeprefix("whole ")
        state = (
            f"{row.state}, {len(one.missing_events)} events missing"
            if row.is_ours and one.missing_events
            else row.state
        )
        never = "never" if row.is_ours and not row.is_by_hand else ""
        last = f"{row.last_at:%Y-%m-%d %H:%M} UTC" if row.last_at else never
        address = shown_address(one.url, whole=row.is_ours)
        shown = (one.id, "ours" if row.is_ours else "", state, scope, last, address)
        table.add_row(*(Text(plain(cell)) for cell in shown))
    return table

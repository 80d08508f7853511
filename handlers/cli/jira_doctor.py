"""`debrief jira webhook test` and `doctor`: at which step a change in Jira would be lost, and what to do about it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.errors import NotAllowed
from connectors.jira.knocking import Knocked, knock
from connectors.jira.webhooks import Webhook, differences, left_behind, ours_among, strangers_at
from connectors.store.arrivals import Arrival, Arrivals, Kind
from handlers.cli.jira_webhook import GRACE, PREVIOUS, SECRET, Side, rotated_at
from handlers.cli.plain import plain
from handlers.jira_changed import ARRIVES_AS
from handlers.wiring import utc_now

_COLOURS = {"ok": "green", "warning": "yellow", "failure": "red"}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at."""

    subject: str
    state: Literal["ok", "warning", "failure"]
    said: str


def tested(side: Side) -> tuple[Step, ...]:
    """What a delivery passes, in its order: Jira's webhook, the door, the signature, the store."""
    return (*_of_jira(side, lambda webhooks: _in_jira(side, webhooks)), *_at_the_door(side))


def examined(side: Side, now: datetime) -> tuple[Step, ...]:
    """All of that, and what may go wrong later."""
    return (
        *_of_jira(side, lambda webhooks: (*_in_jira(side, webhooks), *_others(side, webhooks))),
        *_at_the_door(side),
        _last_delivery(side),
        *_rotation(side, now),
    )


def _of_jira(side: Side, steps: Callable[[tuple[Webhook, ...]], Iterable[Step]]) -> Iterator[Step]:
    """Where the token may not look, the rest is looked at all the same: somebody made the webhook by hand."""
    try:
        webhooks = side.webhooks()
    except NotAllowed as refused:
        yield Step("webhook", "failure" if "(401)" in refused.came_back else "warning", str(refused))
        return
    yield from steps(webhooks)


def failed(steps: tuple[Step, ...]) -> bool:
    return any(step.state == "failure" for step in steps)


def steps_json(steps: tuple[Step, ...]) -> dict[str, Any]:
    return {"ok": not failed(steps), "steps": [asdict(step) for step in steps]}


def say_steps(console: Console, steps: tuple[Step, ...]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for step in steps:
        table.add_row(Text(step.state, style=_COLOURS[step.state]), Text(step.subject), Text(plain(step.said)))
    console.print(table)


def _in_jira(side: Side, webhooks: tuple[Webhook, ...]) -> Iterator[Step]:
    ours, again = ours_among(webhooks, side.wanted), f"debrief jira webhook create{side.where}"
    if ours is None:
        yield Step("webhook", "failure", f"Jira has none named {side.wanted.name} to {side.wanted.url}: {again}.")
        return
    wrong = differences(ours, side.wanted)
    for sentence in wrong:
        yield Step("webhook", "failure", f"{_capital(sentence)}. {again} mends it.")
    if not wrong:
        yield Step("webhook", "ok", f'"{ours.name}" (id {ours.webhook_id}) is enabled and signed: {ours.jql}')


def _others(side: Side, webhooks: tuple[Webhook, ...]) -> Iterator[Step]:
    for other in strangers_at(webhooks, side.wanted):
        said = f'"{other.name}" (id {other.webhook_id}) delivers here too: delete it in Jira under System, WebHooks.'
        yield Step("others", "warning", said)
    for old in left_behind(webhooks, side.wanted):
        remedy = f"debrief jira webhook delete {old.webhook_id}{side.where}"
        yield Step("others", "warning", f"id {old.webhook_id} still delivers to {old.url}, which was ours: {remedy}.")


def _at_the_door(side: Side) -> Iterator[Step]:
    secret, url = side.keeper.known(SECRET), side.wanted.url
    if not secret:
        yield Step("secret", "failure", f"{SECRET} is not kept: debrief jira webhook create{side.where} makes one.")
        return
    forged = knock(url, None)
    yield _unsigned(forged, url)
    if forged.is_ours:
        before = arrived(side, "ping")
        signed = _signed(knock(url, secret), side)
        yield signed
        if signed.state == "ok":
            yield _recorded(side, is_new=arrived(side, "ping") != before)


def _unsigned(knocked: Knocked, url: str) -> Step:
    if knocked.status is None:
        said = f"{url} gave no answer: {knocked.why}. Start debrief serve or deploy, and check the address and its TLS."
        return Step("door", "failure", said)
    if not knocked.is_ours:
        said = f"{url} answered {knocked.status}, and not as Debrief does: is that its public address?"
        return Step("door", "failure", said)
    if knocked.status == 403:
        return Step("door", "ok", f"{url} answers, and refuses what nobody signed")
    return Step("door", "failure", f"{url} answered {knocked.status} to an unsigned request, where 403 belongs.")


def _signed(knocked: Knocked, side: Side) -> Step:
    match knocked.status:
        case 202:
            return Step("secret", "ok", "what is signed with the kept secret is accepted there")
        case 403:
            remedy = "Wait five minutes after a change; else it reads other secrets than these"
            return Step("secret", "failure", f"The door does not know the secret of {side.place.name}. {remedy}.")
        case 503:
            remedy = f"Try again in a minute; else its log says why, or {SECRET} is not kept where it reads"
            return Step("secret", "failure", f"The door could not judge the signature (503). {remedy}.")
        case status:
            answered = f"answered {status}" if status else f"gave no answer: {knocked.why}"
            return Step("secret", "failure", f"The door {answered} to a signed request. Try again.")


def arrived(side: Side, kind: Kind) -> Arrival | None:
    """When something signed last came to the doors of this installation."""
    with closing(side.place.store()) as store:
        return Arrivals(store, utc_now).last(ARRIVES_AS, kind)


def _recorded(side: Side, *, is_new: bool) -> Step:
    if is_new:
        return Step("arrival", "ok", f"it arrived in the store of {side.place.name}")
    said = (
        f"It was accepted there, and {side.place.name} has no record of it: another installation answers, or an older"
    )
    return Step("arrival", "warning", f"{said} release. Deploy or start it again.")


def _last_delivery(side: Side) -> Step:
    last = arrived(side, "delivery")
    if last is None:
        return Step("deliveries", "ok", "none came yet: one comes when an issue of these projects changes")
    return Step("deliveries", "ok", f"the last that Jira signed came at {last.at:%Y-%m-%d %H:%M} UTC")


def _rotation(side: Side, now: datetime) -> Iterator[Step]:
    if not side.keeper.known(PREVIOUS):
        return
    told_at, again = rotated_at(side), f"debrief jira webhook rotate{side.where}"
    if told_at is None:
        yield Step("rotation", "warning", f"Two secrets are kept, and Jira may sign with the older: {again} goes on.")
    elif now >= told_at + GRACE:
        yield Step("rotation", "warning", f"The old secret is still accepted: {again} takes it away.")
    else:
        yield Step("rotation", "ok", f"the old secret is accepted until {told_at + GRACE:%H:%M} UTC")


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]

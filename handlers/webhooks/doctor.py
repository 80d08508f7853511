"""`debrief webhook doctor`: what could keep PagerDuty's webhooks from working, each with what to do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from connectors.errors import ConnectorError, Unreachable
from connectors.pagerduty.subscriptions import Subscription, is_same_address, shown_address
from connectors.reaching import certificate_ends_at, host_of, is_safe_address, status_of_post
from connectors.store.notices import Notices
from handlers.webhooks.bench import PREVIOUS_SECRET, SECRET, Bench, Seen, look
from handlers.webhooks.standing import last_accepted, state_of

State = Literal["ok", "warning", "failure"]
CLOCK_MAY_DIFFER = timedelta(minutes=2)
CERTIFICATE_ENDS_SOON = timedelta(days=14)
QUIET_FOR = timedelta(days=7)
_AWS_HOST = re.compile(r"[a-z0-9]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com")
_NOTICES = ("missed/", "subscription/", "enabled/", "delivery/")


@dataclass(frozen=True, slots=True)
class Found:
    """A warning and a failure say what to do."""

    subject: str
    state: State
    said: str


def examine(bench: Bench) -> Iterator[Found]:
    """In the order in which a person would look. What PagerDuty or the keeper refuses is a finding, the last one."""
    try:
        seen = look(bench)
    except ConnectorError as error:
        yield Found("PagerDuty", "failure", str(error))
        return
    many = "1 webhook subscription" if len(seen.every) == 1 else f"{len(seen.every)} webhook subscriptions"
    yield Found("PagerDuty", "ok", f"answers; the account has {many}, {len(seen.watched)} of them ours")
    yield _clock(bench)
    yield from _kept(bench, seen)
    yield from _named(seen)
    for one in seen.watched:
        yield _standing(one)
        yield _events(one, "debrief webhook create adds" if seen.is_ours(one) else "in PagerDuty, add")
        yield from _address(bench, seen, one)
        if seen.is_ours(one):
            yield _last(bench, one)
    if len(seen.ours) > 1:
        yield _several(seen)
    for notice in Notices(bench.store).all(bench.now()):
        if notice.key.startswith(_NOTICES):
            yield Found("lately", "warning", notice.sentence)


def _clock(bench: Bench) -> Found:
    theirs = bench.pagerduty.clock
    if theirs is None:
        return Found("clock", "warning", "PagerDuty did not say what time it is, so that the clock was not compared.")
    apart = abs(bench.now() - theirs)
    if apart > CLOCK_MAY_DIFFER:
        seconds = f"{apart.total_seconds():,.0f} seconds"
        return Found("clock", "failure", f"This machine's clock and PagerDuty's are {seconds} apart: set it by NTP.")
    return Found("clock", "ok", "as PagerDuty's, to two minutes")


def _kept(bench: Bench, seen: Seen) -> Iterator[Found]:
    place = bench.keeper.place(SECRET)
    if not seen.watched:
        yield Found("subscription", "failure", "None is ours. Make one: debrief webhook create.")
    if not bench.keeper.known(SECRET):
        yield Found("secret", "failure", f"None is kept in {place}: debrief webhook create makes and keeps one.")
    elif not seen.current and seen.by_hand and not seen.ours:
        yield Found("secret", "ok", f"kept in {place}, for a subscription that was made by hand")
    elif not seen.current:
        said = f"It is kept in {place} without the id of its subscription, so that nobody knows whose it is."
        yield Found("secret", "warning", f"{said} Write the id as PAGERDUTY_WEBHOOK_SUBSCRIPTION beside it.")
    elif seen.kept is None:
        said = f"It is that of {seen.current}, which PagerDuty does not have: debrief webhook create makes another."
        yield Found("secret", "failure", said)
    else:
        yield Found("secret", "ok", f"kept in {place} beside the id of its subscription")
    if seen.previous or bench.keeper.known(PREVIOUS_SECRET):
        said = "The one before is still accepted: debrief webhook rotate ends the rotation."
        yield Found("previous secret", "warning", said)


def _named(seen: Seen) -> Iterator[Found]:
    """The setting names what PagerDuty does not have."""
    for id_ in seen.named:
        if seen.by_id(id_) is None:
            said = f"pagerduty.webhook_subscriptions names {id_}, which PagerDuty does not have: take it out."
            yield Found("settings", "warning", said)


def _standing(one: Subscription) -> Found:
    match state_of(one):
        case "on":
            return Found(one.id, "ok", f"on, for {one.scope.in_words()}")
        case "disabled":
            said = "PagerDuty disabled it after three refused deliveries: debrief webhook enable, then test."
            return Found(one.id, "failure", said)
        case "unfinished":
            return Found(one.id, "failure", "An earlier run left it unfinished: debrief webhook create goes on.")
        case "off":
            return Found(one.id, "failure", "Somebody switched it off in PagerDuty: switch it on there.")


def _events(one: Subscription, add: str) -> Found:
    if not one.tells_of_resolves:
        return Found(f"{one.id} events", "failure", f"incident.resolved is missing: {add} it.")
    if one.missing_events:
        missing = ", ".join(one.missing_events)
        said = f"{missing} {'is' if len(one.missing_events) == 1 else 'are'} missing: {add} them."
        return Found(f"{one.id} events", "warning", said)
    return Found(f"{one.id} events", "ok", "all that Debrief uses")


def _address(bench: Bench, seen: Seen, one: Subscription) -> Iterator[Found]:
    subject, host = f"{one.id} address", host_of(one.url)
    if seen.address and not is_same_address(one.url, seen.address):
        said = f"It delivers to {host}, and {bench.place.name} is at {host_of(seen.address)}: another path or host."
        move = f"move it: debrief webhook rotate --url {shown_address(seen.address, whole=True)}"
        mend = move if seen.is_ours(one) else "make another: debrief webhook create"
        yield Found(subject, "warning", f"{said} If that is not meant, {mend}")
    yield from _region(bench, subject, host)
    if not is_safe_address(one.url):
        yield Found(subject, "failure", "It is not https: put an https address in front, delete this one, create anew.")
        return
    try:
        yield from _certificate(bench, subject, one)
        yield _knocked(subject, host, status_of_post(one.url, b"{}", {"content-type": "application/json"}))
    except Unreachable as error:
        said = f"{host} is not reachable from here: {error.came_back}. Check DNS, certificate and firewall."
        yield Found(subject, "failure", f"{said} PagerDuty needs TLS 1.2 and a whole chain of a public authority.")


def _region(bench: Bench, subject: str, host: str) -> Iterator[Found]:
    found, region = _AWS_HOST.fullmatch(host), getattr(bench.place, "region", None)
    if found and region and found[1] != region:
        said = f"It delivers to {found[1]}, and {bench.place.name} is asked about: name the right --region, or stage."
        yield Found(subject, "failure", said)


def _certificate(bench: Bench, subject: str, one: Subscription) -> Iterator[Found]:
    if not one.url.lower().startswith("https:"):
        return
    ends_at = certificate_ends_at(one.url)
    if ends_at - bench.now() < CERTIFICATE_ENDS_SOON:
        yield Found(subject, "warning", f"Its certificate ends on {ends_at:%Y-%m-%d}: renew it.")
    else:
        yield Found(subject, "ok", f"https, with a certificate that holds until {ends_at:%Y-%m-%d}")


def _knocked(subject: str, host: str, status: int) -> Found:
    if status == 403:
        return Found(subject, "ok", f"the receiver at {host} answers")
    if status >= 500:
        return Found(subject, "failure", f"{host} answers {status}: look at the receiver's log.")
    said = f"{host} answers {status} where the receiver says 403 to a stranger: check path, host and region."
    return Found(subject, "failure", said)


def _last(bench: Bench, one: Subscription) -> Found:
    subject, at, refused = f"{one.id} last", last_accepted(bench, one), bench.arrivals.last(one.id, "refused")
    if refused and (at is None or refused.at > at):
        said = f"A delivery was refused at {refused.at:%Y-%m-%d %H:%M} UTC, and none was accepted since."
        return Found(subject, "failure", f"{said} Its secret is another: debrief webhook rotate makes a new one.")
    if at is None:
        return Found(subject, "warning", "Nothing of it was ever accepted here: debrief webhook test.")
    if bench.now() - at > QUIET_FOR:
        return Found(subject, "warning", f"Nothing came since {at:%Y-%m-%d %H:%M} UTC: debrief webhook test.")
    return Found(subject, "ok", f"accepted at {at:%Y-%m-%d %H:%M} UTC")


def _several(seen: Seen) -> Found:
    ids = ", ".join(one.id for one in seen.ours)
    if seen.leftovers:
        return Found("several", "warning", f"{ids} are ours: debrief webhook create or rotate takes leftovers away.")
    return Found("several", "warning", f"{ids} are ours: a rotation is under way. End it: debrief webhook rotate.")

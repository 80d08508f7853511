"""`debrief webhook test`: PagerDuty sends a ping, and where it is lost is found out step by step."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from connectors.errors import ConnectorError, Unreachable
from connectors.pagerduty.subscriptions import Subscription
from connectors.reaching import host_of, status_of_post
from handlers.webhooks.arriving import PATIENCE, arrived, last
from handlers.webhooks.bench import PREVIOUS_SECRET, SECRET, Bench, look
from handlers.webhooks.signing import signed_ping


class Step(StrEnum):
    """How far a ping came."""

    SWITCHED_OFF = "switched off"
    DISABLED = "disabled"
    REFUSED = "refused by PagerDuty"
    UNREACHABLE = "not reachable"
    ELSEWHERE = "something else answers"
    FAULT = "receiver not well"
    SIGNATURE = "signature does not fit"
    LOST = "did not arrive"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Tested:
    """`said` is a sentence with what to do."""

    subscription: Subscription
    step: Step
    said: str

    @property
    def is_well(self) -> bool:
        return self.step is Step.ACCEPTED


def ping_ours(bench: Bench) -> Iterator[Tested]:
    """Ping each of ours in turn; nothing where there is none."""
    for one in look(bench).ours:
        bench.say(f"Asking PagerDuty to ping {one.id}.")
        yield _tested(bench, one)


def _tested(bench: Bench, one: Subscription) -> Tested:
    if not one.is_active:
        return Tested(one, Step.SWITCHED_OFF, _why_off(one))
    if one.is_disabled:
        why = "PagerDuty disabled it after three refused deliveries: debrief webhook enable, then test again."
        return Tested(one, Step.DISABLED, why)
    before, began = last(bench, one.id), bench.now()
    try:
        bench.pagerduty.ping_webhook_subscription(one.id)
    except ConnectorError as error:
        return Tested(one, Step.REFUSED, str(error))
    came = arrived(bench, one.id, before)
    if came == "ping":
        seconds = (bench.now() - began).total_seconds()
        return Tested(one, Step.ACCEPTED, f"The ping came through and was accepted within {seconds:.0f} s.")
    if came == "refused":
        return Tested(one, Step.SIGNATURE, _SIGNED_ELSE)
    return _lost(bench, one)


_SIGNED_ELSE = (
    "The ping arrived, and its signature does not fit the secret that is kept: debrief webhook rotate makes a new one."
)


def _why_off(one: Subscription) -> str:
    if one.is_unfinished:
        return "An earlier run left it unfinished: debrief webhook create goes on from there."
    return "Somebody switched it off in PagerDuty: switch it on there (Integrations, Generic Webhooks)."


def _lost(bench: Bench, one: Subscription) -> Tested:
    """Nothing came: the same way is tried from here, first as a stranger, then with what we would accept."""
    bench.say(f"Nothing arrived in {PATIENCE} seconds. Knocking at {host_of(one.url)} from here.")
    try:
        stranger = status_of_post(one.url, b"{}", {"content-type": "application/json"})
        if stranger != 403:
            return Tested(one, *_not_ours(stranger, host_of(one.url)))
        ours = [_status_of_ours(bench, one, name) for name in (SECRET, PREVIOUS_SECRET)]
    except Unreachable as error:
        remedy = "Check the address, DNS, the certificate and the firewall; on one machine, that debrief serve runs."
        return Tested(
            one, Step.UNREACHABLE, f"{host_of(one.url)} is not reachable from here: {error.came_back}. {remedy}"
        )
    return Tested(one, *_judged([status for status in ours if status]))


def _status_of_ours(bench: Bench, one: Subscription, name: str) -> int | None:
    """What the receiver makes of a ping that we sign ourselves; None where no such secret is kept."""
    secret = bench.keeper.known(name)
    return status_of_post(one.url, *signed_ping(secret, bench.now())) if secret else None


def _not_ours(status: int, host: str) -> tuple[Step, str]:
    if status >= 500:
        said = f"{host} answers {status}: look at the log of the receiver, or of what stands before it."
        return Step.FAULT, said
    said = (
        f"{host} answers {status} where Debrief's receiver says 403 to a stranger: something else is there. "
        "Check path, host and region of the address: debrief webhook doctor."
    )
    return Step.ELSEWHERE, said


def _judged(ours: list[int]) -> tuple[Step, str]:
    """By what the receiver answered to pings that were signed with the secrets that are kept."""
    if not ours:
        return (
            Step.SIGNATURE,
            "No secret is kept for it, so that nothing is believed: debrief webhook rotate makes one.",
        )
    if any(200 <= status < 300 for status in ours):
        said = (
            "The receiver answers, and believes what is signed with the secret that is kept; PagerDuty's own ping did "
            "not come. PagerDuty may not reach the address from outside (a private network, a list of allowed "
            "addresses), or it is slow: test again in a minute."
        )
        return Step.LOST, said
    if 403 in ours:
        said = (
            "The receiver answers and does not believe the secret that is kept here: it reads another one. Is this the "
            "right stage, or the right DEBRIEF_SECRETS?"
        )
        return Step.SIGNATURE, said
    return Step.FAULT, "The receiver cannot read its secrets: look at its log, then test again in a minute."

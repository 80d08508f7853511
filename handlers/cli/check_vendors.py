"""The part of `debrief check --live` that asks: which vendors, with which tokens, about what."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from connectors.checks.confluence import CONFLUENCE, check_confluence
from connectors.checks.finding import Finding, answered, found_refusal
from connectors.checks.jira import JIRA, check_jira
from connectors.checks.pagerduty import PAGERDUTY, check_pagerduty, check_user_token
from connectors.checks.slack import SLACK, check_slack
from connectors.checks.stage import AWS, check_stage
from connectors.checks.webhook import check_webhook
from connectors.errors import ConnectorError, NotAllowed, NotFound
from connectors.pagerduty.api import PagerDutyApi
from connectors.retrying import Budget
from connectors.secrets.port import Secrets
from handlers import vendors
from handlers.place import Place
from handlers.stage import Stage
from handlers.wiring import utc_now
from postmortem.settings import Settings

CLOCK_MAY_DIFFER = timedelta(seconds=60)
NO_JIRA = "No issue can be opened."
_SUBSCRIPTIONS = ("PAGERDUTY_WEBHOOK_SUBSCRIPTION", "PAGERDUTY_WEBHOOK_SUBSCRIPTION_PREVIOUS")


@dataclass(frozen=True, slots=True)
class Answer:
    """`fast_by` is how much this machine's clock is ahead of the vendor's; None where the vendor did not say."""

    findings: tuple[Finding, ...]
    fast_by: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """`ask` may run on any thread. It raises nothing that a vendor may answer."""

    about: str
    ask: Callable[[], Answer]


def askings(place: Place, settings: Settings | None, budget: Budget) -> Sequence[Asking]:
    """Of those vendors that are configured; without settings only AWS can be asked."""
    found = [Asking(AWS, partial(_ask_aws, place))] if isinstance(place, Stage) else []
    if settings is None:
        return found
    asks = {PAGERDUTY: _ask_pagerduty, SLACK: _ask_slack, JIRA: _ask_jira, CONFLUENCE: _ask_confluence}
    return [
        *(Asking(about, partial(_safely, about, ask, place, settings, budget)) for about, ask in asks.items()),
        *found,
    ]


def of_clock(answers: Iterable[Answer]) -> Iterator[Finding]:
    """This machine's clock against the first vendor's that told its own."""
    fast_by = next((answer.fast_by for answer in answers if answer.fast_by is not None), None)
    if fast_by is None:
        return
    where, seconds = "This machine", round(abs(fast_by.total_seconds()))
    if abs(fast_by) < CLOCK_MAY_DIFFER:
        yield Finding(about=where, subject="clock", state="ok", said="agrees with the vendors'")
        return
    said = f"is {seconds:,} seconds {'ahead of' if fast_by > timedelta(0) else 'behind'} the vendors'."
    remedy = "Let it be set by NTP: signed requests are refused where it is five minutes wrong."
    yield Finding(about=where, subject="clock", state="warning", said=said, remedy=remedy)


def _safely(
    about: str, ask: Callable[[Place, Settings, Budget], Answer], place: Place, settings: Settings, budget: Budget
) -> Answer:
    """A secret that whoever checks may not read is a warning: who runs it may."""
    try:
        _optional(place.secrets(), f"{about.upper()}_TOKEN")
    except NotAllowed as refused:
        return Answer((found_refusal(about, "not asked", refused, "warning"),))
    except ConnectorError as refused:
        return Answer((found_refusal(about, about, refused),))
    try:
        return ask(place, settings, budget)
    except ConnectorError as refused:
        return Answer((found_refusal(about, about, refused),))


def _ask_pagerduty(place: Place, settings: Settings, budget: Budget) -> Answer:
    secrets = place.secrets()
    api = vendors.pagerduty_api(settings, secrets, budget)
    if api is None:
        return Answer(())
    with closing(api):
        found = (*answered(PAGERDUTY, _of_pagerduty(api, place, settings, budget)),)
        return Answer(found, _fast_by(api.clock))


def _of_pagerduty(api: PagerDutyApi, place: Place, settings: Settings, budget: Budget) -> Iterator[Finding]:
    secrets, pagerduty = place.secrets(), settings.pagerduty
    there = pagerduty.model_copy(update={"region": "eu" if pagerduty.region == "us" else "us"})
    other = settings.model_copy(update={"pagerduty": there})
    elsewhere = None if pagerduty.base_url else vendors.pagerduty_api(other, secrets, budget)
    is_accepted = True
    for finding in check_pagerduty(settings, api, elsewhere):
        is_accepted = is_accepted and (finding.subject, finding.state) != ("token", "failure")
        yield finding
    user_token = _optional(secrets, "PAGERDUTY_USER_TOKEN")
    if user_token:
        base_url = pagerduty.base_url or vendors.REGIONS[pagerduty.region]
        with closing(PagerDutyApi(user_token, budget, base_url=base_url)) as theirs:
            yield from check_user_token(theirs)
    if is_accepted:
        kept = (id_ for name in _SUBSCRIPTIONS if (id_ := _optional(secrets, name)))
        ids = tuple(dict.fromkeys((*pagerduty.webhook_subscriptions, *kept)))
        base_url = place.base_url()
        option = f" --stage {place.stage}" if isinstance(place, Stage) else ""
        yield from check_webhook(api, ids, f"{base_url}/pagerduty" if base_url else None, option)


def _ask_slack(place: Place, settings: Settings, budget: Budget) -> Answer:
    api = vendors.slack_api(settings, place.secrets(), budget)
    if api is None:
        return Answer(())
    found = (*answered(SLACK, check_slack(settings, api)),)
    return Answer(found, _fast_by(api.clock))


def _ask_jira(place: Place, settings: Settings, budget: Budget) -> Answer:
    api = vendors.jira_api(settings, place.secrets(), budget)
    if api is None:
        remedy = "Set jira.site in debrief.yml, and JIRA_EMAIL and JIRA_TOKEN among the secrets."
        return Answer((Finding(about=JIRA, subject=JIRA, state="warning", said=NO_JIRA, remedy=remedy),))
    with closing(api):
        return Answer((*answered(JIRA, check_jira(settings, api)),))


def _ask_confluence(place: Place, settings: Settings, budget: Budget) -> Answer:
    api = vendors.confluence_api(settings, place.secrets(), budget)
    if api is None:
        return Answer(())
    with closing(api):
        return Answer((*answered(CONFLUENCE, check_confluence(settings, api)),))


def _ask_aws(stage: Stage) -> Answer:
    return Answer((*check_stage(stage.stage, stage.outputs, stage.client),))


def _fast_by(theirs: datetime | None) -> timedelta | None:
    return None if theirs is None else utc_now() - theirs


def _optional(secrets: Secrets, name: str) -> str | None:
    try:
        return secrets.read(name)
    except NotFound:
        return None

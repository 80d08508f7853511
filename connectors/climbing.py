"""One human's way to a Jira account: people map, Slack, e-mail, Jira. Each rung leaves a sentence, also where a vendor
does not answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from connectors.errors import ConnectorError, NotFound
from connectors.jira.accounts import account_by_email, no_answer, place_of
from connectors.jira.api import JiraApi
from connectors.pagerduty.api import PagerDutyApi
from connectors.patience import patiently
from connectors.slack.api import SlackApi
from connectors.slack.translate import person_from_slack
from connectors.steps import Json, Steps
from postmortem.action_items.ladder import Found, Place
from postmortem.identities import Identities
from postmortem.people import Person, id_in
from postmortem.settings import PersonEntry

NO_JIRA = "Jira is not configured"


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom to ask. `own` is the Jira account of our own token; `silent` is why Jira is not asked at all."""

    identities: Identities
    jira: JiraApi | None
    pagerduty: PagerDutyApi | None
    slack: SlackApi | None
    own: str | None = None
    silent: str | None = None


def climb(steps: Steps, asked: Asked, human: str) -> Found:
    """People map, Slack id, e-mail, Jira account: as far as it goes."""
    entry, accounts = asked.identities.entry(human), asked.identities.of_human(human)
    name = entry.name if entry else accounts[0].name if accounts else None
    rungs, email = list[str](), _email_of(entry, accounts)
    account_id = entry.jira_account_id if entry else None
    account_id = account_id or next((own for one in accounts if (own := id_in("jira", one.id))), None)
    account_id = account_id or id_in("jira", human)
    rungs.append(_of_map(entry, account_id))
    slack_id, email = _in_slack(steps, asked, entry, accounts, email, rungs)
    known = Found(name=name, slack_id=slack_id, person_id=accounts[0].id if accounts else None)
    if account_id:
        return known.model_copy(update={"account_id": account_id, "rungs": tuple(rungs)})
    told = _in_jira(steps, asked, email, rungs)
    remedy = f"Add jira_account_id for {name or 'them'} to people in debrief.yml."
    return known.model_copy(update={"rungs": tuple(rungs), "remedy": remedy if "problem" in told else None, **told})


def _of_map(entry: PersonEntry | None, account_id: str | None) -> str:
    if account_id:
        return "people map: names the Jira account" if entry else "Jira account: named by its id"
    return "people map: names no Jira account" if entry else "people map: does not name them"


def _email_of(entry: PersonEntry | None, accounts: Sequence[Person]) -> str | None:
    known = (account.email for account in accounts if account.email)
    return next(known, None) or (entry.pagerduty_email if entry else None)


def _in_slack(
    steps: Steps,
    asked: Asked,
    entry: PersonEntry | None,
    accounts: Sequence[Person],
    email: str | None,
    rungs: list[str],
) -> tuple[str | None, str | None]:
    """Slack id and e-mail, each by the other where one is missing."""
    here = (own for account in accounts if (own := id_in("slack", account.id)))
    slack_id, slack = (entry.slack_id if entry else None) or next(here, None), asked.slack
    if slack and (slack_id is None) != (email is None):
        told = answer(steps, "ask Slack", "Slack", partial(_slack_user, slack, slack_id, email))
        shown: Any = told.get("value") or {}
        slack_id, email = slack_id or shown.get("slack_id"), email or shown.get("email")
        rungs += [str(told["failed"])] if "failed" in told else []
    rungs.append(f"Slack: {slack_id or 'no member is known'}")
    rungs.append("e-mail: known" if email else "e-mail: none is known")
    return slack_id, email


def _slack_user(slack: SlackApi, slack_id: str | None, email: str | None) -> Json:
    try:
        raw = slack.users_info(slack_id) if slack_id else slack.users_lookup_by_email(email or "")
    except NotFound:
        return None
    user = raw.get("user") or {}
    if not user.get("id") or user.get("deleted"):
        return None
    person = person_from_slack(user)
    return None if person.is_bot else {"slack_id": str(user["id"]), "email": person.email}


def _in_jira(steps: Steps, asked: Asked, email: str | None, rungs: list[str]) -> dict[str, Any]:
    """{"account_id"}, or {"problem"} as it follows "but"."""
    if email is None:
        rungs.append("Jira: not asked without an e-mail")
        return {"problem": "no e-mail and no Jira account is known"}
    jira, own = asked.jira, asked.own
    if jira is None or own is None:
        rungs.append(f"Jira: {asked.silent}")
        return {"problem": str(asked.silent), "remedy": None}
    told = answer(steps, "ask Jira", "Jira", lambda: account_by_email(jira, email, own))
    judged: Any = told.get("value") or {"problem": told.get("failed"), "remedy": None}
    rungs.append(f"Jira: {judged.get('problem') or 'one active account has that e-mail'}")
    return judged


def place_in_jira(
    steps: Steps, asked: Asked, account_id: str, project: str, slack_id: str | None, *, stands_in: bool
) -> Place:
    """What Jira says of the account in the project, and where they are in Slack: Slack is asked only about one who
    stands in for others and whose `slack_id` is not known yet."""
    entry, jira = asked.identities.entry(f"jira:{account_id}"), asked.jira
    known = Place(name=entry.name if entry else None, slack_id=(entry.slack_id if entry else None) or slack_id)
    if jira is None or asked.silent:
        return known.model_copy(update={"unchecked": asked.silent or NO_JIRA})

    def ask() -> Json:
        place, email = place_of(jira, account_id, project, asked.own)
        return {"place": place.model_dump(mode="json"), "email": email}

    told = answer(steps, "ask Jira", "Jira", ask)
    if "failed" in told:
        return known.model_copy(update={"unchecked": told["failed"]})
    shown: Any = told["value"]
    place = Place.model_validate(shown["place"])
    slack_id = known.slack_id or (_slack_id_by(steps, asked, shown["email"]) if stands_in else None)
    return place.model_copy(update={"name": known.name or place.name, "slack_id": slack_id})


def _slack_id_by(steps: Steps, asked: Asked, email: str | None) -> str | None:
    """The Slack member of an account that the evidence may not know: a default owner is reminded too."""
    slack = asked.slack
    if slack is None or not email:
        return None
    told: Any = answer(steps, "ask Slack", "Slack", partial(_slack_user, slack, None, email)).get("value")
    return told["slack_id"] if told else None


def answer(
    steps: Steps, name: str, vendor: str, ask: Callable[[], Any], outage: tuple[type[ConnectorError], ...] = ()
) -> dict[str, Any]:
    """{"value": what came}, or {"failed": why nothing did, in a sentence}."""
    try:
        return {"value": patiently(steps, name, ask, outage=outage)}
    except ConnectorError as error:
        return {"failed": no_answer(vendor, error)}

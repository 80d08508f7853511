"""The tokens of `debrief init`: asked for without echo, shown to their vendor, kept one by one."""

import time
from collections.abc import Callable
from contextlib import closing

from rich.console import Console

from connectors.errors import BadReply, ConnectorError, RateLimited, Unreachable
from connectors.retrying import Budget
from connectors.secrets.environment import EnvironmentSecrets
from connectors.secrets.keeping import SecretKeeper
from handlers import vendors
from handlers.cli.exits import Ended
from handlers.cli.plain import plain
from handlers.cli.prompts import agreed, asked_secret
from handlers.cli.secret_command import keep, value_from
from handlers.wiring import utc_now
from postmortem.settings import Settings

MOST_TRIES = 3
PATIENCE = 10.0
"""Seconds for each question: a person waits."""
_WHERE = {
    "PAGERDUTY_TOKEN": "Integrations, API Access Keys",
    "SLACK_TOKEN": "api.slack.com/apps, OAuth & Permissions; debrief slack manifest makes the app",
    "SLACK_SIGNING_SECRET": "api.slack.com/apps, Basic Information",
    "JIRA_TOKEN": "id.atlassian.com, Security, API tokens",
    "CONFLUENCE_TOKEN": "id.atlassian.com, Security, API tokens",
}


def wanted_tokens(settings: Settings) -> tuple[str, ...]:
    """What these settings call for, in the order of asking."""
    confluence = settings.confluence.site is not None
    wanted = {
        "PAGERDUTY_TOKEN": True,
        "SLACK_TOKEN": True,
        "SLACK_SIGNING_SECRET": True,
        "JIRA_TOKEN": settings.jira.site is not None,
        "CONFLUENCE_TOKEN": confluence,
    }
    return tuple(name for name, is_wanted in wanted.items() if is_wanted)


def missing(keeper: SecretKeeper, settings: Settings) -> tuple[str, ...]:
    return tuple(name for name in wanted_tokens(settings) if not keeper.known(name))


def ask_for_tokens(keeper: SecretKeeper, settings: Settings, console: Console) -> None:
    """Each one that is not kept yet; Enter leaves it for later. Raises ConnectorError where it cannot be kept."""
    for name in wanted_tokens(settings):
        if keeper.known(name):
            _say(console, f"{name} is kept already in {keeper.place(name)}.")
        elif name == "CONFLUENCE_TOKEN" and _is_jiras_too(keeper, settings):
            _keep(keeper, name, keeper.known("JIRA_TOKEN"), console)
        else:
            _ask(keeper, name, settings, console)


def _is_jiras_too(keeper: SecretKeeper, settings: Settings) -> bool:
    same = settings.confluence.site == settings.jira.site and settings.confluence.email == settings.jira.email
    return same and bool(keeper.known("JIRA_TOKEN")) and agreed("Confluence with the same token as Jira?")


def _ask(keeper: SecretKeeper, name: str, settings: Settings, console: Console) -> None:
    for _ in range(MOST_TRIES):
        value = asked_secret(f"{name}, from {_WHERE[name]}; Enter for later", may_skip=True)
        if not value:
            return
        problem, is_certain = problem_with_token(name, value, settings)
        if problem:
            _say(console, problem)
        if not is_certain:
            _keep(keeper, name, value, console)
            return
    _say(console, f"{name} is left for later: debrief secret set {name}")


def _keep(keeper: SecretKeeper, name: str, value: str, console: Console) -> None:
    kept = keep(keeper, name, value, accept_old=False)
    _say(console, kept)


def problem_with_token(name: str, value: str, settings: Settings) -> tuple[str | None, bool]:
    """What is wrong with a token, and whether that is certain: a vendor that does not answer says nothing of it."""
    try:
        value_from(name, value)
        _shown_to_its_vendor(name, value, settings)
    except Ended as ended:
        return ended.sentence, True
    except (Unreachable, RateLimited, BadReply) as silence:
        return f"It was not checked. {silence}", False
    except ConnectorError as refused:
        return str(refused), True
    return None, False


def _shown_to_its_vendor(name: str, value: str, settings: Settings) -> None:
    """One reading that needs no more than a valid token. Raises ConnectorError."""
    secrets = EnvironmentSecrets({name: value}, None, utc_now)
    budget = Budget(time.sleep, lambda: utc_now().timestamp(), PATIENCE)
    checks: dict[str, Callable[[], object]] = {
        "PAGERDUTY_TOKEN": lambda: _pagerduty(settings, secrets, budget),
        "SLACK_TOKEN": lambda: (api := vendors.slack_api(settings, secrets, budget)) and api.auth_test(),
        "JIRA_TOKEN": lambda: _jira(settings, secrets, budget),
        "CONFLUENCE_TOKEN": lambda: _confluence(settings, secrets, budget),
    }
    check = checks.get(name)
    if check is not None:
        check()


def _pagerduty(settings: Settings, secrets: EnvironmentSecrets, budget: Budget) -> None:
    api = vendors.pagerduty_api(settings, secrets, budget)
    if api is not None:
        with closing(api):
            api.list_abilities()


def _jira(settings: Settings, secrets: EnvironmentSecrets, budget: Budget) -> None:
    api = vendors.jira_api(settings, secrets, budget)
    if api is not None:
        with closing(api):
            api.get_myself()


def _confluence(settings: Settings, secrets: EnvironmentSecrets, budget: Budget) -> None:
    api = vendors.confluence_api(settings, secrets, budget)
    if api is not None:
        with closing(api):
            api.list_spaces(settings.confluence.space or "")


def _say(console: Console, sentence: str) -> None:
    console.print(plain(sentence), soft_wrap=True, markup=False, highlight=False)

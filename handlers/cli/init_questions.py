"""The questions of `debrief init`: what each is for, what Enter alone answers, and whether an answer will do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from postmortem.settings import SettingsError, read_settings

type Answers = Mapping[str, str]
"""By a question's name; "" where a thing is left out."""

LEFT_OUT = "-"
CHANNEL = "inc-{number}"
# Where sites of the cloud are: a Jira of one's own has another API.
_CLOUD = (".atlassian.net", ".jira.com", ".atlassian-us-gov-mod.net")
_A_SITE = "https://acme.atlassian.net"


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `name` is its option, too: "jira_site" is --jira-site.

    `nested` puts an answer where the settings have it; `default` is told the answers so far; with `needs` it is asked
    only where that was answered. A `required` one takes no empty answer.
    """

    name: str
    words: str
    nested: Callable[[str], dict[str, Any]]
    default: Callable[[Answers], str] = lambda _: ""
    needs: str | None = None
    required: bool = False

    @property
    def option(self) -> str:
        return f"--{self.name.replace('_', '-')}"

    def is_due(self, answers: Answers) -> bool:
        return self.needs is None or bool(answers.get(self.needs))


def _at(*keys: str) -> Callable[[str], dict[str, Any]]:
    def nested(value: str) -> dict[str, Any]:
        found: Any = value
        for key in reversed(keys):
            found = {key: found}
        return found

    return nested


def _channels(value: str) -> dict[str, Any]:
    names = [name.strip().removeprefix("#") for name in value.split(",") if name.strip()]
    return {"slack": {"channel_name_templates": names}}


def _in_route(key: str) -> Callable[[str], dict[str, Any]]:
    return lambda value: {"default_route": {"project": "ANY", key: value}}


def _space(value: str) -> dict[str, Any]:
    return {"confluence": {"site": _A_SITE, "space": value}}


def zone_of_this_machine(link: Path = Path("/etc/localtime")) -> str:
    """Its IANA name, where the machine says it in the usual way; else UTC."""
    try:
        name = str(link.readlink()).partition("/zoneinfo/")[2]
    except OSError:
        return "UTC"
    return name if name and name != "Etc/UTC" and not problem_with(ZONE, name) else "UTC"


ZONE = Question(
    "timezone", "Your time zone: dates in words are read in it", _at("timezone"), lambda _: zone_of_this_machine()
)
QUESTIONS = (
    Question("organisation", "Your organisation, for the head of drafts", _at("organisation")),
    ZONE,
    Question(
        "pagerduty_region",
        "Where your PagerDuty account lives: us or eu",
        _at("pagerduty", "region"),
        lambda _: "us",
        required=True,
    ),
    Question(
        "pagerduty_sender", "E-mail of the PagerDuty user in whose name notes are written", _at("pagerduty", "sender")
    ),
    Question(
        "slack_channels",
        "Name of an incident's Slack channel, where PagerDuty names none",
        _channels,
        lambda _: CHANNEL,
    ),
    Question("jira_site", f"Your Jira site, like {_A_SITE}; without it no issues", _at("jira", "site")),
    Question(
        "jira_email",
        "E-mail of the Atlassian account that opens issues",
        _at("jira", "email"),
        lambda answers: answers.get("pagerduty_sender", ""),
        "jira_site",
        required=True,
    ),
    Question(
        "jira_project",
        "Key of the Jira project that action items go to, like OPS",
        _at("default_route", "project"),
        needs="jira_site",
        required=True,
    ),
    Question("jira_team", "Name of the team whose backlog that is", _in_route("team"), needs="jira_site"),
    Question(
        "jira_owner", "Jira account id of who gets what nobody owns", _in_route("default_owner"), needs="jira_site"
    ),
    Question(
        "confluence_space",
        "Key of the Confluence space for pages, like OPS; without it no pages",
        _space,
        needs="jira_site",
    ),
    Question("public_url", "Debrief's public address, where you know it already", _at("publish", "public_base_url")),
)
BY_NAME = {question.name: question for question in QUESTIONS}


def understood(question: Question, typed: str) -> str:
    """An answer as it is written down: a site may be typed without https, a project or region in any case."""
    text = "" if typed.strip() == LEFT_OUT else typed.strip()
    if question.name == "jira_site" and text and "://" not in text:
        text = f"https://{text}"
    if question.name == "jira_site":
        return text.rstrip("/")
    if question.name == "jira_project":
        return text.upper()
    return text.lower() if question.name == "pagerduty_region" else text


def problem_with(question: Question, text: str) -> str | None:
    """One sentence on what is wrong with an answer, and what to write; None where it will do."""
    if not text:
        return f"This one is needed: {question.words}." if question.required else None
    if not text.isprintable():
        return "That has control characters in it. Type it again."
    try:
        read_settings(yaml.safe_dump(question.nested(text)))
    except SettingsError as error:
        first = error.problems[0]
        return f"{first.what[:1].upper()}{first.what[1:]}. {first.remedy}".rstrip()
    host = urlsplit(text).hostname or ""
    if question.name == "jira_site" and not host.endswith(_CLOUD):
        return f"{host} is no Atlassian site: Debrief speaks to Jira Cloud, at an address like {_A_SITE}."
    return None

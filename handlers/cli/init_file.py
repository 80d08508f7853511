"""The debrief.yml that `debrief init` writes: short, commented, valid; and what an older one says instead."""

import json
import os
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from connectors.disk import disk_errors
from connectors.errors import NotAllowed
from handlers.cli.init_questions import CHANNEL, QUESTIONS, Answers
from postmortem.settings import Settings

_HEAD = """\
# Debrief's settings, begun by debrief init. After a change: debrief settings
# Every setting there is: docs/settings.md, docs/debrief.example.yml; with its default: debrief settings --show
"""


_PLAIN = re.compile(r"(?:https?://)?[A-Za-z][A-Za-z0-9./@_-]*")
_WORDS = ("y", "n", "yes", "no", "on", "off", "true", "false", "null")


def text_from(answers: Answers) -> str:
    """The whole file. What was left out stands there as a comment, to be filled in."""
    return "\n".join((_HEAD.rstrip(), *_sections(answers))) + "\n"


def _sections(answers: Answers) -> Iterator[str]:
    yield _line("", "organisation", answers, "organisation", "Acme")
    yield _line("", "timezone", answers, "timezone", "Europe/Berlin", '"by Friday" is read in it')
    yield "\ndrafts: {}                          # all incidents; only some: {priorities: [P1, P2]}"
    yield "\npagerduty:"
    yield _line("  ", "region", answers, "pagerduty_region", "us", "or eu")
    sender = "a PagerDuty user, in whose name notes are written"
    yield _line("  ", "sender", answers, "pagerduty_sender", "debrief@acme.example", sender)
    yield from _slack(answers)
    if answers.get("jira_site"):
        yield from _jira(answers)
    else:
        yield "\n# jira: {site: https://acme.atlassian.net}     # without it action items are listed, and not opened"
        yield "# default_route: {project: OPS}"
    yield from _confluence(answers)
    yield "\npublish:" if answers.get("public_url") else "\n# publish:"
    where = "" if answers.get("public_url") else "# "
    address = answers.get("public_url") or "https://debrief.acme.example"
    yield f"{where}  public_base_url: {_quoted(address)}    # where vendors and readers reach Debrief"


def _slack(answers: Answers) -> Iterator[str]:
    names = [name.strip().removeprefix("#") for name in answers.get("slack_channels", "").split(",") if name.strip()]
    why = "where the incident itself does not name its channel"
    if names:
        yield "\nslack:"
        yield f"  channel_name_templates: {json.dumps(names, ensure_ascii=False)}    # {why}"
    else:
        yield f'\n# slack:\n#   channel_name_templates: ["{CHANNEL}"]    # {why}'


def _jira(answers: Answers) -> Iterator[str]:
    yield "\njira:"
    yield _line("  ", "site", answers, "jira_site", "")
    yield _line("  ", "email", answers, "jira_email", "debrief@acme.example", "whose token JIRA_TOKEN is")
    yield "\n# By service or team: see routing in docs/debrief.example.yml"
    yield "default_route:"
    yield _line("  ", "project", answers, "jira_project", "OPS")
    yield _line("  ", "team", answers, "jira_team", "Operations", "what people call whoever works on it")
    owner = "Jira account id, for items that nobody was named for"
    yield _line("  ", "default_owner", answers, "jira_owner", "712020:0a1b2c3d", owner)


def _confluence(answers: Answers) -> Iterator[str]:
    if not (answers.get("jira_site") and answers.get("confluence_space")):
        yield "\n# confluence: {site: https://acme.atlassian.net, email: debrief@acme.example, space: OPS}"
        return
    yield "\nconfluence:"
    yield _line("  ", "site", answers, "jira_site", "")
    yield _line("  ", "email", answers, "jira_email", "", "whose token CONFLUENCE_TOKEN is")
    yield _line("  ", "space", answers, "confluence_space", "")


def _line(space: str, key: str, answers: Answers, name: str, example: str, why: str = "") -> str:
    value = answers.get(name)
    written = f"{space}{key}: {_quoted(value)}" if value else f"{space}# {key}: {_quoted(example)}"
    return f"{written:<34}  # {why}" if why else written


def _quoted(text: str) -> str:
    """Plain where YAML surely reads it as it stands, else in quotes."""
    is_plain = _PLAIN.fullmatch(text) and text.casefold() not in _WORDS
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def answers_from(settings: Settings) -> dict[str, str]:
    """What an existing file answers."""
    route, confluence = settings.default_route, settings.confluence
    return {
        "organisation": settings.organisation or "",
        "timezone": settings.timezone,
        "pagerduty_region": settings.pagerduty.region,
        "pagerduty_sender": settings.pagerduty.sender or "",
        "slack_channels": ", ".join(settings.slack.channel_name_templates),
        "jira_site": settings.jira.site or "",
        "jira_email": settings.jira.email or "",
        "jira_project": route.project if route else "",
        "jira_team": (route.team if route else None) or "",
        "jira_owner": (route.default_owner if route else None) or "",
        "confluence_space": (confluence.space if confluence.site else None) or "",
        "public_url": settings.publish.public_base_url or "",
    }


def differences(before: Answers, wanted: Answers) -> tuple[str, ...]:
    """One line for each answer that another file gives otherwise."""
    names = [question.name for question in QUESTIONS if before.get(question.name, "") != wanted.get(question.name, "")]
    return tuple(
        f"{_option(name)}: {_shown(before.get(name))} there, {_shown(wanted.get(name))} asked" for name in names
    )


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _shown(value: str | None) -> str:
    return value or "nothing"


def write_settings(file: Path, text: str, *, replace: bool) -> Path | None:
    """Write it whole or not at all; where the old one lies now, if there was one. Raises ConnectorError.

    Without `replace` a file that came to be there meanwhile is not touched: NotAllowed.
    """
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    with disk_errors(f"writing {file}", file):
        file.parent.mkdir(parents=True, exist_ok=True)
        old = _beside(file) if replace and file.exists() else None
        try:
            fresh.write_text(text)
            if old is not None:
                old.write_bytes(file.read_bytes())
            if replace:
                fresh.replace(file)
            else:
                os.link(fresh, file)
        except FileExistsError:
            again = "Run the same command again: it goes on from there."
            raise NotAllowed(f"writing {file}", "somebody else wrote it meanwhile", again) from None
        finally:
            fresh.unlink(missing_ok=True)
    return old


def _beside(file: Path) -> Path:
    """A name for the old one that nothing has yet."""
    names = (file.with_name(f"{file.name}.old{number or ''}") for number in count())
    return next(name for name in names if not name.exists())

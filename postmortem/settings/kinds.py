"""The kinds of value that settings hold. Each refuses with what is wrong and what to write instead."""

import difflib
import re
from collections.abc import Callable
from datetime import timedelta
from string import Formatter
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from postmortem.settings.durations import duration_from_text

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LONGEST_FOLDER = 200
TEMPLATE_WORDS = ("number", "id", "service", "priority", "date")


def wrong(what: str, remedy: str) -> PydanticCustomError:
    """The one shape in which a kind refuses a value; `reading.py` makes a Problem of it."""
    return PydanticCustomError("settings", "{what}", {"what": what, "remedy": remedy})


def _shown(value: object) -> str:
    text = str(value)
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise wrong(f"{value} has no unit", f'Write "{value}s" for seconds, or m, h, d.')
    if not isinstance(value, str):
        raise wrong("must be a duration", 'Write "90s", "2h", "1 day" or "PT1H30M".')
    try:
        return duration_from_text(value)
    except ValueError as error:
        raise wrong(
            f"{_shown(value)} cannot be read as a duration: {error}", 'Write "90s", "2h", "1 day" or "PT1H30M".'
        ) from error


def _positive(duration: timedelta) -> timedelta:
    if duration > timedelta(0):
        return duration
    raise wrong("must be longer than nothing", 'Write "30s" or more.')


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        near = difflib.get_close_matches(name, sorted(available_timezones()), 1, cutoff=0.8)
        hint = f'Did you mean "{near[0]}"?' if near else 'Write an IANA name such as "Europe/Berlin".'
        raise wrong(f"{_shown(name)} is not a time zone", hint) from error
    return name


def _base_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise wrong(f"{_shown(url)} is not a URL", 'Write "https://host".') from error
    if parts.username or parts.password:
        raise wrong("carries a user name or password", "Take it out of the URL.")
    if host and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)):
        return url.rstrip("/")
    raise wrong(f"{_shown(url)} is not an https URL", 'Write "https://host"; plain http is for 127.0.0.1 only.')


def _site(url: str) -> str:
    address = _base_url(url)
    if urlsplit(address).path or urlsplit(address).query:
        raise wrong(f"{_shown(url)} goes on after the host", f'Write only "https://{urlsplit(address).netloc}".')
    return address


def _template(text: str) -> str:
    try:
        pieces = [piece for piece in Formatter().parse(text) if piece[1] is not None]
    except ValueError as error:
        raise wrong(f"{_shown(text)} has a brace too many", 'Write it like "inc-{number}".') from error
    unknown = [word for _, word, form, turn in pieces if word not in TEMPLATE_WORDS or form or turn]
    if pieces and not unknown:
        return text
    known = "Known words: " + ", ".join(f"{{{word}}}" for word in TEMPLATE_WORDS) + "."
    raise wrong(f"{{{unknown[0]}}} is not known here" if unknown else f"{_shown(text)} names no word in braces", known)


def _account_id(text: str) -> str:
    if "@" in text or not text or any(character.isspace() for character in text):
        raise wrong(
            f"{_shown(text)} is not a Jira account id",
            "Open the person's Jira profile: the id is the last part of its address.",
        )
    return text


def _project_key(text: str) -> str:
    if re.fullmatch(r"[A-Z][A-Z0-9_]+", text):
        return text
    upper = text.upper()
    hint = f'Write "{upper}".' if re.fullmatch(r"[A-Z][A-Z0-9_]+", upper) else 'Write its key, such as "CHK".'
    raise wrong(f"{_shown(text)} is not a Jira project key", hint)


def _folder(text: str) -> str:
    """As the stores want their names (connectors/store/limits.py), with room for the name of a document."""
    folder = text.removesuffix("/")
    plain = re.fullmatch(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*", folder)
    if plain and ".." not in folder and "." not in folder.split("/") and len(folder) <= LONGEST_FOLDER:
        return folder
    remedy = 'Write a folder inside the data folder, such as "drafts" or "teams/payments": letters, digits, . _ and -.'
    raise wrong(f"{_shown(text)} cannot be a folder of drafts", remedy)


def _template_file(name: str) -> str:
    plain = re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", name)
    if plain and ".." not in name and len(name) <= LONGEST_FOLDER:
        return name
    remedy = 'Write a file beside debrief.yml, such as "templates/postmortem.md.j2": letters, digits, . _ and -.'
    raise wrong(f"{_shown(name)} cannot be the file of a template", remedy)


def _plain_word(text: str) -> str:
    if text.strip():
        return text.strip()
    raise wrong("is empty", "Write a word, or take the line out.")


def _matching(pattern: str, what: str, remedy: str) -> Callable[[str], str]:
    expression = re.compile(pattern)

    def check(text: str) -> str:
        if expression.fullmatch(text):
            return text
        raise wrong(f"{_shown(text)} is not {what}", remedy)

    return check


def _private_channels(value: Any) -> Any:
    """Accept `C042: {audience: text}` for `C042: text`."""
    if not isinstance(value, dict):
        return value
    return {
        key: inner["audience"] if isinstance(inner, dict) and set(inner) == {"audience"} else inner
        for key, inner in value.items()
    }


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "examples": ["90s", "2h", "1 day", "PT1H30M"]}),
]
PositiveDuration = Annotated[Duration, AfterValidator(_positive)]
Timezone = Annotated[str, AfterValidator(_timezone)]
BaseUrl = Annotated[str, AfterValidator(_base_url)]
Site = Annotated[str, AfterValidator(_site)]
Template = Annotated[str, AfterValidator(_template)]
AccountId = Annotated[str, AfterValidator(_account_id)]
ProjectKey = Annotated[str, AfterValidator(_project_key)]
Folder = Annotated[str, AfterValidator(_folder)]
TemplateFile = Annotated[str, AfterValidator(_template_file)]
Emoji = Annotated[str, AfterValidator(lambda text: text.strip(":"))]
PlainWord = Annotated[str, AfterValidator(_plain_word)]
Email = Annotated[
    str,
    AfterValidator(_matching(r"[^@\s]+@[^@\s]+", "an e-mail address", 'Write it like "ada@example.com".')),
]
IssueKey = Annotated[
    str, AfterValidator(_matching(r"[A-Z][A-Z0-9_]+-\d+", "a Jira issue key", 'Write it like "OPS-1".'))
]
Label = Annotated[str, AfterValidator(_matching(r"\S{1,255}", "a Jira label", "A label has no spaces: use - instead."))]
SpaceKey = Annotated[
    str,
    AfterValidator(
        _matching(r"~?[A-Za-z0-9_-]{1,255}", "a Confluence space key", 'Write it like "OPS", as in /spaces/OPS/.')
    ),
]
PageId = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if type(value) is int else value),
    AfterValidator(_matching(r"[0-9]{1,20}", "a Confluence page id", "Write the number in the page's address.")),
]
ConfluenceLabel = Annotated[
    str,
    AfterValidator(
        _matching(
            r"[a-z0-9_-]{1,255}", "a Confluence label", "Use lower-case letters, digits, hyphens and underscores."
        )
    ),
]
BusinessHours = Annotated[
    str,
    AfterValidator(
        _matching(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", "a span of hours", 'Write it like "09:00-17:00".')
    ),
]
ChannelId = Annotated[
    str,
    AfterValidator(_matching(r"[CG][A-Z0-9]{5,}", "a Slack channel id", 'Write it like "C0123456789".')),
]
SlackUserId = Annotated[
    str,
    AfterValidator(
        _matching(r"[UW][A-Z0-9]{5,}", "a Slack user id", 'Open the profile, "Copy member ID": it begins with U or W.')
    ),
]
AudienceKey = Annotated[
    str,
    AfterValidator(
        _matching(
            r"audience|[CG][A-Z0-9]{5,}",
            "a Slack channel id",
            'Write an id such as "C0123456789", or "audience" for every private channel.',
        )
    ),
]
InstallId = Annotated[
    str,
    AfterValidator(
        _matching(r"[a-z0-9-]{1,32}", "usable as an id", "Use 1 to 32 lower-case letters, digits and hyphens.")
    ),
]
PrivateChannels = Annotated[dict[AudienceKey, str], BeforeValidator(_private_channels)]

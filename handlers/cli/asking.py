"""What a person asked for, in the words of the command line, understood or refused in one sentence."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from handlers.cli.exits import Ended, Exit
from handlers.cli.formats import format_of
from postmortem.settings import Settings

_PLAIN = re.compile(r"#?([A-Za-z0-9]{1,40})")
_IN_PATH = re.compile(r"/incidents/([A-Za-z0-9]{1,40})(?:/|$)")
_PAGERDUTY_HOST = re.compile(r"[\w.-]*\bpagerduty\.com")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# No incident lies outside, and no arithmetic with time zones and days leaves what a datetime can hold.
_YEARS = range(1970, 3000)


@dataclass(frozen=True, slots=True)
class Asked:
    """One `debrief draft`. `incident` is what was typed: an id, a number, or the address of its page."""

    incident: str | None = None
    pagerduty_export: Path | None = None
    slack_export: Path | None = None
    channels: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    dry_run: bool = False
    output: str | None = None
    force: bool = False
    yes: bool = False
    as_json: bool = False
    format: str | None = None
    title: str | None = None
    diff: bool = False
    stage: str | None = None
    region: str | None = None

    @property
    def offline(self) -> bool:
        return self.pagerduty_export is not None or self.slack_export is not None

    def window(self, settings: Settings) -> tuple[datetime | None, datetime | None]:
        """`--since` and `--until` as aware moments. Raises Ended."""
        zone = ZoneInfo(settings.timezone)
        since = moment_from_text("--since", self.since, zone)
        until = moment_from_text("--until", self.until, zone, end_of_day=True)
        if since and until and until < since:
            raise Ended(Exit.USAGE, f"--until {self.until} lies before --since {self.since}: turn them round.")
        return since, until


def check_usage(asked: Asked) -> None:
    """Refuse what cannot be meant, before anything is read. Raises Ended."""
    if asked.incident is None and not asked.offline:
        raise Ended(Exit.USAGE, "Name an incident (id, number or URL), or give --pagerduty-export or --slack-export.")
    if not asked.offline and len(asked.channels) > 1:
        raise Ended(Exit.USAGE, "Name one --channel: several are read only from a --slack-export.")
    if asked.output == "-" and asked.as_json:
        raise Ended(Exit.USAGE, "--output - and --json both want standard output: give --output a file.")
    if asked.diff and (asked.as_json or asked.output):
        raise Ended(Exit.USAGE, "--diff shows what would change in the draft: leave out --json and --output.")
    if asked.format and not asked.output:
        raise Ended(
            Exit.USAGE, "--format says how --output is written: name a file with --output, or - for the screen."
        )
    if asked.title and (asked.incident or asked.pagerduty_export or not asked.slack_export):
        raise Ended(Exit.USAGE, "--title is for a draft from a --slack-export alone: PagerDuty's incident has a title.")
    format_of(asked.output, asked.format)
    if asked.output and asked.output != "-":
        check_output(Path(asked.output), force=asked.force)


def check_output(file: Path, *, force: bool) -> None:
    """Refuse a file that cannot be written, or must not be, before anything is done. Raises Ended."""
    if file.is_dir() or not file.parent.is_dir():
        raise Ended(Exit.USAGE, f"--output {file} names no file in a folder that is there: make the folder first.")
    if file.exists() and not force:
        raise Ended(Exit.USAGE, f"{file} exists: name another file, or add --force to replace it.")


def write_output(file: Path, content: bytes, made: str = "The draft is made") -> None:
    """Write what `--output` asked for; `made` is what is there already where that fails. Raises Ended."""
    try:
        file.write_bytes(content)
    except OSError as error:
        raise Ended(Exit.USAGE, f"{made}, but {file} cannot be written ({error.strerror}).") from None


def incident_id_from(text: str, settings: Settings) -> str:
    """The id or number in "Q2ABC", "37", "#37", or the address of the incident's page. Raises Ended."""
    if plain := _PLAIN.fullmatch(text.strip()):
        return plain.group(1)
    parts = urlsplit(text.strip())
    found = _IN_PATH.search(parts.path)
    if not found or parts.scheme not in ("https", "http") or not _PAGERDUTY_HOST.fullmatch(parts.hostname or ""):
        sentence = "That is no PagerDuty incident: give its id (Q2ABC...), its number, or the address of its page."
        raise Ended(Exit.USAGE, sentence)
    region = "eu" if (parts.hostname or "").endswith(".eu.pagerduty.com") else "us"
    if region != settings.pagerduty.region and settings.pagerduty.base_url is None:
        sentence = f"That incident lives in PagerDuty's {region.upper()} region, and pagerduty.region is "
        raise Ended(Exit.USAGE, f"{sentence}{settings.pagerduty.region}: change it in debrief.yml.")
    return found.group(1)


def moment_from_text(option: str, text: str | None, zone: ZoneInfo, *, end_of_day: bool = False) -> datetime | None:
    """An ISO 8601 day or time; without an offset it is in the settings' time zone. Raises Ended."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        sentence = f'{option} "{text}" is no time: write 2026-11-17 or 2026-11-17T14:00, with +01:00 or Z if you like.'
        raise Ended(Exit.USAGE, sentence) from None
    if moment.year not in _YEARS:
        raise Ended(Exit.USAGE, f"{option} {text} lies outside {_YEARS[0]} to {_YEARS[-1]}: is the year right?")
    if end_of_day and _DAY.fullmatch(text.strip()):
        moment = datetime.combine(moment.date() + timedelta(days=1), time()) - timedelta(microseconds=1)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)

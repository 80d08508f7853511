"""Whether Slack lets the app do what the settings ask of it: scopes, channels, people."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from connectors.checks.finding import Finding, Said, among, failure, ok, under, warning
from connectors.errors import NotAllowed, NotFound
from connectors.slack.api import SlackApi
from connectors.slack.manifest import WHY, bot_scopes
from connectors.slack.replies import listed, next_cursor
from postmortem.settings import PersonEntry, Settings, entries_of

SLACK = "Slack"
MOST_PAGES = 5
"""Of 999 channels each: tier 2 lets 20 through in a minute."""
READING = {"channels:read", "channels:history", "users:read"}
"""Without these there is nothing to go by."""
_INSTALL = (
    "Add them under OAuth & Permissions at https://api.slack.com/apps (debrief slack manifest lists all), and install "
    "the app again."
)
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{5,20}")


def check_slack(settings: Settings, slack: SlackApi) -> Iterator[Finding]:
    """Raises Unreachable, RateLimited, BadReply."""
    try:
        who, headers = slack.auth_test_with_headers()
    except NotAllowed as refused:
        yield from under(SLACK, "token", (failure(f"{refused.came_back}.", refused.remedy),))
        return
    answers = f"answers {who.get('user') or 'us'} in {who.get('team') or 'your workspace'}"
    yield from under(SLACK, "token", (ok(answers),))
    granted = _scopes_in(headers)
    yield from under(SLACK, "scopes", _of_scopes(settings, granted), "all there")
    yield from _of_channels(settings, slack, granted)
    people = (person for person in settings.people if person.slack_id or person.pagerduty_email)
    checks = (under(SLACK, f"person {person.name}", _of_person(slack, person)) for person in people)
    yield from among(SLACK, chain.from_iterable(checks))


def _scopes_in(headers: Mapping[str, str]) -> frozenset[str] | None:
    """None where Slack does not say."""
    said = headers.get("x-oauth-scopes")
    return None if said is None else frozenset(scope.strip() for scope in said.split(",") if scope.strip())


def _of_scopes(settings: Settings, granted: frozenset[str] | None) -> Iterator[Said]:
    if granted is None:
        yield ok("Slack does not say which scopes the token has")
        return
    needed = bot_scopes(private=bool(settings.slack.private_channels))
    missing = [scope for scope in needed if scope not in granted]
    if missing:
        indispensable = READING | ({"chat:write"} if settings.slack.announce else set())
        say = failure if indispensable.intersection(missing) else warning
        lacks = ", ".join(f"{scope} ({WHY[scope]})" for scope in missing)
        yield say(f"the app lacks {lacks}.", _INSTALL)


def _of_channels(settings: Settings, slack: SlackApi, granted: frozenset[str] | None) -> Iterator[Finding]:
    digests = [entry.digest_channel for entry in entries_of(settings) if entry.digest_channel]
    for channel in dict.fromkeys(digests):
        yield from under(SLACK, f"digest channel {channel}", _of_digest(_info(slack, channel)))
    for setting, named in (("private_channels", settings.slack.private_channels), ("bindings", _bound(settings))):
        for channel in dict.fromkeys(one for one in named if _is_id(one)):
            yield from under(SLACK, f"channel {channel}", _of_read(_info(slack, channel), f"slack.{setting}"))
    templates, bound = settings.slack.channel_name_templates, [name for name in _bound(settings) if not _is_id(name)]
    if (templates or bound) and (granted is None or "channels:read" in granted):
        channels, is_cut = _public_channels(slack)
        for name in dict.fromkeys(bound):
            yield from under(SLACK, f"channel {name}", _of_name(name, channels, is_cut=is_cut))
        for template in templates:
            yield from under(SLACK, f"channels {template}", _of_template(template, channels, is_cut=is_cut))


def _bound(settings: Settings) -> Iterable[str]:
    return settings.slack.bindings.values()


def _is_id(channel: str) -> bool:
    return _CHANNEL_ID.fullmatch(channel) is not None


def _info(slack: SlackApi, channel: str) -> dict[str, Any] | None:
    try:
        info = slack.conversations_info(channel).get("channel")
    except NotFound:
        return None
    return info if isinstance(info, dict) else None


def _of_digest(info: dict[str, Any] | None) -> Iterator[Said]:
    """Whether the digest can be posted there, and found again where an answer is lost."""
    another = "Name another in routing.digest_channel."
    if info is None:
        yield failure("Slack shows no such channel.", "Correct routing.digest_channel, or invite the app.")
    elif info.get("is_archived"):
        yield failure("it is archived.", another)
    elif info.get("is_ext_shared"):
        yield failure("it is shared with another organisation.", another)
    elif not info.get("is_member"):
        yield warning("the app is not in it, so that a digest whose answer is lost is not found again.", "Invite it.")


def _of_read(info: dict[str, Any] | None, setting: str) -> Iterator[Said]:
    """Whether what is said there can be read."""
    if info is None:
        yield failure("Slack shows no such channel.", f"Correct {setting}, or invite the app: /invite @debrief.")
    elif info.get("is_archived") and not info.get("is_member"):
        yield failure("it is archived and the app is not in it.", "Unarchive it for a moment and invite the app.")
    elif info.get("is_private") and not info.get("is_member"):
        yield failure("it is private and the app is not in it.", "Invite it: /invite @debrief.")


def _public_channels(slack: SlackApi) -> tuple[list[dict[str, Any]], bool]:
    """The first few thousand, and whether there are more."""
    found, cursor = list[dict[str, Any]](), None
    for _ in range(MOST_PAGES):
        answer = slack.conversations_list(cursor=cursor)
        found += listed(answer, "channels")
        cursor = next_cursor(answer)
        if cursor is None:
            return found, False
    return found, True


def _of_name(name: str, channels: list[dict[str, Any]], *, is_cut: bool) -> Iterator[Said]:
    """Whether a channel that is bound by its name is there; among the first few thousand only some are seen."""
    wanted = name.strip().removeprefix("#")
    found = next((one for one in channels if one.get("name") == wanted), None)
    if found is not None:
        yield from _of_read(found, "slack.bindings")
    elif not is_cut:
        yield warning("no public channel is called so.", "Correct slack.bindings; name a private channel by its id.")


def _of_template(template: str, channels: list[dict[str, Any]], *, is_cut: bool) -> Iterator[Said]:
    """Whether there are channels that are called so, and whether the newest of them can be read."""
    wanted = re.compile(re.sub(r"\\{\w+\\}", "[^\\\\s]+", re.escape(template.strip().lower())))
    called = [one for one in channels if wanted.fullmatch(str(one.get("name")))]
    if not called:
        among = f"the first {len(channels):,} public channels" if is_cut else f"{len(channels):,} public channels"
        yield warning(f"none of {among} is called so.", "Correct slack.channel_name_templates if incidents had one.")
        return
    newest = max(called, key=lambda one: int(one.get("created") or 0))
    count = f"{len(called):,} {'is' if len(called) == 1 else 'are'} called so; the newest, #{newest['name']},"
    if newest.get("is_archived") and not newest.get("is_member"):
        yield warning(f"{count} is archived and was never joined.", "Is Debrief told of incidents as they begin?")
    else:
        yield ok(f"{count} {'is read' if newest.get('is_member') else 'can be joined'}")


def _of_person(slack: SlackApi, person: PersonEntry) -> Iterator[Said]:
    try:
        if person.slack_id:
            user = slack.users_info(person.slack_id).get("user")
        else:
            user = slack.users_lookup_by_email(person.pagerduty_email or "").get("user")
    except NotFound:
        yield _unknown(person)
    except NotAllowed as refused:  # the same of everybody: without whom it was asked about
        yield failure(f"{refused.came_back}.", refused.remedy)
    else:
        if isinstance(user, dict) and user.get("deleted"):
            which = person.slack_id or "with their e-mail"
            yield failure(f"the Slack member {which} is deactivated.", "Take them out of people, or correct slack_id.")


def _unknown(person: PersonEntry) -> Said:
    if person.slack_id:
        return failure(f"Slack has no member {person.slack_id}.", "Correct slack_id.")
    return warning("Slack shows nobody with their e-mail.", "Set slack_id, or they are not reminded.")

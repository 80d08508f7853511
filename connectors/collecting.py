"""Reading every source of an incident side by side. One that refuses for good becomes a Gap, never a failed run."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from connectors.errors import ConnectorError, NotAllowed, NotFound, RateLimited
from connectors.pagerduty import collect as pagerduty_collect
from connectors.pagerduty.api import PagerDutyApi
from connectors.pagerduty.responders import with_responders
from connectors.patience import patiently
from connectors.slack import collect as slack_collect
from connectors.slack.api import SlackApi
from connectors.slack.channel import Found, Nowhere, find_channel
from connectors.slack.ladder import Candidate, candidates
from connectors.steps import Steps
from postmortem.evidence import Evidence, Gap, Part
from postmortem.incident import Incident
from postmortem.people import Person
from postmortem.settings import Settings, bound_channel, channel_names

NO_PAGERDUTY = NotAllowed(
    "Reading the incident from PagerDuty", "no token is set", "Write PAGERDUTY_TOKEN=... into debrief.env."
)
NO_SLACK = Gap(
    source="slack",
    what="the chat",
    why="No Slack token is set.",
    remedy="Write SLACK_TOKEN=... into debrief.env, or pass an export with --slack-export.",
)


@dataclass(frozen=True, slots=True)
class Sources:
    """What is read from, and where it is kept.

    `keep(source, name, part)` saves a Part and returns its name, `load` reads Parts by name. `channel` is what a person
    said; `since` and `until` bound the chat, aware. `at_once` is the most calls to Slack side by side;
    `will_join` is told of a channel just before it is joined; `asked_before` are people, by id, whom PagerDuty need not
    be asked for again.
    """

    settings: Settings
    pagerduty: PagerDutyApi | None
    slack: SlackApi | None
    keep: Callable[[str, str, Part], str]
    load: Callable[[list[str]], tuple[Part, ...]]
    since: datetime
    until: datetime
    channel: str | None = None
    at_once: int = slack_collect.PAGE_OF_THREADS
    will_join: Callable[[str], None] = lambda _: None
    asked_before: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Collected:
    """Names of the kept Parts, later ones telling more, and the channel that was read, if any: a `Found` as JSON."""

    parts: tuple[str, ...]
    channel: dict[str, Any] | None


def read_incident(pagerduty: PagerDutyApi | None, incident_id: str) -> tuple[Incident, Part]:
    """The incident as it is now. Without it there is nothing to write about, so every error goes up."""
    if pagerduty is None:
        raise NO_PAGERDUTY
    return pagerduty_collect.read_incident(pagerduty, incident_id)


def who_took_part(evidence: Evidence) -> Incident:
    """The incident with everybody whom its log and its webhooks name: PagerDuty empties its own lists at a resolve."""
    return with_responders(evidence.incident, evidence.log_entries, evidence.observations)


def collect(steps: Steps, sources: Sources, incident: Incident, people: tuple[Person, ...], prefix: str) -> Collected:
    """PagerDuty and Slack side by side; where the incident names no channel, its notes and alerts are asked after."""

    def read(child: Steps, source: str) -> dict[str, Any]:
        if source == "pagerduty":
            return {"parts": _read_pagerduty(child, sources, incident, people)}
        dedicated = _dedicated_channel(child, sources.settings, sources.pagerduty, incident, sources.channel)
        where = _first_candidates(sources.settings, incident, sources.channel, dedicated.get("id"))
        unasked = [_keep_gap(child, sources, Gap.model_validate(dedicated["gap"]))] if "gap" in dedicated else []
        return _read_slack(child, sources, where, last=False) | {"unasked": unasked}

    pagerduty, slack = steps.each(f"{prefix}collect", ["pagerduty", "slack"], read)
    unasked = slack["unasked"]
    if slack.get("not_found"):
        told = _candidates_in_notes(sources.load(pagerduty["parts"]))
        if told:
            again = f"{prefix}look for the channel again"
            (slack,) = steps.each(again, ["slack"], lambda child, _: _read_slack(child, sources, told, last=True))
    return Collected(parts=(*pagerduty["parts"], *unasked, *slack["parts"]), channel=slack.get("channel"))


def _read_pagerduty(steps: Steps, sources: Sources, incident: Incident, people: tuple[Person, ...]) -> list[str]:
    if sources.pagerduty is None:
        return []
    return pagerduty_collect.collect(
        sources.pagerduty,
        steps,
        lambda name, part: sources.keep("pagerduty", name, part),
        incident.id,
        people,
        asked_before=sources.asked_before,
    )


def _read_slack(steps: Steps, sources: Sources, where: tuple[Candidate, ...], *, last: bool) -> dict[str, Any]:
    """{"parts", "channel"}, or {"not_found"} where a second look may help.

    What the incident names and this app cannot see may be private: then a link in a note would be another channel.
    """
    api = sources.slack
    if api is None:
        return {"parts": [_keep_gap(steps, sources, NO_SLACK)]}
    audience = sources.settings.slack.private_channels
    found = find_channel(api, steps, where, private_audience=audience, will_join=sources.will_join)
    if isinstance(found, Found):
        return {"parts": _read_channel(steps, sources, api, found), "channel": asdict(found)}
    gap = found.gap if isinstance(found, Nowhere) else found
    only_guessed = isinstance(found, Nowhere) and all(candidate.is_guess for candidate in where)
    return {"parts": [_keep_gap(steps, sources, gap)], "not_found": only_guessed and not last}


def _read_channel(steps: Steps, sources: Sources, api: SlackApi, channel: Found) -> list[str]:
    return slack_collect.collect(
        api,
        steps,
        lambda name, part: sources.keep("slack", name, part),
        channel,
        since=sources.since,
        until=sources.until,
        at_once=sources.at_once,
    )


def _keep_gap(steps: Steps, sources: Sources, gap: Gap) -> str:
    name = f"{gap.source}/gap"
    return steps.run(f"{name}: say what is missing", lambda: sources.keep(gap.source, name, Part(gaps=(gap,))))


def _first_candidates(
    settings: Settings, incident: Incident, channel: str | None, dedicated: str | None
) -> tuple[Candidate, ...]:
    """What a person said, PagerDuty's dedicated channel, the conference bridge, custom fields, and names."""
    told = candidates(
        explicit=channel or bound_channel(settings, incident),
        dedicated_channel_id=dedicated,
        conference_url=incident.conference_url,
        custom_fields=incident.custom_fields,
    )
    named = channel_names(settings, incident)
    why = "slack.channel_name_templates names it"
    return (*told, *(Candidate(why, channel_name=name, is_guess=True) for name in named))


def _dedicated_channel(
    steps: Steps, settings: Settings, pagerduty: PagerDutyApi | None, incident: Incident, channel: str | None = None
) -> dict[str, Any]:
    """{"id"} as PagerDuty names it; {} where it names none, or a person named one, or no user token is configured.

    {"gap"} where PagerDuty refuses: the search goes on without it, and the draft says so.
    """
    if pagerduty is None or not pagerduty.has_user_token or channel or bound_channel(settings, incident):
        return {}

    def ask() -> dict[str, Any]:
        try:
            channel_id = pagerduty.get_dedicated_channel(incident.id).get("id")
        except NotFound:
            return {}
        except RateLimited:
            raise
        except ConnectorError as error:
            return {"gap": _no_dedicated_channel(error).model_dump(mode="json")}
        return {"id": channel_id} if isinstance(channel_id, str) and channel_id else {}

    return patiently(steps, "PagerDuty: ask for the dedicated channel", ask)


def _no_dedicated_channel(error: ConnectorError) -> Gap:
    remedy = error.remedy
    if isinstance(error, NotAllowed):
        remedy = "Set PAGERDUTY_USER_TOKEN to a valid token of an Owner or Global Admin, or to nothing."
    why = f"{error.tried}: {error.came_back}."
    return Gap(source="pagerduty", what="which Slack channel PagerDuty made for it", why=why, remedy=remedy)


def _candidates_in_notes(parts: tuple[Part, ...]) -> tuple[Candidate, ...]:
    notes = tuple(note.text for part in parts for note in part.notes)
    alerts = tuple(value for part in parts for alert in part.alerts for _, value in alert.details)
    return candidates(notes=notes, alert_texts=alerts)


def enter_channel(
    steps: Steps,
    settings: Settings,
    pagerduty: PagerDutyApi | None,
    slack: SlackApi | None,
    incident: Incident,
    will_join: Callable[[str], None] = lambda _: None,
) -> str | None:
    """Find the incident's channel and join it; its id, or None where there is none yet that may be entered."""
    if slack is None:
        return None
    dedicated = _dedicated_channel(steps, settings, pagerduty, incident)
    where = _first_candidates(settings, incident, None, dedicated.get("id"))
    audience = settings.slack.private_channels
    found = find_channel(slack, steps, where, private_audience=audience, will_join=will_join)
    return found.channel_id if isinstance(found, Found) else None

"""What the settings say about one incident: a draft or not, and which channel."""

import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from postmortem.incident import Incident, Reference
from postmortem.moment import day_in
from postmortem.settings.durations import text_from_duration
from postmortem.settings.model import Drafts, Settings

_MEANS_NO = ("", "false", "no", "off", "0", "none", "null")


def reason_not_to_draft(settings: Settings, incident: Incident) -> str | None:
    """Why this incident gets no draft, naming the setting; None where it gets one."""
    drafts = settings.drafts
    return (
        _opted_out(drafts, incident)
        or _not_among("the priority", incident.priority, "drafts.priorities", drafts.priorities)
        or _not_among("the urgency", incident.urgency, "drafts.urgencies", drafts.urgencies)
        or _named_otherwise("the service", (incident.service,), "drafts.services", drafts.services)
        or _named_otherwise("the team", incident.teams, "drafts.teams", drafts.teams)
        or _too_short(drafts, incident)
    )


def is_named(reference: Reference | None, names: Iterable[str]) -> bool:
    """Whether the id or the name is among the names; capitals and outer spaces do not matter."""
    if reference is None:
        return False
    wanted = {name.strip().casefold() for name in names}
    return reference.id.casefold() in wanted or reference.name.strip().casefold() in wanted


def bound_channel(settings: Settings, incident: Incident) -> str | None:
    """The channel that `slack.bindings` gives to the incident, else to its service: an id or a name without #."""
    for reference in (Reference(id=incident.id, name=incident.id), incident.service):
        for key, channel in settings.slack.bindings.items():
            if is_named(reference, (key,)):
                return channel.strip().removeprefix("#")
    return None


def channel_names(settings: Settings, incident: Incident) -> tuple[str, ...]:
    """The names that the incident's channel may have by `slack.channel_name_templates`, as Slack would write them.

    A template with a word that the incident has not (no number, no priority) gives no name.
    """
    created_on = day_in(ZoneInfo(settings.timezone), incident.created_at.at)
    words = {
        "id": incident.id,
        "number": "" if incident.number is None else str(incident.number),
        "service": incident.service.name if incident.service else "",
        "priority": incident.priority or "",
        "date": created_on.isoformat(),
    }
    known = [
        template
        for template in settings.slack.channel_name_templates
        if all(value for word, value in words.items() if f"{{{word}}}" in template)
    ]
    return tuple(dict.fromkeys(_slack_name(template.format(**words)) for template in known))


def _opted_out(drafts: Drafts, incident: Incident) -> str | None:
    title = incident.title.casefold()
    for word in drafts.opt_out_words:
        if word.casefold() in title:
            return f'the title contains "{word}", one of drafts.opt_out_words'
    wanted = (drafts.opt_out_field or "").strip().casefold()
    for field in incident.custom_fields:
        if wanted and field.name.strip().casefold() == wanted and _means_yes(field.value):
            return f'the custom field "{field.name}" says "{field.value}", and drafts.opt_out_field names it'
    return None


def _means_yes(value: str | None) -> bool:
    return (value or "").strip().casefold() not in _MEANS_NO


def _not_among(what: str, value: str | None, setting: str, wanted: tuple[str, ...]) -> str | None:
    if not wanted or (value or "").casefold() in {name.casefold() for name in wanted}:
        return None
    return f"{what} is {value or 'not set'}, and {setting} asks for {_either(wanted)}"


def _named_otherwise(
    what: str, references: Iterable[Reference | None], setting: str, wanted: tuple[str, ...]
) -> str | None:
    if not wanted or any(is_named(reference, wanted) for reference in references):
        return None
    names = [reference.name for reference in references if reference]
    return f"{what} is {_either(names) or 'not set'}, and {setting} asks for {_either(wanted)}"


def _too_short(drafts: Drafts, incident: Incident) -> str | None:
    if incident.resolved_at is None:
        return None
    lasted = incident.resolved_at.at - incident.created_at.at
    if lasted >= drafts.minimum_duration:
        return None
    least = text_from_duration(drafts.minimum_duration)
    return f"it lasted {text_from_duration(lasted)}, and drafts.minimum_duration asks for {least}"


def _either(names: Iterable[str]) -> str:
    *most, last = [*names] or [""]
    return f"{', '.join(most)} or {last}" if most else last


def _slack_name(text: str) -> str:
    """Slack's channel names are lower case, without spaces or full stops, and at most 80 characters long."""
    return re.sub(r"[^\w-]+", "-", text.strip().lower()).strip("-")[:80]

"""Which team's backlog gets the action items of an incident."""

from postmortem.action_items.item import Route
from postmortem.incident import Incident
from postmortem.settings.choosing import is_named
from postmortem.settings.model import RouteEntry, Settings
from postmortem.settings.route_names import entries_of, named_entries
from postmortem.settings.section import Match


def route_for(settings: Settings, incident: Incident) -> Route | None:
    """The route by the incident's service, else by its team, else by its priority alone, else the default route.

    Within each of these the first rule of the file wins. None where nothing matches and there is no default.
    """
    found = {closeness_of(rule.match, incident): rule for rule in reversed(settings.routing)}
    for closeness in ("service", "team", "priority"):
        if closeness in found:
            return _route(found[closeness], incident)
    return _route(settings.default_route, incident) if settings.default_route else None


def route_for_item(settings: Settings, incident: Incident, words: str) -> Route | None:
    """The route of the service or component that the item names, as whole words; else the incident's own.

    Where the names lead to no common backlog, or to more than one, the incident decides.
    """
    named = named_entries(settings, words, lambda rule: _is_for(rule.match, incident))
    by_name = [[_route(entry, incident) for entry in entries] for entries in named]
    first = by_name[0] if by_name else []
    common = [route for route in first if all(route in routes for routes in by_name)]
    return common[0] if common and all(route == common[0] for route in common) else route_for(settings, incident)


def route_of_team(settings: Settings, incident: Incident, team: str) -> Route | None:
    """The first route of a team, named as in the settings or by its project's key; None where there is none."""
    wanted = team.strip().casefold()
    named = (
        entry for entry in entries_of(settings) if wanted in (entry.project.casefold(), (entry.team or "").casefold())
    )
    entry = next(named, None)
    return _route(entry, incident) if entry else None


def team_names(settings: Settings) -> tuple[str, ...]:
    """What `route_of_team` finds a route by: its team as people named it, else its project. Each once."""
    return tuple(dict.fromkeys(entry.team or entry.project for entry in entries_of(settings)))


def closeness_of(match: Match, incident: Incident) -> str | None:
    """By what the rule matches this incident; None where it does not."""
    if not _is_for(match, incident):
        return None
    if is_named(incident.service, match.services):
        return "service"
    if any(is_named(team, match.teams) for team in incident.teams):
        return "team"
    return None if match.services or match.teams else "priority"


def _is_for(match: Match, incident: Incident) -> bool:
    """Whether the incident's priority is one that the rule is for."""
    priorities = {name.casefold() for name in match.priorities}
    return not priorities or (incident.priority or "").casefold() in priorities


def _route(entry: RouteEntry, incident: Incident) -> Route:
    priorities = {name.casefold(): jira for name, jira in entry.priority_map.items()}
    return route_from_entry(entry, priorities.get((incident.priority or "").casefold()))


def route_from_entry(entry: RouteEntry, priority: str | None = None) -> Route:
    """The route of an entry; `priority` is Jira's, by name."""
    return Route(
        project=entry.project,
        issue_type=entry.issue_type,
        components=entry.components,
        labels=entry.labels,
        priority=priority,
        fields=entry.fields,
        default_owner=entry.default_owner,
        team=entry.team,
        parent=entry.parent,
        security_level=entry.security_level,
        digest_channel=entry.digest_channel,
    )

"""The settings: one `debrief.yml`, text in, `Settings` or every problem at once out. No file is opened here."""

from postmortem.settings.choosing import bound_channel, channel_names, reason_not_to_draft
from postmortem.settings.confluence import ConfluenceSettings
from postmortem.settings.follow_up import FollowUpSettings, Holidays
from postmortem.settings.model import (
    Drafts,
    JiraSettings,
    PagerDutySettings,
    PersonEntry,
    Publish,
    RouteEntry,
    RoutingRule,
    Settings,
    SlackSettings,
)
from postmortem.settings.problems import Problem, SettingsError
from postmortem.settings.reading import json_schema, read_settings
from postmortem.settings.route_names import entries_of
from postmortem.settings.routing import route_for, route_for_item, route_from_entry, route_of_team, team_names
from postmortem.settings.timeline import TimelineSettings
from postmortem.settings.version import version_of

__all__ = [
    "ConfluenceSettings",
    "Drafts",
    "FollowUpSettings",
    "Holidays",
    "JiraSettings",
    "PagerDutySettings",
    "PersonEntry",
    "Problem",
    "Publish",
    "RouteEntry",
    "RoutingRule",
    "Settings",
    "SettingsError",
    "SlackSettings",
    "TimelineSettings",
    "bound_channel",
    "channel_names",
    "entries_of",
    "json_schema",
    "read_settings",
    "reason_not_to_draft",
    "route_for",
    "route_for_item",
    "route_from_entry",
    "route_of_team",
    "team_names",
    "version_of",
]

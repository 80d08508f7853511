"""Every setting there is. The texts below the fields become the JSON Schema's descriptions and the remedies."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StrictInt, ValidationInfo, field_validator

from postmortem.settings.confluence import ConfluenceSettings
from postmortem.settings.durations import text_from_duration
from postmortem.settings.follow_up import FollowUpSettings, Holidays
from postmortem.settings.kinds import (
    AccountId,
    BaseUrl,
    ChannelId,
    Duration,
    Email,
    Emoji,
    Folder,
    InstallId,
    IssueKey,
    Label,
    PositiveDuration,
    PrivateChannels,
    ProjectKey,
    Site,
    SlackUserId,
    Template,
    Timezone,
    wrong,
)
from postmortem.settings.layout import DocumentSettings
from postmortem.settings.section import Match, Names, Section
from postmortem.settings.timeline import TimelineSettings

DUE_DAYS = {"P1": 5, "P2": 10, "P3": 20, "P4": 30, "P5": 40, "default": 20}

type Urgency = Literal["high", "low"]


class Drafts(Section):
    """Which resolved incidents get a draft. An empty list asks for nothing, so that all pass."""

    priorities: Names = ()
    """Priorities by the account's own names, such as P1. Empty: all, also incidents without a priority."""
    urgencies: tuple[Urgency, ...] = ()
    """Which urgencies get a draft. Empty: both."""
    services: Names = ()
    """PagerDuty services by id or name. Empty: all."""
    teams: Names = ()
    """PagerDuty teams by id or name; one of the incident's teams is enough. Empty: all."""
    minimum_duration: Duration = timedelta(0)
    """Shorter incidents (from created to resolved) get no draft."""
    opt_out_words: Names = ()
    """An incident whose title contains one of these gets no draft, such as [drill]. Capitals do not matter."""
    opt_out_field: str | None = None
    """A PagerDuty custom field by its display name: where it says yes or true, there is no draft."""


class PagerDutySettings(Section):
    """How PagerDuty is reached. The token is PAGERDUTY_TOKEN in debrief.env."""

    region: Literal["us", "eu"] = "us"
    """In which of PagerDuty's regions the account lives."""
    base_url: BaseUrl | None = None
    """Another address of the REST API, for tests."""
    sender: Email | None = None
    """E-mail of the PagerDuty user in whose name notes are written. Needed with an account's token."""
    webhook_subscriptions: Names = ()
    """Ids of webhook subscriptions made by hand that deliver here, such as PABC123, to be enabled again where PagerDuty
    disables them. The one of debrief webhook is known without; where there is none of either, it is those that deliver
    to publish.public_base_url with /pagerduty."""
    find_missed: bool = True
    """Whether PagerDuty is asked every 15 minutes about resolved incidents that no webhook announced."""
    write_note: bool = True
    """Whether a note with the links is written on the incident."""
    unclear_wait: PositiveDuration = timedelta(seconds=120)
    """How long an unclear answer to a note rests before it is looked into."""


class SlackSettings(Section):
    """Which Slack channel belongs to an incident and what happens in it. The token is SLACK_TOKEN in debrief.env."""

    base_url: BaseUrl | None = None
    """Another address of the Web API, for tests."""
    workspace_url: BaseUrl | None = None
    """Address of the workspace, such as https://acme.slack.com: links to the messages of an export begin with it."""
    channel_name_templates: tuple[Template, ...] = ()
    """Names of incident channels, such as inc-{number}; the first that exists is taken."""
    bindings: dict[str, str] = Field(default_factory=dict)
    """Incident id, or service by id or name, to a channel by id or #name. Goes before everything else."""
    private_channels: PrivateChannels = Field(default_factory=dict)
    """Who may read what was said in a private channel: a channel id to its audience in words, or
    audience for every one. A private channel that is not named here is not read."""
    action_item_emoji: tuple[Emoji, ...] = ()
    """Reactions that make a message an action item, such as ticket."""
    lesson_emoji: tuple[Emoji, ...] = ()
    """Reactions that put a message under the lessons of the draft, such as bulb."""
    announce: bool = True
    """Whether the draft is announced in the incident's channel."""
    suggest_action_items: bool = True
    """Whether what people said they will or should do is suggested as an action item where nobody marked it."""
    look_back: Duration = timedelta(hours=1)
    """How long before the incident's first record the chat is read."""
    unclear_wait: PositiveDuration = timedelta(seconds=120)
    """How long an unclear answer to an announcement rests before it is looked into."""


class JiraSettings(Section):
    """Where issues are opened. The token is JIRA_TOKEN in debrief.env."""

    site: Site | None = None
    """Address of the Jira site, such as https://acme.atlassian.net."""
    base_url: BaseUrl | None = None
    """Another address of the REST API, for tests; links keep the site's."""
    email: Email | None = None
    """E-mail of the Atlassian account that the token belongs to."""
    unclear_wait: PositiveDuration = timedelta(seconds=120)
    """How long an unclear answer to a create rests before it is looked into."""
    search_wait: PositiveDuration = Field(default=timedelta(seconds=600), validate_default=True)
    """How long Jira's search may lag behind its writes: after it the search is asked about an unclear create, too."""
    anchor_issues: dict[ProjectKey, IssueKey] = Field(default_factory=dict)
    """Per project, an issue that new ones are linked to: it proves whether a create with a lost answer made one.
    Without it such a create is left to a person where nothing is found."""
    after_unclear: Literal["create", "park"] = "create"
    """What follows where a lost create surely made nothing: create once more, or park it for a person."""
    may_hold_private_channels: bool = False
    """Whether an issue without a security level may hold what was said in a private channel."""

    @field_validator("search_wait")
    @classmethod
    def _is_no_shorter_than_the_other(cls, search_wait: timedelta, info: ValidationInfo) -> timedelta:
        unclear_wait = info.data.get("unclear_wait", timedelta(0))
        if search_wait >= unclear_wait:
            return search_wait
        least = text_from_duration(unclear_wait)
        raise wrong("is shorter than jira.unclear_wait", f'Write "{least}" or more, or an issue may be opened twice.')


class RouteEntry(Section):
    """Which backlog action items go to."""

    team: str | None = None
    """Name of the team whose backlog it is; without it the project's key stands for it."""

    project: ProjectKey
    """the key of the Jira project, such as CHK."""
    issue_type: str = "Task"
    """The issue type by name; it must exist in the project."""
    components: Names = ()
    """Components by name."""
    labels: tuple[Label, ...] = ()
    """Labels, beside Debrief's own."""
    fields: dict[str, Any] = Field(default_factory=dict)
    """Further Jira fields, as the REST API takes them, such as customfield_10010: {value: Reliability}."""
    parent: IssueKey | None = None
    """The epic, or other issue, that new ones go under, such as CHK-7."""
    security_level: str | None = None
    """Name of the security level of issues that hold what was said in a private channel."""
    digest_channel: ChannelId | None = None
    """Slack channel id where the team reads every week what is open."""
    default_owner: AccountId | None = None
    """Jira account id of who gets an item that nobody owns."""
    priority_map: dict[str, str] = Field(default_factory=dict)
    """PagerDuty priority to Jira priority, both by name."""


class RoutingRule(RouteEntry):
    """A route for some incidents. A service that matches wins over a team that matches; then the order counts."""

    match: Match
    """services, teams or priorities that this rule is for."""


class PersonEntry(Section):
    """One person in all systems, so that an action item finds its owner."""

    name: str
    """the name as people write it, such as Bea Lindqvist."""
    pagerduty_email: Email | None = None
    """E-mail of the PagerDuty user."""
    slack_id: SlackUserId | None = None
    """Slack member id, such as U012AB3CD."""
    jira_account_id: AccountId | None = None
    """Jira account id. Without it the person is named in the draft, but an issue cannot be assigned."""
    aliases: Names = ()
    """Other names and handles, such as bea."""
    timezone: Timezone | None = None
    """IANA name of the person's time zone, where Slack does not know it."""


class Publish(Section):
    """Where drafts are kept, and how readers open them."""

    folder: Folder = "drafts"
    """Folder of the drafts, relative to the data folder or bucket."""
    public_base_url: BaseUrl | None = None
    """Address under which readers open the drafts; links in Slack, PagerDuty and Jira begin with it."""


def _days(days: dict[str, int]) -> dict[str, int]:
    return {**DUE_DAYS, **days}


DueDays = Annotated[dict[str, Annotated[StrictInt, Field(ge=0, le=500)]], AfterValidator(_days)]


class Settings(Section):
    """Everything that can be set in debrief.yml. All of it has a default: an empty file is valid."""

    organisation: str | None = None
    """Name of the organisation, for the head of drafts."""
    install_id: InstallId = "local"
    """Tells this installation's issues from another's on the same Jira. Never change it later."""
    timezone: Timezone = "UTC"
    """IANA name of the organisation's time zone, such as Europe/Berlin: dates in words are read in it."""
    quiet_period: Duration = timedelta(seconds=90)
    """How long to wait after the resolve: the resolution note and the last chat come after it."""
    refresh_after: Duration = timedelta(hours=24)
    """When to look once more whether people went on talking."""
    drafts: Drafts = Drafts()
    """Which incidents get a draft."""
    pagerduty: PagerDutySettings = PagerDutySettings()
    """How PagerDuty is reached."""
    slack: SlackSettings = SlackSettings()
    """Channels and messages."""
    jira: JiraSettings = JiraSettings()
    """Where issues are opened."""
    confluence: ConfluenceSettings = ConfluenceSettings()
    """Where the document stands as a page."""
    routing: tuple[RoutingRule, ...] = ()
    """Which team's backlog gets the action items of which incidents."""
    default_route: RouteEntry | None = None
    """The backlog for incidents that no rule matches. Without it their items are listed, but not opened."""
    people: tuple[PersonEntry, ...] = ()
    """Who is who in PagerDuty, Slack and Jira."""
    due_days: DueDays = Field(default_factory=lambda: dict(DUE_DAYS))
    """Priority to business days until an item without a date is due; default is for every other priority."""
    holidays: Holidays = Holidays()
    """Days that are not worked."""
    follow_up: FollowUpSettings = FollowUpSettings()
    """How action items are followed until they are done."""
    timeline: TimelineSettings = TimelineSettings()
    """What the main timeline shows."""
    publish: Publish = Publish()
    """Where drafts go."""
    document: DocumentSettings = DocumentSettings()
    """How the document is laid out."""

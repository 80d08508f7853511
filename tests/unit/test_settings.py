"""Reading debrief.yml: what is accepted, and the exact sentences for what is not."""

from datetime import timedelta

import pytest

from postmortem.settings import Settings, SettingsError, read_settings


def _problems(text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_settings(text)
    return [str(problem) for problem in caught.value.problems]


def test_an_empty_file_is_valid():
    assert read_settings("") == Settings()
    assert read_settings("# nothing yet\n") == Settings()
    assert read_settings("drafts:\nrouting:\n") == Settings()


def test_the_defaults_are_the_documented_ones():
    settings = read_settings("")
    assert settings.quiet_period == timedelta(seconds=90)
    assert settings.refresh_after == timedelta(hours=24)
    assert settings.jira.unclear_wait == timedelta(seconds=120)
    assert settings.jira.search_wait == timedelta(seconds=600)
    assert settings.due_days == {"P1": 5, "P2": 10, "P3": 20, "P4": 30, "P5": 40, "default": 20}
    assert (settings.install_id, settings.timezone, settings.publish.folder) == ("local", "UTC", "drafts")


def test_a_whole_file_is_read():
    settings = read_settings(WHOLE)
    assert settings.drafts.minimum_duration == timedelta(minutes=5)
    assert settings.slack.action_item_emoji == ("ticket", "memo")
    assert settings.slack.private_channels == {
        "C042SECRET": "the payments team",
        "audience": "everybody in engineering",
    }
    assert settings.routing[0].match.services == ("Checkout",)
    assert settings.routing[0].fields == {"customfield_10010": {"value": "Reliability"}, "customfield_10011": None}
    assert settings.people[0].aliases == ("bea",)
    assert settings.due_days["P1"] == 3
    assert settings.due_days["P2"] == 10


def test_five_mistakes_are_five_problems_with_their_lines():
    assert _problems(
        "timezone: Europe/Berlyn\n"
        "quiet_period: 90\n"
        "slack:\n"
        "  anounce: false\n"
        "routing:\n"
        "  - match: {services: [Checkout]}\n"
        "    project: CHK\n"
        "  - match: {teams: [Payments]}\n"
        "    issue_type: Bug\n"
        "people:\n"
        "  - name: Bea\n"
        "    jira_account_id: bea@example.com\n"
    ) == [
        'line 1, timezone: "Europe/Berlyn" is not a time zone. Did you mean "Europe/Berlin"?',
        'line 2, quiet_period: 90 has no unit. Write "90s" for seconds, or m, h, d.',
        'line 4, slack.anounce: is not a setting. Did you mean "announce"?',
        "line 8, routing[1].project: is missing. Add it: the key of the Jira project, such as CHK.",
        (
            'line 12, people[0].jira_account_id: "bea@example.com" is not a Jira account id. '
            "Open the person's Jira profile: the id is the last part of its address."
        ),
    ]


def test_the_error_itself_lists_every_problem():
    with pytest.raises(SettingsError) as caught:
        read_settings("drafts: 5\npublish: []\n")
    assert str(caught.value) == (
        "The settings have 2 mistakes:\n"
        "  line 1, drafts: must be a group of settings and is a number. "
        "Write its settings below it, indented, as key: value.\n"
        "  line 2, publish: must be a group of settings and is a list. "
        "Write its settings below it, indented, as key: value."
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "- a\n",
            (
                "line 1: must be a group of settings and is a list. "
                "Write its settings below it, indented, as key: value."
            ),
        ),
        (
            "colour: red\n",
            (
                "line 1, colour: is not a setting. Known here: confluence, default_route, document, drafts, due_days, "
                "follow_up, holidays, install_id, jira, organisation, pagerduty, people, publish, quiet_period, "
                "refresh_after, routing, slack, timeline, timezone."
            ),
        ),
        ("organisation: 5\n", 'line 1, organisation: must be text and is a number. Put it in quotes: "5".'),
        ("organisation: [a]\n", "line 1, organisation: must be text and is a list. Write one text."),
        (
            "drafts: {priorities: P1}\n",
            (
                "line 1, drafts.priorities: must be a list and is a text. "
                "Write [a, b], or one line for each, beginning with a hyphen."
            ),
        ),
        (
            "drafts:\n  services:\n    - A\n    - 7\n",
            'line 4, drafts.services[1]: must be text and is a number. Put it in quotes: "7".',
        ),
        ("drafts: {urgencies: [hgh]}\n", 'line 1, drafts.urgencies[0]: "hgh" is not known here. Write high or low.'),
        (
            "drafts: {minimum_duration: soon}\n",
            (
                'line 1, drafts.minimum_duration: "soon" cannot be read as a duration: '
                'not a duration. Write "90s", "2h", "1 day" or "PT1H30M".'
            ),
        ),
        ("refresh_after: [1]\n", 'line 1, refresh_after: must be a duration. Write "90s", "2h", "1 day" or "PT1H30M".'),
        ("pagerduty: {region: uk}\n", 'line 1, pagerduty.region: "uk" is not known here. Write us or eu.'),
        (
            "pagerduty: {sender: Ada}\n",
            'line 1, pagerduty.sender: "Ada" is not an e-mail address. Write it like "ada@example.com".',
        ),
        (
            "pagerduty: {write_note: perhaps}\n",
            "line 1, pagerduty.write_note: must be true or false and is a text. Write true or false.",
        ),
        (
            "jira: {site: acme.atlassian.net}\n",
            (
                'line 1, jira.site: "acme.atlassian.net" is not an https URL. '
                'Write "https://host"; plain http is for 127.0.0.1 only.'
            ),
        ),
        (
            "jira: {site: 'https://acme.atlassian.net/jira/x'}\n",
            (
                'line 1, jira.site: "https://acme.atlassian.net/jira/x" goes on after the host. '
                'Write only "https://acme.atlassian.net".'
            ),
        ),
        (
            "jira: {site: 'https://bea:pw@acme.atlassian.net'}\n",
            "line 1, jira.site: carries a user name or password. Take it out of the URL.",
        ),
        (
            "jira: {base_url: 'http://[::1'}\n",
            'line 1, jira.base_url: "http://[::1" is not a URL. Write "https://host".',
        ),
        (
            "jira: {anchor_issues: {OPS: nine}}\n",
            'line 1, jira.anchor_issues.OPS: "nine" is not a Jira issue key. Write it like "OPS-1".',
        ),
        (
            "jira: {anchor_issues: {ops: OPS-1}}\n",
            'line 1, jira.anchor_issues.ops: "ops" is not a Jira project key. Write "OPS".',
        ),
        (
            "default_route: {project: My project}\n",
            'line 1, default_route.project: "My project" is not a Jira project key. Write its key, such as "CHK".',
        ),
        (
            "default_route: {project: OPS, labels: [two words]}\n",
            'line 1, default_route.labels[0]: "two words" is not a Jira label. A label has no spaces: use - instead.',
        ),
        (
            "routing: [{project: OPS, match: {}}]\n",
            (
                "line 1, routing[0].match: matches no incident. "
                "Name services, teams or priorities, or leave the rule out."
            ),
        ),
        (
            "due_days: {P1: true}\n",
            "line 1, due_days.P1: must be a whole number and is true or false. Write digits without quotes.",
        ),
        ("due_days: {P1: -1}\n", "line 1, due_days.P1: -1 is out of range. Write a number from 0 to 500."),
        (
            "install_id: My Laptop\n",
            (
                'line 1, install_id: "My Laptop" is not usable as an id. '
                "Use 1 to 32 lower-case letters, digits and hyphens."
            ),
        ),
        (
            "slack: {channel_name_templates: ['inc-{nummer}']}\n",
            (
                "line 1, slack.channel_name_templates[0]: {nummer} is not known here. "
                "Known words: {number}, {id}, {service}, {priority}, {date}."
            ),
        ),
        (
            "slack: {channel_name_templates: ['{number:>999999999}']}\n",
            (
                "line 1, slack.channel_name_templates[0]: {number} is not known here. "
                "Known words: {number}, {id}, {service}, {priority}, {date}."
            ),
        ),
        (
            "slack: {channel_name_templates: [incidents]}\n",
            (
                'line 1, slack.channel_name_templates[0]: "incidents" names no word in braces. '
                "Known words: {number}, {id}, {service}, {priority}, {date}."
            ),
        ),
        (
            "slack: {channel_name_templates: ['inc-{']}\n",
            ('line 1, slack.channel_name_templates[0]: "inc-{" has a brace too many. Write it like "inc-{number}".'),
        ),
        (
            "slack: {private_channels: {general: all}}\n",
            (
                'line 1, slack.private_channels.general: "general" is not a Slack channel id. '
                'Write an id such as "C0123456789", or "audience" for every private channel.'
            ),
        ),
        (
            "people: [{name: Bea, slack_id: bea}]\n",
            (
                'line 1, people[0].slack_id: "bea" is not a Slack user id. '
                'Open the profile, "Copy member ID": it begins with U or W.'
            ),
        ),
        (
            "people:\n- {name: Bea, slack_id: U012345}\n- {name: Bo, slack_id: U012345}\n",
            "line 3, people[1].slack_id: is the same as people[0].slack_id. Give it to one of the two.",
        ),
        (
            "timezone: America\n",
            ('line 1, timezone: "America" is not a time zone. Write an IANA name such as "Europe/Berlin".'),
        ),
        (
            "timezone: ../etc/passwd\n",
            ('line 1, timezone: "../etc/passwd" is not a time zone. Write an IANA name such as "Europe/Berlin".'),
        ),
    ],
)
def test_every_mistake_has_its_sentence(text: str, sentence: str):
    assert _problems(text) == [sentence]


def test_settings_are_immutable_and_survive_json():
    settings = read_settings(WHOLE)
    with pytest.raises(ValueError, match="frozen"):
        settings.timezone = "UTC"
    assert Settings.model_validate_json(settings.model_dump_json()) == settings


WHOLE = """
organisation: Acme
install_id: acme-prod
timezone: Europe/Berlin
quiet_period: 2 minutes
refresh_after: P1D
drafts:
  priorities: [P1, P2]
  urgencies: [high]
  minimum_duration: 5m
  opt_out_words: ["[drill]"]
pagerduty: {region: eu, sender: debrief@acme.example, base_url: "http://127.0.0.1:4010"}
slack:
  channel_name_templates: ["inc-{number}"]
  bindings: {Token Store: "#payments"}
  private_channels:
    C042SECRET: {audience: the payments team}
    audience: everybody in engineering
  action_item_emoji: [":ticket:", memo]
  look_back: 1h 30m
jira: {site: "https://acme.atlassian.net/", anchor_issues: {CHK: CHK-1}}
routing:
  - match: {services: [Checkout], priorities: [P1]}
    project: CHK
    components: [api]
    fields: {customfield_10010: {value: Reliability}, customfield_10011: null}
    priority_map: {P1: Highest}
default_route: {project: OPS}
people:
  - {name: Bea Lindqvist, slack_id: U0BEA0001, aliases: [bea]}
due_days: {P1: 3}
publish: {folder: postmortems, public_base_url: "https://debrief.acme.example/"}
"""

"""The YAML itself: syntax, keys twice, anchors, bombs, and secrets that do not belong there."""

import pytest

from postmortem.settings import SettingsError, read_settings
from postmortem.settings.document import document_from_yaml


def _problems(text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_settings(text)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "drafts: {priorities: [P1}\n",
            (
                "line 1, column 25: this is not YAML: expected ',' or ']', but got '}'. "
                "Look at this line and the one above it."
            ),
        ),
        (
            "drafts:\n\tpriorities: []\n",
            (
                "line 2, column 1: this is not YAML: found character '\\t' that cannot start "
                "any token. Indent with spaces, not tabs."
            ),
        ),
        (
            "a: 1\n---\nb: 2\n",
            ("line 2, column 1: this is not YAML: but found another document. Look at this line and the one above it."),
        ),
        ("organisation: a\nx: \0\n", "line 2, column 4: the character U+0000 may not stand in YAML. Delete it."),
        ("organisation: \ud800\n", "line 1, column 15: the character U+D800 may not stand in YAML. Delete it."),
        (
            "timezone: *zone\n",
            (
                "line 1, column 11: this is not YAML: found undefined alias 'zone'. "
                "Look at this line and the one above it."
            ),
        ),
        (
            "timezone: UTC\ndrafts: {}\ntimezone: UTC\n",
            "line 3, timezone: stands here a second time. Keep one of the two.",
        ),
        (
            "timezone: !!python/name:os.system x\n",
            "line 1, timezone: has the tag tag:yaml.org,2002:python/name:os.system. Write the plain value.",
        ),
        ("pagerduty: {<<: 5}\n", "line 1, pagerduty.<<: merges something that has no keys. Merge a mapping."),
        (
            "x" * 200_001,
            ("The file has more than 200,000 characters. Settings are short: take out what is not a setting."),
        ),
        ("[" * 5_000, "The file goes more than 20 levels deep. Settings are short: take out what is not a setting."),
        (
            "routing: &a [*a]\n",
            (
                "The file expands to more than 20,000 values or 20 levels. "
                "Settings are short: take out what is not a setting."
            ),
        ),
    ],
)
def test_what_is_not_plain_yaml_is_refused(text: str, sentence: str):
    assert _problems(text) == [sentence]


def test_an_alias_bomb_is_refused():
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert _problems(bomb) == [
        "The file expands to more than 20,000 values or 20 levels. Settings are short: take out what is not a setting."
    ]


def test_anchors_and_merges_are_fine():
    settings = read_settings(
        "default_route: &base\n  project: OPS\n  components: &parts [api]\n"
        "routing:\n  - <<: *base\n    project: CHK\n    match: {teams: *parts}\n"
    )
    assert settings.routing[0].project == "CHK"
    assert settings.routing[0].components == ("api",)
    assert settings.routing[0].match.teams == ("api",)


def test_a_byte_order_mark_and_windows_line_ends_are_fine():
    assert read_settings("\ufefftimezone: UTC\r\norganisation: Acme\r\n").organisation == "Acme"


def test_dates_and_endless_numbers_stay_text():
    assert document_from_yaml("a: 2026-12-01\nb: .inf\nc: .nan\n").value == {
        "a": "2026-12-01",
        "b": ".inf",
        "c": ".nan",
    }


@pytest.mark.parametrize(
    ("text", "key", "name"),
    [
        ("slack:\n  token: hunter2\n", "slack.token", "SLACK_TOKEN"),
        ("slack:\n  announce: xoxb-1111-2222-abcdef\n", "slack.announce", "SLACK_TOKEN"),
        ("a: 1\nslack_token: hunter2\n", "slack_token", "SLACK_TOKEN"),
        ("a: {}\nslack: xapp-1-A111-222-abcdef\n", "slack", "SLACK_TOKEN"),
        ("slack:\n  signing_secret: hunter2\n", "slack.signing_secret", "SLACK_SIGNING_SECRET"),
        ("jira:\n  apiToken: hunter2\n", "jira.apiToken", "JIRA_TOKEN"),
        ("jira:\n  email: ATATT3xFfGF0hunter2hunter2\n", "jira.email", "JIRA_TOKEN"),
        ("pagerduty:\n  webhook_secret: hunter2\n", "pagerduty.webhook_secret", "PAGERDUTY_WEBHOOK_SECRET"),
        ("pagerduty:\n  sender: u+abcdefhunter2ABCDE\n", "pagerduty.sender", "PAGERDUTY_TOKEN"),
        (
            "default_route: {project: OPS,\n  fields: {password: hunter2}}\n",
            "default_route.fields.password",
            None,
        ),
        ("jira:\n  email: AKIAABCDEFGHIJKLMNOP\n", "jira.email", None),
        ("slack:\n  xoxb-1111-2222-hunter2: x\n", "slack.***", "SLACK_TOKEN"),
    ],
)
def test_a_secret_is_refused_and_not_repeated(text: str, key: str, name: str | None):
    sentences = [sentence for sentence in _problems(text) if "secret" in sentence]
    place = f"Put it into debrief.env as {name}" if name else "Take it out"
    what = f"line 2, {key}: is a secret, and the settings are no place for secrets."
    assert sentences == [f"{what} {place}, and replace the secret if this file was shared."]
    assert "hunter2" not in "".join(_problems(text))
    assert "abcdef" not in "".join(_problems(text))


def test_a_service_may_be_called_after_a_token():
    assert read_settings("slack: {bindings: {Token Store: C0123456789}}").slack.bindings == {
        "Token Store": "C0123456789"
    }

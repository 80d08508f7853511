"""`debrief init`: a few answers become a debrief.yml that is valid; nothing is overwritten, nothing half-done."""

import re
from pathlib import Path
from typing import Any

import pytest

from connectors.secrets.environment import secrets_from_file
from handlers.cli.init_file import answers_from, text_from
from handlers.cli.init_questions import QUESTIONS, problem_with, understood, zone_of_this_machine
from postmortem.settings import read_settings
from tests.contract.cli import Came, Terminal, environment_of
from tests.contract.keyboard import at_a_terminal
from tests.contract.staged import a_stage
from tests.contract.stores import Aws
from tests.incidents import demo_settings_text
from tests.world import World

pytest_plugins = ["tests.contract.store_fixtures"]

SITE = "https://acme.atlassian.net"
JIRA = ("--jira-site", "acme.atlassian.net", "--jira-email", "debrief@acme.example", "--jira-project", "ops")


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    here = tmp_path / "here"
    here.mkdir()
    return Terminal(here, monkeypatch, capsys)


def _written(terminal: Terminal) -> str:
    return (terminal.folder / "debrief.yml").read_text()


def _files(terminal: Terminal) -> list[str]:
    return sorted(one.name for one in terminal.folder.iterdir())


# By options, as a script calls it


def test_what_it_writes_passes_debrief_settings_and_says_what_was_given(terminal: Terminal):
    given = {
        "--organisation": 'Acme: "the" #1', "--timezone": "Europe/Berlin", "--pagerduty-region": "EU",
        "--pagerduty-sender": "oncall@acme.example", "--slack-channels": "#inc-{number}, incident-{date}",
        "--jira-team": "yes", "--jira-owner": "712020:0a1b2c3d", "--confluence-space": "OPS",
        "--public-url": "https://debrief.acme.example/",
    }  # fmt: skip
    came = terminal.runs("init", "--yes", *JIRA, *(part for pair in given.items() for part in pair))

    assert came.code == 0
    assert came.err == "debrief.yml is written.\n"
    settings = read_settings(_written(terminal))
    assert settings.organisation == 'Acme: "the" #1'
    assert (settings.timezone, settings.pagerduty.region) == ("Europe/Berlin", "eu")
    assert settings.slack.channel_name_templates == ("inc-{number}", "incident-{date}")
    assert (settings.jira.site, settings.confluence.site, settings.confluence.space) == (SITE, SITE, "OPS")
    assert settings.default_route
    assert (settings.default_route.project, settings.default_route.team) == ("OPS", "yes")
    assert settings.default_route.default_owner == "712020:0a1b2c3d"
    assert settings.publish.public_base_url == "https://debrief.acme.example"
    assert terminal.runs("settings").out.startswith("debrief.yml is valid.\n")
    assert _files(terminal) == ["debrief.yml"]


def test_defaults_alone_are_enough_and_leave_the_rest_as_comments(terminal: Terminal):
    assert terminal.runs("init", "--yes").code == 0
    settings = read_settings(_written(terminal))
    assert settings.jira.site is None
    assert settings.slack.channel_name_templates == ("inc-{number}",)
    assert "# jira: {site:" in _written(terminal)
    uncommented = re.sub(
        r"^# (?=(?:jira|default_route|confluence|publish|organisation|  public)\b)",
        "",
        _written(terminal),
        flags=re.MULTILINE,
    )
    assert read_settings(re.sub(r"^(\s*)# (\w+: )", r"\1\2", uncommented, flags=re.MULTILINE)).jira.site == SITE


def test_the_next_commands_are_named_in_their_order(terminal: Terminal):
    came = terminal.runs("init", "--yes", *JIRA)
    commands = [line.split("  #")[0].strip() for line in came.out.splitlines()]
    assert commands == [
        "Next:",
        "debrief slack manifest",
        "debrief secret set PAGERDUTY_TOKEN",
        "debrief secret set SLACK_TOKEN",
        "debrief secret set SLACK_SIGNING_SECRET",
        "debrief secret set JIRA_TOKEN",
        "debrief check --live",
        "debrief draft INCIDENT --dry-run",
        "debrief serve",
        "make deploy STAGE=dev",
        "debrief webhook create",
        "debrief webhook test",
        "debrief jira webhook create",
    ]
    assert all(len(line) <= 80 for line in came.out.splitlines())


WRONG = {
    "a time zone": (("--timezone", "Europe/Berln"), 'Did you mean "Europe/Berlin"?'),
    "a region": (("--pagerduty-region", "apac"), "--pagerduty-region: "),
    "a channel without a word": (("--slack-channels", "incidents"), "names no word in braces"),
    "no Atlassian site": (("--jira-site", "jira.acme.example"), "jira.acme.example is no Atlassian site"),
    "a page of the site": (("--jira-site", f"{SITE}/browse/OPS-1"), f'Write only "{SITE}"'),
    "a site in the clear": (("--jira-site", "http://acme.atlassian.net"), "is not an https URL"),
    "a project's name": ((*JIRA[:4], "--jira-project", "Check out"), "is not a Jira project key"),
    "an owner's e-mail": ((*JIRA, "--jira-owner", "ada@acme.example"), "is not a Jira account id"),
    "an e-mail": (("--pagerduty-sender", "ada"), "is not an e-mail address"),
    "a space's name": ((*JIRA, "--confluence-space", "Our Space"), "is not a Confluence space key"),
    "an address in the clear": (("--public-url", "http://acme.example"), "is not an https URL"),
    "a project without a site": (("--jira-project", "OPS"), "--jira-project needs --jira-site, too."),
    "a site without a project": (JIRA[:4], "--jira-project: This one is needed"),
    "a token": (("--organisation", "xoxb-1234567890-secretpart"), "Put it into debrief.env as SLACK_TOKEN"),
    "control characters": (("--organisation", "Acme\x1b[31m"), "control characters"),
}


@pytest.mark.parametrize(("options", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_option_is_one_sentence_and_nothing_is_written(
    terminal: Terminal, options: tuple[str, ...], words: str
):
    came = terminal.runs("init", "--yes", *options)
    assert (came.code, came.out, came.err.count("\n")) == (2, "", 1)
    assert words in came.err
    assert "secretpart" not in came.err
    assert _files(terminal) == []


def test_without_a_terminal_it_says_which_options_to_give(terminal: Terminal):
    came = terminal.runs("init", *JIRA)
    assert (came.code, came.err.count("\n")) == (2, 1)
    assert "add --yes, and with --jira-site also --jira-email and --jira-project" in came.err
    assert _files(terminal) == []


# A file that is there


def test_a_file_that_is_there_is_gone_on_from_and_not_touched(terminal: Terminal):
    (terminal.folder / "debrief.yml").write_text(demo_settings_text())
    for options in ((), ("--yes",), ("--yes", "--timezone", read_settings(demo_settings_text()).timezone)):
        came = terminal.runs("init", *options)
        assert (came.code, came.err) == (0, "debrief.yml is there and valid: it stays as it is.\n")
        assert "debrief secret set PAGERDUTY_TOKEN" in came.out
    assert _written(terminal) == demo_settings_text()


def test_what_differs_is_shown_and_only_force_replaces_keeping_the_old_one(terminal: Terminal):
    terminal.runs("init", "--yes", *JIRA, "--organisation", "Acme")
    before = _written(terminal)

    came = terminal.runs("init", "--yes", "--jira-project", "CHK", "--organisation", "-")

    assert (came.code, came.err.count("\n")) == (2, 1)
    assert "--organisation: Acme there, nothing asked; --jira-project: OPS there, CHK asked" in came.err
    assert _written(terminal) == before

    for number, project in ((0, "CHK"), (1, "PAY")):
        forced = terminal.runs("init", "--yes", "--force", "--jira-project", project)
        assert (forced.code, f"debrief.yml.old{number or ''}" in forced.err) == (0, True)
    settings = read_settings(_written(terminal))
    assert settings.default_route
    assert (settings.default_route.project, settings.organisation, settings.jira.site) == ("PAY", "Acme", SITE)
    assert (terminal.folder / "debrief.yml.old").read_text() == before


def test_a_file_of_another_release_is_named_with_its_first_mistake(terminal: Terminal):
    (terminal.folder / "debrief.yml").write_text("timezone: UTC\nslack_channel: inc-1\n")
    came = terminal.runs("init", "--yes")
    assert (came.code, came.err.count("\n")) == (2, 1)
    assert "not as this release wants it (line 2, slack_channel: is not a setting" in came.err
    assert "debrief settings shows all" in came.err
    assert terminal.runs("init", "--yes", "--force").code == 0
    assert (terminal.folder / "debrief.yml.old").read_text() == "timezone: UTC\nslack_channel: inc-1\n"


def test_a_file_that_is_no_text_is_one_sentence(terminal: Terminal):
    (terminal.folder / "debrief.yml").write_bytes(b"\xff\xfe\x00")
    came = terminal.runs("init", "--yes")
    assert (came.code, "is not UTF-8 text" in came.err) == (2, True)


def test_a_folder_that_cannot_be_written_is_one_sentence(terminal: Terminal, monkeypatch: pytest.MonkeyPatch):
    (terminal.folder / "a file").write_text("")
    monkeypatch.setenv("DEBRIEF_SETTINGS", str(terminal.folder / "a file" / "debrief.yml"))
    came = terminal.runs("init", "--yes")
    assert (came.code, came.out, came.err.count("\n")) == (2, "", 1)
    assert "a file stands where a folder belongs" in came.err
    assert _files(terminal) == ["a file"]


def test_a_stage_that_is_not_there_is_said_before_anything_is_asked(
    terminal: Terminal, aws: Aws, monkeypatch: pytest.MonkeyPatch
):
    a_stage(aws, monkeypatch)
    came = terminal.runs("init", "--yes", "--stage", "prod")
    assert (came.code, "make deploy STAGE=prod" in came.err) == (4, True)
    assert _files(terminal) == []

    dev = terminal.runs("init", "--yes", "--stage", "dev")
    assert dev.code == 0
    assert "debrief settings push --stage dev" in dev.out
    assert "debrief secret set SLACK_TOKEN --stage dev" in dev.out
    assert _files(terminal) == ["debrief.yml"]


# Answers and the file, one by one

ANSWERS = (
    "Acme",
    "yes",
    "null",
    "a: b",
    "- x",
    "#1",
    "{",
    '"',
    "'",
    "Ünïcode ✓",
    "1234",
    "2026-01-01",
    "~",
    "*a",
    "\\",
)


@pytest.mark.parametrize("text", ANSWERS)
def test_whatever_an_organisation_is_called_it_is_read_as_it_was_typed(text: str):
    answers = {"organisation": text, "timezone": "UTC", "pagerduty_region": "us", "jira_team": text, "jira_site": SITE}
    answers |= {"jira_project": "OPS", "jira_email": "a@acme.example", "slack_channels": "inc-{number}"}
    settings = read_settings(text_from(answers))
    assert settings.organisation == text
    assert {name: value for name, value in answers_from(settings).items() if value} == answers


def test_every_default_will_do_and_every_question_has_an_option(terminal: Terminal):
    shown = terminal.runs("init", "--help").out
    for question in QUESTIONS:
        default = question.default({})
        assert not default or problem_with(question, default) is None
        assert question.option in shown
        assert understood(question, " - ") == ""


def test_a_zone_is_read_where_machines_keep_it(tmp_path: Path):
    link = tmp_path / "localtime"
    assert zone_of_this_machine(link) == "UTC"
    link.symlink_to("/usr/share/zoneinfo/Europe/Stockholm")
    assert zone_of_this_machine(link) == "Europe/Stockholm"
    link.unlink()
    link.symlink_to("/somewhere/zoneinfo/../../etc/passwd")
    assert zone_of_this_machine(link) == "UTC"


# By a person at a terminal


def test_a_person_answers_and_wrong_answers_are_asked_again(terminal: Terminal):
    with at_a_terminal(terminal.folder, "init", "--slack-channels", "inc-{number}") as person:
        person.answers("Your organisation", "Acme")
        person.answers("Your time zone", "Berlin")
        person.sees("is not a time zone")
        person.answers("Your time zone", "Europe/Berlin")
        person.answers("PagerDuty account lives: us or eu [us]")
        person.answers("E-mail of the PagerDuty user", "oncall@acme.example")
        person.answers("Your Jira site", "https://jira.acme.example")
        person.sees("is no Atlassian site")
        person.answers("Your Jira site", "acme.atlassian.net")
        person.answers("E-mail of the Atlassian account that opens issues [oncall@acme.example]")
        person.answers("Key of the Jira project")
        person.sees("This one is needed")
        person.answers("Key of the Jira project", "chk")
        person.answers("Name of the team", "Checkout")
        person.answers("Jira account id", "-")
        person.answers("Confluence space")
        assert not (terminal.folder / "debrief.yml").exists(), "nothing is written before the last answer"
        person.answers("public address")
        person.sees("debrief.yml is written.")
        person.types_secretly("PAGERDUTY_TOKEN", "")
        person.types_secretly("SLACK_TOKEN", "xoxp-not-a-bot-secretpart")
        person.sees("a bot token begins with xoxb-")
        person.types_secretly("SLACK_TOKEN", "")
        person.types_secretly("SLACK_SIGNING_SECRET", "c" * 32)
        person.sees("SLACK_SIGNING_SECRET is kept in debrief.env.")
        person.types_secretly("JIRA_TOKEN", "")
        assert person.ends() == 0
    settings = read_settings(_written(terminal))
    assert settings.default_route
    assert (settings.timezone, settings.default_route.project, settings.default_route.team) == (
        "Europe/Berlin", "CHK", "Checkout",
    )  # fmt: skip
    assert settings.jira.email == "oncall@acme.example"
    assert secrets_from_file(terminal.folder / "debrief.env") == {"SLACK_SIGNING_SECRET": "c" * 32}
    assert "secretpart" not in person.screen
    assert "c" * 32 not in person.screen
    assert "debrief secret set JIRA_TOKEN" in person.screen


@pytest.mark.parametrize("key", ["ctrl-c", "ctrl-d"])
def test_who_stops_in_the_midst_of_the_questions_leaves_nothing(terminal: Terminal, key: str):
    with at_a_terminal(terminal.folder, "init") as person:
        person.answers("Your organisation", "Acme")
        person.sees("Your time zone")
        person.presses_ctrl_c() if key == "ctrl-c" else person.presses_ctrl_d()
        assert person.ends() == 130
    assert "Nothing is half-made" in person.screen
    assert _files(terminal) == []


def test_tokens_are_shown_to_their_vendors_and_a_second_try_goes_on(terminal: Terminal, world: World):
    world.machine.secrets_file.unlink()
    environment = environment_of(world, terminal.folder)
    with at_a_terminal(terminal.folder, "init", **environment) as person:
        person.sees("is there and valid: it stays as it is.")
        person.types_secretly("PAGERDUTY_TOKEN", "not-the-one")
        person.sees("PAGERDUTY_TOKEN")
        person.types_secretly("Enter for later", world.pagerduty.token)
        person.sees("PAGERDUTY_TOKEN is kept")
        person.sees("SLACK_TOKEN")
        person.presses_ctrl_c()
        assert person.ends() == 130
    assert _kept(world) == {"PAGERDUTY_TOKEN": world.pagerduty.token}

    world.jira.is_down = True
    with at_a_terminal(terminal.folder, "init", **environment) as person:
        person.sees("PAGERDUTY_TOKEN is kept already")
        person.types_secretly("SLACK_TOKEN", world.slack.token)
        person.types_secretly("SLACK_SIGNING_SECRET", world.slack.signing_secret)
        person.types_secretly("JIRA_TOKEN", "a-token-nobody-could-check")
        person.sees("It was not checked.")
        assert person.ends() == 0
    assert set(_kept(world)) == {"PAGERDUTY_TOKEN", "SLACK_TOKEN", "SLACK_SIGNING_SECRET", "JIRA_TOKEN"}
    assert "debrief secret set" not in person.screen
    for secret in (world.pagerduty.token, world.slack.token, "nobody-could-check"):
        assert secret not in person.screen


def _kept(world: World) -> dict[str, Any]:
    return dict(secrets_from_file(world.machine.secrets_file))


def test_jiras_token_serves_confluence_too_where_somebody_agrees(terminal: Terminal):
    came: Came = terminal.runs("init", "--yes", *JIRA, "--confluence-space", "OPS")
    assert came.code == 0
    kept = "PAGERDUTY_TOKEN=u\nSLACK_TOKEN=xoxb-x\nSLACK_SIGNING_SECRET=s\nJIRA_TOKEN=the-same\n"
    (terminal.folder / "debrief.env").write_text(kept)
    with at_a_terminal(terminal.folder, "init") as person:
        person.answers("Confluence with the same token as Jira?", "y")
        person.sees("CONFLUENCE_TOKEN is kept in debrief.env.")
        assert person.ends() == 0
    assert secrets_from_file(terminal.folder / "debrief.env")["CONFLUENCE_TOKEN"] == "the-same"

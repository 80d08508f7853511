"""`debrief stage`: where everything of a stage is, what comes next, and what a removal leaves."""

import json
from pathlib import Path

import pytest

from handlers.cli.stage_kept import IDENTIFIED_BY
from tests.contract.cli import Terminal
from tests.contract.stack import OSLS, resources
from tests.contract.staged import Staged, a_stage
from tests.contract.stores import Aws

pytest_plugins = ["tests.contract.store_fixtures"]


@pytest.fixture
def staged(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Staged:
    return a_stage(aws, monkeypatch)


@pytest.fixture
def terminal(
    staged: Staged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def test_a_stage_shows_where_it_is_reached_what_holds_its_data_and_what_comes_next(terminal: Terminal, staged: Staged):
    came = terminal.runs("stage", "dev")
    words = [" ".join(line.split()) for line in came.out.splitlines()]

    assert came.code == 0
    assert words[0] == "The stage dev in us-east-1"
    assert "pagerduty reaches it at https://abc.execute-api.example.com/pagerduty" in words
    assert f"table {staged.aws.table}" in words
    assert "settings none yet: every default counts" in words
    assert [line.split(" --stage dev")[0] for line in words[words.index("Next:") + 1 :]] == [
        "debrief init", "debrief settings push", "debrief webhook create", "debrief check --live", "debrief status",
    ]  # fmt: skip


def test_once_it_has_settings_their_version_is_named(terminal: Terminal):
    (terminal.folder / "debrief.yml").write_text("timezone: Europe/Berlin\n")
    version = terminal.runs("settings", "push", "--stage", "dev", "--yes", "--json").json["version"]

    came = terminal.runs("stage", "dev", "--json").json
    assert came["settings"] == f"version {version}"
    assert "debrief init" not in terminal.runs("stage", "dev").out


@pytest.mark.parametrize(("goes_to", "is_said"), [("nobody", True), ("oncall@acme.example", False)])
def test_where_nobody_is_mailed_of_alarms_an_address_is_what_comes_next(
    terminal: Terminal, staged: Staged, goes_to: str, *, is_said: bool
):
    outputs = {name: {"Value": value} for name, value in (staged.outputs | {"AlarmsGoTo": goes_to}).items()}
    template = {"Resources": {"Alarms": {"Type": "AWS::SNS::Topic", "Properties": {}}}, "Outputs": outputs}
    staged.client("cloudformation").update_stack(StackName="debrief-dev", TemplateBody=json.dumps(template))

    came = terminal.runs("stage", "dev")
    assert came.code == 0
    assert ("deploy.yml: alarmEmail" in came.out) == is_said
    assert ("nobody is mailed of alarms" in came.out) == is_said


def test_what_stays_is_named_before_a_removal_with_how_to_delete_it(terminal: Terminal, staged: Staged):
    told = terminal.runs("stage", "dev", "--removal", "--keep", "kept-dev.json").out

    assert f"aws dynamodb delete-table --region us-east-1 --table-name {staged.aws.table}" in told
    assert told.count("secretsmanager delete-secret") == 4
    assert "make remove writes kept-dev.json" in told
    assert json.loads((terminal.folder / "kept-dev.json").read_text())["stage"] == "dev"


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"stage": "prod", "resources": [1], "template": {}}', "{}"])
def test_a_file_that_says_nothing_of_the_stage_is_one_sentence(terminal: Terminal, text: str):
    (terminal.folder / "kept-dev.json").write_text(text)
    came = terminal.runs("stage", "dev", "--take-up", "kept-dev.json")
    assert (came.code, came.err) == (
        2,
        "debrief: kept-dev.json does not say what the stage dev left: give the file that make remove wrote.\n",
    )


def test_a_stage_that_is_there_takes_nothing_up(terminal: Terminal):
    kept = {"stage": "dev", "region": "us-east-1", "resources": [{}], "template": {"Resources": {"Table": {}}}}
    (terminal.folder / "kept-dev.json").write_text(json.dumps(kept))
    came = terminal.runs("stage", "dev", "--take-up", "kept-dev.json")
    assert (came.code, came.out, came.err) == (0, "", "")


def test_a_stage_that_is_not_there_is_one_sentence(terminal: Terminal):
    came = terminal.runs("stage", "prod", "--removal", "--keep", "kept-prod.json")
    assert (came.code, came.err.count("\n")) == (4, 1)
    assert not (terminal.folder / "kept-prod.json").exists()


@pytest.mark.skipif(not OSLS.exists(), reason="osls is not installed: `npm ci`, which `make test` does where Node is")
def test_everything_that_outlives_its_stack_can_be_taken_up_again():
    for kind in IDENTIFIED_BY:
        assert [name for name, one in resources(kind).items() if one.get("DeletionPolicy") == "Retain"]

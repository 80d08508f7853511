"""`debrief settings push`: what a stage's settings become, shown first, over exactly what was read."""

from pathlib import Path

import pytest

from connectors.store.pushed import pushed_as
from handlers.cli import settings_push
from handlers.place import find_place
from postmortem.settings import read_settings, version_of
from tests.contract.cli import Came, Terminal
from tests.contract.staged import Staged, a_stage
from tests.contract.stores import Aws
from tests.vendors.aws import Fault

pytest_plugins = ["tests.contract.store_fixtures"]

PUSH = ("settings", "push", "--stage", "dev")


@pytest.fixture
def staged(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Staged:
    return a_stage(aws, monkeypatch)


@pytest.fixture
def terminal(
    staged: Staged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def pushes(terminal: Terminal, settings: str, *options: str) -> Came:
    (terminal.folder / "debrief.yml").write_text(settings)
    return terminal.runs(*PUSH, *options)


def there(staged: Staged, name: str = "debrief.yml") -> str:
    return staged.aws.s3.get_object(Bucket=staged.aws.bucket, Key=name)["Body"].read().decode()


def test_what_is_pushed_is_what_the_functions_read(terminal: Terminal, staged: Staged):
    text = "# ours\ntimezone: Europe/Berlin\njira: {site: 'https://acme.atlassian.net'}\n"
    came = pushes(terminal, text, "--yes")

    version = version_of(read_settings(text), {})
    assert came.code == 0
    assert came.out == f"Pushed: version {version} counts in the stage dev in us-east-1 within five minutes.\n"
    assert came.err.splitlines() == [
        f"Settings of the stage dev in us-east-1, where there are none yet to {version}:",
        "  + jira.site: https://acme.atlassian.net",
        "  ~ timezone: UTC becomes Europe/Berlin",
    ]
    assert there(staged) == text
    assert find_place("dev", None).settings().timezone == "Europe/Berlin"


def test_the_same_again_changes_nothing_and_says_so(terminal: Terminal, staged: Staged):
    pushes(terminal, "timezone: Europe/Berlin\n", "--yes")
    before = staged.aws.emulated.actions.count("PUT")
    again = pushes(terminal, "timezone: Europe/Berlin\n", "--yes")

    assert (again.code, again.err) == (0, "")
    assert again.out.startswith("The stage dev in us-east-1 has these settings already (version ")
    assert staged.aws.emulated.actions.count("PUT") == before


def test_only_what_differs_is_shown_and_a_look_changes_nothing(terminal: Terminal, staged: Staged):
    pushes(terminal, "timezone: Europe/Berlin\ndue_days: {P1: 5}\n", "--yes")
    looked = pushes(terminal, "due_days: {P1: 3}\norganisation: Acme\n", "--dry-run")

    lines = [line.strip() for line in looked.out.splitlines()]
    assert lines[1:4] == ["~ due_days.P1: 5 becomes 3", "+ organisation: Acme", "~ timezone: Europe/Berlin becomes UTC"]
    assert lines[-1] == "Dry run: nothing was pushed."
    assert "Europe/Berlin" in there(staged)


def test_without_a_terminal_and_without_yes_nothing_is_pushed(terminal: Terminal, staged: Staged):
    came = pushes(terminal, "timezone: Europe/Berlin\n")

    assert came.code == 2
    assert came.err.endswith("debrief: Nothing was pushed: add --yes to agree, or --dry-run to look first.\n")
    assert "Contents" not in staged.aws.s3.list_objects_v2(Bucket=staged.aws.bucket)


def test_every_mistake_is_named_with_its_line_before_anything_is_pushed(terminal: Terminal, staged: Staged):
    came = pushes(terminal, "timezone: Europe/Nowhere\nslack:\n  tokn: x\ndocument: {template: gone.md}\n", "--yes")

    assert came.code == 2
    assert "line 1, timezone" in came.err
    assert "line 3, slack.tokn" in came.err
    assert came.err.endswith("debrief: Nothing was pushed: mend these first.\n")
    assert "Contents" not in staged.aws.s3.list_objects_v2(Bucket=staged.aws.bucket)


def test_templates_go_with_them_and_one_that_is_not_there_is_a_mistake(terminal: Terminal, staged: Staged):
    settings = "document: {template: ours.md}\n"
    assert "ours.md" in pushes(terminal, settings, "--yes").err
    (terminal.folder / "ours.md").write_text("# {{ title }}\n{{ sections }}\n")

    came = pushes(terminal, settings, "--yes")
    assert came.code == 0
    assert "+ the template ours.md: 3 lines" in came.err
    assert there(staged, "ours.md").startswith("# {{ title }}")

    (terminal.folder / "ours.md").write_text("# Other: {{ title }}\n{{ sections }}\n")
    changed = pushes(terminal, settings, "--yes")
    assert "~ the template ours.md: 3 lines becomes 3 lines" in changed.err
    assert "Other" in there(staged, "ours.md")


def test_of_two_people_at_once_one_is_told_and_nothing_of_the_other_is_lost(terminal: Terminal, staged: Staged):
    (terminal.folder / "debrief.yml").write_text("timezone: Europe/Berlin\n")
    place = find_place("dev", None)
    store = place.store()
    plan = settings_push.plan_push(settings_push_machine(terminal), store, place.name)
    store.save("debrief.yml", b"timezone: Asia/Tokyo\n")

    with pytest.raises(settings_push.Ended, match="Somebody else changed the settings of the stage dev"):
        settings_push.write_plan(plan, store)
    assert there(staged) == "timezone: Asia/Tokyo\n"


def settings_push_machine(terminal: Terminal) -> settings_push.Machine:
    return settings_push.Machine(terminal.folder, terminal.folder / "debrief.yml", terminal.folder / "debrief.env")


def test_an_older_debrief_yml_does_not_take_newer_settings_back_unasked(terminal: Terminal, staged: Staged):
    pushes(terminal, "timezone: Europe/Berlin\n", "--yes")
    pushes(terminal, "timezone: Europe/Paris\n", "--yes")

    older = pushes(terminal, "timezone: Europe/Berlin\n", "--yes")
    assert older.code == 2
    assert "stood in the stage dev in us-east-1 before" in older.err
    assert "--back" in older.err
    assert "Paris" in there(staged)
    assert pushes(terminal, "timezone: Europe/Berlin\n", "--yes", "--back").code == 0
    assert "Berlin" in there(staged)


def test_every_version_is_kept_with_who_pushed_it_and_when(terminal: Terminal, staged: Staged):
    came = pushes(terminal, "timezone: Europe/Berlin\n", "--yes", "--json")
    pushes(terminal, "timezone: Europe/Paris\n", "--yes")

    kept = pushed_as(find_place("dev", None).store(), came.json["version"])
    assert came.json["pushed"] is True
    assert came.json["changes"] == [{"sign": "~", "key": "timezone", "before": "UTC", "after": "Europe/Berlin"}]
    assert kept is not None
    assert kept.by
    assert there(staged, kept.file) == "timezone: Europe/Berlin\n"


def test_settings_of_another_release_that_stand_there_are_replaced_and_that_is_said(terminal: Terminal, staged: Staged):
    staged.aws.s3.put_object(Bucket=staged.aws.bucket, Key="debrief.yml", Body=b"was_a_setting: once\n")
    came = pushes(terminal, "timezone: Europe/Berlin\n", "--yes")

    assert came.code == 0
    assert "! What stands there is no debrief.yml of this release, and is replaced (1 mistake; line 1" in came.err


def test_on_this_machine_there_is_nothing_to_push(terminal: Terminal):
    came = terminal.runs("settings", "push")
    assert came.code == 2
    assert came.err.startswith("debrief: On this machine debrief.yml counts as it lies, and there is nothing to push.")


def test_without_a_file_and_in_the_wrong_stage_it_is_one_sentence(terminal: Terminal):
    assert "There is no debrief.yml" in terminal.runs(*PUSH).err
    (terminal.folder / "debrief.yml").write_text("timezone: Europe/Berlin\n")
    came = terminal.runs("settings", "push", "--stage", "prod", "--yes")
    assert (came.code, came.err.count("\n")) == (4, 1)
    assert "there is no stack debrief-prod in us-east-1" in came.err


def test_no_permission_is_one_sentence_that_names_it_and_the_next_try_goes_on(terminal: Terminal, staged: Staged):
    staged.aws.emulated.faults.append(Fault("PUT", 403, "AccessDenied"))
    came = pushes(terminal, "timezone: Europe/Berlin\n", "--yes")

    assert came.code == 3
    assert came.err.splitlines()[-1].startswith(
        "debrief: Saving the file debrief.yml: AWS answered AccessDenied. Allow"
    )
    assert "s3:PutObject" in came.err
    assert pushes(terminal, "timezone: Europe/Berlin\n", "--yes").code == 0

"""`debrief webhook` as a person types it: what it says, what it never says, and its exit codes."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from handlers.webhooks.bench import SECRET, SUBSCRIPTION
from tests.contract.cli import Came, Terminal, environment_of
from tests.contract.ringing import ADDRESS, PUBLIC, SETTINGS, Ringing
from tests.contract.staged import a_stage
from tests.contract.stores import Aws
from tests.vendors.pagerduty import FakePagerDuty
from tests.vendors.wire import served
from tests.world import world_of

pytest_plugins = ["tests.contract.store_fixtures"]

VERBS = ("create", "list", "test", "rotate", "enable", "delete", "doctor")


class Typed(Ringing):
    """A machine with the world's files, whose receiver writes where the commands look."""

    terminal: Terminal

    def types(self, *arguments: str) -> Came:
        came = self.terminal.runs("webhook", *arguments)
        shown = came.out + came.err
        secrets = [self.subscriptions.secret_of(id_) for id_ in self.subscriptions.ids]
        assert not [secret for secret in secrets if secret and secret in shown]
        return came


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Generator[Typed]:
    with world_of(tmp_path, "expired-certificate", settings=SETTINGS) as world:
        typed = Typed(world)
        typed.terminal = Terminal(tmp_path, monkeypatch, capsys)
        for name, value in environment_of(world, tmp_path).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("DEBRIEF_HOME", str(world.machine.home))
        yield typed


def test_a_person_makes_it_and_tests_it(typed: Typed):
    made = typed.types("create")
    assert made.code == 0
    assert f"PagerDuty now tells Debrief of incidents: PMADE01, for the whole account, to {ADDRESS}." in made.out
    assert "Next: debrief webhook test" in made.out
    assert typed.is_whole("PMADE01")

    tested = typed.types("test")
    assert tested.code == 0
    assert tested.out.startswith("ok  PMADE01  The ping came through and was accepted within 0 s.")
    assert "Nothing was changed" in typed.types("create").out


def test_scripts_get_one_object_and_nothing_else(typed: Typed):
    created = typed.types("create", "--json")
    assert created.json == {
        "id": "PMADE01", "how": "made", "url": ADDRESS, "scope": {"kind": "account", "id": None}, "active": True,
        "replaced": [],
    }  # fmt: skip
    assert created.err == ""
    assert typed.types("test", "--json").json["ok"] is True
    (row,) = typed.types("list", "--json").json["subscriptions"]
    assert (row["id"], row["ours"], row["state"], row["missing_events"]) == ("PMADE01", True, "on", [])
    assert row["last_accepted_at"]
    assert typed.types("enable", "--json").json == {"enabled": []}
    assert {one["subject"] for one in typed.types("doctor", "--json").json["findings"]} >= {
        "clock",
        "secret",
        "PMADE01",
    }
    assert typed.types("delete", "--yes", "--json").json == {"deleted": ["PMADE01"]}


def test_a_list_is_read_at_eighty_columns(typed: Typed):
    typed.subscriptions.adds("POTHER", "https://me:pass@elsewhere.example/T01/XyZsecret?k=1", description="\x1b[31mred")
    typed.types("create")
    listed = typed.types("list")
    assert listed.code == 0
    assert "\x1b" not in listed.out
    assert max(len(line) for line in listed.out.splitlines()) <= 80
    assert "ours" in listed.out
    assert "elsewhere.example" in listed.out
    assert not any(word in listed.out + typed.types("list", "--json").out for word in ("pass", "XyZ", "k=1"))
    assert "never" in listed.out


def test_an_empty_account_says_how_to_begin(typed: Typed):
    assert "debrief webhook create makes one" in typed.types("list").out
    tested = typed.types("test")
    assert (tested.code, "Make one: debrief webhook create." in tested.err) == (4, True)
    assert "debrief webhook create" in typed.types("rotate").err
    assert "has no subscription in this PagerDuty account" in typed.types("delete").out


def test_a_service_is_found_by_its_name(typed: Typed):
    name = typed.world.scripts[0].pagerduty["incident"]["service"]
    assert typed.types("create", "--service", name["summary"].upper()).code == 0
    assert typed.subscriptions.shown("PMADE01")["filter"] == {"type": "service_reference", "id": name["id"]}
    other = typed.types("create", "--team", "PTEAM01")
    assert other.code == 3
    assert f"is there already, for the service {name['id']}" in other.err


def test_a_team_that_nobody_knows_is_asked_about(typed: Typed):
    came = typed.types("create", "--team", "no such team")
    assert came.code == 4
    assert "PagerDuty has no team of that name. Give its whole name, or its id" in came.err
    assert typed.subscriptions.ids == []
    both = typed.types("create", "--team", "a", "--service", "b")
    assert (both.code, "Choose one of --service and --team" in both.err) == (2, True)


def test_a_refusal_is_one_sentence_and_one_object_for_a_script(typed: Typed):
    typed.subscriptions.adds("PFOREIGN", ADDRESS)
    came = typed.types("create")
    assert (came.code, came.out) == (3, "")
    assert came.err.count("\n") == 1
    assert "PFOREIGN delivers to this address already" in came.err
    told = typed.types("create", "--json").json
    assert told["exit_code"] == 3
    assert "PFOREIGN" in told["exit_reason"]


def test_a_ping_that_does_not_come_through_is_exit_code_1(typed: Typed):
    typed.types("create")
    typed.subscriptions.disables("PMADE01")
    came = typed.types("test")
    assert came.code == 1
    assert came.out.startswith("failure  PMADE01")
    assert "PMADE01 is enabled again" in typed.types("enable").out


def test_deleting_asks_first_and_without_a_terminal_does_nothing(typed: Typed):
    typed.types("create")
    came = typed.types("delete")
    assert came.code == 2
    assert "add --yes" in came.err
    assert typed.is_whole("PMADE01")


def test_without_a_token_the_command_that_asks_for_it_is_named(typed: Typed):
    typed.keeper.keep({"PAGERDUTY_TOKEN": None})
    for verb in VERBS:
        came = typed.types(verb)
        assert (came.code, "debrief secret set PAGERDUTY_TOKEN" in came.err) == (2, True)


def test_a_secret_that_the_environment_sets_would_win_and_is_refused_before_anything_is_made(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(SECRET, "set")
    came = typed.types("create")
    assert came.code == 3
    assert "out of the environment" in came.err
    assert typed.subscriptions.ids == []


def test_every_verb_teaches(typed: Typed):
    for verb in VERBS:
        came = typed.terminal.runs("webhook", verb, "--help")
        assert came.code == 0
        assert "--stage" in came.out
        assert "--json" in came.out


@pytest.fixture
def staged_terminal(
    aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Generator[tuple[Any, FakePagerDuty, Terminal]]:
    """A stage whose settings name the fake PagerDuty; this machine has nothing of it."""
    terminal = Terminal(tmp_path, monkeypatch, capsys)
    staged, fake = a_stage(aws, monkeypatch, PUBLIC), FakePagerDuty()
    with served(fake) as url:
        settings = json.dumps({"pagerduty": {"base_url": url}})
        staged.aws.s3.put_object(Bucket=aws.bucket, Key="debrief.yml", Body=settings.encode())
        staged.puts_secret("PAGERDUTY", {"PAGERDUTY_TOKEN": fake.token})
        yield staged, fake, terminal


def test_on_a_stage_the_secret_goes_straight_into_secrets_manager(staged_terminal: tuple[Any, FakePagerDuty, Terminal]):
    staged, fake, terminal = staged_terminal
    made = terminal.runs("webhook", "create", "--stage", "dev")

    assert made.code == 0, made.err
    kept = staged.secret("PAGERDUTY")
    assert kept[SUBSCRIPTION] == "PMADE01"
    assert kept[SECRET] == fake.subscriptions.secret_of("PMADE01")
    assert kept["PAGERDUTY_TOKEN"] == fake.token
    assert fake.subscriptions.shown("PMADE01")["delivery_method"]["url"] == ADDRESS
    assert "Next: debrief webhook test --stage dev" in made.out
    assert kept[SECRET] not in made.out + made.err
    assert not list(terminal.folder.iterdir()), "nothing of it is on this machine"


def test_what_a_stage_says_names_the_stage_in_every_command(staged_terminal: tuple[Any, FakePagerDuty, Terminal]):
    staged, fake, terminal = staged_terminal
    fake.subscriptions.adds("PFOREIGN", ADDRESS)
    assert "debrief webhook create --stage dev" in terminal.runs("webhook", "test", "--stage", "dev").err
    doctor = terminal.runs("webhook", "doctor", "--stage", "dev", "--json")
    assert doctor.code == 1
    assert any("debrief webhook create --stage dev" in one["said"] for one in doctor.json["findings"])
    staged.puts_secret("PAGERDUTY", {})
    assert "debrief secret set PAGERDUTY_TOKEN --stage dev" in terminal.runs("webhook", "list", "--stage", "dev").err


def test_a_stage_that_is_deleted_again_keeps_its_token(staged_terminal: tuple[Any, FakePagerDuty, Terminal]):
    staged, fake, terminal = staged_terminal
    terminal.runs("webhook", "create", "--stage", "dev")
    assert terminal.runs("webhook", "delete", "--stage", "dev", "--yes").code == 0
    assert staged.secret("PAGERDUTY") == {"PAGERDUTY_TOKEN": fake.token}
    assert fake.subscriptions.ids == []

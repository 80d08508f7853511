"""`debrief webhook` as a person types it: what it says, what it never says, and its exit codes."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from connectors.audited import audited
from handlers.cli.settings_command import settings_of
from handlers.subscriptions import OWNER
from handlers.webhooks.bench import SECRET, SUBSCRIPTION
from postmortem.settings import version_of
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


ELSEWHERE = "https://abc.execute-api.example/pagerduty"


@pytest.fixture
def by_hand(typed: Typed) -> Typed:
    """The settings name one that a person made; PagerDuty has disabled it."""
    typed.world.write_settings(**SETTINGS, pagerduty={"webhook_subscriptions": ["PHAND01"]})
    typed.keeper.keep({SECRET: "by-hand-secret"})
    typed.subscriptions.adds("PHAND01", ELSEWHERE)
    typed.subscriptions.adds("POTHER", "https://elsewhere.example/hook")
    for id_ in ("PHAND01", "POTHER"):
        typed.subscriptions.disables(id_)
    return typed


def findings(typed: Typed) -> dict[str, str]:
    return {one["subject"]: one["said"] for one in typed.types("doctor", "--json").json["findings"]}


def test_what_check_advises_for_a_disabled_one_that_the_settings_name_enables_it(by_hand: Typed):
    advised = by_hand.terminal.runs("check", "--live", "--json").out
    assert "PagerDuty has disabled PHAND01" in advised
    assert "Run: debrief webhook enable." in advised

    assert by_hand.types("enable", "--json").json == {"enabled": ["PHAND01"]}
    assert not by_hand.subscriptions.is_disabled("PHAND01")
    assert by_hand.subscriptions.is_disabled("POTHER")


def test_what_check_advises_for_one_that_only_its_address_tells_enables_it(typed: Typed):
    typed.subscriptions.adds("PFOREIGN", ADDRESS)
    typed.subscriptions.disables("PFOREIGN")
    assert "PagerDuty has disabled PFOREIGN" in typed.terminal.runs("check", "--live", "--json").out
    assert typed.types("enable", "--json").json == {"enabled": ["PFOREIGN"]}


def test_one_that_the_settings_name_is_listed_and_examined_as_ours(by_hand: Typed):
    listed = by_hand.types("list", "--json").json["subscriptions"]
    assert {one["id"]: one["ours"] for one in listed} == {"PHAND01": True, "POTHER": False}
    assert "never" not in by_hand.types("list").out, "what came of it is not recorded"
    said = findings(by_hand)
    assert "debrief webhook enable" in said["PHAND01"]
    assert "made by hand" in said["secret"]
    assert {"subscription", "PHAND01 last"}.isdisjoint(said), "one is there, and nobody knows what came of it"


def test_advice_about_one_that_was_made_by_hand_is_what_helps_with_it(by_hand: Typed):
    by_hand.types("enable")
    by_hand.subscriptions.shown("PHAND01")["events"] = ["incident.triggered"]

    assert findings(by_hand)["PHAND01 events"] == "incident.resolved is missing: in PagerDuty, add it."
    assert "Add that event there" in by_hand.terminal.runs("check", "--live", "--json").out
    tested = by_hand.types("test")
    assert (tested.code, f"once its id is kept beside its secret, as {SUBSCRIPTION}" in tested.err) == (4, True)


def test_one_that_was_made_by_hand_is_neither_deleted_nor_rotated(by_hand: Typed):
    deleted = by_hand.types("delete", "--yes")
    assert (deleted.code, "PHAND01, which pagerduty.webhook_subscriptions names, stays" in deleted.out) == (0, True)
    assert by_hand.types("rotate").code == 4
    assert by_hand.types("create").code == 0
    assert by_hand.types("delete", "--yes", "--json").json == {"deleted": ["PMADE01"]}
    assert by_hand.subscriptions.ids == ["PHAND01", "POTHER"]


def test_an_id_in_the_settings_that_pagerduty_does_not_have_is_found(typed: Typed):
    typed.world.write_settings(**SETTINGS, pagerduty={"webhook_subscriptions": ["PGONE01"]})
    assert "names PGONE01, which PagerDuty does not have" in findings(typed)["settings"]


def test_every_change_has_a_record_that_names_the_settings(typed: Typed):
    typed.types("create")
    typed.subscriptions.disables("PMADE01")
    typed.types("enable")
    typed.types("delete", "--yes")

    records = audited(typed.world.store, OWNER)
    changes = {"create for the whole account", "finish PMADE01", "enable PMADE01", "delete PMADE01"}
    assert {one.target for one in records} == changes
    assert {one.settings for one in records} == {version_of(settings_of(typed.world.machine), {})}


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

"""`debrief jira webhook`: made once, signed, looked after; a stranger's is never touched and no secret is shown."""

import io
import re
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, override

import pytest

from connectors.audited import audited
from connectors.errors import Unreachable
from connectors.secrets.environment import secrets_from_file
from connectors.store.arrivals import Arrivals, Kind
from handlers.cli.settings_command import settings_of
from handlers.envelope import Response
from handlers.subscriptions import OWNER
from handlers.wiring import utc_now
from postmortem.settings import version_of
from tests.contract.cli import Came, Terminal, environment_of
from tests.contract.serving import visited
from tests.contract.staged import Staged, a_stage
from tests.contract.stores import Aws
from tests.vendors.jira_webhooks import JiraWebhooks, signature
from tests.vendors.wire import Reply, Request, served
from tests.world import World

pytest_plugins = ["tests.contract.store_fixtures"]

BASE = "https://debrief.acme.example"
NAME, DOOR = "Debrief local", f"{BASE}/jira"
SECRET, PREVIOUS = "JIRA_WEBHOOK_SECRET", "JIRA_WEBHOOK_SECRET_PREVIOUS"
ROTATED = ("WEBHOOKS", "JIRA")


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    here = tmp_path / "here"
    here.mkdir()
    return Terminal(here, monkeypatch, capsys)


@pytest.fixture
def jira(world: World, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> "Jira":
    world.write_settings(publish={"public_base_url": BASE})
    environment = environment_of(world, terminal.folder) | {"DEBRIEF_HOME": str(world.machine.home)}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Jira(world, terminal)


class Jira:
    """`debrief jira webhook`, and what Jira and the machine hold afterwards."""

    def __init__(self, world: World, terminal: Terminal) -> None:
        self.world, self.terminal, self.fake = world, terminal, world.jira.webhooks

    def runs(self, *arguments: str) -> Came:
        """On the machine of the world, whose doors are open."""
        return self.terminal.runs("jira", "webhook", *arguments)

    def kept(self, name: str = SECRET) -> str | None:
        return secrets_from_file(self.world.machine.secrets_file).get(name)

    def loses_the_next(self, where: str, *, after_effect: bool) -> None:
        self.world.jira.fails_next(where, Reply(502), after_effect=after_effect)

    def record(self) -> dict[str, Any]:
        """The only webhook that Jira has."""
        [record] = self.fake.records.values()
        return record


def test_one_command_makes_a_signed_webhook_and_shows_no_secret(jira: Jira):
    came = jira.runs("create")

    assert (came.code, came.err) == (0, "")
    made = f'Jira has a new webhook: "{NAME}" (id 1) to {DOOR}, for project in ("CHK", "OPS").'
    assert came.out.splitlines()[0] == made
    assert jira.record()["events"] == ["jira:issue_deleted", "jira:issue_updated"]
    assert jira.record()["filters"] == {"issue-related-events-section": 'project in ("CHK", "OPS")'}
    assert jira.fake.secrets == {1: jira.kept()}
    assert len(jira.kept() or "") >= 40
    assert (jira.kept() or "") not in came.out


def test_what_it_makes_is_believed_when_an_issue_changes(jira: Jira, world: World):
    world.resolves()
    world.settles()
    assert jira.runs("create").code == 0
    hook = JiraWebhooks(world.jira, lambda body, headers: world.hears_of_changes(body, headers).status)
    hook.secret = jira.fake.secrets[1]
    world.jira.person_closes(world.jira.issues[0]["key"])

    assert set(hook.delivers()) == {202}


def test_a_second_create_changes_nothing_but_what_is_wrong(jira: Jira):
    jira.runs("create")
    before, secret = jira.record() | {"lastUpdated": 0}, jira.kept()
    jira.record()["enabled"] = False
    jira.record()["filters"] = {}

    came = jira.runs("create", "--json")

    assert (came.code, came.json["created"]) == (0, False)
    assert jira.record() | {"lastUpdated": 0} == before
    assert jira.fake.secrets == {1: secret}


@pytest.mark.parametrize("after_effect", [True, False], ids=["done", "not done"])
def test_a_create_whose_answer_was_lost_ends_in_one_webhook(jira: Jira, after_effect: bool):
    jira.loses_the_next("POST .*/webhook$", after_effect=after_effect)
    first = jira.runs("create")
    kept = jira.kept()
    second = jira.runs("create")

    assert first.code == (0 if after_effect else 5)
    assert second.code == 0
    assert jira.fake.secrets == {1: kept}, "the second try goes on with the secret of the first"


def test_a_stranger_at_our_door_is_named_and_left_alone(jira: Jira):
    jira.fake.made_by_hand("Hooks of Ada", f"{BASE}/jira/", "by-hand-secret-0001")
    jira.fake.made_by_hand("Build server", "https://ci.acme.example/jira")
    before = {number: dict(record) for number, record in jira.fake.records.items()}

    came = jira.runs("create")

    assert came.code == 2
    assert '"Hooks of Ada" (id 1); everything would come twice. Take it over with --adopt' in came.err
    assert jira.fake.records == before
    assert jira.kept() is None

    assert jira.runs("create", "--adopt").code == 0
    assert jira.fake.records[1]["name"] == NAME
    assert jira.fake.secrets[1] == jira.kept()
    assert jira.fake.records[2] == before[2]


def test_every_change_has_a_record_that_names_the_settings_and_no_secret(jira: Jira):
    """Before it is sent: also of what Jira then refuses."""
    for verb in ("create", "list", "rotate", "enable", "test", "doctor"):
        jira.runs(verb)
    jira.record()["enabled"] = False
    jira.runs("enable")
    jira.runs("create")
    jira.loses_the_next("DELETE .*/webhook/1$", after_effect=False)
    jira.runs("delete", "--yes")

    records = audited(jira.world.store, OWNER)
    assert {one.target for one in records} == {
        f"create Jira webhook {NAME}", "rotate the secret of Jira webhook 1", "enable Jira webhook 1",
        "mend Jira webhook 1", "delete Jira webhook 1",
    }  # fmt: skip
    assert {one.settings for one in records} == {version_of(settings_of(jira.world.machine), {})}
    assert all(one.by.startswith("debrief jira webhook at ") for one in records)
    assert (jira.kept() or "") not in str(records)


def test_only_ours_is_deleted(jira: Jira):
    jira.runs("create")
    jira.fake.made_by_hand("Build server", "https://ci.acme.example/jira")
    jira.fake.made_by_hand(NAME, "https://older.acme.example/jira")

    assert jira.runs("delete", "2", "--yes").code == 2
    unasked = jira.runs("delete")
    assert (unasked.code, "add --yes" in unasked.err) == (2, True)
    assert set(jira.fake.records) == {1, 2, 3}
    assert "delete 3" in jira.runs("doctor").out.replace("\n", " ")
    assert jira.runs("delete", "3", "--yes").code == 0
    assert jira.runs("delete", "--yes").code == 0
    assert set(jira.fake.records) == {2}
    assert jira.runs("delete", "--yes").out == f"Jira has no webhook {NAME} to {DOOR}.\n"


def test_who_is_no_administrator_is_told_what_one_does_by_hand(jira: Jira, monkeypatch: pytest.MonkeyPatch):
    jira.fake.is_administered = False
    came = jira.runs("create")
    assert came.code == 3
    assert "does not allow it (403)" in came.err
    assert "debrief jira webhook create --by-hand" in came.err
    assert jira.kept() is None
    assert came.err.count("\n") == 1

    typed = "5b1f7a3c5b1f7a3c5b1f7a3c"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed.encode() + b"\n")))
    by_hand = jira.runs("create", "--by-hand")
    assert by_hand.code == 0
    assert f"Name: {NAME}. Status: enabled. URL: {DOOR}" in by_hand.out
    assert 'JQL: project in ("CHK", "OPS"). Events: Issue: updated, deleted.' in by_hand.out
    assert jira.kept() == typed
    assert typed not in by_hand.out + by_hand.err
    assert jira.fake.records == {}
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"another-secret-of-24-chars")))
    assert "debrief secret remove JIRA_WEBHOOK_SECRET_PREVIOUS" in jira.runs("create", "--by-hand").out
    assert jira.kept(PREVIOUS) == typed


def test_who_is_no_administrator_may_test_the_door_all_the_same(jira: Jira):
    with _at_a_door(jira):
        jira.fake.is_administered = False
        came = jira.runs("test", "--json")
        jira.world.write_secrets(JIRA_TOKEN="wrong", JIRA_WEBHOOK_SECRET=jira.kept() or "")
        refused = jira.runs("doctor", "--json")
    steps = {step["subject"]: step["state"] for step in came.json["steps"]}
    assert (came.code, steps) == (0, {"webhook": "warning", "door": "ok", "secret": "ok", "arrival": "ok"})
    assert "Only an administrator of Jira may" in came.json["steps"][0]["said"]
    assert (refused.code, refused.json["steps"][0]["state"]) == (1, "failure")


@pytest.mark.parametrize(
    ("given", "words"), [("", "Nothing was given"), ("short", "16 characters"), ("one\nanother", "no single secret")]
)
def test_a_secret_that_cannot_be_meant_is_refused(jira: Jira, monkeypatch: pytest.MonkeyPatch, given: str, words: str):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
    came = jira.runs("create", "--by-hand")
    assert (came.code, words in came.err) == (2, True)
    assert jira.kept() is None


def test_a_rotation_accepts_both_for_an_hour_and_then_forgets_the_old(jira: Jira, world: World):
    jira.runs("create")
    old = jira.kept()

    came = jira.runs("rotate")

    assert came.code == 0
    assert "The old one is accepted until" in came.out
    new = jira.kept()
    assert (jira.kept(PREVIOUS), jira.fake.secrets) == (old, {1: new})
    assert new != old
    assert jira.runs("rotate", "--json").json["went_on"] is True, "within the hour nothing more is done"
    assert (jira.kept(), jira.kept(PREVIOUS)) == (new, old)
    _an_hour_passes(jira)
    assert "rotation" in jira.runs("doctor").out
    assert jira.runs("rotate").out == "Jira signs with the new secret, and the old one is forgotten.\n"
    assert (jira.kept(), jira.kept(PREVIOUS)) == (new, None)
    jira.runs("rotate", "--at-once")
    assert jira.kept(PREVIOUS) is None
    assert jira.fake.secrets == {1: jira.kept()}
    assert jira.kept() != new


def test_a_rotation_that_died_before_jira_heard_of_it_goes_on(jira: Jira):
    jira.runs("create")
    old = jira.kept()
    jira.world.jira.fails_next("PUT .*/webhook/1", Reply(400))
    assert jira.runs("rotate").code == 3
    new = jira.kept()
    assert (jira.kept(PREVIOUS), jira.fake.secrets) == (old, {1: old})
    _an_hour_passes(jira, told=False)
    assert "Jira may sign with the older" in " ".join(jira.runs("doctor").out.split())

    assert jira.runs("rotate").code == 0

    assert jira.fake.secrets == {1: new}
    assert jira.kept(PREVIOUS) == old, "the hour begins when Jira was told"


def _an_hour_passes(jira: Jira, *, told: bool = True) -> None:
    """The terminal reads the real clock: instead of waiting, what is kept is made an hour older."""
    store = jira.world.machine.store()
    record = store.read(*ROTATED)
    assert record
    if told:
        earlier = utc_now() - timedelta(minutes=61)
        store.write(*ROTATED, record.value | {"rotated_at": earlier.isoformat()})
    store.close()


def test_a_disabled_webhook_is_enabled_and_keeps_its_secret(jira: Jira):
    jira.runs("create")
    jira.record()["enabled"] = False
    assert jira.runs("enable").out == "Jira's webhook is enabled again.\n"
    assert jira.runs("enable").out == "Jira's webhook was enabled already.\n"
    assert jira.record()["enabled"]
    assert jira.fake.secrets == {1: jira.kept()}


def test_the_list_marks_ours_and_shows_strangers(jira: Jira):
    assert "Jira has no webhooks" in jira.runs("list").out
    jira.fake.made_by_hand("Build \x1b[31mserver", "https://ci.acme.example/jira")
    jira.runs("create")

    came = jira.runs("list", "--json")

    assert [(one["id"], one["ours"], one["signed"]) for one in came.json["webhooks"]] == [
        ("1", False, False),
        ("2", True, True),
    ]
    shown = jira.runs("list").out
    assert re.search(rf"ours +2 +{NAME}", shown)
    assert "\x1b" not in shown


class Door:
    """Where Jira delivers, over real HTTP: the receiver of the world, or one that answers otherwise."""

    def __init__(self, world: World) -> None:
        self.world, self.otherwise = world, dict[str, Reply]()

    def answer(self, request: Request) -> Reply:
        kind = "signed" if "x-hub-signature" in request.headers else "unsigned"
        if kind in self.otherwise:
            return self.otherwise[kind]
        response: Response = self.world.hears_of_changes(request.body, request.headers)
        return Reply(response.status, body=response.content().encode())

    def state(self) -> dict[str, Any]:
        return {}


@contextmanager
def _at_a_door(jira: Jira) -> Generator[Door]:
    """The webhook is made, and its address is a real one on this machine."""
    assert jira.runs("create").code == 0
    door = Door(jira.world)
    with served(door) as url:
        jira.world.write_settings(publish={"public_base_url": url})
        jira.record()["url"] = f"{url}/jira"
        yield door


def test_the_test_goes_through_webhook_door_and_signature(jira: Jira):
    with _at_a_door(jira):
        came = jira.runs("test", "--json")
        shown = jira.runs("test")
    assert (came.code, came.json["ok"], shown.code) == (0, True, 0)
    assert [(step["subject"], step["state"]) for step in came.json["steps"]] == [
        ("webhook", "ok"), ("door", "ok"), ("secret", "ok"), ("arrival", "ok"),
    ]  # fmt: skip
    assert jira.kept() not in (came.out, shown.out)


def test_the_pages_of_this_machine_have_that_door(jira: Jira, world: World):
    assert jira.runs("create").code == 0
    with visited(world) as visitor:
        url = f"http://127.0.0.1:{visitor.port}"
        world.write_settings(publish={"public_base_url": url})
        jira.record()["url"] = f"{url}/jira"
        steps = jira.runs("test", "--json").json["steps"]
    assert [step["state"] for step in steps] == ["ok"] * 4, steps


def test_a_door_of_another_installation_with_the_same_secret_is_noticed(jira: Jira):
    with _at_a_door(jira) as door:
        door.otherwise["signed"] = Reply(202, body=b'{"reason":"ignored"}')
        came = jira.runs("test", "--json")
    assert came.code == 0
    [step] = [step for step in came.json["steps"] if step["subject"] == "arrival"]
    assert step["state"] == "warning"
    assert "another installation answers" in step["said"]


def test_the_doctor_says_when_jira_last_delivered(jira: Jira, world: World):
    def said() -> str:
        steps = jira.runs("doctor", "--json").json["steps"]
        return next(step["said"] for step in steps if step["subject"] == "deliveries")

    with _at_a_door(jira):
        jira.runs("test")
        assert said().startswith("none came yet"), "a test is no delivery"
        world.resolves()
        world.settles()
        hook = JiraWebhooks(world.jira, lambda body, headers: world.hears_of_changes(body, headers).status)
        hook.secret = jira.kept()
        world.jira.person_closes(world.jira.issues[0]["key"])
        hook.delivers()
        assert said().startswith("the last that Jira signed came at 20")


def test_a_delivery_is_accepted_also_where_it_cannot_be_recorded(world: World):
    world.write_secrets(JIRA_WEBHOOK_SECRET="s" * 32)
    body = b'{"webhookEvent": "debrief:test"}'
    headers = {"x-hub-signature": signature(body, "s" * 32)}
    world.arrivals = _Broken(world.store, world.clock.now)
    assert world.hears_of_changes(body, headers).status == 202


class _Broken(Arrivals):
    """Of a store that is away."""

    @override
    def note(self, subscription: str, kind: Kind) -> None:
        raise Unreachable("writing", "the store is away")


OTHERWISE = {
    "another secret": ("signed", Reply(403, body=b'{"reason":"no"}'), "secret", "does not know the secret"),
    "no secret there": ("signed", Reply(503, body=b'{"reason":"no"}'), "secret", "could not judge the signature"),
    "another server": ("unsigned", Reply(200, body=b"<html>"), "door", "is that its public address?"),
    "a redirect": ("unsigned", Reply(302, {"location": "https://elsewhere.example"}), "door", "answered 302"),
    "nobody": ("unsigned", Reply(dropped=True), "door", "gave no answer"),
}


@pytest.mark.parametrize(("kind", "reply", "subject", "words"), OTHERWISE.values(), ids=OTHERWISE)
def test_the_step_at_which_it_is_lost_is_named(jira: Jira, kind: str, reply: Reply, subject: str, words: str):
    with _at_a_door(jira) as door:
        door.otherwise[kind] = reply
        came = jira.runs("doctor", "--json")
    assert came.code == 1
    [failure] = [step for step in came.json["steps"] if step["state"] == "failure"]
    assert failure["subject"] == subject
    assert words in failure["said"]


def test_what_somebody_changed_in_jira_is_found_and_create_mends_it(jira: Jira):
    jira.runs("create")
    jira.record().update(enabled=False, events=["jira:issue_updated"], excludeBody=True)
    jira.fake.secrets.clear()
    steps = jira.runs("doctor", "--json").json["steps"]
    said = [step["said"] for step in steps if step["subject"] == "webhook"]
    assert [sentence.split(".")[0] for sentence in said] == [
        "It is disabled",
        "It has no secret, so nothing that it sends is believed",
        "It does not tell of jira:issue_deleted",
        "It leaves out the body",
    ]
    assert jira.runs("create").code == 0
    steps = jira.runs("doctor", "--json").json["steps"]
    assert [step["state"] for step in steps if step["subject"] == "webhook"] == ["ok"]


NOT_READY = {
    "no address": ({"publish": {}}, {}, "set publish.public_base_url in debrief.yml, or name a stage with --stage"),
    "this machine alone": (
        {"publish": {"public_base_url": "http://127.0.0.1:8080"}}, {}, "Jira delivers to https alone"
    ),
    "no token": ({}, {"JIRA_TOKEN": ""}, "debrief secret set JIRA_TOKEN asks for it"),
}  # fmt: skip


@pytest.mark.parametrize(("settings", "secrets", "words"), NOT_READY.values(), ids=NOT_READY)
def test_what_is_missing_is_one_sentence(jira: Jira, settings: dict[str, Any], secrets: dict[str, str], words: str):
    jira.world.write_settings(**({"publish": {"public_base_url": BASE}} | settings))
    jira.world.write_secrets(**secrets)
    came = jira.runs("create")
    assert (came.code, came.err.count("\n")) == (2, 1)
    assert words in came.err
    assert jira.fake.records == {}
    assert jira.kept() is None


def test_a_refused_token_names_the_setting(jira: Jira):
    jira.world.write_secrets(JIRA_TOKEN="wrong")
    came = jira.runs("create")
    assert (came.code, "Check JIRA_TOKEN and JIRA_EMAIL" in came.err) == (3, True)
    assert jira.kept() is None


def test_a_stage_keeps_the_secret_where_its_functions_read_it(jira: Jira, aws: Aws, monkeypatch: pytest.MonkeyPatch):
    staged: Staged = a_stage(aws, monkeypatch)
    staged.puts_secret("JIRA", {"JIRA_TOKEN": jira.world.jira.token})
    text = jira.world.machine.settings_file.read_bytes()
    staged.client("s3").put_object(Bucket=aws.bucket, Key="debrief.yml", Body=text)

    came = jira.runs("create", "--stage", "dev")

    assert came.code == 0
    assert jira.record()["name"] == "Debrief dev"
    assert jira.record()["url"] == "https://abc.execute-api.example.com/jira"
    assert jira.fake.secrets == {1: staged.secret("JIRA")[SECRET]}
    assert "debrief jira webhook test --stage dev" in came.out
    assert jira.runs("rotate", "--stage", "dev").code == 0
    assert jira.fake.secrets == {1: staged.secret("JIRA")[SECRET]}
    assert staged.secret("JIRA")[PREVIOUS]

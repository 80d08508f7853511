"""`debrief check --live` on PagerDuty, Slack and Confluence: what hinders is one sentence with what to do."""

from datetime import timedelta
from email.utils import format_datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from connectors.pagerduty.subscriptions import UNFINISHED
from connectors.retrying import MOST_ATTEMPTS
from handlers.cli.check_command import checked_on
from handlers.wiring import utc_now
from tests.contract.checked import Checks, checks_in, found_of
from tests.contract.cli import Terminal
from tests.vendors.wire import Reply, json_reply
from tests.world import World, world_of

_INSTALL = (
    "Add them under OAuth & Permissions at https://api.slack.com/apps (debrief slack manifest lists all), and install "
    "the app again."
)


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def checks(terminal: Terminal) -> Checks:
    return checks_in(terminal)


def test_where_all_is_well_every_line_is_ok(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        _complete(world)
        found = checks(world)
    assert [one for one in found if one["state"] != "ok"] == []
    assert [one["about"] for one in found if one["subject"] == "token"] == ["PagerDuty", "Slack", "Jira", "Confluence"]
    assert found_of(found, "clock") == [("ok", "agrees with the vendors'")]
    assert found_of(found, "webhook") == [("ok", "PHOOK01 is on and tells of resolves")]


def _complete(world: World) -> None:
    """Nothing is missing."""
    url = "https://debrief.example.com"
    world.pagerduty.subscriptions.adds("PHOOK01", f"{url}/pagerduty")
    world._anchors = {"CHK": world._anchors["CHK"]}
    owner = next(id_ for id_, user in world.jira._directory.users.items() if user["displayName"] == "Bea Lindqvist")
    route = {"match": {"services": ["Checkout API"]}, "project": "CHK", "default_owner": owner}
    world.write_settings(publish={"public_base_url": url}, routing=[route], default_route=route | {"match": None})
    world.write_secrets(JIRA_WEBHOOK_SECRET="jira-hook-0001", CONFLUENCE_EMAIL=world.confluence.email)


@pytest.mark.parametrize("vendor", ["pagerduty", "slack", "jira", "confluence"])
def test_a_vendor_that_is_down_is_one_line_and_the_others_are_asked(tmp_path: Path, vendor: str):
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        _complete(world)
        getattr(world, vendor).fails_next("", Reply(503), 99)
        slept = list[float]()
        found = checked_on(world.machine, is_live=True, console=Console(file=StringIO()), sleep=slept.append).findings
        asked = len(getattr(world, vendor).requests)
    (line,) = [one for one in found if one.state != "ok"]
    assert line.state == "failure"
    assert line.about == line.subject
    assert line.about.lower() == vendor
    assert line.said.endswith("The rest was not asked.")
    assert asked == MOST_ATTEMPTS, "it was asked again, and not asked on"


def test_a_vendor_that_asks_to_slow_down_is_a_warning_and_not_asked_on(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.slack.fails_next("users.info", Reply(429, {"retry-after": "30"}), 99)
        found = [one for one in checks(world) if one["about"] == one["subject"] == "Slack"]
        asked = world.slack.count("users.info")
    (line,) = found
    assert line["state"] == "warning"
    assert line["said"].endswith("Slack asks to slow down. The rest was not asked.")
    assert line["remedy"] == "Ask again in 30 seconds."
    assert asked == 1


@pytest.mark.parametrize("vendor", ["pagerduty", "slack", "jira", "confluence"])
def test_a_wrong_token_is_one_line_that_names_the_secret_and_not_the_token(
    terminal: Terminal, tmp_path: Path, vendor: str
):
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        _complete(world)
        name = f"{vendor.upper()}_TOKEN"
        more = {"JIRA_WEBHOOK_SECRET": "jira-hook-0001", name: "wrong-token-of-mine-0001"}
        world.write_secrets(**more)
        came = terminal.runs_with(world, "check", "--live", "--json")
        shown = terminal.runs_with(world, "check", "--live")
    (line,) = [one for one in came.json["findings"] if one["state"] != "ok"]
    assert (line["about"].lower(), line["subject"], line["state"]) == (vendor, "token", "failure")
    assert name in line["remedy"]
    assert came.code == shown.code == 1
    assert "wrong-token" not in came.out + came.err + shown.out + shown.err
    assert shown.out.splitlines()[-1].startswith("1 failure, ")


def test_nothing_that_is_secret_or_was_said_is_shown(terminal: Terminal, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        came = terminal.runs_with(world, "check", "--live")
        secrets = [line.partition("=")[2] for line in world.machine.secrets_file.read_text().splitlines()]
        messages = [
            message["text"]
            for channel in world.slack.workspace.channels.values()
            for message in channel.messages.values()
            if len(message.get("text", "")) > 12
        ]
    assert len(secrets) > 5
    assert len(messages) > 5
    assert [one for one in (*secrets, *messages) if one in came.out + came.err] == []


def test_a_token_that_may_only_read_is_named_and_nothing_was_written(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.pagerduty.may_write = False
        ((state, said),) = found_of(checks(world), "token")[:1]
        world.write_settings(pagerduty={"base_url": _url(world), "write_note": False})
        silent = found_of(checks(world), "token")[0]
        written = world.pagerduty.written_notes
    assert state == "warning"
    assert said.startswith("it is an account's and may only read: no note is written")
    assert said.endswith("Make a token that may write, or set pagerduty.write_note to false.")
    assert silent == ("ok", "is an account's")
    assert written == []


def test_who_writes_notes_must_be_a_user_of_the_account(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        base = {"base_url": _url(world)}
        world.write_settings(pagerduty=base | {"sender": "nobody@acme.example"})
        ((state, said),) = found_of(checks(world), "sender")
        world.write_settings(pagerduty=base | {"sender": None})
        nobody = found_of(checks(world), "token")[0]
    assert state == "failure"
    assert said.startswith("no user of the account has the e-mail nobody@acme.example, so that no note is written.")
    assert nobody[0] == "failure"
    assert nobody[1].endswith("Set pagerduty.sender to the e-mail of a user of the account.")


def test_a_user_s_token_is_told_from_an_account_s(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.write_secrets(PAGERDUTY_TOKEN=world.pagerduty.user_token, PAGERDUTY_USER_TOKEN=world.pagerduty.user_token)
        full = checks(world)
        world.pagerduty.role = "observer"
        small = checks(world)
        world.write_secrets(PAGERDUTY_USER_TOKEN=world.pagerduty.token)
        account = found_of(checks(world), "user token")
    assert found_of(full, "token")[0] == ("ok", "is that of a user of the role admin, and may write")
    assert found_of(full, "user token") == [("ok", "is that of an admin")]
    assert found_of(small, "token")[0][1].startswith("it is that of a user of the role observer, who sees only some")
    assert found_of(small, "user token")[0][0] == "warning"
    assert account[0][0] == "failure"
    assert account[0][1].startswith("PAGERDUTY_USER_TOKEN is no user's token (status 400")


def test_what_the_plan_lacks_matters_where_the_settings_ask_for_it(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.pagerduty.abilities = ("service_support_hours",)
        world.write_settings(drafts={"urgencies": ["high"], "teams": ["Payments"]})
        asked = found_of(checks(world), "plan")
        world.write_settings(drafts={"urgencies": [], "teams": []}, routing=[])
        unasked = found_of(checks(world), "plan")
    assert [state for state, _ in asked] == ["warning", "warning", "ok"]
    assert "it has no teams" in asked[0][1]
    assert "it has no urgencies" in asked[1][1]
    assert unasked == [("ok", "1 abilities; it names no AIOps: past and related incidents may stay unread")]


def test_names_that_nothing_has_are_told(checks: Checks, tmp_path: Path):
    """They would match no incident, silently."""
    with world_of(tmp_path, "checkout-latency") as world:
        match = {"services": ["Checkout API", "Chekout"], "teams": ["Paymints"], "priorities": ["P1", "Sev9"]}
        world.write_settings(routing=[{"match": match, "project": "CHK"}])
        found = checks(world)
    correct = "Correct it among the"
    assert found_of(found, "services") == [
        ("warning", f'none is called "Chekout": nothing matches it. {correct} services you name.')
    ]
    assert found_of(found, "teams") == [
        ("warning", f'none is called "Paymints": nothing matches it. {correct} teams you name.')
    ]
    assert "and no Sev9" in found_of(found, "priorities")[0][1]


def test_the_webhook_subscription_is_looked_at(checks: Checks, tmp_path: Path):
    url = "https://debrief.example.com"
    with world_of(tmp_path, "checkout-latency", settings={"publish": {"public_base_url": url}}) as world:
        absent = found_of(checks(world), "webhook")
        hooks = world.pagerduty.subscriptions
        hooks.adds("PHOOK01", f"{url}/pagerduty")
        right = found_of(checks(world), "webhook")
        hooks.disables("PHOOK01")
        disabled = found_of(checks(world), "webhook")
        hooks.adds("PHOOK01", f"{url}/pagerduty", events=["incident.triggered"])
        deaf = found_of(checks(world), "webhook")
        hooks.switches_off("PHOOK01")
        off = found_of(checks(world), "webhook")
        world.write_secrets(PAGERDUTY_WEBHOOK_SUBSCRIPTION="PHOOK99")
        renamed = found_of(checks(world), "webhook")
        hooks.adds("PHOOK02", f"{url}/pagerduty", description=UNFINISHED)
        world.write_secrets(PAGERDUTY_WEBHOOK_SUBSCRIPTION="PHOOK02")
        unfinished = found_of(checks(world), "webhook")
        world.write_secrets(PAGERDUTY_WEBHOOK_SUBSCRIPTION="PHOOK02", PAGERDUTY_WEBHOOK_SUBSCRIPTION_PREVIOUS="PHOOK01")
        rotating = found_of(checks(world), "webhook")
    to, why = f"no subscription delivers to {url}/pagerduty", "To know why: debrief webhook doctor."
    assert absent == [("failure", f"{to}: nobody tells us of resolved incidents. Run: debrief webhook create.")]
    assert right == [("ok", "PHOOK01 is on and tells of resolves")]
    refused = "PagerDuty has disabled PHOOK01, as it does after three refused deliveries."
    assert disabled == [("failure", f"{refused} Run: debrief webhook enable. {why}")]
    assert deaf[0][1].startswith("PHOOK01 does not send incident.resolved.")
    assert off[0][1].startswith("PHOOK01 is switched off in PagerDuty.")
    again = "Run: debrief webhook create. It goes on from there."
    assert unfinished == [("failure", f"PHOOK02 was never finished. {again}")]
    assert rotating == off, "the one that is to ring until the other one does"
    assert renamed == off, "an id that is gone: the address tells"


def test_what_a_token_may_not_read_is_a_warning_that_names_the_scope(checks: Checks, tmp_path: Path):
    """A token of an OAuth app has the scopes that somebody chose."""
    with world_of(
        tmp_path, "checkout-latency", settings={"publish": {"public_base_url": "https://a.example"}}
    ) as world:
        for path in ("abilities", "users/me", "webhook_subscriptions"):
            world.pagerduty.fails_next(f"GET /{path}", Reply(403), 9)
        found = checks(world)
    scope = "Give the PagerDuty token the scope {}, or its user that permission."
    assert found_of(found, "plan") == [
        ("warning", f"reading the PagerDuty account's abilities: status 403. {scope.format('abilities.read')}")
    ]
    assert found_of(found, "token")[0] == ("ok", "is an app's, which may not ask whose, and may write")
    hooks = f"the subscriptions may not be read (status 403). {scope.format('webhook_subscriptions.read')}"
    assert found_of(found, "webhook") == [("warning", hooks)]


def test_a_vendor_whose_answers_are_no_json_is_one_line(tmp_path: Path):
    """As where a proxy answers for it."""
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        _complete(world)
        vendors = (world.pagerduty, world.slack, world.jira, world.confluence)
        for vendor in vendors:
            vendor.fails_next("", Reply(200, {"content-type": "text/html"}, b"<h1>Sign in, dear ACME</h1>"), 99)
        checked = checked_on(world.machine, is_live=True, console=Console(file=StringIO()), sleep=lambda _: None)
    wrong = [one for one in checked.findings if one.state != "ok"]
    assert [one.about for one in wrong] == ["PagerDuty", "Slack", "Jira", "Confluence"]
    assert {one.state for one in wrong} == {"failure"}
    assert not any("ACME" in one.said + one.remedy for one in wrong)


def test_scopes_that_are_missing_are_named_with_what_for(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        every = world.slack.scopes
        world.slack.scopes = every - {"pins:read", "groups:read"}
        less = found_of(checks(world), "scopes")
        world.slack.scopes = every - {"channels:history", "channels:read"}
        deaf = checks(world)
        world.write_settings(slack={"base_url": _slack_url(world), "private_channels": {"G0SECRET01": "leads"}})
        world.slack.scopes = every - {"groups:read"}
        private = found_of(checks(world), "scopes")
    assert less == [("warning", f"the app lacks pins:read (what people pinned). {_INSTALL}")]
    wanted = "channels:history (read public channels it is in), channels:read (find a channel)"
    assert found_of(deaf, "scopes") == [("failure", f"the app lacks {wanted}. {_INSTALL}")]
    assert private[0][1].startswith("the app lacks groups:read (find those private channels).")
    assert found_of(deaf, "channels inc-{number}") == [], "what the scopes forbid is not asked"


def test_what_is_to_be_said_of_everybody_is_said_once(checks: Checks, tmp_path: Path):
    """A scope that is missing hinders the look at each of them."""
    with world_of(tmp_path, "checkout-latency") as world:
        world.slack.scopes = world.slack.scopes - {"users:read"}
        found = [one for one in checks(world) if one["about"] == "Slack" and one["state"] == "failure"]
    assert [one["subject"] for one in found] == ["scopes", "6 people"]
    assert found[1]["said"].startswith("the Slack app lacks the scope users:read. That is so of Ada Okafor, Bea")
    assert found[1]["said"].endswith(" and June Castellano.")


def test_channels_are_found_by_their_pattern(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        channel = next(iter(world.slack.workspace.channels.values())).info
        joined = found_of(checks(world), "channels inc-{number}")
        channel["is_member"] = False
        free = found_of(checks(world), "channels inc-{number}")
        channel["is_archived"] = True
        shut = found_of(checks(world), "channels inc-{number}")
        world.write_settings(slack={"base_url": _slack_url(world), "channel_name_templates": ["war-{number}"]})
        none = found_of(checks(world), "channels war-{number}")
    name = channel["name"]
    assert joined == [("ok", f"1 is called so; the newest, #{name}, is read")]
    assert free == [("ok", f"1 is called so; the newest, #{name}, can be joined")]
    assert shut[0][0] == "warning"
    assert "is archived and was never joined" in shut[0][1]
    assert none[0][0] == "warning"
    assert none[0][1].endswith("is called so. Correct slack.channel_name_templates if incidents had one.")


def test_a_channel_that_is_bound_by_its_name_is_looked_for(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        name = next(iter(world.slack.workspace.channels.values())).info["name"]
        bindings = {"Checkout API": f"#{name}", "Web": "#nowhere"}
        world.write_settings(slack={"base_url": _slack_url(world), "bindings": bindings})
        found = checks(world)
    assert found_of(found, f"channel #{name}") == [("ok", "as configured")]
    correct = "Correct slack.bindings; name a private channel by its id."
    assert found_of(found, "channel #nowhere") == [("warning", f"no public channel is called so. {correct}")]


def test_a_private_channel_that_is_to_be_read_must_be_open_to_the_app(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        private = {"private_channels": {"G0SECRET01": "leads"}, "base_url": _slack_url(world)}
        world.write_settings(slack=private)
        found = found_of(checks(world), "channel G0SECRET01")
    invite = "Correct slack.private_channels, or invite the app: /invite @debrief."
    assert found == [("failure", f"Slack shows no such channel. {invite}")]


def test_a_space_in_which_no_page_can_be_made_is_named(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", confluence=True) as world:
        fake = world.confluence
        page = fake.writes("Postmortems")
        where = {"base_url": _confluence_url(world), "site": fake.site, "space": fake.space, "email": fake.email}
        world.write_settings(confluence=where | {"parent_page": page.id})
        right = checks(world)
        fake.may_add_pages = False
        fake.archives(page)
        shut = checks(world)
        world.write_settings(confluence=where | {"space": "NOPE", "parent_page": None})
        none = found_of(checks(world), "space NOPE")
        world.write_settings(confluence=where | {"parent_page": "99999"})
        orphan = found_of(checks(world), "parent page 99999")
        asked = {request.method for request in fake.requests}
    assert found_of(right, "space OPS") == [("ok", "pages can be made")]
    assert found_of(right, f"parent page {page.id}") == [("ok", "is there")]
    may_not = "the account of CONFLUENCE_EMAIL may make no page there. Give it the permission Add pages in OPS."
    assert found_of(shut, "space OPS") == [("failure", may_not)]
    assert found_of(shut, f"parent page {page.id}")[0][0] == "warning"
    assert none[0][1].startswith("Confluence shows no space NOPE. Correct confluence.space, or give")
    assert orphan[0][0] == "failure"
    assert asked == {"GET"}


@pytest.mark.parametrize(("late", "words"), [(400, "400 seconds behind"), (-400, "400 seconds ahead of")])
def test_a_clock_that_is_wrong_is_told(checks: Checks, tmp_path: Path, late: int, words: str):
    with world_of(tmp_path, "checkout-latency") as world:
        at = format_datetime(utc_now() + timedelta(seconds=late), usegmt=True)
        answer = {"ok": True, "url": "https://acme.slack.com/", "team": "acme", "user": "debrief"}
        world.write_settings(people=[], slack={"base_url": _slack_url(world), "channel_name_templates": []})
        world.write_secrets(PAGERDUTY_TOKEN="")
        world.slack.fails_next("auth.test", json_reply(answer, headers={"date": at}))
        ((state, said),) = found_of(checks(world), "clock")
    assert state == "warning"
    seconds = int(said.split()[1])
    assert abs(seconds - 400) <= 60, "a slow machine"
    assert words.partition(" ")[2] in said
    assert said.endswith("signed requests are refused where it is five minutes wrong.")


def _url(world: World) -> str:
    return world._served(world.pagerduty)


def _slack_url(world: World) -> str:
    return f"{world._served(world.slack)}/api/"


def _confluence_url(world: World) -> str:
    return world._served(world.confluence)

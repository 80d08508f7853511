"""`debrief draft --pagerduty-export --slack-export`: from saved files, without an account."""

import json
import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.contract.cli import ROOT, Terminal
from tests.incidents import by_name
from tests.world import World

SHARED = Path(os.environ.get("DEBRIEF_SHARED", ROOT.parent / "shared"))


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    here = tmp_path / "here"
    here.mkdir()
    return Terminal(here, monkeypatch, capsys)


def save_slack(folder: Path, name: str = "checkout_latency") -> Path:
    """The script's channel as a workspace export."""
    slack: dict[str, Any] = by_name(name).slack or {}
    root = folder / "export"
    for channel in slack["channels"]:
        days: dict[str, list[Any]] = {}
        replies = [reply for thread in channel.get("threads", {}).values() for reply in thread]
        for message in (*channel["messages"], *replies):
            day = datetime.fromtimestamp(float(message["ts"]), UTC).date().isoformat()
            days.setdefault(day, []).append(message)
        (root / channel["name"]).mkdir(parents=True)
        for day, messages in days.items():
            (root / channel["name"] / f"{day}.json").write_text(json.dumps(messages))
    (root / "channels.json").write_text(json.dumps([{"id": c["id"], "name": c["name"]} for c in slack["channels"]]))
    (root / "users.json").write_text(json.dumps(slack["users"]))
    return root


def save_pagerduty(folder: Path, name: str = "checkout_latency") -> Path:
    file = folder / "incident.json"
    file.write_text(json.dumps(by_name(name).pagerduty))
    return file


def test_both_exports_together_make_one_draft(terminal: Terminal, tmp_path: Path):
    came = terminal.runs(
        "draft", "--pagerduty-export", str(save_pagerduty(tmp_path)), "--slack-export", str(save_slack(tmp_path)),
        "--json",
    )  # fmt: skip
    assert came.code == 0, came.err
    assert came.json["counts"]["pagerduty"]["log_entries"] == 16
    assert came.json["counts"]["slack"]["messages"] > 30
    assert Path(came.json["draft"]).is_relative_to(terminal.folder / "debrief-data")


def test_a_saved_incident_alone_is_enough(terminal: Terminal, tmp_path: Path):
    came = terminal.runs("draft", "--pagerduty-export", str(save_pagerduty(tmp_path)))
    assert came.code == 0, came.err
    assert "Draft postmortem ready: Checkout p99 latency" in came.out


def test_a_slack_export_alone_is_enough_and_a_zip_is_one(terminal: Terminal, tmp_path: Path):
    packed = shutil.make_archive(str(tmp_path / "export"), "zip", save_slack(tmp_path))
    came = terminal.runs("draft", "--slack-export", packed, "--json")
    assert came.code == 0, came.err
    assert came.json["incident"]["title"] == "Incident in #inc-4211 on 2026-11-17 (UTC)"
    assert came.json["incident"]["id"].startswith("slack-")


def test_a_chat_alone_has_no_record_that_it_was_resolved(terminal: Terminal, tmp_path: Path):
    chat = terminal.runs("draft", "--slack-export", str(save_slack(tmp_path)), "--json").json["incident"]
    record = terminal.runs("draft", "--pagerduty-export", str(save_pagerduty(tmp_path)), "--json").json["incident"]
    assert (chat["status"], chat["resolved_at"], record["status"]) == (None, None, "resolved")


def test_messages_of_an_export_can_be_opened_where_the_settings_name_the_workspace(terminal: Terminal, tmp_path: Path):
    (terminal.folder / "debrief.yml").write_text("slack: {workspace_url: https://acme.slack.com}\n")
    came = terminal.runs("draft", "--slack-export", str(save_slack(tmp_path)), "-o", "-")
    assert came.code == 0, came.err
    assert "](https://acme.slack.com/archives/C" in came.out


def test_offline_nothing_is_written_to_any_vendor(world: World, terminal: Terminal, tmp_path: Path):
    files = ("--pagerduty-export", str(save_pagerduty(tmp_path)), "--slack-export", str(save_slack(tmp_path)))
    came = terminal.runs_with(world, "draft", *files)
    assert came.code == 0, came.err
    assert (world.pagerduty.requests, world.slack.requests, world.jira.requests) == ([], [], [])


def test_an_incident_of_the_account_may_have_its_chat_from_an_export(world: World, terminal: Terminal, tmp_path: Path):
    export = str(save_slack(tmp_path))
    came = terminal.runs_with(world, "draft", world.incident_id(), "--slack-export", export, "--json")
    assert came.code == 0, came.err
    assert came.json["counts"]["pagerduty"]["log_entries"] == 16
    assert {request.method for request in world.pagerduty.requests} == {"GET"}
    assert world.slack.requests == []


def test_an_offline_dry_run_leaves_nothing(terminal: Terminal, tmp_path: Path):
    came = terminal.runs("draft", "--slack-export", str(save_slack(tmp_path)), "--dry-run")
    assert came.code == 0, came.err
    assert list(terminal.folder.iterdir()) == []


def test_a_diff_of_an_unchanged_draft_keeps_where_it_stands_and_what_it_is_like(terminal: Terminal, tmp_path: Path):
    file = save_pagerduty(tmp_path)
    earlier = tmp_path / "earlier.json"
    incident_id = json.loads(file.read_text())["incident"]["id"]
    earlier.write_text(file.read_text().replace(incident_id, "QEARLIER").replace("2026-11-", "2026-10-"))
    command = ("draft", "--pagerduty-export", str(file))
    terminal.runs("draft", "--pagerduty-export", str(earlier))
    draft = Path(terminal.runs(*command, "--json").json["draft"])
    assert "\n## Similar past incidents\n" in draft.read_text()
    terminal.runs("review", incident_id, "in_review", "--by", "Ada Byron")
    before = draft.read_text()

    came = terminal.runs(*command, "--diff")
    changed = [line for line in came.out.splitlines() if re.match(r"[-+](?!--|\+\+)", line)]
    assert came.code == 0, came.err
    assert all("Status: **in review**" in line for line in changed), "but for when it was composed"
    assert draft.read_text() == before
    assert "Status: **in review** (by Ada Byron, " in terminal.runs(*command, "--dry-run", "-o", "-").out


def test_since_and_until_bound_the_chat(terminal: Terminal, tmp_path: Path):
    export = str(save_slack(tmp_path))
    whole = terminal.runs("draft", "--slack-export", export, "--json").json
    part = terminal.runs("draft", "--slack-export", export, "--json", "--until", "2026-11-17T14:20Z").json
    assert 0 < part["counts"]["slack"]["messages"] < whole["counts"]["slack"]["messages"]


def test_an_export_that_is_none_is_one_sentence(terminal: Terminal, tmp_path: Path):
    came = terminal.runs("draft", "--slack-export", str(tmp_path), "--json")
    assert came.code == came.json["exit_code"] == 2
    assert came.err == (
        f"debrief: Reading the Slack export {tmp_path.name}: it holds no channels.json. Give the folder or zip that "
        "Slack made: it holds channels.json, users.json and a folder for each channel.\n"
    )
    assert list(terminal.folder.iterdir()) == []


def test_a_file_that_is_no_incident_is_one_sentence(terminal: Terminal, tmp_path: Path):
    (tmp_path / "odd.json").write_text("[1, 2]")
    came = terminal.runs("draft", "--pagerduty-export", str(tmp_path / "odd.json"))
    assert came.code == 2
    assert "there is no PagerDuty incident in it" in came.err


def test_an_empty_channel_has_nothing_to_write_about(terminal: Terminal, tmp_path: Path):
    came = terminal.runs("draft", "--slack-export", str(save_slack(tmp_path)), "--since", "2027-01-01")
    assert came.code == 4
    assert "There is no message to write about." in came.err
    assert "--channel" in came.err


def test_an_empty_channel_beside_an_incident_is_a_gap(terminal: Terminal, tmp_path: Path):
    files = ("--pagerduty-export", str(save_pagerduty(tmp_path)), "--slack-export", str(save_slack(tmp_path)))
    came = terminal.runs("draft", *files, "--channel", "general")
    assert came.code == 1
    assert "! Not read: the channel #general. The Slack export does not hold it." in came.out


def test_an_incident_that_was_open_when_it_was_saved_says_so(terminal: Terminal, tmp_path: Path):
    file = save_pagerduty(tmp_path)
    saved = json.loads(file.read_text())
    saved["incident"]["status"] = "acknowledged"
    file.write_text(json.dumps(saved))
    came = terminal.runs("draft", "--pagerduty-export", str(file), "--json")
    assert came.code == 1
    assert "is acknowledged in what was read, not resolved" in came.json["said"][0]


def test_names_from_outside_cannot_move_the_cursor(terminal: Terminal, tmp_path: Path):
    file = save_pagerduty(tmp_path)
    saved = json.loads(file.read_text())
    saved["incident"]["title"] = "\x1b[2J\u202e[red]gone[/red]\x07"
    file.write_text(json.dumps(saved))
    came = terminal.runs("draft", "--pagerduty-export", str(file))
    assert "[2J [red]gone[/red]" in came.out
    assert not set("\x1b\u202e\x07") & set(came.out + came.err)


@pytest.mark.parametrize("number", ["4", "5", "6"])
def test_real_saved_incidents_go_through(terminal: Terminal, number: str):
    file = SHARED / "data/pagerduty-payloads/devlake/raw_pagerduty_incidents.json"
    if not file.exists():
        pytest.skip(f"{file} is not there")
    came = terminal.runs("draft", number, "--pagerduty-export", str(file), "--json")
    assert came.code in (0, 1), came.err
    assert came.json["incident"]["number"] == int(number)


def test_a_file_of_several_incidents_asks_which_one(terminal: Terminal):
    file = SHARED / "data/pagerduty-payloads/devlake/raw_pagerduty_incidents.json"
    if not file.exists():
        pytest.skip(f"{file} is not there")
    came = terminal.runs("draft", "--pagerduty-export", str(file))
    assert came.code == 2
    assert "it holds 3 incidents. Say which one: Q1OHFWFP3GPXOG" in came.err


@pytest.mark.parametrize(
    ("export", "messages"),
    [("k8s-prow-slack-incidents/slack_export/2019-03-26", 70), ("slack-payloads/slack-export-viewer-testarchive", 158)],
)
def test_real_exports_go_through(terminal: Terminal, export: str, messages: int):
    folder = SHARED / "data" / export
    if not folder.exists():
        pytest.skip(f"{folder} is not there")
    came = terminal.runs("draft", "--slack-export", str(folder), "--json")
    assert came.code == 0, came.err
    assert came.json["counts"]["slack"]["messages"] == messages

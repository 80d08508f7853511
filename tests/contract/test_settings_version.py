"""Every record names the settings it was made with."""

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.audited import audited
from connectors.effects import Ledger
from connectors.store.audit import Audit, What
from handlers.cli.settings_command import settings_of
from postmortem.settings import Settings, read_settings, version_of
from tests.contract.cli import Terminal
from tests.world import World


def test_what_says_the_same_has_the_same_version():
    plain, written_out = (
        read_settings("timezone: Europe/Berlin"),
        read_settings("# ours\ninstall_id: local\ntimezone: 'Europe/Berlin'\n"),
    )
    assert version_of(plain, {}) == version_of(written_out, {})
    assert version_of(plain, {}) != version_of(Settings(), {})
    assert version_of(plain, {"a.md": "x"}) != version_of(plain, {"a.md": "y"})
    assert len(version_of(plain, {})) == 12


def test_a_draft_and_everything_that_was_written_for_it_name_their_settings(world: World):
    world.resolves()
    world.passes(timedelta(hours=1))
    version = version_of(settings_of(world.machine), {})

    assert world.postmortem().settings_version == version
    written = audited(world.store, world.incident_id())
    assert {one.settings for one in written} == {version}
    assert {"made", "sent"} <= {one.state for one in written}


def test_what_an_older_release_wrote_names_none_and_is_read(world: World):
    world.resolves()
    world.passes(timedelta(hours=1))
    owner = f"INC#{world.incident_id()}"
    for record in [*world.store.list(owner, "EFFECT#"), *world.store.list(owner, "AUDIT#")]:
        value = record.value
        value.pop("settings", None)
        if value.get("origin"):
            value["origin"].pop("settings")
        world.store.write(owner, record.sort, value)

    assert {one.settings for one in audited(world.store, world.incident_id())} == {None}
    assert all(effect.origin for _, effect in Ledger(world.store, world.incident_id()).lines() if effect.made)


def test_status_tells_the_settings_of_a_draft(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    world.resolves()
    world.passes(timedelta(hours=1))
    terminal = Terminal(tmp_path, monkeypatch, capsys)
    monkeypatch.setenv("DEBRIEF_HOME", str(world.machine.home))
    monkeypatch.setenv("DEBRIEF_SETTINGS", str(world.machine.settings_file))
    version = world.postmortem().settings_version

    assert f"Made with the settings {version}\n" in terminal.runs("status", world.incident_id()).out
    assert terminal.runs("status", world.incident_id(), "--json").json["settings_version"] == version
    assert terminal.runs("settings").out.endswith(f"Drafts made with these settings name their version, {version}.\n")
    assert terminal.runs("settings", "--json").json["version"] == version


def test_the_same_writing_with_other_settings_is_recorded_once(world: World):
    now = world.clock.now()
    Audit(world.store, "Q1", "pm-1", "aaaa").will_send(What.LINK, "CHK-1", ["x"], now)
    Audit(world.store, "Q1", "pm-1", "bbbb").will_send(What.LINK, "CHK-1", ["x"], now)
    assert [one.settings for one in Audit(world.store, "Q1", "").all()] == ["aaaa"]

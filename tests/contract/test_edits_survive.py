"""Edits survive: in a folder and in a bucket, whoever writes at the same time, and wherever the process is killed."""

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.store.port import Conflict, Store
from connectors.store.publishing import Publisher
from connectors.store.shelf import Shelf
from postmortem.incident import Incident
from postmortem.moment import moment_from_iso
from tests.contract.cli import Terminal
from tests.simulation.edits import Run
from tests.simulation.weather import Killed, Weather
from tests.world import World, world_of

pytest_plugins = ["tests.contract.store_fixtures"]

FIRST = "<!-- debrief:begin summary -->\n## Summary\n\n- It broke\n- Ada mended it\n<!-- debrief:end summary -->\n"
SECOND = FIRST.replace("- It broke\n", "- It broke\n- Nobody was paged\n")
THIRD = SECOND.replace("It broke", "It broke twice")
INCIDENT = Incident(
    id="PEDITS", title="It broke", status="resolved", created_at=moment_from_iso("2026-03-01T12:00:00Z"), service=None
)
NAME = "drafts/2026-03-01-it-broke-PEDITS.md"


@pytest.fixture
def shelf(store: Store) -> Shelf:
    return Shelf(store, INCIDENT.id)


def read(store: Store, name: str = NAME) -> str:
    """The document without the comment that names its edition."""
    file = store.load(name)
    assert file is not None
    lines = file.content.decode().splitlines(keepends=True)
    assert lines[-1].startswith("<!-- debrief:edition ")
    return "".join(lines[:-1])


def edit(store: Store, old: str, new: str, name: str = NAME) -> None:
    file = store.load(name)
    assert file is not None
    assert old.encode() in file.content
    store.save(name, file.content.replace(old.encode(), new.encode()), expected=file.version)


def test_what_people_write_change_and_delete_survives_in_every_store(store: Store, shelf: Shelf):
    shelf.publish(INCIDENT, FIRST.encode())
    edit(store, "- It broke\n", "- It broke, and I know why\n- My own line\n")
    edit(store, "- Ada mended it\n", "")
    shelf.publish(INCIDENT, SECOND.encode())
    shelf.publish(INCIDENT, THIRD.encode())

    assert "- It broke, and I know why\n" in read(store)
    assert "- My own line\n" in read(store)
    assert "Ada" not in read(store)
    assert "- Nobody was paged\n" in read(store)
    assert read(store).count("**Debrief suggests:** It broke twice\n") == 1
    assert shelf.state()["edits"] == {"suggested": 1, "left_out": 1}


def test_publishing_twice_changes_nothing(store: Store, shelf: Shelf):
    shelf.publish(INCIDENT, FIRST.encode())
    edit(store, "It broke", "It broke, and I know why")
    shelf.publish(INCIDENT, THIRD.encode())
    before = store.load(NAME)
    shelf.publish(INCIDENT, THIRD.encode())
    assert store.load(NAME) == before


def test_a_document_that_a_person_deleted_is_written_anew(store: Store, shelf: Shelf, tmp_path: Path):
    shelf.publish(INCIDENT, FIRST.encode())
    edit(store, "- Ada mended it\n", "")
    if store.location(NAME).startswith("s3://"):
        pytest.skip("nothing of ours deletes from a bucket")
    Path(store.location(NAME)).unlink()
    shelf.publish(INCIDENT, SECOND.encode())
    assert read(store) == SECOND


def test_bytes_that_are_no_text_are_kept(store: Store, shelf: Shelf):
    shelf.publish(INCIDENT, FIRST.encode())
    file = store.load(NAME)
    assert file is not None
    store.save(NAME, file.content.replace(b"- It broke\n", b"- It broke\n- Fran\xe7ais \xff\n"))
    shelf.publish(INCIDENT, THIRD.encode())
    kept = store.load(NAME)
    assert kept is not None
    assert b"- It broke twice\n- Nobody was paged\n- Fran\xe7ais \xff\n" in kept.content


def test_a_person_who_saves_while_we_publish_is_read_again(weather: Weather):
    publish(weather, FIRST)
    weather.meanwhile = lambda: written(weather, "- It broke\n", "- It broke, I say\n")
    publish(weather, SECOND)
    assert "- It broke, I say\n" in weather.files[NAME].decode()
    assert "- Nobody was paged\n" in weather.files[NAME].decode()


def test_a_twin_that_publishes_meanwhile_leads_to_the_same_document(weather: Weather):
    publish(weather, FIRST)
    weather.meanwhile = lambda: publish(weather, SECOND)
    publish(weather, SECOND)
    alone = Weather()
    publish(alone, FIRST)
    publish(alone, SECOND)
    assert weather.files[NAME] == alone.files[NAME]


def test_others_who_write_without_end_are_a_conflict_and_nothing_is_lost(weather: Weather):
    publish(weather, FIRST)

    def again() -> None:
        weather.files[NAME] += b"- me again\n"
        weather.meanwhile = again

    weather.meanwhile = again
    with pytest.raises(Conflict, match="20 times"):
        publish(weather, SECOND)
    assert weather.files[NAME].count(b"- me again\n") == 20


@pytest.mark.parametrize("edited", [False, True])
@pytest.mark.parametrize("has_marker", [True, False])
@pytest.mark.parametrize("writes_left", [0, 0.5, 1, 1.5, 2, 2.5])
def test_a_kill_around_any_write_leaves_no_doubt(weather: Weather, writes_left: float, has_marker: bool, edited: bool):
    publish(weather, FIRST)
    written(weather, "- Ada mended it\n", "- My own line\n")
    weather.writes_left = writes_left
    with pytest.raises(Killed):
        publish(weather, THIRD)
    weather.writes_left = None
    if not has_marker:
        lines = weather.files[NAME].splitlines(keepends=True)
        weather.files[NAME] = b"".join(line for line in lines if b"debrief:edition" not in line)
    if edited:
        written(weather, "- My own line\n", "- My own line, again\n")
    publish(weather, THIRD)

    mine = "- My own line, again\n" if edited else "- My own line\n"
    expected = THIRD.replace("- Ada mended it\n", mine)
    assert weather.files[NAME].decode().partition("<!-- debrief:edition")[0] == expected


@pytest.mark.parametrize("seed", range(1, 61))
def test_random_edits_regenerations_kills_and_races_lose_nothing(seed: int):
    """The same as `python -m tests.simulation.edits`, a few of its ten thousand."""
    Run(seed).lives()


def test_a_draft_shows_what_publishing_would_change_and_writes_nothing(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path / "world", "checkout-latency") as world:
        path = Path(terminal.runs_with(world, "draft", world.incident_id(), "--yes", "--json").json["draft"])
        path.write_text(path.read_text().replace("## Impact\n", "## What it cost\n"))
        before = {file: file.read_bytes() for file in terminal.folder.rglob("*") if file.is_file()}
        says(world, "ACTION: @bea write the status page text by Friday")
        world.passes(timedelta(hours=1))
        came = terminal.runs_with(world, "draft", world.incident_id(), "--diff")

        assert came.code == 0
        assert came.out.startswith("--- drafts/")
        added = [line for line in came.out.splitlines() if line.startswith("+")]
        assert any("rite the status page text" in line for line in added)
        assert "What it cost" not in "".join(added)
        assert "\x1b" not in came.out
        files = {file: file.read_bytes() for file in terminal.folder.rglob("*") if file.is_file()}
        assert {
            name for name, content in files.items() if before.get(name) != content and name.suffix == ".md"
        } == set()


def test_a_diff_of_what_is_not_there_yet_is_the_whole_draft(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path / "world", "checkout-latency") as world:
        came = terminal.runs_with(world, "draft", world.incident_id(), "--diff")
        assert came.out.startswith("--- /dev/null\n")
        assert not (terminal.folder / "debrief-data").exists()


def test_a_diff_is_a_diff_alone(terminal: Terminal):
    came = terminal.runs("draft", "Q1", "--diff", "--json")
    assert came.code == 2
    assert "leave out --json and --output" in came.err + came.out


@pytest.fixture
def weather() -> Weather:
    return Weather()


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    folder = tmp_path / "here"
    folder.mkdir()
    (tmp_path / "world").mkdir()
    return Terminal(folder, monkeypatch, capsys)


def publish(weather: Weather, content: str) -> None:
    publisher: Publisher = weather.publisher()
    publisher.publish(NAME, content.encode())


def written(weather: Weather, old: str, new: str) -> None:
    assert old.encode() in weather.files[NAME]
    weather.files[NAME] = weather.files[NAME].replace(old.encode(), new.encode())


def says(world: World, text: str) -> None:
    world.slack.channel("inc-4211").says(world.scripts[0].slack["users"][0]["id"], text)

"""Edits survive: in a folder and in a bucket, whoever writes at the same time, and wherever the process is killed."""

import hashlib
import re
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.store.port import Conflict, Store
from connectors.store.publishing import MOST_KEPT
from connectors.store.shelf import Shelf
from postmortem.incident import Incident
from postmortem.moment import moment_from_iso
from tests.contract.cli import Terminal
from tests.simulation.edits.__main__ import Run, lived
from tests.simulation.edits.page import PageWeather
from tests.simulation.edits.planted import PLANTED
from tests.simulation.edits.weather import Killed, Weather
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


@pytest.mark.parametrize("seed", [*range(1, 61), 3696, 6829, 9388, 22452])
def test_random_edits_regenerations_kills_and_races_lose_nothing(seed: int):
    """The same as `python -m tests.simulation.edits`, a few of its ten thousand, and those that once failed."""
    Run(seed).lives()


@pytest.mark.parametrize("seed", range(1, 13))
def test_nor_do_they_on_a_confluence_page(seed: int):
    """A few of `python -m tests.simulation.edits --page`."""
    Run(seed, "page").lives()


@pytest.mark.parametrize("defect", PLANTED)
def test_the_simulation_notices_a_merge_or_a_store_that_is_wrong(defect: str):
    assert any(lived(seed, defect)[1] for seed in range(1, 31))


def test_an_emptied_document_stays_empty_and_what_is_put_back_brings_nothing_else_along(weather: Weather):
    publish(weather, FIRST)
    weather.files[NAME] = b""
    publish(weather, SECOND)
    assert weather.files[NAME] == b""

    weather.files[NAME] = b"- It broke\n"
    publish(weather, THIRD)
    document = weather.files[NAME].decode()
    assert document.startswith("- It broke twice\n")
    assert "Nobody was paged" not in document
    assert "Ada" not in document


def test_only_the_last_editions_are_kept(store: Store, shelf: Shelf):
    for number in range(MOST_KEPT + 5):
        shelf.publish(INCIDENT, FIRST.replace("It broke", f"It broke {number} times").encode())
    kept = [name for name in store.names("editions/") if (file := store.load(name)) and file.content]
    assert len(kept) == MOST_KEPT


def test_the_edition_that_the_document_names_is_kept_however_often_the_process_dies(weather: Weather):
    publish(weather, FIRST)
    written(weather, "- Ada mended it\n", "- My own line\n")
    for number in range(3 * MOST_KEPT):
        weather.writes_left = 2
        with pytest.raises(Killed):
            publish(weather, FIRST.replace("It broke", f"It broke {number} times"))
        weather.writes_left = None
    publish(weather, SECOND)
    expected = SECOND.replace("- Ada mended it\n", "- My own line\n")
    assert weather.files[NAME].decode().partition("<!-- debrief:edition")[0] == expected


def test_only_the_last_editions_of_a_page_are_kept():
    weather = PageWeather()
    for number in range(MOST_KEPT + 5):
        weather.publishes(FIRST.replace("It broke", f"It broke {number} times"))
    kept = [name for name, content in weather.remembered.items() if content and name != "newest"]
    assert len(kept) == MOST_KEPT


OLDER = b"# Postmortem: It broke\n\n- It broke\n"
"""What the first release wrote: no marks, no edition; its hash is in the state."""


def written_by_the_first_release(store: Store, shelf: Shelf) -> None:
    store.save(NAME, OLDER)
    shelf.remember(document=NAME, written={NAME: [hashlib.sha256(OLDER).hexdigest()]})


def test_a_draft_of_an_older_debrief_that_nobody_touched_is_replaced(store: Store, shelf: Shelf):
    written_by_the_first_release(store, shelf)
    assert shelf.publish(INCIDENT, FIRST.encode()) == NAME
    assert read(store) == FIRST
    assert shelf.publish(INCIDENT, SECOND.encode()) == NAME
    assert read(store) == SECOND


def test_one_that_a_person_edited_stays_whole_and_ours_goes_beside_it_once(store: Store, shelf: Shelf):
    written_by_the_first_release(store, shelf)
    edit(store, "- It broke\n", "- It broke, and I know why\n")
    beside = NAME.replace(".md", "-update.md")
    theirs = OLDER.replace(b"- It broke\n", b"- It broke, and I know why\n")

    assert shelf.rehearse(INCIDENT, FIRST.encode()).name == beside
    assert shelf.publish(INCIDENT, FIRST.encode()) == beside
    assert read(store, beside) == FIRST
    edit(store, "- Ada mended it\n", "- Bea mended it\n", beside)
    assert shelf.publish(INCIDENT, SECOND.encode()) == beside
    assert read(store, beside) == SECOND.replace("Ada", "Bea")
    kept = store.load(NAME)
    assert kept is not None
    assert kept.content == theirs
    assert [*store.names("drafts/")] == [beside, NAME]
    assert shelf.state()["stays"] == NAME


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


def test_a_diff_keeps_where_a_postmortem_stands_and_what_became_of_its_issues(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path / "world", "checkout-latency") as world:
        for command in ("draft", "draft"):  # the second knows what became of the issues
            terminal.runs_with(world, command, world.incident_id(), "--yes")
        terminal.runs_with(world, "review", world.incident_id(), "in_review", "--by", "Ada Byron")
        came = terminal.runs_with(world, "draft", world.incident_id(), "--diff")
    changed = [line for line in came.out.splitlines() if re.match(r"[-+](?!--|\+\+)", line)]
    assert came.code == 0, came.err
    assert all(re.search(r"Status: \*\*in review\*\*|^[-+]- Read from Slack", line) for line in changed), (
        "but for when it was composed and until when the chat was read"
    )
    gone, come = (
        [re.sub(r"[\d-]{10} [\d:]{8} UTC", "", line[1:]) for line in changed if line[0] == sign] for sign in "-+"
    )
    assert gone == come, "only moments differ"


def test_a_copy_replaces_the_file_whole_also_where_it_is_the_draft_itself(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path / "world", "checkout-latency") as world:
        draft = Path(terminal.runs_with(world, "draft", world.incident_id(), "--yes", "--json").json["draft"])
        other = terminal.folder / "other.md"
        other.write_text("My shopping list\n")
        draft.write_text(draft.read_text().replace("## Impact\n", "## What it cost\n"))
        for file in (other, draft):
            came = terminal.runs_with(
                world, "draft", world.incident_id(), "--yes", "--output", str(file), "--force", "--json"
            )
            assert came.code == 0
            assert file.read_text().count("# Postmortem: ") == 1
            assert "shopping" not in file.read_text()
            assert "\n## Impact\n" in draft.read_text() or file == other
        assert "What it cost" in other.read_text()
        assert "What it cost" not in draft.read_text()
        assert came.json["hints"] == []
        terminal.runs_with(world, "draft", world.incident_id(), "--yes")
        assert "\n## Impact\n" in draft.read_text()


def test_a_diff_of_what_is_not_there_yet_is_the_whole_draft(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path / "world", "checkout-latency") as world:
        came = terminal.runs_with(world, "draft", world.incident_id(), "--diff")
        assert came.out.startswith("--- /dev/null\n")
        assert [line for line in came.out.splitlines() if line.startswith("-")] == ["--- /dev/null"]
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
    weather.publisher().publish(NAME, content.encode())


def written(weather: Weather, old: str, new: str) -> None:
    assert old.encode() in weather.files[NAME]
    weather.files[NAME] = weather.files[NAME].replace(old.encode(), new.encode())


def says(world: World, text: str) -> None:
    world.slack.channel("inc-4211").says(world.scripts[0].slack["users"][0]["id"], text)

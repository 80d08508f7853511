"""A saved Slack export is read as it stands: folder or zip, never unpacked, nothing outside it touched."""

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import Rejected
from connectors.slack import archive
from connectors.slack.export import read_export
from postmortem.evidence import Part
from tests.vendors.slack_world import moment, person, said, ts

SHARED = Path(os.environ.get("DEBRIEF_SHARED", "../shared")) / "data"

# Subtypes that Slack documents, and "message" for none: https://docs.slack.dev/reference/events/message (2026-11-20).
DOCUMENTED = {
    "message", "bot_add", "bot_message", "bot_remove", "channel_archive", "channel_join", "channel_leave",
    "channel_name", "channel_purpose", "channel_topic", "channel_unarchive", "file_comment", "file_share", "group_join",
    "me_message", "pinned_item", "reminder_add", "thread_broadcast", "tombstone",
}  # fmt: skip

FILES: dict[str, Any] = {
    "channels.json": [{"id": "C00INC042", "name": "inc-42"}, {"id": "C00QUIET1", "name": "quiet"}],
    "groups.json": [{"id": "G00SECRET", "name": "secret"}],
    "dms.json": [{"id": "D00000001"}],
    "users.json": [person(1), person(2)],
    "inc-42/2026-01-05.json": [
        said(0, "it is <@U0000002>'s deploy", reactions=[{"name": "eyes", "users": ["U0000002"], "count": 1}]),
        said(10, "yes", "U0000002", thread_ts=ts(0), edited={"user": "U0000002", "ts": ts(12)}),
        said(20, "", bot_id="B1", username="PagerDuty", subtype="bot_message", attachments=[{"fallback": "Triggered"}]),
        said(30, "", files=[{"name": "graph.png"}], subtype="file_share"),
        said(40, "This message was deleted.", "USLACKBOT", subtype="tombstone"),
        said(50, "guest", "U0GUEST01", user_profile={"real_name": "Gus Guest", "display_name": "gus", "name": "gus"}),
    ],
    "inc-42/2026-01-09.json": [said(400_000, "later")],
    "inc-42/canvas_in_the_conversation.json": [{"not": "a message"}],
    "secret/2026-01-05.json": [said(0, "private")],
    "D00000001/2026-01-05.json": [said(0, "direct")],
}


def a_folder(root: Path, files: dict[str, Any] = FILES) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content if isinstance(content, str) else json.dumps(content))
    return root


def a_zip(path: Path, files: dict[str, Any] = FILES, prefix: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(prefix + name, content if isinstance(content, str) else json.dumps(content))
    return path


def texts(part: Part) -> list[str]:
    return [message.text for message in part.messages]


def test_a_folder_a_zip_and_a_zip_with_a_folder_inside_read_the_same(tmp_path: Path) -> None:
    folder = read_export(a_folder(tmp_path / "export"))
    assert read_export(a_zip(tmp_path / "export.zip")) == folder
    assert read_export(a_zip(tmp_path / "packed.zip", prefix="acme export/")) == folder


def test_everything_of_a_channel_is_read(tmp_path: Path) -> None:
    part = read_export(a_folder(tmp_path))
    assert texts(part) == ["it is @p2's deploy", "yes", "Triggered", "", "", "guest", "later"]
    first, reply, bot, file, deleted, guest, _ = part.messages
    assert first.reactions[0].emoji == "eyes"
    assert reply.thread_id == first.id
    assert reply.edited_at is not None
    assert (bot.is_bot, bot.person_id) == (True, "slack:B1")
    assert file.files == ("graph.png",)
    assert deleted.is_deleted
    assert {each.id: each.name for each in part.people} == {
        "slack:U0000001": "Person 1", "slack:U0000002": "Person 2", "slack:U0GUEST01": "Gus Guest",
        "slack:B1": "PagerDuty",
    }  # fmt: skip
    assert guest.person_id == "slack:U0GUEST01"


@pytest.mark.parametrize("backwards", [False, True])
def test_edits_and_deletions_that_are_records_of_their_own_change_what_they_name(tmp_path: Path, backwards: bool):
    first, gone = said(0, "the pool is at 50"), said(5, "my password is hunter2", files=[{"name": "key.pem"}])
    edits = [
        said(at, "", subtype="message_changed", hidden=True, previous_message=first, message=first | {"text": text})
        for at, text in ((60, "the pool is at 500"), (90, "the pool was at 500"))
    ]
    deletion = said(70, "", subtype="message_deleted", hidden=True, deleted_ts=ts(5), previous_message=gone)
    records = [first, gone, edits[0], deletion, edits[1]]
    day = {"inc-42/2026-01-05.json": records[::-1] if backwards else records}
    part = read_export(a_folder(tmp_path, {name: FILES[name] for name in ("channels.json", "users.json")} | day))
    edited, deleted = sorted((message for message in part.messages), key=lambda message: message.moment.at)
    assert (edited.text, edited.moment.original) == ("the pool was at 500", ts(0))
    assert edited.edited_at is not None
    assert edited.edited_at.original == ts(90)
    assert (deleted.is_deleted, deleted.text, deleted.files) == (True, "", ())
    assert "hunter2" not in part.model_dump_json()


def test_users_of_an_export_without_an_id_of_their_own_are_passed_over(tmp_path: Path) -> None:
    odd = [{"id": None, "name": "x"}, {"id": 7}, {}, {"id": ["U1"]}]
    part = read_export(a_folder(tmp_path, FILES | {"users.json": [*odd, person(1), person(2)]}))
    assert "slack:U0000001" in {each.id for each in part.people}


def test_links_are_made_only_where_the_workspace_is_known(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    assert {message.link for message in read_export(folder).messages} == {None}
    known = read_export(folder, team_url="https://acme.slack.com")
    assert (known.messages[0].link or "").startswith("https://acme.slack.com/archives/C00INC042/p")


def test_private_channels_are_left_out_and_said_unless_named(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    part = read_export(folder)
    assert "private" not in texts(part)
    assert [gap.what for gap in part.gaps] == ["the private channels #secret", "#quiet"]
    assert texts(read_export(folder, channels=("#secret",))) == ["private"]


def test_direct_messages_are_never_read(tmp_path: Path) -> None:
    part = read_export(a_folder(tmp_path), channels=("D00000001",))
    assert part.messages == ()


def test_channels_are_chosen_by_name_or_id_and_an_unknown_one_is_a_gap(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    assert len(read_export(folder, channels=("C00INC042",)).messages) == 7
    part = read_export(folder, channels=("inc-43",))
    assert [(gap.what, gap.remedy) for gap in part.gaps] == [
        ("the channel #inc-43", "It holds #inc-42, #quiet: name one of them.")
    ]


def test_a_window_cuts_at_both_ends(tmp_path: Path) -> None:
    part = read_export(a_folder(tmp_path), channels=("inc-42",), since=moment(5), until=moment(25))
    assert texts(part) == ["yes", "Triggered"]
    assert (part.readings[0].since, part.readings[0].count) == (moment(5), 2)


def test_an_empty_channel_is_a_gap(tmp_path: Path) -> None:
    part = read_export(a_folder(tmp_path), channels=("quiet",))
    assert [gap.what for gap in part.gaps] == ["#quiet"]


REMEDY = "Give the folder or zip that Slack made: it holds channels.json, users.json and a folder for each channel."


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"notes.txt": "hello"}, "it holds no channels.json"),
        ({"channels.json": "{"}, "channels.json is not JSON"),
        ({"channels.json": "{}"}, "channels.json is not a list"),
        ({"channels.json": "[" * 200_000}, "channels.json is not JSON"),
        (FILES | {"inc-42/2026-01-05.json": "<html>"}, "inc-42/2026-01-05.json is not JSON"),
    ],
)
def test_an_export_that_is_not_one_is_one_sentence_with_the_remedy(
    files: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    for path in (a_folder(tmp_path / "export", files), a_zip(tmp_path / "export.zip", files)):
        with pytest.raises(Rejected) as caught:
            read_export(path)
        assert str(caught.value) == f"Reading the Slack export {path.name}: {sentence}. {REMEDY}"


def test_a_missing_file_and_a_broken_zip_are_rejected(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="there is no such file or folder"):
        read_export(tmp_path / "gone.zip")
    (tmp_path / "text.zip").write_text("hello")
    with pytest.raises(Rejected, match="it is not a zip that can be read"):
        read_export(tmp_path / "text.zip")
    whole = a_zip(tmp_path / "whole.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Rejected):
        read_export(tmp_path / "cut.zip")
    damaged = bytearray(whole)
    damaged[60:90] = b"\xff" * 30
    (tmp_path / "damaged.zip").write_bytes(bytes(damaged))
    with pytest.raises(Rejected):
        read_export(tmp_path / "damaged.zip")


@pytest.mark.parametrize(
    "name",
    ["../outside", "/etc", "..", ".", "inc-42/../../outside", "C:\\outside", "a\x00b", "x" * 5_000, "\ud83d", ""],
)
def test_no_channel_name_leads_outside(name: str, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "2026-01-05.json").write_text(json.dumps([said(0, "stolen")]))
    files = {"channels.json": [{"id": name, "name": name}], "../outside/2026-01-05.json": [said(0, "slipped")]}
    packed = a_zip(tmp_path / "slip.zip", files)
    folder = a_folder(tmp_path / "export", {"channels.json": files["channels.json"]})
    assert "stolen" not in texts(read_export(folder))
    assert "stolen" not in texts(read_export(packed))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export", "outside", "slip.zip"]


def test_a_link_that_leads_outside_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "2026-01-05.json").write_text(json.dumps([said(0, "stolen")]))
    folder = a_folder(
        tmp_path / "export", {"channels.json": [{"id": "C1", "name": "linked"}, {"id": "C2", "name": "file"}]}
    )
    (folder / "linked").symlink_to(tmp_path / "outside")
    (folder / "file").mkdir()
    (folder / "file" / "2026-01-05.json").symlink_to(tmp_path / "outside" / "2026-01-05.json")
    assert read_export(folder).messages == ()


def test_a_bomb_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_FILE", 10_000)
    with pytest.raises(Rejected, match="larger than"):
        read_export(a_zip(tmp_path / "bomb.zip", FILES | {"inc-42/2026-01-05.json": " " * 5_000_000}))


@pytest.mark.parametrize(
    ("folder", "count", "people"),
    [
        ("k8s-prow-slack-incidents/slack_export/2019-03-26", 70, 5),
        ("slack-payloads/slack-export-viewer-testarchive", 158, 7),
    ],
)
def test_real_exports_go_through_without_an_unhandled_kind(folder: str, count: int, people: int) -> None:
    if not (SHARED / folder).is_dir():
        pytest.skip("the real exports are not here (../shared/data)")
    part = read_export(SHARED / folder)
    assert len(part.messages) == count
    assert len(part.people) == people
    assert {message.vendor_kind for message in part.messages} <= DOCUMENTED
    assert [message for message in part.messages if not message.text and not message.files] == []
    assert part.gaps == ()
    known = {person.id for person in part.people}
    assert {message.person_id for message in part.messages} <= known

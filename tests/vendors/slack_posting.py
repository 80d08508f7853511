"""Posting to the fake Slack: messages with Slack's limits, and files in three steps."""

from typing import Any

from tests.vendors.slack_blocks import problems_of_blocks
from tests.vendors.slack_memory import APP_ID, BOT_ID, BOT_USER_ID, Channel, Raw, Refusal, Workspace
from tests.vendors.slack_methods import Call, Method, parsed

# https://docs.slack.dev/reference/methods/chat.postMessage (read 2026-11-20)
MOST_CHARACTERS = 40_000


def chat_post_message(world: Workspace, call: Call) -> Raw:
    channel = _open_channel(world, call, "channel")
    message = _posted(world, channel, call, _content(world, call))
    return {"channel": channel.info["id"], "ts": message["ts"], "message": message}


def chat_update(world: Workspace, call: Call) -> Raw:
    """Own messages only. Blocks go where only text is given; metadata stays unless there is new."""
    channel = _open_channel(world, call, "channel")
    message = channel.messages.get(call.arguments.get("ts", ""))
    if message is None:
        raise Refusal("message_not_found")
    if message.get("user") != BOT_USER_ID:
        raise Refusal("cant_update_message")
    content = _content(world, call)
    metadata = _metadata(call)
    edited = {} if "blocks" in content else {"edited": {"user": BOT_USER_ID, "ts": message["ts"]}}
    kept = {key: value for key, value in message.items() if key not in ("text", "blocks", "edited")}
    channel.put(kept | content | edited | ({"metadata": metadata} if metadata else {}))
    shown = channel.messages[message["ts"]]
    return {"channel": channel.info["id"], "ts": message["ts"], "text": content["text"], "message": shown}


def chat_post_ephemeral(world: Workspace, call: Call) -> Raw:
    channel = _open_channel(world, call, "channel")
    user, content = call.arguments.get("user", ""), _content(world, call)
    if user not in world.users:
        raise Refusal("user_not_in_channel")
    world.ephemerals.append({"channel": channel.info["name"], "user": user} | content)
    return {"message_ts": f"{call.now:.6f}"}


def _content(world: Workspace, call: Call) -> Raw:
    text = call.arguments.get("text", "")
    blocks = parsed(call, "blocks", "invalid_blocks_format")
    if not text and not blocks:
        raise Refusal("no_text")
    if len(text) > MOST_CHARACTERS:
        raise Refusal("msg_too_long")
    if problems := problems_of_blocks(blocks or [], users=world.users):
        raise Refusal("invalid_blocks", errors=problems)
    return {"text": text} | ({"blocks": blocks} if blocks else {})


def files_get_upload_url_external(world: Workspace, call: Call) -> Raw:
    name, length = call.arguments.get("filename"), call.arguments.get("length", "")
    if not name or not length.isdigit() or int(length) == 0:
        raise Refusal("invalid_arguments")
    file_id = f"F{len(world.files) + 1:08d}"
    world.files[file_id] = {"name": name, "length": int(length), "content": b"", "shared": False}
    return {"upload_url": f"{call.base_url}/upload/v1/{file_id}", "file_id": file_id}


def files_complete_upload_external(world: Workspace, call: Call) -> Raw:
    named = parsed(call, "files", "invalid_arguments")
    if not isinstance(named, list) or not named:
        raise Refusal("invalid_arguments")
    files: list[Raw] = []
    for entry in named:
        held = world.files.get(entry.get("id", ""))
        if held is None or len(held["content"]) != held["length"]:
            raise Refusal("file_not_found")
        held["shared"] = True
        files.append({"id": entry["id"], "name": held["name"], "title": entry.get("title", held["name"])})
    channel = _open_channel(world, call, "channel_id")
    _posted(world, channel, call, {"text": call.arguments.get("initial_comment", ""), "files": files})
    return {"files": files}


def upload(world: Workspace, file_id: str, content: bytes) -> bool:
    """The bytes arrive at the upload address. False where nobody asked for it, or the length is another."""
    held = world.files.get(file_id)
    if held is None or held["length"] != len(content):
        return False
    held["content"] = content
    return True


def _open_channel(world: Workspace, call: Call, argument: str) -> Channel:
    channel = world.channels.get(call.arguments.get(argument, ""))
    if channel is None or (channel.kind != "channels" and not channel.info["is_member"]):
        raise Refusal("channel_not_found")
    if channel.info["is_archived"]:
        raise Refusal("is_archived")
    if not channel.info["is_member"]:
        raise Refusal("not_in_channel")
    return channel


def _posted(world: Workspace, channel: Channel, call: Call, content: Raw) -> Raw:
    metadata = _metadata(call)
    author = {"user": BOT_USER_ID, "bot_id": BOT_ID, "app_id": APP_ID, "team": world.team["id"]}
    message = author | content | ({"metadata": metadata} if metadata else {})
    if thread_ts := call.arguments.get("thread_ts"):
        message["thread_ts"] = thread_ts
    message = world.post(channel, message, call.now)
    world.posted.append({"channel": channel.info["name"]} | message)
    return message


def _metadata(call: Call) -> Any:
    metadata = parsed(call, "metadata", "invalid_metadata_format")
    if metadata is not None and (
        not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"} or not metadata["event_type"]
    ):
        raise Refusal("invalid_metadata_format")
    return metadata


POSTING: dict[str, tuple[Method, str | None]] = {
    "chat.postMessage": (chat_post_message, "chat:write"),
    "chat.update": (chat_update, "chat:write"),
    "chat.postEphemeral": (chat_post_ephemeral, "chat:write"),
    "files.getUploadURLExternal": (files_get_upload_url_external, "files:write"),
    "files.completeUploadExternal": (files_complete_upload_external, "files:write"),
}

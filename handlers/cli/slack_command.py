"""`debrief slack manifest`: the manifest of one installation, as people read it."""

import json
from typing import Any, NamedTuple

from connectors.slack.manifest import LONGEST_NAME, PRIVATE, WHY, app_manifest
from handlers.cli.exits import Ended, Exit
from handlers.place import find_place
from postmortem.settings import SettingsError, read_settings


class Made(NamedTuple):
    """`hints` are sentences for a person, beside the manifest."""

    manifest: dict[str, Any]
    hints: tuple[str, ...]


def manifest_for(stage: str | None, region: str | None, *, url: str | None, private: bool, name: str) -> Made:
    """Raises Ended for what Slack would not take, SettingsError, ConnectorError."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise Ended(Exit.USAGE, f"Slack takes a name of 1 to {LONGEST_NAME} characters: give another with --name.")
    place = find_place(stage, region)
    audiences = place.settings().slack.private_channels
    base = _checked(url) if url is not None else place.base_url()
    hints = tuple(_hints(base, asked=private, named=bool(audiences)))
    request_url = f"{base}/slack" if base and base.startswith("https://") else None
    return Made(app_manifest(name.strip(), request_url, private=private or bool(audiences)), hints)


def _checked(url: str) -> str:
    """As publish.public_base_url would have it. Raises Ended."""
    try:
        read = read_settings(f"publish: {{public_base_url: {json.dumps(url)}}}")
    except SettingsError as error:
        raise Ended(Exit.USAGE, f"--url: {error.problems[0].what}. {error.problems[0].remedy}") from None
    return str(read.publish.public_base_url).rstrip("/")


def _hints(base: str | None, *, asked: bool, named: bool) -> list[str]:
    """What is not in the manifest, or will do nothing, and why."""
    hints: list[str] = []
    if base is None:
        hints.append(
            "No buttons: set publish.public_base_url in debrief.yml, or give --url or --stage, and print again."
        )
    elif not base.startswith("https://"):
        hints.append(f"No buttons: Slack delivers to https alone, and {base} is for this machine.")
    if asked and not named:
        hints.append("A private channel is read only where slack.private_channels in debrief.yml names its audience.")
    return hints


def as_yaml(manifest: dict[str, Any]) -> str:
    """The manifest as YAML, each scope with its reason, and those for private channels as a comment."""
    return "".join(f"{line}\n" for line in _lines(manifest, 0))


def _lines(value: dict[str, Any], depth: int) -> list[str]:
    lines: list[str] = []
    for key, inner in value.items():
        space = "  " * depth
        if isinstance(inner, dict):
            lines += [f"{space}{key}:", *_lines(inner, depth + 1)]
        elif isinstance(inner, list):
            lines += [f"{space}{key}:", *_scope_lines(inner, "  " * (depth + 1))]
        else:
            lines.append(f"{space}{key}: {json.dumps(inner, ensure_ascii=False)}")
    return lines


def _scope_lines(scopes: list[str], space: str) -> list[str]:
    width = max(map(len, scopes))
    lines = [f"{space}- {scope:<{width}}  # {WHY[scope]}" for scope in scopes]
    left_out = sorted({scope for needed in PRIVATE.values() for scope in needed} - set(scopes))
    if left_out:
        lines.append(f"{space}# for private channels, with slack.private_channels in debrief.yml:")
        lines += [f"{space}# - {scope}" for scope in left_out]
    return lines

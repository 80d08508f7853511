"""Between a document and a Confluence page. Pure, and total: whatever Confluence answers becomes a value."""

import re
from typing import Any, cast

from postmortem.noun import Noun

PROPERTY = "debrief"
OUR_VERSION = "Written by Debrief; what people wrote is kept"
"""The message of every version that is ours but the first, which takes none."""

# Longer titles are refused: https://confluence.atlassian.com/doc/create-and-edit-pages (2026-11-21)
LONGEST_TITLE = 255
# "Returned if the request is too large in size (over 5 MB)": POST /pages in Confluence's own document. The stricter
# reading of MB, and a tenth of it is left to what people write.
LARGEST_REQUEST = 5_000_000
LARGEST_BODY = LARGEST_REQUEST * 9 // 10

_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")


class Page(Noun):
    """A page as it was read. `version` is 0 and `id` empty where Confluence did not say."""

    id: str
    title: str
    status: str
    version: int
    body: str


class PageDraft(Noun):
    """A page that is wanted. `key` tells whose it is, "install/incident"; `body` is ours alone, in storage format.

    `title` is what it should be called, `other_title` what it is called where the first is somebody else's.
    """

    key: str
    space: str
    parent_id: str | None = None
    title: str
    other_title: str
    body: str
    label: str | None = None


def page_from_record(raw: dict[str, Any]) -> Page:
    version, body = _object(raw.get("version")), _object(_object(raw.get("body")).get("storage"))
    return Page(
        id=_text(raw.get("id")),
        title=_text(raw.get("title")),
        status=_text(raw.get("status")),
        version=number_from_version(version),
        body=_text(body.get("value")),
    )


def number_from_version(raw: dict[str, Any]) -> int:
    number = raw.get("number")
    return number if isinstance(number, int) and not isinstance(number, bool) else 0


def id_from_record(raw: dict[str, Any]) -> str:
    return _text(raw.get("id"))


def key_from_properties(properties: list[dict[str, Any]]) -> str | None:
    """Whose page it is, "install/incident"; None where it does not say."""
    for one in properties:
        value = _object(one.get("value"))
        if one.get("key") == PROPERTY and value:
            return f"{_text(value.get('install_id'))}/{_text(value.get('incident_id'))}"
    return None


def property_value(key: str) -> dict[str, str]:
    install_id, _, incident_id = key.partition("/")
    return {"install_id": install_id, "incident_id": incident_id}


def fitting_title(before: str, title: str, after: str) -> str:
    """One line that Confluence takes: the middle is cut where it is too long, the ends never."""
    room = LONGEST_TITLE - len(f"{before}{after}".encode("utf-16-le")) // 2
    plain = " ".join(_UNFIT.sub(" ", title).split())
    while len(plain.encode("utf-16-le")) // 2 > room:
        plain = plain[: min(room, len(plain)) - 2].rstrip() + "…" if len(plain) > 2 else ""
    return f"{before}{plain}{after}".strip()


def create_payload(draft: PageDraft, space_id: str, title: str, body: str) -> dict[str, Any]:
    parent = {"parentId": draft.parent_id} if draft.parent_id else {}
    return {"spaceId": space_id, "status": "current", "title": title, "body": _storage(body)} | parent


def update_payload(page: Page, body: str) -> dict[str, Any]:
    """The page's next version. Title, parent and owner stay what people made them."""
    return {
        "id": page.id,
        "status": "current",
        "title": page.title,
        "body": _storage(body),
        "version": {"number": page.version + 1, "message": OUR_VERSION},
    }


def _storage(body: str) -> dict[str, str]:
    return {"representation": "storage", "value": body}


def _object(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""

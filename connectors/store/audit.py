"""What was written outside, and when: one record for each writing that has no line in the effects ledger.

What must be made once has such a line, and that is its record (`connectors/effects.py`). What may be sent again without
harm (a link, an edit, a label) has none: it is recorded here, before it is sent, so that no crash hides it. A record is
written once and never changed; a replay finds it there. docs/decisions/0016-audit.md
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from connectors.errors import OutcomeUnknown, RateLimited, Unreachable
from connectors.store.port import ABSENT, Conflict, Record, Store

_SORT = "AUDIT#"
_AGAIN_AFTER = 5.0


class What(StrEnum):
    """Everything that Debrief writes where others see it."""

    ISSUE = "issue"
    ASSIGNEE = "assignee"
    ISSUE_EDIT = "issue edit"
    COMMENT = "comment"
    LINK = "link"
    MESSAGE = "message"
    MESSAGE_EDIT = "message edit"
    FILE = "file"
    NOTE = "note"
    PAGE = "page"
    PAGE_MARK = "page mark"
    PAGE_EDIT = "page edit"
    DOCUMENT = "document"
    CHANNEL = "channel joined"
    SUBSCRIPTION = "subscription enabled"
    WEBHOOK = "webhook subscription"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a line of the ledger tells beside what was made: which journey sent it, what it is, a hash of what was
    sent, and the version of the settings it was made with (None in older records)."""

    by: str
    what: What
    digest: str
    settings: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """That something was sent. `by` is the journey; `target` what it was done to, in its vendor's words (an issue's
    key, a message's ts, a page's id and version); `digest` a hash of what was sent, never its text; `settings` the
    version of those it was made with (None in older records)."""

    by: str
    what: What
    target: str
    digest: str
    at: datetime
    settings: str | None = None


class Audit:
    """The records of one owner: an incident, mostly."""

    def __init__(self, store: Store, owner: str, by: str, settings: str | None = None) -> None:
        """`by` is who writes, with which version of the settings."""
        self._store, self._partition, self.by, self.settings = store, f"INC#{owner}", by, settings

    def will_send(self, what: What, target: str, content: Any, at: datetime) -> None:
        """Before it is sent. The same by the same journey is recorded once, when it was first sent.

        A store that does not answer is a RateLimited here: nothing was sent, and whoever waits for the vendor
        (`connectors/patience.py`) waits for the store, too. No issue goes without its link, and no draft without its
        chat, because of a record.
        """
        digest = digest_of(content)
        value = {"by": self.by, "what": what, "target": target, "digest": digest, "at": at.isoformat()}
        value |= {"settings": self.settings} if self.settings else {}
        try:
            self._store.write(
                self._partition, f"{_SORT}{self.by}#{what}#{target}#{digest[:16]}", value, expected=ABSENT
            )
        except Conflict:
            return
        except (Unreachable, OutcomeUnknown) as error:
            raise RateLimited(error.tried, error.came_back, error.remedy, retry_after=_AGAIN_AFTER) from error

    def all(self) -> Iterator[Sent]:
        return map(_sent, self._store.list(self._partition, _SORT))


def digest_of(content: Any) -> str:
    """SHA-256 of bytes, or of what JSON makes of anything else."""
    text = content if isinstance(content, bytes) else json.dumps(content, sort_keys=True, default=str).encode()
    return hashlib.sha256(text).hexdigest()


def _sent(record: Record) -> Sent:
    value = record.value
    at = datetime.fromisoformat(value["at"])
    return Sent(value["by"], What(value["what"]), value["target"], value["digest"], at, value.get("settings"))

"""Headings above a list of action items, such as "Action items:" or "## Follow-ups". Pure text."""

import re
from typing import Literal

type Heading = Literal["plain", "formatted"]

_KIND = (
    r"(?:(?:the|our|new|agreed|resulting|remaining|incident|post-?incident|post-?mortem|corrective|preventive|remedial|"
    r"remediation|follow[- ]?up|short[- ]term|long[- ]term)\s+)"
)
_WORDS = r"(?:actions?[ -]?(?:items?|points?|list)?|actionables?(?:\s+items?)?|ais?|to-?dos?|follow[- ]?ups?)"
_OF = r"(?:\s*\([^()\n]{1,60}\)|\s+(?:for|from|of)\s+[^:\n]{1,40})"
_HEADING = re.compile(
    rf"\s*(?P<topic>\[?topic\]?\s*:?\s)?(?P<before>[#*_=\s]*){_KIND}{{0,2}}{_WORDS}{_OF}?"
    r"(?P<after>[\s:*_=.]*)(?::[a-z_]{1,30}:|[^\w\s]{1,4})?\s*",
    re.IGNORECASE,
)
_REVIEWED = re.compile(r"\b(?:last|previous|prior|past|old|review\w*)\b", re.IGNORECASE)
_OTHER_HEADING = re.compile(
    r"\s*(?:\[?topic\]?\s*:|#{1,6}\s|\*\*[^*\n]{1,80}\*\*:?\s*$|\*[^*\n]{1,80}\*:?\s*$|={2,}\s)", re.IGNORECASE
)


def read_heading(line: str) -> Heading | None:
    """Whether a line is nothing but the heading of a list of action items, and written as a heading is.

    "formatted" has a colon, Markdown's marks, or a bot's "Topic:"; "plain" is only the words. A list of earlier items
    that is gone through is none.
    """
    match = _HEADING.fullmatch(line[:160]) if len(line) <= 160 else None
    if not match or _REVIEWED.search(line):
        return None
    if match["topic"] or match["before"].strip() or ":" in match["after"]:
        return "formatted"
    return None if "." in match["after"] else "plain"  # a sentence may end with them on a line of its own


def is_other_heading(line: str) -> bool:
    """Whether a line is written as the heading of anything."""
    return _OTHER_HEADING.match(line) is not None

"""Text from outside on a terminal: it can neither move the cursor nor turn the reading direction."""

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def plain(text: str) -> str:
    """One line without control characters."""
    return " ".join(_CONTROL.sub(" ", text).split())

"""Text from outside, made safe to save: no lone surrogates, no NUL. Standard library only: the receiver loads it."""

import re

_UNSAVEABLE = re.compile("[\ud800-\udfff\x00]")


def scrubbed(text: str) -> str:
    """Lone surrogates and NUL survive json.loads and crash a later encode: each becomes the replacement character."""
    return _UNSAVEABLE.sub("\N{REPLACEMENT CHARACTER}", text)

"""What every store refuses, in the same words: what works on one machine works on AWS. Standard library only."""

import json
import math
import re
from datetime import datetime
from typing import Any

# DynamoDB: a sort key has at most 1,024 bytes, an item 400 KB with its attribute names.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html (read 2026-11-21)
LONGEST_KEY = 1_024
LARGEST_RECORD = 350_000
"""Bytes of a record's value as JSON. What may be larger is saved as a file."""

# S3: a key has at most 1,024 bytes. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
# (read 2026-11-21). A Linux or macOS file system holds 255 bytes between two slashes.
LONGEST_NAME = 900
LONGEST_PART = 255

_NAME = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
_PREFIX = re.compile(r"([A-Za-z0-9._-][A-Za-z0-9._/-]*)?")


def check_key(partition: str, sort: str) -> None:
    """Raises ValueError for a key that one of the stores could not hold."""
    for word, key in (("partition", partition), ("sort", sort)):
        if not key or "\0" in key or len(_bytes(key)) > LONGEST_KEY:
            raise ValueError(f"a record's {word} has 1 to {LONGEST_KEY} bytes of text without NUL: {key[:40]!a}")


def check_name(name: str) -> None:
    """Raises ValueError for a file name that is not a plain relative path."""
    parts = name.split("/")
    plain = _NAME.fullmatch(name) and ".." not in name and "." not in parts
    if not plain or len(name) > LONGEST_NAME or any(len(part) > LONGEST_PART for part in parts):
        raise ValueError(f"a file's name is a short relative path of letters, digits, dot, _ and -: {name[:40]!a}")


def check_prefix(prefix: str) -> None:
    """Raises ValueError for a prefix that no file's name could begin with."""
    if ".." in prefix or "//" in prefix or not _PREFIX.fullmatch(prefix):
        raise ValueError(f"no file's name begins like this: {prefix[:40]!a}")


def json_from_value(partition: str, sort: str, value: dict[str, Any]) -> str:
    """The value as ASCII JSON: lone surrogates survive. Raises ValueError where it is too large or holds NaN."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    if len(text) > LARGEST_RECORD:
        raise ValueError(
            f"the record {partition}/{sort} has {len(text):,} bytes and a record holds {LARGEST_RECORD:,}: "
            "save it as a file and keep the file's name in the record"
        )
    return text


def last_second(expires_at: datetime) -> int:
    """The Unix second from which a record counts as expired; DynamoDB's own clean-up knows whole seconds only."""
    if expires_at.tzinfo is None:
        raise ValueError("expires_at carries no zone")
    return math.ceil(expires_at.timestamp())


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"a record's key is not text that can be encoded: {text[:40]!a}") from None

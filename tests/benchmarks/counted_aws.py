"""Emulated AWS whose requests are counted as AWS counts them: units by the size of items, puts, gets, calls.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html (read 2026-11-21).
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from io import BytesIO
from math import ceil
from typing import Any

WRITE_UNIT, READ_UNIT = 1024, 4096

type Item = dict[str, dict[str, str]]


class CountedAws:
    """Around moto. `counts`: write_units, read_units, puts, gets, secret_calls, table_bytes, file_bytes. `asked` is
    the Authorization of every request and when it came, on this machine's clock."""

    def __init__(self, moto: Callable[..., Iterable[bytes]]) -> None:
        self._moto = moto
        self._sizes: dict[str, int] = {}
        self.counts, self.asked = Counter[str](), list[tuple[str, float]]()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.asked.append((environ["HTTP_AUTHORIZATION"], time.monotonic()))
        service, _, action = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")
        if not action:
            self._file(environ)
            return self._moto(environ, start_response)
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        reply = list(self._moto(environ | {"wsgi.input": BytesIO(body)}, start_response))
        if service.startswith("DynamoDB"):
            self._record(action, json.loads(body), json.loads(b"".join(reply) or b"{}"))
        else:
            self.counts["secret_calls"] += 1
        return reply

    def _file(self, environ: dict[str, Any]) -> None:
        """A list costs what a put costs."""
        is_list = "list-type" in environ["QUERY_STRING"]
        self.counts["puts" if environ["REQUEST_METHOD"] == "PUT" or is_list else "gets"] += 1
        if environ["REQUEST_METHOD"] == "PUT":
            sized = environ.get("HTTP_X_AMZ_DECODED_CONTENT_LENGTH") or environ.get("CONTENT_LENGTH")
            self.counts["file_bytes"] += int(sized or 0)

    def _record(self, action: str, asked: dict[str, Any], reply: dict[str, Any]) -> None:
        if action in {"UpdateItem", "DeleteItem"}:
            key, values = json.dumps(asked["Key"]), asked.get("ExpressionAttributeValues", {})
            after = _written(asked["Key"], values) if action == "UpdateItem" else 0
            before = self._sizes.get(key, 0)
            self.counts["write_units"] += max(1, ceil(max(before, after) / WRITE_UNIT))
            if "__type" not in reply:
                self.counts["table_bytes"] += after - before
                self._sizes[key] = after
        elif action in {"GetItem", "Query"}:
            items = reply.get("Items", [reply["Item"]] if "Item" in reply else [])
            units = max(1, ceil(sum(map(_size, items)) / READ_UNIT))
            self.counts["read_units"] += units if asked.get("ConsistentRead") else (units + 1) // 2
        elif not action.endswith("Table"):  # the table itself is free
            raise AssertionError(f"{action} is not counted")


def _size(item: Item) -> int:
    """Names and values in UTF-8; a number a byte for two digits, and one."""
    return sum(len(name) + _weight(value) for name, value in item.items())


def _weight(value: dict[str, str]) -> int:
    return len(value["N"]) // 2 + 2 if "N" in value else len(value["S"].encode())


def _written(key: Item, values: Item) -> int:
    """The item as the store's UpdateItem leaves it: of its values, these are kept."""
    kept = {name: values[f":{name}"] for name in ("value", "write_id", "expires_at") if f":{name}" in values}
    return _size(key | kept | {"version": {"N": "10"}})

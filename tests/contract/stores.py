"""The two stores for tests: a clock that is moved, emulated AWS with a table and a bucket, many records at once."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.store.port import Conflict
from tests.vendors.aws import EmulatedAws


@dataclass
class Clock:
    """A clock that a test moves."""

    moment: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def moves(self, by: timedelta) -> None:
        self.moment += by

    def after(self, **units: float) -> datetime:
        """The moment that many days, minutes... from now."""
        return self.moment + timedelta(**units)


@dataclass
class Aws:
    """Emulated AWS with a table and a bucket for one test."""

    emulated: EmulatedAws
    dynamodb: Any
    s3: Any
    table: str
    bucket: str


def make_table(dynamodb: Any, table: str) -> None:
    """The table as `infra/` makes it."""
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
    )


def fill_table(dynamodb: Any, table: str, partition: str, sorts: list[str]) -> None:
    """Put records as the store writes them, 25 in a request: moto takes 6 ms for each."""
    for start in range(0, len(sorts), 25):
        batch = [
            {
                "pk": {"S": partition},
                "sk": {"S": sort},
                "value": {"S": json.dumps({"sort": sort})},
                "version": {"N": "1"},
            }
            for sort in sorts[start : start + 25]
        ]
        dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item}} for item in batch]})


def race(count: int, attempt: Callable[[int], Any]) -> list[Any]:
    """Let threads attempt at once; the results of those who did not meet a Conflict."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Any:
        barrier.wait()
        try:
            return attempt(number)
        except Conflict:
            return None

    with ThreadPoolExecutor(count) as pool:
        return [result for result in pool.map(run, range(count)) if result is not None]

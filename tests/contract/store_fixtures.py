"""A pytest plugin: the two stores, made fresh for a test. Test files name it in `pytest_plugins`."""

import itertools
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from connectors.store.dynamo import DynamoStore
from connectors.store.port import Store
from connectors.store.sqlite import SqliteStore
from tests.contract.stores import Aws, Clock, make_table
from tests.vendors.aws import EmulatedAws, emulated_aws

_NUMBERS = itertools.count()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def _served() -> Generator[tuple[EmulatedAws, Any, Any]]:
    with emulated_aws() as emulated:
        yield emulated, emulated.client("dynamodb"), emulated.client("s3")


@pytest.fixture
def aws(_served: tuple[EmulatedAws, Any, Any]) -> Generator[Aws]:
    emulated, dynamodb, s3 = _served
    number = next(_NUMBERS)
    aws = Aws(emulated, dynamodb, s3, f"debrief-{number}", f"debrief-bucket-{number}")
    make_table(dynamodb, aws.table)
    s3.create_bucket(Bucket=aws.bucket)
    yield aws
    assert emulated.faults == []


@pytest.fixture(params=["sqlite", "dynamo"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Generator[Store]:
    if request.param == "sqlite":
        store = SqliteStore(tmp_path / "store", clock)
        yield store
        store.close()
    else:
        aws = request.getfixturevalue("aws")
        yield DynamoStore(aws.dynamodb, aws.table, aws.s3, aws.bucket, clock)

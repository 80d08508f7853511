"""Those of the ten rules that the store on AWS can break: statuses, leaks, writes that are repeated, paging."""

import logging

import pytest

from connectors.aws import error_from_refusal
from connectors.errors import ConnectorError, OutcomeUnknown, Rejected, Unreachable
from connectors.store.dynamo import DynamoStore
from tests.contract.rules_kit import CANARY
from tests.contract.rules_trouble import everything_shown
from tests.contract.stores import Aws, Clock
from tests.vendors.aws import Fault

pytest_plugins = ["tests.contract.store_fixtures"]


@pytest.mark.parametrize("writes", [False, True], ids=["read", "write"])
def test_statuses_are_classified(writes: bool):
    for status in range(300, 600):
        refusal = error_from_refusal("", status, tried="it", permission="a:B", on="the table", writes=writes)
        unclear = OutcomeUnknown if writes else Unreachable
        assert type(refusal) is (unclear if status >= 500 else Rejected)


@pytest.mark.parametrize(
    ("status", "code"), [(400, "ValidationException"), (400, "AccessDeniedException"), (500, None)]
)
def test_secrets_never_leak_into_errors_or_logs(
    aws: Aws, clock: Clock, caplog: pytest.LogCaptureFixture, status: int, code: str | None
):
    caplog.set_level(logging.DEBUG)  # botocore would write every body: connectors/logs.py lets nobody hear it
    store = DynamoStore(aws.dynamodb, aws.table, aws.s3, aws.bucket, clock)
    aws.emulated.faults += [Fault("UpdateItem", status, code), Fault("PUT", status, code)]
    for write in (lambda: store.write("INC#1", "META", {"title": CANARY}), lambda: store.save("a.md", CANARY.encode())):
        before = len(aws.emulated.actions)
        with pytest.raises(ConnectorError) as caught:
            write()
        assert CANARY not in "\n".join(everything_shown(caught.value))
        assert len(aws.emulated.actions) == before + 1, "a write is sent once"
    assert CANARY not in caplog.text


def test_paging_ends_and_every_name_is_read(aws: Aws, clock: Clock):
    store = DynamoStore(aws.dynamodb, aws.table, aws.s3, aws.bucket, clock)
    wanted = [f"drafts/{number:02}.md" for number in range(12)]
    for name in wanted:
        store.save(name, b"x")
    assert list(store.names("drafts/")) == wanted

"""What the store on AWS promises beyond the shared suite: lost answers, refusals in sentences, light to import."""

import itertools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ConnectTimeoutError, NoCredentialsError, ReadTimeoutError

from connectors.aws import aws_errors, error_from_refusal, error_from_silence
from connectors.errors import ConnectorError, NotAllowed, NotFound, OutcomeUnknown, Rejected, Unreachable
from connectors.store.dynamo import DynamoStore
from connectors.store.port import ABSENT, Conflict
from tests.contract.stores import Aws, Clock
from tests.vendors.aws import Fault

pytest_plugins = ["tests.contract.store_fixtures"]


@pytest.fixture
def dynamo(aws: Aws, clock: Clock) -> DynamoStore:
    return DynamoStore(aws.dynamodb, aws.table, aws.s3, aws.bucket, clock)


@pytest.fixture
def patient(aws: Aws, clock: Clock) -> DynamoStore:
    """A store whose clients ask twice."""
    dynamodb, s3 = (aws.emulated.client(service, attempts=2) for service in ("dynamodb", "s3"))
    return DynamoStore(dynamodb, aws.table, s3, aws.bucket, clock)


def test_a_write_whose_answer_was_lost_is_ours_when_asked_again(patient: DynamoStore, aws: Aws) -> None:
    aws.emulated.faults += [Fault("UpdateItem", 500, "InternalServerError", after_effect=True)]
    assert patient.write("INC#1", "META", {"n": 1}, expected=ABSENT) == 1
    aws.emulated.faults += [Fault("PUT", 500, "InternalError", after_effect=True)]
    version = patient.save("a.md", b"one", expected="")

    file = patient.load("a.md")
    assert file is not None
    assert file.version == version


def test_asked_again_by_another_writer_it_is_a_conflict(aws: Aws, clock: Clock) -> None:
    ids = itertools.cycle(["first", "first", "second"])
    store = DynamoStore(aws.dynamodb, aws.table, aws.s3, aws.bucket, clock, new_id=lambda: next(ids))
    assert [store.write("INC#1", "META", {}, expected=ABSENT) for _ in range(2)] == [1, 1]
    with pytest.raises(Conflict):
        store.write("INC#1", "META", {}, expected=ABSENT)

    assert store.save("a.md", b"x", expected="") == store.save("a.md", b"x", expected="")
    with pytest.raises(Conflict):
        store.save("a.md", b"x", expected="")


@pytest.mark.parametrize("code", [None, "InternalError"])
def test_a_write_without_an_answer_may_have_happened(dynamo: DynamoStore, aws: Aws, code: str | None) -> None:
    version = dynamo.write("INC#1", "META", {})
    aws.emulated.faults += [
        Fault(action, 500, code, after_effect=True) for action in ("UpdateItem", "DeleteItem", "PUT")
    ]
    attempts: list[Callable[[], Any]] = [
        lambda: dynamo.write("INC#1", "META", {}, expected=version),
        lambda: dynamo.delete("INC#1", "META", expected=version + 1),
        lambda: dynamo.save("a.md", b"x"),
    ]
    for attempt in attempts:
        with pytest.raises(OutcomeUnknown, match=r"Read the (table|bucket) debrief-\S* before writing again\."):
            attempt()
    assert dynamo.read("INC#1", "META") is None
    assert dynamo.load("a.md") is not None


@pytest.mark.parametrize("code", [None, "InternalError"])
def test_a_read_without_an_answer_may_be_asked_again(dynamo: DynamoStore, aws: Aws, code: str | None) -> None:
    aws.emulated.faults += [Fault(action, 500, code) for action in ("GetItem", "Query", "GET", "GET")]
    attempts: list[Callable[[], Any]] = [
        lambda: dynamo.read("INC#1", "META"),
        lambda: list(dynamo.list("INC#1")),
        lambda: dynamo.load("a.md"),
        lambda: list(dynamo.names()),
    ]
    for attempt in attempts:
        with pytest.raises(Unreachable, match=r"Try again in a moment\."):
            attempt()


def test_throttled_writes_surely_did_not_happen(dynamo: DynamoStore, aws: Aws) -> None:
    aws.emulated.faults += [
        Fault("UpdateItem", 400, "ProvisionedThroughputExceededException"),
        Fault("PUT", 503, "SlowDown"),
    ]
    with pytest.raises(Unreachable):
        dynamo.write("INC#1", "META", {})
    with pytest.raises(Unreachable) as raised:
        dynamo.save("a.md", b"x")
    assert str(raised.value) == (
        f"saving the file a.md: AWS answered SlowDown. "
        f"AWS limits how fast the bucket {aws.bucket} is used: try again in a moment."
    )


def test_a_missing_permission_is_named_with_its_resource(dynamo: DynamoStore, aws: Aws) -> None:
    table, bucket = f"the table {aws.table}", f"the bucket {aws.bucket}"
    cases: list[tuple[str, Callable[[], Any], str]] = [
        ("GetItem", lambda: dynamo.read("INC#1", "META"), f"dynamodb:GetItem on {table}"),
        ("UpdateItem", lambda: dynamo.write("INC#1", "META", {}), f"dynamodb:UpdateItem on {table}"),
        ("DeleteItem", lambda: dynamo.delete("INC#1", "META", expected=1), f"dynamodb:DeleteItem on {table}"),
        ("Query", lambda: list(dynamo.list("INC#1")), f"dynamodb:Query on {table}"),
        ("PUT", lambda: dynamo.save("a.md", b"x"), f"s3:PutObject and s3:GetObject on {bucket}"),
        ("GET", lambda: dynamo.load("a.md"), f"s3:GetObject and s3:ListBucket on {bucket}"),
        ("GET", lambda: list(dynamo.names()), f"s3:ListBucket on {bucket}"),
    ]
    for action, attempt, permission in cases:
        code = "AccessDenied" if action in ("PUT", "GET") else "AccessDeniedException"
        aws.emulated.faults.append(Fault(action, 403, code))
        with pytest.raises(NotAllowed) as raised:
            attempt()
        assert raised.value.remedy == f"Allow {permission} in the role that runs this."


def test_a_table_or_bucket_that_is_not_there_is_named(aws: Aws, clock: Clock) -> None:
    store = DynamoStore(aws.dynamodb, "no-table", aws.s3, "no-bucket", clock)
    with pytest.raises(NotFound, match="Check the name and the Region of the table no-table"):
        store.write("INC#1", "META", {})
    with pytest.raises(NotFound, match="Check the name and the Region of the bucket no-bucket"):
        store.save("a.md", b"")
    with pytest.raises(NotFound, match="Check the name and the Region of the bucket no-bucket"):
        list(store.names())


def test_no_connection_means_nothing_happened(aws: Aws, clock: Clock) -> None:
    client = aws.emulated.client("dynamodb")
    client.meta.events.register("before-send", _refuse)
    with pytest.raises(Unreachable, match=r"no connection \(ConnectTimeoutError\)"):
        DynamoStore(client, aws.table, aws.s3, aws.bucket, clock).write("INC#1", "META", {})


def _refuse(**_: Any) -> None:
    raise ConnectTimeoutError(endpoint_url="http://nowhere")


def test_every_read_asks_for_the_latest_write(aws: Aws, clock: Clock) -> None:
    asked: list[dict[str, Any]] = []

    def notice(params: dict[str, Any], **_: Any) -> None:
        asked.append(params)

    client = aws.emulated.client("dynamodb")
    client.meta.events.register("provide-client-params.dynamodb", notice)
    store = DynamoStore(client, aws.table, aws.s3, aws.bucket, clock)
    store.read("INC#1", "META")
    list(store.list("INC#1"))
    list(store.list("INC#1", "OUT#"))
    assert [params["ConsistentRead"] for params in asked] == [True] * 3


def test_a_record_lies_in_the_table_as_the_readme_says(dynamo: DynamoStore, aws: Aws, clock: Clock) -> None:
    dynamo.write("EVT#1", "META", {"status": 1.5}, expires_at=clock.after(days=30))
    item = aws.dynamodb.get_item(TableName=aws.table, Key={"pk": {"S": "EVT#1"}, "sk": {"S": "META"}})["Item"]
    assert item.pop("write_id")["S"]
    assert item == {
        "pk": {"S": "EVT#1"},
        "sk": {"S": "META"},
        "value": {"S": '{"status":1.5}'},
        "version": {"N": "1"},
        "expires_at": {"N": "1774958400"},
    }


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ThrottlingException", 400, Unreachable),
        ("ExpiredTokenException", 400, NotAllowed),
        ("SignatureDoesNotMatch", 403, NotAllowed),
        ("DecryptionFailure", 400, NotAllowed),
        ("ResourceNotFoundException", 400, NotFound),
        ("ValidationException", 400, Rejected),
        ("", 418, Rejected),
        ("InternalFailure", 500, OutcomeUnknown),
        ("", 599, OutcomeUnknown),
    ],
)
def test_refusals_are_sorted_by_what_to_do_next(code: str, status: int, kind: type[ConnectorError]) -> None:
    error = error_from_refusal(code, status, tried="writing", permission="a:B", on="the table x", writes=True)
    assert type(error) is kind
    assert str(error).startswith(f"writing: AWS answered {code or status}. ")


@pytest.mark.parametrize(
    ("kind", "writing", "reading"),
    [
        ("ReadTimeoutError", OutcomeUnknown, Unreachable),
        ("ConnectionClosedError", OutcomeUnknown, Unreachable),
        ("EndpointConnectionError", Unreachable, Unreachable),
        ("NoCredentialsError", NotAllowed, NotAllowed),
    ],
)
def test_silence_is_sorted_by_what_may_have_happened(
    kind: str, writing: type[ConnectorError], reading: type[ConnectorError]
) -> None:
    for writes, expected in ((True, writing), (False, reading)):
        assert type(error_from_silence(kind, tried="it", on="the table x", writes=writes)) is expected


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ReadTimeoutError(endpoint_url="x"), OutcomeUnknown),
        (NoCredentialsError(), NotAllowed),
        (BotoCoreError(), BotoCoreError),
    ],
)
def test_a_fault_of_our_own_is_not_dressed_up(error: BotoCoreError, kind: type[Exception]) -> None:
    with pytest.raises(kind), aws_errors("it", permission="a:B", on="the table x", writes=True):
        raise error


def test_importing_the_stores_loads_neither_botocore_nor_pydantic() -> None:
    code = (
        "import sys, connectors.store.dynamo, connectors.store.sqlite\n"
        "import connectors.store.deliveries, connectors.store.leases\n"
        "import connectors.secrets.environment, connectors.secrets.secrets_manager\n"
        "print([name for name in ('boto3', 'botocore', 'pydantic', 'tenacity') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=True
    )
    assert done.stdout == "[]\n"

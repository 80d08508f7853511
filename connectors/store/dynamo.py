"""The store on AWS: records in one DynamoDB table, files in one S3 bucket. The clients are passed in.

Every write carries an id of its own. Where an answer is lost and the client asks again, the condition fails on our
own first attempt: the id tells, and the write has succeeded. So the clients may be allowed two attempts.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

from connectors.aws import aws_errors
from connectors.store.limits import check_key, json_from_value, last_second
from connectors.store.port import ABSENT, Conflict, File, Record
from connectors.store.s3 import Bucket

# Every attribute goes by an alias: DynamoDB reserves 573 words ("value" is one).
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html (read 2026-11-21)
_NAMES = {"#value": "value", "#version": "version", "#write_id": "write_id", "#expires_at": "expires_at"}
_SET = "SET #value = :value, #version = if_not_exists(#version, :zero) + :one, #write_id = :write_id"
_SET_EXPIRY = ", #expires_at = :expires_at"
_REMOVE_EXPIRY = " REMOVE #expires_at"
_ALIVE = "(attribute_not_exists(#expires_at) OR #expires_at > :now)"
_CREATES = "(attribute_not_exists(pk) OR #expires_at <= :now)"
_REPLACES = f"(#version = :expected AND {_ALIVE})"


class DynamoStore:
    """Conditional writes by a version attribute, strongly consistent reads, time to live in `expires_at`."""

    def __init__(
        self,
        dynamodb_client: Any,
        table: str,
        s3_client: Any,
        bucket: str,
        now: Callable[[], datetime],
        *,
        new_id: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        """The clients are botocore's or boto3's low-level ones. `now` is the aware time; `new_id` never repeats."""
        self._dynamodb, self._table, self._now, self._new_id = dynamodb_client, table, now, new_id
        self._files = Bucket(s3_client, bucket, new_id)

    def read(self, partition: str, sort: str) -> Record | None:
        check_key(partition, sort)
        with self._errors(f"reading the record {partition}/{sort}", "GetItem"):
            reply = self._dynamodb.get_item(TableName=self._table, Key=_key(partition, sort), ConsistentRead=True)
        item = reply.get("Item")
        return _record(item) if item and not self._is_expired(item) else None

    def write(
        self,
        partition: str,
        sort: str,
        value: dict[str, Any],
        *,
        expected: int | None = None,
        expires_at: datetime | None = None,
    ) -> int:
        check_key(partition, sort)
        write_id, text = self._new_id(), json_from_value(partition, sort, value)
        condition, values = self._condition(expected)
        with self._errors(f"writing the record {partition}/{sort}", "UpdateItem", writes=True):
            try:
                reply = self._dynamodb.update_item(
                    TableName=self._table,
                    Key=_key(partition, sort),
                    UpdateExpression=_SET + (_SET_EXPIRY if expires_at else _REMOVE_EXPIRY),
                    ExpressionAttributeNames=_NAMES,
                    ExpressionAttributeValues=values | _values(text, write_id, expires_at),
                    ReturnValues="UPDATED_NEW",
                    **condition,
                )
            except self._dynamodb.exceptions.ConditionalCheckFailedException as failed:
                return _our_version(failed.response.get("Item"), write_id, f"{partition}/{sort}", expected)
        return int(reply["Attributes"]["version"]["N"])

    def delete(self, partition: str, sort: str, *, expected: int) -> None:
        check_key(partition, sort)
        with self._errors(f"deleting the record {partition}/{sort}", "DeleteItem", writes=True):
            try:
                self._dynamodb.delete_item(
                    TableName=self._table,
                    Key=_key(partition, sort),
                    ConditionExpression=_REPLACES,
                    ExpressionAttributeNames={name: _NAMES[name] for name in ("#version", "#expires_at")},
                    ExpressionAttributeValues={":expected": _number(expected), ":now": self._second()},
                )
            except self._dynamodb.exceptions.ConditionalCheckFailedException:
                raise Conflict(f"the record {partition}/{sort} is not at version {expected} any more") from None

    def list(self, partition: str, prefix: str = "") -> Iterator[Record]:
        check_key(partition, prefix or "any")
        return self._pages(partition, _query(self._table, partition, prefix))

    def save(self, name: str, content: bytes, *, expected: str | None = None) -> str:
        return self._files.save(name, content, expected)

    def load(self, name: str) -> File | None:
        return self._files.load(name)

    def names(self, prefix: str = "") -> Iterator[str]:
        return self._files.names(prefix)

    def location(self, name: str) -> str:
        return self._files.location(name)

    def close(self) -> None:
        """The clients belong to whoever made them."""

    def _pages(self, partition: str, request: dict[str, Any]) -> Iterator[Record]:
        while True:
            with self._errors(f"listing the records of {partition}", "Query"):
                page = self._dynamodb.query(**request)
            yield from (_record(item) for item in page["Items"] if not self._is_expired(item))
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _errors(self, tried: str, action: str, *, writes: bool = False) -> Any:
        return aws_errors(tried, permission=f"dynamodb:{action}", on=f"the table {self._table}", writes=writes)

    def _second(self) -> dict[str, str]:
        return _number(int(self._now().timestamp()))

    def _is_expired(self, item: dict[str, Any]) -> bool:
        return "expires_at" in item and int(item["expires_at"]["N"]) <= self._now().timestamp()

    def _condition(self, expected: int | None) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        """The condition as arguments of a write, and the values it names."""
        if expected is None:
            return {}, {}
        expression = _CREATES if expected == ABSENT else _REPLACES
        values = {":now": self._second()} | ({} if expected == ABSENT else {":expected": _number(expected)})
        return {"ConditionExpression": expression, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}, values


def _key(partition: str, sort: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": partition}, "sk": {"S": sort}}


def _number(number: int) -> dict[str, str]:
    return {"N": str(number)}


def _record(item: dict[str, Any]) -> Record:
    value = json.loads(item["value"]["S"])
    return Record(item["pk"]["S"], item["sk"]["S"], value, int(item["version"]["N"]))


def _values(text: str, write_id: str, expires_at: datetime | None) -> dict[str, dict[str, str]]:
    values = {":value": {"S": text}, ":zero": _number(0), ":one": _number(1), ":write_id": {"S": write_id}}
    return values | ({":expires_at": _number(last_second(expires_at))} if expires_at else {})


def _our_version(item: dict[str, Any] | None, write_id: str, key: str, expected: int | None) -> int:
    """The version that our own first attempt wrote. Raises Conflict where it was somebody else."""
    if item and item["write_id"]["S"] == write_id:
        return int(item["version"]["N"])
    raise Conflict(f"the record {key} is at version {item['version']['N'] if item else 0}, not {expected}")


def _query(table: str, partition: str, prefix: str) -> dict[str, Any]:
    return {
        "TableName": table,
        "ConsistentRead": True,
        "KeyConditionExpression": "pk = :pk" + (" AND begins_with(sk, :prefix)" if prefix else ""),
        "ExpressionAttributeValues": {":pk": {"S": partition}} | ({":prefix": {"S": prefix}} if prefix else {}),
    }

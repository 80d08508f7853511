"""Files in one S3 bucket, with S3's own conditional writes. The client is passed in."""

from collections.abc import Callable, Iterator
from typing import Any

from connectors.aws import aws_errors, refusal
from connectors.store.limits import check_name, check_prefix
from connectors.store.port import Conflict, File

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html (read 2026-11-21): 412 where the
# condition does not hold, 409 where another write was under way, 404 where If-Match finds no object.
_SOMEBODY_ELSE = {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"}


class Bucket:
    def __init__(self, s3_client: Any, bucket: str, new_id: Callable[[], str]) -> None:
        self._s3, self._bucket, self._new_id = s3_client, bucket, new_id

    def save(self, name: str, content: bytes, expected: str | None) -> str:
        """Put the object; its ETag is the version. Raises Conflict."""
        check_name(name)
        write_id = self._new_id()
        with self._errors(f"saving the file {name}", "s3:PutObject and s3:GetObject", writes=True):
            try:
                reply = self._s3.put_object(
                    Bucket=self._bucket,
                    Key=name,
                    Body=content,
                    Metadata={"write-id": write_id},
                    **_condition(expected),
                )
            except self._s3.exceptions.ClientError as error:
                if refusal(error)[0] not in _SOMEBODY_ELSE:
                    raise
                return self._our_version(name, write_id)
        return str(reply["ETag"])

    def load(self, name: str) -> File | None:
        check_name(name)
        # Without s3:ListBucket, S3 answers 403 for an object that is not there.
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (read 2026-11-21)
        with self._errors(f"loading the file {name}", "s3:GetObject and s3:ListBucket"):
            try:
                reply = self._s3.get_object(Bucket=self._bucket, Key=name)
            except self._s3.exceptions.NoSuchKey:
                return None
            with reply["Body"] as body:
                return File(name, body.read(), str(reply["ETag"]))

    def names(self, prefix: str) -> Iterator[str]:
        check_prefix(prefix)
        return self._pages_of_names({"Bucket": self._bucket, "Prefix": prefix})

    def location(self, name: str) -> str:
        check_name(name)
        return f"s3://{self._bucket}/{name}"

    def _pages_of_names(self, request: dict[str, str]) -> Iterator[str]:
        while True:
            with self._errors(f"listing the files that begin with {request['Prefix']!r}", "s3:ListBucket"):
                page = self._s3.list_objects_v2(**request)
            yield from (entry["Key"] for entry in page.get("Contents", ()))
            if not page.get("IsTruncated"):
                return
            request["ContinuationToken"] = page["NextContinuationToken"]

    def _our_version(self, name: str, write_id: str) -> str:
        """The version that our own first attempt wrote, its answer lost. Raises Conflict where it was somebody else."""
        try:
            head = self._s3.head_object(Bucket=self._bucket, Key=name)
        except self._s3.exceptions.ClientError as error:
            if refusal(error)[1] != 404:
                raise
            raise Conflict(f"the file {name} is not there any more") from None
        if head.get("Metadata", {}).get("write-id") != write_id:
            raise Conflict(f"the file {name} is not the one that was read")
        return str(head["ETag"])

    def _errors(self, tried: str, permission: str, *, writes: bool = False) -> Any:
        return aws_errors(tried, permission=permission, on=f"the bucket {self._bucket}", writes=writes)


def _condition(expected: str | None) -> dict[str, str]:
    if expected is None:
        return {}
    return {"IfMatch": expected} if expected else {"IfNoneMatch": "*"}

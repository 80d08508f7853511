"""The queue of what ended badly on a stage: Lambda puts the event there that a journey was started with.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq (read 2026-11-21): the
body is the event, the attributes RequestID, ErrorCode and ErrorMessage say what came of it; 14 days at the most.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from connectors.aws import aws_errors

HELD_FOR = 120
"""Seconds in which nobody else is given what was received here."""
_MOST = 10

type Kind = Literal["postmortem", "observe", "follow_up", "tick", "unknown"]


@dataclass(frozen=True, slots=True)
class Letter:
    """One message. `payload` is {} where it is no JSON object; `sent_at` is when the journey ended badly."""

    id: str
    receipt: str
    payload: dict[str, Any]
    error: str
    sent_at: datetime

    @property
    def kind(self) -> Kind:
        """Which journey it was, as what it was started with tells."""
        return kind_of(self.payload)


def kind_of(payload: dict[str, Any]) -> Kind:
    if payload.get("source") == "aws.scheduler":
        return "tick"
    is_hint = isinstance(payload.get("issue_id"), str) and isinstance(payload.get("journey"), str)
    if is_hint or isinstance(payload.get("snooze"), dict):
        return "follow_up"
    if not isinstance(payload.get("incident_id"), str):
        return "unknown"
    if isinstance(payload.get("journey"), str):
        return "postmortem"
    return "observe" if isinstance(payload.get("event"), dict) else "unknown"


class DeadLetters:
    """Every method raises Unreachable, NotAllowed, NotFound, Rejected, OutcomeUnknown."""

    def __init__(self, client: Any, url: str) -> None:
        """`client` is a botocore or boto3 SQS client."""
        self._client, self._url = client, url

    def receive(self) -> list[Letter]:
        """All that wait, held back from others for HELD_FOR: `give_back` what stays. The oldest first."""
        found = dict[str, Letter]()
        while messages := self._page():
            fresh = [letter for one in messages if (letter := _letter(one)).id not in found]
            found |= {letter.id: letter for letter in fresh}
            if not fresh:
                break
        return sorted(found.values(), key=lambda letter: (letter.sent_at, letter.id))

    def delete(self, letter: Letter) -> None:
        with self._errors("taking a message out of the queue", "sqs:DeleteMessage"):
            self._client.delete_message(QueueUrl=self._url, ReceiptHandle=letter.receipt)

    def give_back(self, letters: Iterable[Letter]) -> None:
        """Let the next who asks have them at once."""
        with self._errors("giving messages back to the queue", "sqs:ChangeMessageVisibility"):
            for letter in letters:
                self._client.change_message_visibility(
                    QueueUrl=self._url, ReceiptHandle=letter.receipt, VisibilityTimeout=0
                )

    def _page(self) -> list[dict[str, Any]]:
        with self._errors("reading the queue of what failed", "sqs:ReceiveMessage"):
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=_MOST,
                VisibilityTimeout=HELD_FOR,
                WaitTimeSeconds=1,  # with 0 only some of SQS's machines are asked, and some messages not seen
                AttributeNames=["SentTimestamp"],
                MessageAttributeNames=["All"],
            )
        return answer.get("Messages", [])

    def _errors(self, tried: str, permission: str) -> Any:
        return aws_errors(tried, permission=permission, on="the queue DeadLetters of the stage")


def _letter(message: dict[str, Any]) -> Letter:
    said = message.get("MessageAttributes", {}).get("ErrorMessage", {}).get("StringValue", "")
    sent_at = datetime.fromtimestamp(int(message.get("Attributes", {}).get("SentTimestamp", 0)) / 1000, UTC)
    return Letter(message["MessageId"], message["ReceiptHandle"], _payload(message.get("Body", "")), said, sent_at)


def _payload(body: str) -> dict[str, Any]:
    try:
        payload = json.loads(body)
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}

"""Start a journey on AWS with a bare botocore Lambda client. Standard library at import: the receiver loads this."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.errors import ConnectorError, NotAllowed, NotFound, Rejected, Unreachable
from connectors.steps import Json

LONGEST_NAME = 64
"""Letters, digits, "-" and "_" (botocore 1.44.5, DurableExecutionName)."""
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,48}")
_RESOLVE = re.compile(r"pm-.{1,48}-(\d{1,11})")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,%d}" % LONGEST_NAME)  # noqa: UP031 # braces read worse
_REMEDIES: dict[int, tuple[type[ConnectorError], str]] = {
    403: (NotAllowed, "Give the receiver's role lambda:InvokeFunction on the journey function and its versions."),
    404: (NotFound, "Set the journey function's alias or version ARN as the one to start."),
    429: (Unreachable, "Lambda is throttling: try again."),
}


def journey_name(incident_id: str, occurred_at: datetime) -> str:
    """ "pm-<incident id>-<seconds of occurred_at>", which names one resolve for ever.

    An id that is too long or has characters a name cannot hold goes in as its SHA-256. `occurred_at` is aware.
    """
    if occurred_at.tzinfo is None:
        raise ValueError("occurred_at carries no zone")
    plain = bool(_PLAIN.fullmatch(incident_id))
    part = incident_id if plain else hashlib.sha256(incident_id.encode("utf-8", "surrogatepass")).hexdigest()[:40]
    return f"pm-{part}-{int(occurred_at.timestamp())}"


def moment_in(journey: str) -> datetime | None:
    """The resolve that a journey is named after, to the second; None where it is named after something else."""
    found = _RESOLVE.fullmatch(journey)
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None


def start_on_lambda(client: Any, function_arn: str, kind: str, name: str, payload: Json) -> bool:
    """Start the journey, once per name. False where that name was already started with another payload or version.

    True also where the same name and payload were started before: the service does not say, and starts nothing anew.
    `function_arn` ends in an alias or a version. The payload goes as the same bytes every time.
    Raises Unreachable (asking again is safe: the name makes it so), NotAllowed, NotFound, Rejected.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a journey: 1 to {LONGEST_NAME} of letters, digits, - and _.")
    tried = f"Starting the {kind} journey {name}"
    body = json.dumps(payload, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    try:
        client.invoke(FunctionName=function_arn, InvocationType="Event", DurableExecutionName=name, Payload=body)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == "DurableExecutionAlreadyStartedException":
            return False
        raise named_error(tried, error.response, _REMEDIES) from error
    except BotoCoreError as error:
        raise Unreachable(tried, f"Lambda could not be asked ({type(error).__name__})", "Try again.") from error
    return True


def named_error(tried: str, response: Any, remedies: Mapping[int, tuple[type[ConnectorError], str]]) -> ConnectorError:
    """What a refusal of Lambda's means, by its HTTP status."""
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500))
    came_back = f"Lambda answered {status} {response.get('Error', {}).get('Code', '')}".rstrip()
    if status >= 500:
        return Unreachable(tried, came_back, "Try again.")
    kind, remedy = remedies.get(status, (Rejected, "Set a published version or alias of the journey function."))
    return kind(tried, came_back, remedy)

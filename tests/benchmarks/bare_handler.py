"""The peer that the receiver is measured against: what anybody would write with botocore alone for the same job.

The same clients, the same seven requests (current and previous secret, look, claim the resolve, start, mark), nothing
checked that need not be. No retries, errors, replay window, event kinds, or names that a stranger may have chosen.
"""

import base64
import hashlib
import hmac
import json
import os
from typing import Any

from botocore.config import Config
from botocore.session import get_session

_session = get_session()
_config = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
_secrets = _session.create_client("secretsmanager", config=_config)
_dynamodb = _session.create_client("dynamodb", config=_config)
_lambda = _session.create_client("lambda", config=_config)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    text = event["body"]
    body = base64.b64decode(text) if event["isBase64Encoded"] else text.encode()
    signature = event["headers"]["x-pagerduty-signature"]
    if not any(hmac.compare_digest(signature, _signature(secret, body)) for secret in _webhook_secrets()):
        return {"statusCode": 403}
    rung = json.loads(body)["event"]
    key = {"pk": {"S": f"EVT#{rung['id']}"}, "sk": {"S": "META"}}
    table = os.environ["DEBRIEF_TABLE"]
    if "Item" in _dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True):
        return {"statusCode": 202}
    incident_id = rung["data"]["id"]
    name = f"pm-{incident_id}"
    claim = {"pk": {"S": f"INC#{incident_id}"}, "sk": {"S": "RESOLVES"}}
    if "Item" in _dynamodb.get_item(TableName=table, Key=claim, ConsistentRead=True):
        return {"statusCode": 202}
    _put_once(table, claim, name)
    _lambda.invoke(
        FunctionName=os.environ["DEBRIEF_POSTMORTEM_ARN"],
        InvocationType="Event",
        DurableExecutionName=name,
        Payload=json.dumps({"incident_id": incident_id, "journey": name}).encode(),
    )
    _put_once(table, key, name)
    return {"statusCode": 202}


def _put_once(table: str, key: dict[str, Any], journey: str) -> None:
    _dynamodb.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="SET #value = :value",
        ConditionExpression="attribute_not_exists(pk)",
        ExpressionAttributeNames={"#value": "value"},
        ExpressionAttributeValues={":value": {"S": json.dumps({"journey": journey})}},
        ReturnValues="UPDATED_NEW",
    )


def _webhook_secrets() -> list[str]:
    found = []
    for stage in ("AWSCURRENT", "AWSPREVIOUS"):
        try:
            reply = _secrets.get_secret_value(SecretId=os.environ["DEBRIEF_PAGERDUTY_SECRET_ID"], VersionStage=stage)
        except _secrets.exceptions.ResourceNotFoundException:
            continue
        found.append(json.loads(reply["SecretString"])["PAGERDUTY_WEBHOOK_SECRET"])
    return found


def _signature(secret: str, body: bytes) -> str:
    return "v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()

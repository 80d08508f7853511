"""What a removed stage leaves, written down when it is removed, and taken up again by the next deployment.

The table, the bucket and the secrets outlive their stack. A new stack would make empty ones; CloudFormation can import
those that are there instead (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources.html, read
2026-11-21): a stack is made of them alone, and the deployment then adds the rest.
"""

import json
from pathlib import Path
from typing import Any

from connectors.aws import aws_errors
from handlers.cli.exits import Ended, Exit
from handlers.stage import SERVICE, find_stage

IDENTIFIED_BY = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SecretsManager::Secret": "Id",
}
_CARRIED = ("Parameters", "Mappings", "Conditions")
_PATIENCE = {"Delay": 2, "MaxAttempts": 150}
_HALF_MADE = "REVIEW_IN_PROGRESS"
_MAY_IMPORT = "cloudformation:CreateChangeSet, DescribeChangeSet, ExecuteChangeSet and DescribeStacks"


def kept_of(stage: str, region: str | None) -> dict[str, Any]:
    """{"stage", "region", "resources": as CloudFormation imports them, "template": of these alone}. Raises as
    `find_stage` does."""
    found = find_stage(stage, region)
    client, stack = found.client("cloudformation"), f"{SERVICE}-{stage}"
    with aws_errors(f"reading the stack {stack}", permission="cloudformation:GetTemplate", on=f"the stack {stack}"):
        template = client.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
        there = client.describe_stack_resources(StackName=stack)["StackResources"]
    template = json.loads(template) if isinstance(template, str) else template
    ids = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in there}
    kept = {name: one for name, one in template["Resources"].items() if _is_kept(name, one)}
    resources = [_identified(name, one["Type"], ids[name]) for name, one in sorted(kept.items())]
    carried = {section: template[section] for section in _CARRIED if section in template}
    return {"stage": stage, "region": found.region, "resources": resources, "template": carried | {"Resources": kept}}


def write_kept(file: Path, kept: dict[str, Any]) -> None:
    """Raises Ended."""
    try:
        file.write_text(json.dumps(kept, indent=2) + "\n")
    except OSError as error:
        raise Ended(Exit.USAGE, f"{file} cannot be written ({error.strerror}): nothing was removed.") from None


def take_up(stage: str, region: str | None, file: Path) -> bool:
    """Make the stack of what is kept; False where the stage is there already. Raises Ended, ConnectorError."""
    import boto3

    kept, stack = _read(file, stage), f"{SERVICE}-{stage}"
    client = boto3.client("cloudformation", region_name=region or kept["region"])
    with aws_errors(f"taking up what {stack} left", permission=_MAY_IMPORT, on=f"the stack {stack}"):
        status = _status(client, stack)
        if status in (None, _HALF_MADE):
            _import(client, stack, kept, again=status == _HALF_MADE)
    return status in (None, _HALF_MADE)


def _status(client: Any, stack: str) -> str | None:
    try:
        return client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    except client.exceptions.ClientError as error:
        if "does not exist" in error.response.get("Error", {}).get("Message", ""):
            return None
        raise


def _import(client: Any, stack: str, kept: dict[str, Any], *, again: bool) -> None:
    """`again`: an earlier try was given up before anything was imported. Raises Ended."""
    from botocore.exceptions import WaiterError

    named = {"StackName": stack, "ChangeSetName": "take-up-what-was-kept"}
    if again:
        client.delete_change_set(**named)
    wanted = {"ResourcesToImport": kept["resources"], "TemplateBody": json.dumps(kept["template"])}
    client.create_change_set(**named, ChangeSetType="IMPORT", **wanted)
    try:
        client.get_waiter("change_set_create_complete").wait(**named, WaiterConfig=_PATIENCE)
        client.execute_change_set(**named)
        client.get_waiter("stack_import_complete").wait(StackName=stack, WaiterConfig=_PATIENCE)
    except WaiterError as error:
        last: dict[str, Any] = error.last_response
        said = last.get("StatusReason") or str(error)
        raise Ended(Exit.REFUSED, f"CloudFormation did not take up what {stack} left: {said}") from None


def _is_kept(name: str, resource: dict[str, Any]) -> bool:
    is_ours = resource["Type"] in IDENTIFIED_BY and name != "ServerlessDeploymentBucket"
    return is_ours and resource.get("DeletionPolicy") == "Retain"


def _identified(name: str, kind: str, physical_id: str) -> dict[str, Any]:
    identifier = {IDENTIFIED_BY[kind]: physical_id}
    return {"ResourceType": kind, "LogicalResourceId": name, "ResourceIdentifier": identifier}


def _read(file: Path, stage: str) -> dict[str, Any]:
    """Raises Ended."""
    try:
        kept = json.loads(file.read_text())
        if kept["stage"] == stage and kept["resources"] and kept["template"]["Resources"]:
            return kept
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise Ended(Exit.USAGE, f"{file} does not say what the stage {stage} left: give the file that make remove wrote.")

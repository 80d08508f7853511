"""What docs/security.md promises is so: the tests that it names exist, and roles may what it says."""

import json
import re
import tomllib
from typing import Any

import pytest

from handlers.stage import VENDORS
from tests.contract.stack import OSLS, ROOT, functions, resources, statements
from tests.contract.test_docs import PAGES

PAGE = (ROOT / "docs" / "security.md").read_text()
_EVERYWHERE = {"logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTraceSegments", "xray:PutTelemetryRecords"}
_DURABLE = {"lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState", "sqs:SendMessage"}
_EXECUTIONS = {"lambda:ListDurableExecutionsByFunction", "lambda:GetDurableExecution"}
_TABLE = {
    "dynamodb:GetItem": "read",
    "dynamodb:Query": "list",
    "dynamodb:UpdateItem": "write",
    "dynamodb:DeleteItem": "delete",
}
_BUCKET = {"s3:GetObject": "read", "s3:ListBucket": "list", "s3:PutObject": "write"}
_PINNED = re.compile(r"[\w.-]+(\[[\w,]+\])?==[\w.]+")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_test_that_a_page_names_exists(page: Any):
    written = "\n".join(file.read_text() for file in (ROOT / "tests").rglob("*.py"))
    existing = set(re.findall(r"^\s*def (test_\w+)\(", written, re.MULTILINE))

    named = re.findall(r"`(test_\w+)`", page.read_text())
    assert [name for name in named if name not in existing] == []


def test_every_threat_has_a_control_and_a_test():
    rows = _rows("## Threats")

    assert len(rows) > 20
    assert [row for row in rows if "`test_" not in row[2] and row[2] != "not applicable"] == []


@pytest.mark.skipif(not OSLS.exists(), reason="osls is not installed: `npm ci`, which `make test` does where Node is")
def test_what_each_function_may_do_is_what_the_page_says():
    told = {row[0].strip("`"): row[1:] for row in _rows("## What each function may do")}

    assert told == {name: _row(name) for name in functions()}


def test_every_package_that_runs_is_pinned_and_known_by_its_hash():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["aws"]]
    packages: list[dict[str, Any]] = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    fetched = [one for one in packages if one["name"] != "debrief"]
    node: dict[str, Any] = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    assert [one for one in asked if not _PINNED.match(one)] == ["tzdata"]  # figures of time zones: the lock pins it
    assert {tuple(one["source"]) for one in fetched} == {("registry",)}
    assert all(file["hash"].startswith("sha256:") for one in fetched for file in one["wheels"])
    assert all(one["integrity"].startswith("sha512-") for name, one in node.items() if name)
    assert "--require-hashes" in (ROOT / "Makefile").read_text()


def _rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    lines = PAGE.split(f"{heading}\n", 1)[1].split("\n## ", 1)[0].splitlines()
    table = [line for line in lines if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[2:]]


def _row(function: str) -> list[str]:
    """What its role allows, and the policies that hang on it, as a line of the table."""
    role = functions()[function]["Role"]["Fn::GetAtt"][0]
    hung = {one.get("Ref") for one in resources("AWS::IAM::Role")[role]["Properties"]["ManagedPolicyArns"]}
    allowed = [statement for owner, statement in statements() if owner in {role, *hung}]
    actions = {action for one in allowed for action in _listed(one["Action"])} - _EVERYWHERE
    secrets = _targets(allowed, "secretsmanager:GetSecretValue")
    starts = _targets(allowed, "lambda:InvokeFunction")
    words = (
        _in_words(actions, _TABLE),
        _in_words(actions, _BUCKET),
        ", ".join(name for name in VENDORS.values() if f'"{name}Secret"' in secrets),
        ", ".join(sorted(re.findall(r"debrief-dev-(\w+):", starts))) or "nothing",
        "yes" if actions >= _DURABLE else "no",
    )
    known = {*_TABLE, *_BUCKET, *_DURABLE, *_EXECUTIONS, "secretsmanager:GetSecretValue", "lambda:InvokeFunction"}
    assert actions <= known
    assert not actions & _EXECUTIONS or function == "reconcile"
    return list(words)


def _in_words(actions: set[str], words: dict[str, str]) -> str:
    return ", ".join(word for action, word in words.items() if action in actions) or "nothing"


def _targets(allowed: list[dict[str, Any]], action: str) -> str:
    return json.dumps([one["Resource"] for one in allowed if action in _listed(one["Action"])])


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]

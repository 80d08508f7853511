"""The whole template as it would be deployed, packaged by osls in a copy without network, account or credentials."""

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
OSLS = ROOT / "node_modules" / ".bin" / "osls"
ZIPS = ("journey.zip", "receiver.zip")
CHOICES: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "deploy.example.yml").read_text())["prod"]
"""What a stage may choose in deploy.yml, with the values of the example."""

type Resource = dict[str, Any]


@cache
def template(stage: str = "dev", *chosen: str) -> str:
    """The template of a stage, as JSON text, with these of CHOICES. The zips are empty: what is in them is another
    test's."""
    with TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copy(ROOT / "serverless.yml", copy)
        shutil.copytree(ROOT / "infra", copy / "infra")
        (copy / "deploy.yml").write_text(yaml.safe_dump({stage: {key: CHOICES[key] for key in chosen}}))
        for name in ZIPS:
            zipped = copy / "build" / "arm64" / name
            zipped.parent.mkdir(parents=True, exist_ok=True)
            zipped.write_bytes(b"PK\x05\x06" + bytes(18))
        environment = {"PATH": os.environ["PATH"], "HOME": folder}
        command = [str(OSLS), "package", "--stage", stage, "--package", "out"]
        ran = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=120)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return (copy / "out" / "cloudformation-template-update-stack.json").read_text()


def resources(kind: str, stage: str = "dev", *chosen: str) -> dict[str, Resource]:
    """By logical id, those of one type ("AWS::Lambda::Function")."""
    found: dict[str, Resource] = json.loads(template(stage, *chosen))["Resources"]
    return {name: one for name, one in found.items() if one["Type"] == kind}


def functions(stage: str = "dev", *chosen: str) -> dict[str, Resource]:
    """The properties of every function, by the name of its file in handlers/."""
    found = resources("AWS::Lambda::Function", stage, *chosen).values()
    return {one["Properties"]["Handler"].split(".")[1]: one["Properties"] for one in found}


def statements(stage: str = "dev", *chosen: str) -> list[tuple[str, dict[str, Any]]]:
    """Every statement of every policy, with the logical id of what it belongs to. Who may assume a role is none."""
    found = list[tuple[str, dict[str, Any]]]()
    for kind in ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"):
        for name, one in resources(kind, stage, *chosen).items():
            properties = one["Properties"]
            documents = [
                properties.get("PolicyDocument"),
                *(each["PolicyDocument"] for each in properties.get("Policies", [])),
            ]
            found += [(name, statement) for document in documents if document for statement in document["Statement"]]
    return found

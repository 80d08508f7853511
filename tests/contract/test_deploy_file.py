"""deploy.yml, in which an operator chooses what a stage stands on: a misspelt key stops the deployment."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REFUSED = "Not understood in deploy.yml"


def deployed(folder: Path, chosen: str) -> str:
    """What `make deploy` says of this file; nothing is built here, and no osls is in reach."""
    for name in ("Makefile", "serverless.yml"):
        shutil.copy(ROOT / name, folder)
    (folder / "deploy.yml").write_text(chosen)
    command = ["make", "-s", "-o", ".venv/.synced", "-o", "package", "-o", "osls", "deploy", "REGION=eu-west-1"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=30)
    assert ran.returncode != 0
    return ran.stdout + ran.stderr


def test_the_example_is_understood(tmp_path: Path):
    said = deployed(tmp_path, (ROOT / "docs" / "deploy.example.yml").read_text())
    assert REFUSED not in said
    assert "osls" in said


@pytest.mark.parametrize(
    "line", ["  kmsKeyARN: arn:aws:kms:x", "  domain: debrief.acme.example", "alarmEmail: a@b.example"]
)
def test_a_misspelt_or_misplaced_key_stops_the_deployment_and_is_shown(tmp_path: Path, line: str):
    said = deployed(tmp_path, f"prod:\n  monthlyBudget: 40\n{line}\n")
    assert f"3:{line}\n{REFUSED}" in said

"""The region of `make deploy` and `make remove`: found once, the same for osls and for debrief, and never a guess."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("node_modules/.bin/osls", ".venv/bin/debrief")
REFUSED = "No AWS region is set: make {} STAGE=dev REGION=eu-west-1, or export AWS_REGION.\n"
PROFILES = "[default]\nregion = eu-north-1\n[profile ours]\nregion = eu-south-1\n"
OURS = {"AWS_CONFIG_FILE": "profiles", "AWS_PROFILE": "ours"}

WAYS = {
    "REGION first": (["REGION=eu-west-1"], {"AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "eu-west-3"}, "eu-west-1"),
    "AWS_REGION": ([], {"AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "eu-west-3"}, "eu-west-2"),
    "AWS_DEFAULT_REGION": ([], {"AWS_DEFAULT_REGION": "eu-west-3"} | OURS, "eu-west-3"),
    "the profile": ([], OURS, "eu-south-1"),
    "the default profile": ([], {"AWS_CONFIG_FILE": "profiles"}, "eu-north-1"),
}


@dataclass
class Copy:
    """The Makefile in a folder of its own, where osls and debrief only write down what they are told."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict[str, str])

    def makes(self, *arguments: str, typed: str = "dev\n") -> subprocess.CompletedProcess[str]:
        command = ["make", "-s", *(f"-o{made}" for made in (".venv/.synced", "package", "osls")), *arguments]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder)} | self.environment
        return subprocess.run(
            command, cwd=self.folder, env=environment, input=typed, capture_output=True, text=True, timeout=60
        )

    @property
    def told(self) -> list[str]:
        file = self.folder / "told"
        return file.read_text().splitlines() if file.exists() else []


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    for name in ("Makefile", "serverless.yml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "profiles").write_text(PROFILES)
    for tool in TOOLS:
        _script(tmp_path / tool, 'echo "$(basename "$0") $*" >> told')
    _script(tmp_path / ".venv/bin/python", f'exec {sys.executable} "$@"')
    return Copy(tmp_path)


def _script(file: Path, line: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{line}\n")
    file.chmod(0o755)


@pytest.mark.parametrize(("arguments", "environment", "region"), WAYS.values(), ids=WAYS)
def test_all_of_a_deployment_is_told_one_region(
    copy: Copy, arguments: list[str], environment: dict[str, str], region: str
):
    copy.environment |= environment
    kept = copy.folder / "kept-dev.json"
    kept.write_text(f'{{\n  "stage": "dev",\n  "region": "{region}"\n}}\n')

    assert copy.makes("deploy", *arguments).returncode == 0
    assert copy.told == [
        f"debrief stage dev --region {region} --take-up kept-dev.json",
        f"osls deploy --stage dev --region {region}",
        f"debrief stage dev --region {region}",
    ]
    assert not kept.exists()


@pytest.mark.parametrize(("arguments", "environment", "region"), WAYS.values(), ids=WAYS)
def test_all_of_a_removal_is_told_one_region(
    copy: Copy, arguments: list[str], environment: dict[str, str], region: str
):
    copy.environment |= environment
    ran = copy.makes("remove", *arguments)

    assert ran.returncode == 0
    assert copy.told == [
        f"debrief stage dev --region {region} --removal",
        f"debrief stage dev --region {region} --removal --keep kept-dev.json",
        f"osls remove --stage dev --region {region}",
    ]
    assert f"make deploy STAGE=dev REGION={region} takes it up again" in ran.stdout


@pytest.mark.parametrize("goal", ["deploy", "remove"])
@pytest.mark.parametrize("environment", [{}, {"AWS_REGION": ""}, {"AWS_PROFILE": "nobody"}], ids=str)
def test_without_a_region_nothing_is_done(copy: Copy, goal: str, environment: dict[str, str]):
    copy.environment |= environment
    ran = copy.makes(goal)

    assert ran.returncode != 0
    assert ran.stderr.startswith(REFUSED.format(goal))
    assert (ran.stdout, copy.told) == ("", [])


def test_it_is_refused_before_the_zips_are_built(copy: Copy):
    ran = copy.makes("-n", "deploy")
    assert ran.stdout.startswith("[ -n ''")


@pytest.mark.parametrize("goal", ["deploy", "remove"])
def test_what_was_kept_in_another_region_is_neither_taken_up_nor_written_over(copy: Copy, goal: str):
    kept = copy.folder / "kept-dev.json"
    text = '{"stage": "dev", "region": "eu-west-2"}'
    kept.write_text(text)
    ran = copy.makes(goal, "REGION=eu-west-1")

    assert ran.returncode != 0
    assert ran.stderr.startswith("kept-dev.json is of another region than eu-west-1: ")
    assert copy.told == []
    assert kept.read_text() == text

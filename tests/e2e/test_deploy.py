"""`osls deploy` into an emulated account, twice: the HTTP API that it leaves behind, the commands of ops as a person
types them, and what a removal leaves for the next deployment."""

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.contract.cli import Came, in_a_process
from tests.contract.stack import OSLS, ROOT
from tests.e2e.ministack import MINISTACK, Account, ministack
from tests.e2e.on_lambda import ZIPS
from tests.incidents import by_name
from tests.incidents.moved import latest
from tests.neighbours import WEBHOOK_SECRET
from tests.vendors.pagerduty_webhooks import body_of, sign

pytestmark = pytest.mark.skipif(
    not (OSLS.exists() and MINISTACK.exists() and (ZIPS / "journey.zip").exists()),
    reason="make test-e2e fetches osls and ministack, and builds the zips",
)

KEPT = ("Table", "Bucket")
SETTINGS = b"timezone: Europe/Berlin\n"


def test_the_whole_stack_is_set_up_updated_answers_and_is_looked_after_from_a_terminal(tmp_path: Path):
    with ministack(tmp_path) as account:
        assert "✔ Service deployed" in account.deploy()
        held = account.resources()
        secret = json.dumps({"PAGERDUTY_WEBHOOK_SECRET": WEBHOOK_SECRET})
        account.client("secretsmanager").put_secret_value(SecretId=held["PagerDutySecret"], SecretString=secret)
        body = body_of(latest(by_name("stale-replica"), datetime.now(UTC)).webhooks[-1])

        assert account.posts("/pagerduty", body, sign(body, "whsec-somebody-else")) == 403
        assert account.posts("/pagerduty", body, sign(body, WEBHOOK_SECRET)) == 202

        _is_looked_after(account, tmp_path)
        account.deploy()
        assert {held[name] for name in (*KEPT, "PagerDutySecret")} <= set(account.resources().values())
        assert account.posts("/pagerduty", body, sign(body, WEBHOOK_SECRET)) == 202

        _goes_and_comes_back(account, tmp_path, held)
        assert account.client("s3").get_object(Bucket=held["Bucket"], Key="debrief.yml")["Body"].read() == SETTINGS


def types(account: Account, folder: Path, *arguments: str) -> Came:
    """`debrief ...` in a process of its own, signed in to the account."""
    return in_a_process(folder, *arguments, **account.environment)


def _is_looked_after(account: Account, folder: Path) -> None:
    (folder / "debrief.yml").write_bytes(SETTINGS)
    pushed = types(account, folder, "settings", "push", "--stage", "dev", "--yes", "--json")
    assert pushed.json["pushed"], pushed.err
    told = types(account, folder, "status", "--stage", "dev")
    assert (told.code, told.out.split(".")[0]) == (0, "Nothing is under way, failed, or parked")
    assert types(account, folder, "replay", "--stage", "dev").out.startswith("Nothing waits: ")


def _goes_and_comes_back(account: Account, folder: Path, held: dict[str, str]) -> None:
    """Removed, and deployed again on what was kept. The emulator imports no secrets: those are left out of the file."""
    kept = folder / "kept-dev.json"
    told = types(account, folder, "stage", "dev", "--removal", "--keep", str(kept))
    assert held["Table"] in told.out
    _without_secrets(kept)
    _osls(account, "remove")

    taken = types(account, folder, "stage", "dev", "--take-up", str(kept))
    assert (taken.code, taken.err) == (0, "")
    account.deploy()
    again = account.resources()
    assert {name: again[name] for name in KEPT} == {name: held[name] for name in KEPT}


def _without_secrets(kept: Path) -> None:
    said = json.loads(kept.read_text())
    said["resources"] = [one for one in said["resources"] if one["LogicalResourceId"] in KEPT]
    said["template"]["Resources"] = {name: said["template"]["Resources"][name] for name in KEPT}
    kept.write_text(json.dumps(said))


def _osls(account: Account, command: str) -> None:
    environment = account.environment | {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    ran = subprocess.run(
        [str(OSLS), command, "--stage", "dev"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr

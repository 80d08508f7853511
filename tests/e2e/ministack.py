"""AWS on this machine, as far as an emulator goes: unmodified `osls deploy` sets the whole stack up in it."""

import http.client
import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.session import Session

from tests.contract.stack import OSLS, ROOT
from tests.e2e.runtime import ARCH, TOOLS, bare_python, free_port, wait_for

MINISTACK = TOOLS / "ministack"
STACK = "debrief-dev"
_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


class Account:
    """An empty account at a port."""

    def __init__(self, port: int) -> None:
        self.port, self.url = port, f"http://127.0.0.1:{port}"

    def client(self, service: str) -> Any:
        return Session().create_client(
            service,
            region_name="us-east-1",
            endpoint_url=self.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    @property
    def environment(self) -> dict[str, str]:
        """Of a shell that is signed in to it."""
        return _CREDENTIALS | {"AWS_ENDPOINT_URL": self.url}

    def deploy(self, folder: Path = ROOT) -> str:
        """`osls deploy`, as a person types it in a folder; what it printed."""
        environment = self.environment | {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "DEBRIEF_ARCH": ARCH}
        command = [str(OSLS), "deploy", "--stage", "dev"]
        ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    def resources(self) -> dict[str, str]:
        """Physical ids by logical id, of what the stack holds."""
        found = self.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
        assert all(one["ResourceStatus"].endswith("_COMPLETE") for one in found)
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}

    def posts(self, path: str, body: bytes, headers: dict[str, str], host: str = "") -> int:
        """Through the HTTP API of the stack, under its own name or another; the status."""
        host = host or f"{self.resources()['HttpApi']}.execute-api.localhost:{self.port}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", path, body, headers | {"Host": host})
            return connection.getresponse().status
        finally:
            connection.close()


@contextmanager
def ministack(folder: Path) -> Generator[Account]:
    """Up until the end of the block; it listens on this machine only."""
    account = Account(free_port())
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(MINISTACK),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(account.port),
        "LAMBDA_EXECUTOR": "local",
        "IOT_MTLS_PORT": str(free_port()),
        "HOME": str(folder),
    }
    with (folder / "ministack.log").open("ab") as log:
        command = [bare_python(), "-P", str(Path(__file__).with_name("ministack_main.py"))]  # else it would import us
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
    try:
        wait_for(account.port)
        yield account
    finally:
        process.terminate()
        process.wait(20)

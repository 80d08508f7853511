"""A deployment zip, unpacked, in AWS's own runtime interface emulator: one process per function, as on Lambda.

The emulator is the binary inside the aws-sam-cli package, its client is awslambdaric; `make test-e2e` puts both into
.tools/. The interpreter is the bare one: what is not in the zip is not there.
"""

import http.client
import os
import platform
import socket
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

TOOLS = Path(__file__).parents[2] / ".tools"
ARCH = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "")
EMULATOR = TOOLS / "rie" / "samcli" / "local" / "rapid" / f"aws-lambda-rie-{ARCH}"
CLIENT = TOOLS / "awslambdaric"
LONGEST_START = 20.0


def unpacked(zip_file: Path, folder: Path) -> Path:
    """The zip as Lambda unpacks it: nobody writes there."""
    with zipfile.ZipFile(zip_file) as archive:
        archive.extractall(folder)
    return folder


class Runtime:
    """One function. It answers one invocation at a time, as one Lambda environment does."""

    def __init__(self, code: Path, handler: str, environment: dict[str, str], log: Path) -> None:
        self._lock = threading.Lock()
        self._port = free_port()
        plain = {"PATH": os.environ["PATH"], "PYTHONPATH": str(CLIENT), "PYTHONDONTWRITEBYTECODE": "1"}
        lambda_ones = {
            "LAMBDA_TASK_ROOT": str(code),
            "AWS_LAMBDA_FUNCTION_NAME": "function",
            "AWS_LAMBDA_FUNCTION_TIMEOUT": "60",
            "_HANDLER": handler,
        }
        command = [
            str(EMULATOR), "--runtime-interface-emulator-address", f"127.0.0.1:{self._port}",
            "--runtime-api-address", f"127.0.0.1:{free_port()}", bare_python(), "-m", "awslambdaric", handler,
        ]  # fmt: skip
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                command, cwd=code, env=plain | lambda_ones | environment, stdout=out, stderr=out
            )
        wait_for(self._port)

    def invoke(self, event: bytes, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
        """Status, headers, body. The path must say `function` whatever its name is: the emulator knows no other."""
        with self._lock:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=90)
            try:
                connection.request("POST", "/2015-03-31/functions/function/invocations", event, headers or {})
                answer = connection.getresponse()
                return answer.status, dict(answer.getheaders()), answer.read()
            finally:
                connection.close()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def bare_python() -> str:
    """The interpreter without this project's packages."""
    return str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for(port: int) -> None:
    """Until somebody listens there."""
    deadline = time.monotonic() + LONGEST_START
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "the emulator did not start"
            time.sleep(0.02)
        else:
            return


def missing() -> str:
    """What is not here that these tests need; "" where all is."""
    needed: dict[str, Any] = {"the runtime interface emulator": EMULATOR, "awslambdaric": CLIENT}
    return ", ".join(name for name, path in needed.items() if not path.exists())

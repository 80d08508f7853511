"""A deployment zip, unpacked, in AWS's own runtime interface emulator: one process per function, as on Lambda.

The emulator is the binary inside the aws-sam-cli package, its client is awslambdaric; `make test-e2e` puts both into
.tools/. The interpreter is the bare one: what is not in the zip is not there.
"""

import http.client
import os
import platform
import random
import socket
import subprocess
import sys
import threading
import time
import zipfile
from contextlib import suppress
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Spent:
    """What one environment took in its life: seconds of CPU, and the most memory at any time in MB."""

    cpu: float
    peak: float


class Runtime:
    """One function. It answers one invocation at a time, as one Lambda environment does. `spent` tells of those
    environments that were stopped; `worked` when it was busy, from and until, on this machine's clock."""

    def __init__(self, code: Path, handler: str, environment: dict[str, str], log: Path) -> None:
        self._lock = threading.Lock()
        self._made_of = code, handler, environment
        self.log, self.spent, self.worked = log, list[Spent](), list[tuple[float, float]]()
        self._begin()

    def _begin(self) -> None:
        code, handler, environment = self._made_of
        self._port = free_port()
        plain = {"PATH": os.environ["PATH"], "PYTHONPATH": str(CLIENT), "PYTHONDONTWRITEBYTECODE": "1"}
        lambda_ones = {
            "LAMBDA_TASK_ROOT": str(code),
            "AWS_LAMBDA_FUNCTION_NAME": "function",
            "AWS_LAMBDA_FUNCTION_TIMEOUT": "60",
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_LAMBDA_LOG_LEVEL": "INFO",
            "_HANDLER": handler,
        }
        command = [
            str(EMULATOR), "--runtime-interface-emulator-address", f"127.0.0.1:{self._port}",
            "--runtime-api-address", f"127.0.0.1:{free_port()}", bare_python(), "-m", "awslambdaric", handler,
        ]  # fmt: skip
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                command, cwd=code, env=plain | lambda_ones | environment, stdout=out, stderr=out
            )
        wait_for(self._port)

    def invoke(self, event: bytes, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
        """Status, headers, body. The path must say `function` whatever its name is: the emulator knows no other."""
        with self._lock:
            connection, began = http.client.HTTPConnection("127.0.0.1", self._port, timeout=90), time.monotonic()
            try:
                connection.request("POST", "/2015-03-31/functions/function/invocations", event, headers or {})
                answer = connection.getresponse()
                return answer.status, dict(answer.getheaders()), answer.read()
            finally:
                connection.close()
                self.worked.append((began, time.monotonic()))

    def restart(self) -> None:
        """A new environment, when what is under way has ended."""
        with self._lock:
            self.stop()
            self._begin()

    def stop(self) -> None:
        self.spent += [_spent_by(pid) for pid in _children(self.process.pid)]
        self.process.terminate()
        self.process.wait(10)


def _children(pid: int) -> list[str]:
    """https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html (read 2026-11-21); none but on Linux."""
    found = list[str]()
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            if file.read_text().rpartition(")")[2].split()[1] == str(pid):
                found.append(file.parent.name)
    return found


def _spent_by(pid: str) -> Spent:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    status = Path(f"/proc/{pid}/status").read_text()
    peak = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")), "0")
    return Spent((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(peak) / 1024)


def bare_python() -> str:
    """The interpreter without this project's packages."""
    return str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())


def free_port() -> int:
    """One that no connection is given for its own end meanwhile: Linux takes those from 32768 on, and so does port 0.
    https://docs.kernel.org/networking/ip-sysctl.html (ip_local_port_range, read 2026-11-22)"""
    while True:
        port = random.randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


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

"""Lambda's own API on loopback: starts durable executions by name, once, and invokes the functions' runtimes.

The durable protocol itself is the SDK's local server (`dex-local-runner`), to which everything else goes on.
"""

import base64
import http.client
import json
import re
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

from tests.e2e.runtime import Runtime, free_port
from tests.vendors.wire import Reply, Request, json_reply, served

_INVOKE = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")
_ARN = re.compile(r"(?:arn:aws:lambda:[^:]+:\d+:function:)?([^:]+)(?::([^:]+))?")
_UNQUALIFIED = "You cannot invoke a durable function using an unqualified ARN."
_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
_OF_THE_CONNECTION = ("content-length", "transfer-encoding", "connection", "date", "host")


@dataclass
class LambdaService:
    """`functions` by name. `started` holds the payload of every execution by its name, as the service remembers it;
    `checkpoints` what the executions kept, request by request; `ended` how each that is over has ended. `starts`
    are the functions' own requests to start one."""

    functions: dict[str, Runtime] = field(default_factory=dict[str, Runtime])
    started: dict[str, bytes] = field(default_factory=dict[str, bytes])
    checkpoints: list[Request] = field(default_factory=list[Request])
    ended: list[str] = field(default_factory=list[str])
    starts: list[Request] = field(default_factory=list[Request])
    url: str = ""
    dex: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Reply:
        called = _INVOKE.fullmatch(unquote(request.path))
        if called is None:
            self.checkpoints += [request] if request.path.endswith("/checkpoint") else []
            return _passed_on(self.dex, request)
        named = _ARN.fullmatch(called[1])
        assert named is not None, request.path
        execution = request.headers.get("x-amz-durable-execution-name")
        if execution is None:
            status, headers, body = self.functions[named[1]].invoke(request.body, request.headers)
            self.ended += [how for how in ("SUCCEEDED", "FAILED") if f'"Status": "{how}"'.encode() in body]
            return Reply(status, _kept(headers), body)
        if named[2] is None:
            return _refused(400, "InvalidParameterValueException", _UNQUALIFIED)
        self.starts.append(request)
        return self.start(named[1], named[2], execution, request.body)

    def state(self) -> dict[str, Any]:
        return {"executions": sorted(self.started)}

    def start(self, function: str, qualifier: str, execution: str, body: bytes) -> Reply:
        """https://docs.aws.amazon.com/lambda/latest/dg/durable-execution-idempotency.html (read 2026-11-21)."""
        with self._lock:
            is_new = execution not in self.started
            known = self.started.setdefault(execution, body)
        if known != body:
            return _refused(409, "DurableExecutionAlreadyStartedException", "It was started with another payload.")
        if is_new:
            self._launch(function, qualifier, execution, body)
        return Reply(202)

    def _launch(self, function: str, qualifier: str, execution: str, body: bytes) -> None:
        start = {
            "AccountId": "123456789012",
            "FunctionName": function,
            "FunctionQualifier": qualifier,
            "ExecutionName": execution,
            "ExecutionTimeoutSeconds": 600,
            "ExecutionRetentionPeriodDays": 1,
            "Input": body.decode(),
        }
        begun = _passed_on(self.dex, Request("POST", "/start-durable-execution", body=json.dumps(start).encode()))
        assert begun.status < 300, begun.body


def _refused(status: int, code: str, message: str) -> Reply:
    return json_reply({"Type": "User", "message": message}, status, {"x-amzn-errortype": code})


def _passed_on(netloc: str, request: Request) -> Reply:
    connection = http.client.HTTPConnection(netloc, timeout=90)
    try:
        path = request.path + (f"?{urlencode(request.query, doseq=True)}" if request.query else "")
        connection.request(request.method, path, request.body, _kept(request.headers))
        answer = connection.getresponse()
        return Reply(answer.status, _kept(dict(answer.getheaders())), answer.read())
    finally:
        connection.close()


def _kept(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _OF_THE_CONNECTION}


@contextmanager
def lambda_service(folder: Path) -> Generator[LambdaService]:
    """Serve until the end of the block, the durable server with it."""
    service = LambdaService()
    with served(service) as service.url, _durable_server(service, folder):
        yield service


@contextmanager
def _durable_server(service: LambdaService, folder: Path) -> Generator[None]:
    port = free_port()
    service.dex = f"127.0.0.1:{port}"
    options = {
        "host": "127.0.0.1",
        "port": str(port),
        "lambda-endpoint": service.url,
        "local-runner-endpoint": service.url,
        "store-type": "memory",
        "log-level": "WARNING",
    }
    program = str(Path(sys.executable).with_name("dex-local-runner"))
    command = [program, "start-server", *(f"--{name}={value}" for name, value in options.items())]
    with (folder / "dex.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=_CREDENTIALS | {"PATH": "/usr/bin:/bin"})
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def http_api_event(path: str, headers: dict[str, str], body: bytes) -> bytes:
    """What API Gateway's HTTP API makes of a request (payload format 2.0)."""
    event = {
        "version": "2.0", "routeKey": f"POST {path}", "rawPath": path, "headers": headers,
        "body": base64.b64encode(body).decode(), "isBase64Encoded": True,
    }  # fmt: skip
    return json.dumps(event).encode()

"""Emulated AWS (moto) behind real HTTP, with faults on demand: DynamoDB, S3, Secrets Manager."""

import json
import os
import socket
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config
from botocore.session import Session
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

os.environ["MOTO_S3_DEFAULT_MAX_KEYS"] = "5"  # a page of names: small, so that paging is seen


@dataclass(frozen=True, slots=True)
class Fault:
    """What the next request for `action` ("UpdateItem", "PUT") gets instead of its answer.

    `code` is AWS's error code; None closes the connection. With `after_effect` the request is carried out first.
    """

    action: str
    status: int
    code: str | None
    after_effect: bool = False


@dataclass
class EmulatedAws:
    """One request at a time, as if each were atomic: moto checks a condition and writes without a lock."""

    url: str = ""
    faults: list[Fault] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    moto: Any = field(default_factory=lambda: DomainDispatcherApplication(create_backend_app))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def client(self, service: str, *, attempts: int = 1) -> Any:
        return Session().create_client(
            service,
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(
                retries={"total_max_attempts": attempts, "mode": "standard"},
                s3={"addressing_style": "path"},
                max_pool_connections=32,
            ),
        )

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        action = environ.get("HTTP_X_AMZ_TARGET", environ["REQUEST_METHOD"]).rpartition(".")[2]
        with self._lock:
            self.actions.append(action)
            fault = next((fault for fault in self.faults if fault.action == action), None)
            if fault is None:
                return list(self.moto(environ, start_response))
            self.faults.remove(fault)
            if fault.after_effect:
                list(self.moto(environ, _unheard))
            else:
                environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        return _failed(fault, environ, start_response)


def _unheard(*_: Any) -> None:
    """The answer that is lost."""


def _failed(fault: Fault, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if fault.code is None:
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    is_s3 = "HTTP_X_AMZ_TARGET" not in environ
    body = (
        f"<Error><Code>{fault.code}</Code><Message>no</Message></Error>".encode()
        if is_s3
        else json.dumps({"__type": fault.code, "message": "no"}).encode()
    )
    start_response(f"{fault.status} Fault", [("content-length", str(len(body)))])
    return [body]


@contextmanager
def emulated_aws() -> Generator[EmulatedAws]:
    """Serve on a free port of 127.0.0.1 until the end of the block."""
    aws = EmulatedAws()
    server = make_server("127.0.0.1", 0, aws, threaded=True, request_handler=_Quiet)
    aws.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield aws
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Quiet(MotoRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 (werkzeug's name)
        """Quiet: what was asked is in `actions`."""

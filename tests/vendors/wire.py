"""How a fake vendor is spoken to: a function from request to reply, behind real HTTP or in process."""

import json
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived. Header names are lower-case; `query` and `form` keep every value of a repeated key."""

    method: str
    path: str
    query: dict[str, list[str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode(), keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back. `dropped` closes the connection without an answer; `hung` never answers: the caller gives up."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    dropped: bool = False
    hung: bool = False


def json_reply(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    try:
        body = json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # a lone surrogate travels only as an escape
        body = json.dumps(value).encode()
    return Reply(status, {"content-type": "application/json; charset=utf-8"} | (headers or {}), body)


class Vendor(Protocol):
    """A fake vendor: it answers, and it shows what it holds."""

    def answer(self, request: Request) -> Reply: ...

    def state(self) -> dict[str, Any]: ...


def request_from_url(method: str, url: str, headers: dict[str, str], body: bytes) -> Request:
    parts = urlsplit(url)
    return Request(
        method=method,
        path=parts.path,
        query=parse_qs(parts.query, keep_blank_values=True),
        headers={name.lower(): value for name, value in headers.items()},
        body=body,
    )


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up, or was killed, is no error of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def served(vendor: Vendor, *, latency: float = 0.0) -> Generator[str]:
    """Serve a fake on a free port of 127.0.0.1; yields its base URL. GET /state prints what it holds.

    `latency` is how long, in seconds, it lets every caller wait, side by side.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two writes: without this each reply waits 40 ms

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.path == "/state":
                self._send(json_reply(vendor.state()))
                return
            time.sleep(latency)
            self._send(vendor.answer(request_from_url(self.command, self.path, dict(self.headers), body)))

        def _send(self, reply: Reply) -> None:
            if reply.hung:
                self.rfile.read(1)  # until the caller hangs up
            if reply.dropped or reply.hung:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _answer

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: a fake's log is its state."""

    server = _Server(("127.0.0.1", 0), Handler)
    server.socket.listen(128)  # the default of 5 drops callers that come side by side; they try again after a second
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

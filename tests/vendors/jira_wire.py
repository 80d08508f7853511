"""A fake Jira, or Confluence, in process, without a socket; and a server that answers once, badly."""

import io
import socket
import threading
from http.client import RemoteDisconnected
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.exceptions import ConnectionError as ConnectionBroke
from requests.exceptions import ReadTimeout
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import ProtocolError

from tests.vendors.wire import Vendor, request_from_url


class InProcess(BaseAdapter):
    """JiraApi(..., transport=InProcess(fake)): a dropped answer breaks as a real connection does."""

    def __init__(self, vendor: Vendor) -> None:
        super().__init__()
        self._vendor = vendor

    def send(self, request: PreparedRequest, *rest: Any, **more: Any) -> Response:
        body = request.body or b""
        content = body.encode() if isinstance(body, str) else bytes(body)
        headers = {str(name): str(value) for name, value in request.headers.items()}
        reply = self._vendor.answer(request_from_url(request.method or "GET", request.url or "", headers, content))
        if reply.hung:
            raise ReadTimeout("no answer came in time", request=request)
        if reply.dropped:
            raise ConnectionBroke(
                ProtocolError("Connection aborted.", RemoteDisconnected("no answer")), request=request
            )
        response = Response()
        response.status_code = reply.status
        response.headers = CaseInsensitiveDict(reply.headers)
        response.raw = io.BytesIO(reply.body)
        response.url = request.url or ""
        response.request = request
        return response

    def close(self) -> None:
        """Nothing is open."""


class OneAnswer:
    """A server that gives one raw answer, or none at all, and hangs up."""

    def __init__(self, answer: bytes | None) -> None:
        self._answer, self._server = answer, socket.create_server(("127.0.0.1", 0))
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        connection, _ = self._server.accept()
        with connection:
            connection.recv(65536)
            if self._answer is None:
                self._enough.wait(5)
            else:
                connection.sendall(self._answer)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def __exit__(self, *error: object) -> None:
        self._enough.set()
        self._thread.join()
        self._server.close()

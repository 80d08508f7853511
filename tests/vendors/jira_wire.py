"""A fake Jira in process: the transport of `requests`, without a socket."""

import io
from http.client import RemoteDisconnected
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.exceptions import ConnectionError as ConnectionBroke
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

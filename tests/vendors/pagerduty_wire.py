"""The fake PagerDuty in process: what the official client sends goes straight to the fake, without a socket."""

import httpx2

from tests.vendors.wire import Vendor, request_from_url


class InProcess(httpx2.BaseTransport):
    """PagerDutyApi(..., transport=InProcess(fake)): a dropped answer breaks as a real connection does."""

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        given = request_from_url(request.method, str(request.url), dict(request.headers), request.read())
        reply = self._vendor.answer(given)
        if reply.hung:
            raise httpx2.ReadTimeout("no answer came in time", request=request)
        if reply.dropped:
            raise httpx2.ReadError("the connection was dropped", request=request)
        return httpx2.Response(reply.status, headers=reply.headers, stream=httpx2.ByteStream(reply.body))

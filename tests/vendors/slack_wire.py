"""A fake Slack in process: what the official client sends goes straight to the fake, without a socket."""

from urllib.request import Request

from connectors.slack.client import Answer, Send
from tests.vendors.wire import Vendor, request_from_url


def in_process(vendor: Vendor) -> Send:
    """SlackApi(..., send=in_process(fake)): a dropped answer breaks as a real connection does."""

    def send(request: Request, _timeout: float) -> Answer:
        body = request.data if isinstance(request.data, bytes) else b""
        headers = {name: str(value) for name, value in request.header_items()}
        reply = vendor.answer(request_from_url(request.get_method(), request.full_url, headers, body))
        if reply.hung:
            raise TimeoutError("no answer came in time")
        if reply.dropped:
            raise ConnectionResetError("dropped")
        return reply.status, reply.headers, reply.body

    return send

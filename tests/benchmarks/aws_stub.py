"""Just enough of AWS for the receiver, on loopback: one secret, an empty table that takes a mark, a Lambda to start.

It serves the bare handler and ours alike, so that what it costs stands on both sides.
"""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "whsec-benchmark-0001"
ACCOUNT = "arn:aws:lambda:us-east-1:123456789012:function"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "benchmark",
    "AWS_SECRET_ACCESS_KEY": "benchmark",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "DEBRIEF_TABLE": "debrief",
    "DEBRIEF_BUCKET": "debrief-files",
    "DEBRIEF_PAGERDUTY_SECRET_ID": "debrief/pagerduty",
    "DEBRIEF_SLACK_SECRET_ID": "debrief/slack",
    "DEBRIEF_POSTMORTEM_ARN": f"{ACCOUNT}:postmortem:live",
    "DEBRIEF_OBSERVE_ARN": f"{ACCOUNT}:observe:live",
}

_SECRETS = {"PAGERDUTY_WEBHOOK_SECRET": SECRET, "SLACK_SIGNING_SECRET": SECRET}
_ANSWERS: dict[str, tuple[int, Any]] = {
    "GetSecretValue AWSCURRENT": (200, {"SecretString": json.dumps(_SECRETS)}),
    # A secret that was never rotated has no earlier value.
    "GetSecretValue AWSPREVIOUS": (400, {"__type": "ResourceNotFoundException", "message": "no such stage"}),
    "GetItem": (200, {}),
    "UpdateItem": (200, {"Attributes": {"version": {"N": "1"}}}),
    "Invoke": (202, None),
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        asked = self._asked(body)
        server: Any = self.server
        server.requests.append(asked)
        status, answer = _ANSWERS[asked]
        content = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/x-amz-json-1.1")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _asked(self, body: bytes) -> str:
        """The action, by the JSON protocol's header or Lambda's path; a secret's with its stage."""
        action = self.headers.get("x-amz-target", "").rpartition(".")[2]
        if action == "GetSecretValue":
            return f"{action} {json.loads(body)['VersionStage']}"
        return action or ("Invoke" if self.path.endswith("/invocations") else self.path)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
        """Quiet: what was asked is in `requests`."""


@contextmanager
def stubbed_aws() -> Generator[tuple[str, list[str]]]:
    """The stub's address, and the requests as they arrive."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.requests = []
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", server.requests
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

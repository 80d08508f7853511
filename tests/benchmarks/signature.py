"""The signature check, which everybody on the internet can make us do."""

import time
from collections.abc import Iterator
from statistics import median

from connectors.pagerduty.webhook import looks_signed, verify
from tests.benchmarks.figure import Figure
from tests.vendors.pagerduty_webhooks import sign

BODY = b'{"event":' + b"x" * (55 * 1024 - 10) + b"}"
TIMES = 200
SECRETS = ("whsec-benchmark-current", "whsec-benchmark-previous")


def measure() -> Iterator[Figure]:
    """55 KB is the largest that PagerDuty documents; two secrets are at work during a rotation."""
    headers = sign(BODY, SECRETS[1])
    spent: list[float] = []
    for _ in range(TIMES):
        began = time.perf_counter()
        accepted = looks_signed(headers) and verify(headers, BODY, SECRETS)
        spent.append((time.perf_counter() - began) * 1000)
        assert accepted
    yield Figure(
        "signature check of 55 KB",
        median(spent),
        "ms",
        1.0,
        f"With two secrets, as during a rotation; median of {TIMES}.",
    )

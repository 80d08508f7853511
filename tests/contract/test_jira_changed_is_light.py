"""What the receiver of Jira's webhooks loads: as little as PagerDuty's. Never timed."""

import subprocess
import sys

from tests.benchmarks.receiver import AWS, NOT_LOADED

_LOADED = "import sys, handlers.jira_changed; print(*sys.modules)"


def test_it_loads_no_vendor_client_no_pydantic_and_no_aws():
    modules = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True).stdout.split()

    assert set(modules) & {*AWS, *NOT_LOADED, "requests", "tenacity", "yaml"} == set()

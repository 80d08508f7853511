"""The zips that would be deployed, in Lambda's own runtime: a webhook in; a draft, its issues, an announcement out."""

from pathlib import Path

import pytest

from tests.e2e.on_lambda import ZIPS, on_lambda
from tests.e2e.runtime import missing

pytestmark = pytest.mark.skipif(
    bool(missing()) or not (ZIPS / "journey.zip").exists(),
    reason="make test-e2e builds the zips and fetches the runtime",
)


def test_a_signed_webhook_becomes_one_draft_its_issues_and_the_announcement(tmp_path: Path):
    with on_lambda(tmp_path, "stale-replica") as deployed:
        (script,) = deployed.neighbours.scripts
        *_, resolved = script.webhooks

        assert deployed.rings(resolved, secret="whsec-somebody-else")[0] == 403
        for webhook in script.webhooks:
            status, reason = deployed.rings(webhook)
            assert status == 202, reason
        deployed.until(lambda: len(deployed.neighbours.pagerduty.written_notes) == 1, "the note on the incident")

        executions = deployed.service.state()
        assert deployed.rings(resolved) == (202, "ignored: this event was delivered before")
        assert deployed.service.state() == executions
        assert len(deployed.drafts()) == 1
        deployed.neighbours.jira.expects_issues(2)
        said = [str(message.get("text")) for message in deployed.neighbours.slack.workspace.posted]
        assert len([text for text in said if "Draft postmortem ready" in text]) == 1

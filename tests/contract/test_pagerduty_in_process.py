"""The PagerDuty connector on a transport in process, as a simulation will drive it."""

import pytest

from connectors.errors import OutcomeUnknown
from connectors.pagerduty.api import PagerDutyApi
from connectors.retrying import Budget
from tests.incidents import by_name
from tests.vendors.pagerduty import FakePagerDuty
from tests.vendors.pagerduty_wire import InProcess
from tests.vendors.wire import Reply


def test_it_reads_and_writes_without_a_socket_and_a_lost_answer_is_unclear():
    script = by_name("checkout-latency").pagerduty
    fake = FakePagerDuty().holds(script)
    sender = script["users"][0]["email"]
    slept: list[float] = []
    budget = Budget(sleep=slept.append, now=lambda: 0.0)
    api = PagerDutyApi(fake.token, budget, sender=sender, transport=InProcess(fake))
    incident_id = script["incident"]["id"]

    assert api.get_incident(incident_id)["id"] == incident_id
    assert len(api.list_alerts(incident_id).records) == len(script["alerts"])
    fake.fails_next("POST .*/notes", Reply(dropped=True), after_effect=True)
    with pytest.raises(OutcomeUnknown):
        api.create_note(incident_id, "A note")
    assert len(fake.written_notes) == 1
    api.close()

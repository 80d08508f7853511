"""What `debrief check --live` asks the vendors, against their own documents; and a token of the other region."""

import pytest

from connectors.checks.confluence import check_confluence
from connectors.checks.finding import Finding
from connectors.checks.jira import check_jira
from connectors.checks.pagerduty import check_pagerduty, check_user_token
from connectors.checks.webhook import check_webhook
from postmortem.settings import Settings, read_settings
from tests.contract.openapi import problems_of_exchange, spec
from tests.incidents import by_name
from tests.vendors.confluence_world import ConfluenceWorld
from tests.vendors.jira_world import JiraWorld
from tests.vendors.pagerduty import FakePagerDuty
from tests.vendors.pagerduty_setup import pagerduty_world
from tests.vendors.wire import Reply, Request

NEEDS_DOCUMENTS = pytest.mark.skipif(
    spec("pagerduty-rest.json") is None, reason="the vendors' documents (../shared/specs or $DEBRIEF_SHARED) are absent"
)
SETTINGS = """
pagerduty: {sender: ada@acme.example}
drafts: {priorities: [P1], services: [Checkout API], teams: [Payments]}
jira: {site: https://acme.atlassian.net, anchor_issues: {OPS: OPS-1}}
confluence: {site: https://acme.atlassian.net, space: OPS}
default_route: {project: OPS, default_owner: acc-ada}
people: [{name: Ada Byron, jira_account_id: acc-ada}, {name: Ada, pagerduty_email: ada@acme.example}]
"""


def _held() -> FakePagerDuty:
    return FakePagerDuty().holds(by_name("checkout-latency").pagerduty)


def _problems(document: str, exchanges: list[tuple[Request, Reply]], base_path: str = "") -> list[str]:
    return [problem for one in exchanges for problem in problems_of_exchange(document, *one, base_path=base_path)]


def test_what_pagerduty_is_asked_is_as_its_document_says():
    """The world itself holds every exchange against the document. An empty note is answered 404 or 400: it is none."""
    settings = read_settings(SETTINGS)
    fake = _held()
    with pagerduty_world(fake, token=fake.token) as world:
        found = [*check_pagerduty(settings, world.api), *check_webhook(world.api, (), "https://debrief.example.com/x")]
        calls = world.calls()
    with pagerduty_world(fake, token=fake.user_token) as world:
        found += check_user_token(world.api)
    assert calls.count("POST /incidents/QDEBRIEFCHECK0/notes") == 1
    assert {call.split()[0] for call in calls} == {"GET", "POST"}
    assert len(found) > 5
    assert fake.written_notes == []


@NEEDS_DOCUMENTS
def test_what_jira_is_asked_is_as_its_document_says():
    world = JiraWorld()
    findings = [*check_jira(read_settings(SETTINGS), world.api)]
    assert len(findings) > 4
    assert {request.method for request, _ in world.exchanges} == {"GET"}
    assert _problems("jira-cloud-v3.json", world.exchanges) == []


@NEEDS_DOCUMENTS
def test_what_confluence_is_asked_is_as_its_document_says():
    world = ConfluenceWorld()
    findings = [*check_confluence(read_settings(SETTINGS), world.api)]
    assert [one.state for one in findings] == ["ok", "ok"]
    assert {request.method for request, _ in world.exchanges} == {"GET"}
    assert _problems("confluence-v2.json", world.exchanges, "/wiki/api/v2") == []


@pytest.mark.parametrize(("region", "other"), [("us", "eu"), ("eu", "us")])
def test_a_token_of_the_other_region_is_told_from_a_wrong_one(region: str, other: str):
    settings = read_settings(f"pagerduty: {{region: {region}}}")
    known = FakePagerDuty(token="of-the-other-region")
    with pagerduty_world(FakePagerDuty(), token=known.token) as here, pagerduty_world(known) as there:
        (of_region,) = check_pagerduty(settings, here.api, there.api)
        (alone,) = check_pagerduty(settings, here.api)
    with pagerduty_world(FakePagerDuty(), token="x") as here, pagerduty_world(FakePagerDuty(), token="x") as there:
        (wrong,) = check_pagerduty(settings, here.api, there.api)
    assert of_region.said == f"the token is not known in the region {region}, and it is in {other}."
    assert of_region.remedy == f"Set pagerduty.region to {other} in debrief.yml."
    for one in (alone, wrong):
        assert one.said.startswith("PagerDuty does not accept the token (status 401")
        assert "PAGERDUTY_TOKEN, and pagerduty.region" in one.remedy


def test_the_same_question_asked_twice_is_answered_alike():
    settings, ask = read_settings(SETTINGS), _asked_of_jira
    assert ask(settings) == ask(settings)


def _asked_of_jira(settings: Settings) -> list[Finding]:
    return [*check_jira(settings, JiraWorld().api)]

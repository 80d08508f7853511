"""Whom an item is given to: one, several, a role, a team, nobody; and what is said of it."""

from typing import Any

import pytest

from postmortem.action_items.extract import extract_action_items
from postmortem.action_items.item import ActionItem, Owner, Route
from postmortem.action_items.ladder import Place, owner_from_ladder
from postmortem.action_items.roles import read_role
from postmortem.identities import Identities
from postmortem.people import Person
from postmortem.settings import Settings
from tests.unit.given import BEA, CARL, evidence, said

SAM = Person(id="slack:USAM", name="Sam Lee", handle="sam")
ROUTES = {
    "default_route": {"project": "OPS", "team": "Platform", "default_owner": "5b-ops"},
    "routing": [
        {"project": "CHK", "team": "Checkout", "default_owner": "5b-chk", "match": {"services": ["checkout"]}},
        {"project": "PAY", "team": "Payments", "match": {"services": ["payments"]}},
    ],
}


def item(text: str, **message: Any) -> ActionItem:
    found = evidence(said("1", 0, text, **message), people=(BEA, CARL, SAM))
    (one,) = extract_action_items(found, Identities(found.people, ()), Settings.model_validate(ROUTES), None)
    return one


@pytest.mark.parametrize(
    "text",
    [
        "ACTION: bea and sam to raise the limit",
        "ACTION: Bea & Sam: raise the limit",
        "ACTION: Bea/Sam - raise the limit",
        "ACTION: [Bea, Sam] raise the limit",
        "ACTION: @bea @sam raise the limit",
        "ACTION: @bea, @sam: please raise the limit",
        "ACTION: @bea and Sam to raise the limit",
        "ACTION: raise the limit (@bea, @sam)",
        "ACTION: raise the limit (Bea and Sam)",
        "ACTION: raise the limit, owners: Bea and Sam",
        "ACTION (Bea and Sam): raise the limit",
        "[ACTION - Bea, Sam] raise the limit",
        "**ACTION - Bea and Sam**: raise the limit",
        "[Bea and Sam][ACTION] raise the limit",
        "@bea @sam ACTION: raise the limit",
        "Action items:\n- Bea and Sam to raise the limit",
    ],
)
def test_of_several_the_first_is_the_owner_and_the_others_are_told(text: str):
    found = item(text, mention_ids=(BEA.id, SAM.id), person_id=CARL.id)

    assert (found.text, found.owner.name, found.owner.others) == ("Raise the limit", BEA.name, (SAM.name,))
    assert "Sam Lee is named beside, and an issue has one assignee" in found.owner.why


def test_who_says_somebody_and_i_takes_it_with_them():
    found = item("ACTION: Bea and I will raise the limit", person_id=SAM.id)

    assert (found.owner.person_id, found.owner.others) == (SAM.id, (BEA.name,))


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("ACTION: on-call of checkout to raise the limit", "on-call of checkout"),
        ("ACTION: the on-call for checkout: raise the limit", "on-call for checkout"),
        ("ACTION: the database on-call to raise the limit", "database on-call"),
        ("ACTION: the primary on call will raise the limit", "primary on call"),
        ("ACTION: incident commander to raise the limit", "incident commander"),
        ("ACTION: IC to raise the limit", "incident commander"),
        ("ACTION: comms lead should raise the limit", "comms lead"),
        ("ACTION: raise the limit (owner: on-call of checkout, due Friday)", "on-call of checkout"),
        ("ACTION: @checkout-oncall raise the limit", "checkout-oncall"),
    ],
)
def test_a_role_is_kept_as_it_was_said_for_pagerduty_to_name_its_holder(text: str, role: str):
    found = item(text)

    assert (found.text, found.owner.role, found.owner.name) == ("Raise the limit", role, None)
    assert found.owner.account_id is None
    assert found.owner.why == f'a role is named and no person: "{role}"; PagerDuty knows who has it'


@pytest.mark.parametrize("text", ["checkout team to", "the Checkout team should", "team Checkout:", "Checkout to"])
def test_a_team_stands_for_the_default_owner_of_its_route(text: str):
    found = item(f"ACTION: {text} raise the limit")

    assert (found.text, found.owner.name, found.owner.account_id) == ("Raise the limit", None, "5b-chk")
    assert "default owner of CHK" in found.owner.why


@pytest.mark.parametrize("team", ["SRE team", "SRE", "payments team", "DBAs"])
def test_a_team_without_a_default_owner_is_named_with_what_is_missing(team: str):
    owner = item(f"ACTION: {team} to raise the limit").owner

    assert (owner.role, owner.account_id) == (team, None)
    assert owner.why.endswith("no route of the settings has this team and a default_owner")


@pytest.mark.parametrize(
    "words",
    [
        "Bea",
        "Bea Lindqvist",
        "the team",
        "team",
        "every team",
        "ask the database on-call",
        "ic",
        "it",
        "raise the on-call limit",
        "a call",
        "on-call of " + "x" * 80,
        "",
    ],
)
def test_other_words_are_no_role(words: str):
    assert read_role(words) is None


@pytest.mark.parametrize(
    "task",
    [
        "Everyone to read the runbook",
        "@all read the runbook",
        "Someone to read the runbook",
        "Move to the new cluster",
        "Upgrade to TLS 1.3",
        "Redis to be upgraded",
        "Ask the database on-call why it failed",
        "Pre- and post-checks for deploys",
        "Respond to David Booth about the page",
        "Fix the login - Android",
        "Find out who: caller or callee",
    ],
)
def test_words_that_only_look_like_an_owner_stay_in_the_task(task: str):
    found = item(f"ACTION: {task}")

    assert (found.text, found.owner.name, found.owner.role) == (task, None, None)


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("ACTION: Bea, please raise the limit", "Raise the limit"),
        ("ACTION: can @bea raise the limit?", "Raise the limit?"),
        ("ACTION: raise the limit - Bea", "Raise the limit"),
        ("ACTION: raise the limit - @bea (see the graph)", "Raise the limit (see the graph)"),
        ("ACTION: raise the limit | owner: Bea", "Raise the limit"),
        ("ACTION: raise the limit (owner: Bea, see OPS-12)", "Raise the limit (see OPS-12)"),
        ("ACTION: raise the limit. Assigned to Bea.", "Raise the limit"),
        ("Action - Bea: raise the limit", "Raise the limit"),
        ("**Action 2:** **Bea** will raise the limit", "Raise the limit"),
        ("Action item #3: Bea to raise the limit", "Raise the limit"),
        ("__Action item__: Bea to raise the limit", "Raise the limit"),
        ("[Bea][ACTION] I'll raise the limit", "I'll raise the limit"),
        ("ACTION: @bea's to raise: the limit", "@bea's to raise: the limit"),
    ],
)
def test_the_owner_is_taken_out_of_the_task(text: str, task: str):
    found = item(text, mention_ids=(BEA.id,))

    assert found.text == task
    assert found.owner.name == (None if "'s to" in text else BEA.name)


def test_a_default_owner_who_left_is_told_of_once_in_the_sentence():
    nobody = Owner(name=None, account_id="acc-dana", why="nobody was named: default owner of CHK")
    gone = Place(problem="the Jira account is deactivated", remedy="Give the item to somebody else.")

    owner, _ = owner_from_ladder(nobody, Route(project="CHK", default_owner="acc-dana"), None, None, gone)

    assert owner.why == (
        "nobody was named, and the default owner of CHK cannot have it: the Jira account is deactivated. "
        "Give the item to somebody else."
    )

"""From who was named to the Jira account that gets the issue: rung by rung, never a likely one, and always said."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from connectors.owning import find_owners
from postmortem.action_items.item import ActionItem, Owner, Route
from postmortem.incident import Reference
from postmortem.observations import Observation
from postmortem.people import Person
from postmortem.settings import Settings, read_settings
from tests.unit.given import at
from tests.vendors.jira_directory import BOT
from tests.vendors.jira_world import JiraWorld
from tests.vendors.pagerduty import FakePagerDuty
from tests.vendors.pagerduty_setup import PlainSteps, pagerduty_world
from tests.vendors.slack_world import SlackWorld
from tests.vendors.wire import Reply

BEA = Person(id="slack:U00BEA001", name="Bea Lindqvist", handle="bea", email="bea@acme.example")
CHK = Route(project="CHK", default_owner="acc-dana")
USERS: list[dict[str, Any]] = [
    {"accountId": "acc-bea", "displayName": "Bea Lindqvist", "emailAddress": "bea@acme.example"},
    {"accountId": "acc-dana", "displayName": "Dana Fox", "emailAddress": "dana@acme.example"},
]
PEOPLE_MAP = "people: [{name: Bea Lindqvist, slack_id: U00BEA001, jira_account_id: acc-bea}]"


@dataclass
class Asking:
    """A Jira (and perhaps a Slack), and what finding owners there gives."""

    settings: Settings = field(default_factory=lambda: read_settings(""))
    people: tuple[Person, ...] = (BEA,)
    more: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world = JiraWorld({"key": "CHK"})
        self.jira = self.world.fake.holds({"projects": [{"key": "CHK"}, {"key": "SRE"}], "users": USERS})
        self.steps = PlainSteps(passes=self.world.passes)

    def all(self, *items: ActionItem, **more: Any) -> list[tuple[Owner, str | None]]:
        given: dict[str, Any] = {"jira": self.world.api, "pagerduty": None, "slack": None} | self.more | more
        found = find_owners(self.steps, items, self.people, settings=self.settings, **given)
        return [(Owner.model_validate(one["owner"]), one["slack_id"]) for one in found]

    def one(self, owner: Owner, route: Route | None = CHK, **more: Any) -> Owner:
        return self.all(item(owner, route), **more)[0][0]

    def mapped(self) -> "Asking":
        self.settings = read_settings(PEOPLE_MAP)
        return self


def item(owner: Owner, route: Route | None = CHK, number: int = 1) -> ActionItem:
    return ActionItem(
        id=f"note#{number}", text="Do it", quote="Do it", owner=owner, due_on=None, due_why="", route=route,
        evidence_id="note",
    )  # fmt: skip


def named(person: Person = BEA, **more: Any) -> Owner:
    unknown = f", but no Jira account is known: add jira_account_id for {person.name} to people in debrief.yml"
    given: dict[str, Any] = {"account_id": None, "why": "mentioned in the item" + unknown} | more
    return Owner(name=person.name, person_id=person.id, **given)


def nobody(route: Route = CHK) -> Owner:
    return Owner(name=None, account_id=route.default_owner, why="nobody was named")


def test_an_owner_is_found_by_their_email():
    owner, slack_id = Asking().all(item(named()))[0]
    assert (owner.name, owner.account_id, slack_id) == ("Bea Lindqvist", "acc-bea", "U00BEA001")
    assert owner.why == "mentioned in the item"
    assert owner.rungs == (
        "people map: does not name them",
        "Slack: U00BEA001",
        "e-mail: known",
        "Jira: one active account has that e-mail",
        "CHK: may be assigned there",
    )


def test_the_people_map_goes_before_the_email_and_is_checked_too():
    asking = Asking().mapped()
    owner = asking.one(named(account_id="acc-bea", why="mentioned in the item"))
    assert owner.account_id == "acc-bea"
    assert owner.rungs[0] == "people map: names the Jira account"
    asking = Asking().mapped()
    asking.jira.leaves("acc-bea")
    owner = asking.one(named(account_id="acc-bea", why="mentioned in the item"))
    assert (owner.name, owner.account_id, owner.instead_of) == ("Dana Fox", "acc-dana", "Bea Lindqvist")
    assert owner.why == (
        "mentioned in the item, but the Jira account is deactivated: the default owner of CHK has it"
    )  # fmt: skip


def test_a_hidden_email_is_enough_where_the_search_finds_exactly_one():
    asking = Asking()
    asking.jira.hides_email("acc-bea")
    assert asking.one(named()).account_id == "acc-bea"


@pytest.mark.parametrize(
    ("users", "problem"),
    [
        ([{"accountId": "acc-1", "displayName": "bea@acme.example fan", "emailAddress": "x@acme.example"}], "nobody"),
        ([{"accountId": "acc-1", "displayName": "B", "emailAddress": "bea@acme.example.org"}], "nobody"),
        ([{"accountId": "acc-1", "displayName": "B", "emailAddress": "bea@acme.example", "active": False}], "nobody"),
        ([{"accountId": "acc-1", "emailAddress": "bea@acme.example", "accountType": "app"}], "nobody"),
        ([{"accountId": f"acc-{n}", "emailAddress": "bea@acme.example"} for n in (1, 2)], "2 people"),
        (
            [{"accountId": f"acc-{n}", "emailAddress": "bea@acme.example", "hides_email": True} for n in (1, 2)],
            "nobody",
        ),
        ([], "nobody"),
    ],
)
def test_a_likely_account_is_nobodys(users: list[dict[str, Any]], problem: str):
    """Peers: D14. A similar name, a longer address, an app, somebody who left, two who share it: none of them."""
    asking = Asking()
    asking.jira._directory.users.pop("acc-bea")
    asking.jira.holds({"users": users})
    owner = asking.one(named(), Route(project="CHK"))
    assert owner.account_id is None
    assert owner.why.startswith(f"mentioned in the item, but Jira shows {problem}")
    assert owner.why.endswith("Add jira_account_id for Bea Lindqvist to people in debrief.yml.")


def test_debriefs_own_account_owns_nothing():
    """Peers: D14. Neither by e-mail, nor from the map, nor as the default owner."""
    bot = Person(id="slack:UBOT", name="Dee Brief", email="debrief@acme.example")
    asking = Asking(people=(bot,))
    owner = asking.one(named(bot), Route(project="CHK"))
    assert (owner.account_id, owner.name) == (None, "Dee Brief")
    assert "but the account is the one that Debrief itself uses" in owner.why
    as_default = Route(project="CHK", default_owner=BOT)
    assert Asking().one(nobody(as_default), as_default).account_id is None


def test_nobody_named_is_the_default_owners_who_is_checked_and_called_by_name():
    owner = Asking().one(nobody())
    assert (owner.name, owner.account_id, owner.why) == ("Dana Fox", "acc-dana", "nobody was named")
    assert owner.instead_of is None
    asking = Asking()
    asking.jira.leaves("acc-dana")
    owner = asking.one(nobody())
    assert (owner.name, owner.account_id) == (None, None)
    assert owner.why == (
        "nobody was named, and the default owner of CHK cannot have it: the Jira account is deactivated. "
        "Give the item to somebody else."
    )


def test_who_may_not_be_assigned_in_one_project_may_in_another():
    asking = Asking()
    asking.jira.refuses_to_assign("CHK", "acc-bea")
    there, elsewhere = [owner for owner, _ in asking.all(item(named()), item(named(), Route(project="SRE"), 2))]
    assert there.account_id == "acc-dana"
    assert "Jira does not let it be assigned in CHK" in there.why
    assert elsewhere.account_id == "acc-bea"


def test_a_name_that_is_nobodys_goes_to_the_default_owner_and_is_still_said():
    why = '"Ovid" is named but is nobody of those who took part: add them to people in debrief.yml'
    owner = Asking().one(Owner(name="Ovid", account_id=None, why=why))
    assert (owner.name, owner.account_id, owner.why) == (
        "Dana Fox",
        "acc-dana",
        f"{why}: the default owner of CHK has it",
    )
    unowned = Asking().one(Owner(name="Ovid", account_id=None, why=why), Route(project="CHK"))
    assert (unowned.name, unowned.account_id, unowned.why) == ("Ovid", None, f"{why}. Set default_owner of CHK.")


def test_a_mention_of_a_jira_account_is_that_account():
    owner = Asking().one(Owner(name="Bea", account_id="acc-bea", why="mentioned in it", person_id="jira:acc-bea"))
    assert (owner.account_id, owner.rungs[0]) == ("acc-bea", "Jira account: named by its id")


def test_many_items_cost_few_calls():
    asking = Asking()
    asking.all(*(item(named(), CHK, number) for number in range(200)))
    assert sorted(asking.world.calls()) == [
        "GET /myself",
        "GET /user/assignable/search",
        "GET /user/assignable/search",
        "GET /user/search",
    ]


def test_a_jira_that_does_not_answer_is_a_rung_and_not_a_failure():
    asking = Asking().mapped()
    asking.jira.fails_next("/myself", Reply(401), 99)
    owner = asking.one(named(account_id="acc-bea", why="mentioned in the item"))
    assert owner.account_id == "acc-bea"  # the map says so; whether it may be assigned there nobody knows
    assert owner.rungs[-1].startswith("CHK: not checked whether it may be assigned: Jira did not answer: ")
    assert len(asking.world.calls()) == 1


def test_a_jira_that_is_down_is_waited_for_once():
    asking = Asking()
    asking.jira.is_down = True
    owner = asking.one(named(), Route(project="CHK"))
    assert owner.account_id is None
    assert sum(wait.total_seconds() for wait in asking.steps.waited) == 19 / 20 * 7200
    assert "but Jira did not answer: Asking Jira who we are:" in owner.why


def test_slack_gives_the_email_of_who_is_known_by_a_mention_only():
    slack = SlackWorld(users=[{"id": "U00BEA001", "name": "bea", "profile": {"email": "bea@acme.example"}}])
    asking = Asking(people=(Person(id="slack:U00BEA001", name="bea"),))
    assert asking.one(named(), slack=slack.api).account_id == "acc-bea"


def test_whom_slack_told_of_already_slack_is_not_asked_about_again():
    slack = SlackWorld(users=[{"id": "U00BEA001", "name": "bea", "profile": {"email": "bea@acme.example"}}])
    stands_in_for_others = CHK.model_copy(update={"default_owner": "acc-bea"})
    told = Asking().all(item(named(), stands_in_for_others), slack=slack.api)
    assert [slack_id for _, slack_id in told] == ["U00BEA001"]
    assert slack.slack.requests == []


def test_the_default_owner_is_found_in_slack_so_that_they_can_be_reminded():
    slack = SlackWorld(users=[{"id": "U00DANA01", "name": "dana", "profile": {"email": "dana@acme.example"}}])
    assert Asking().all(item(nobody()), slack=slack.api)[0][1] == "U00DANA01"


def test_a_slack_that_refuses_is_a_rung():
    slack = SlackWorld()
    slack.slack.token = "xoxb-another"
    asking = Asking(people=(Person(id="pagerduty:P1", name="Bea", email="bea@acme.example"),))
    owner = asking.one(named(Person(id="pagerduty:P1", name="Bea")), slack=slack.api)
    assert owner.account_id == "acc-bea"
    assert any(rung.startswith("Slack did not answer") for rung in owner.rungs)


ON_CALL = {
    "incident": {"id": "Q1", "status": "resolved", "title": "t", "created_at": "2026-11-17T14:00:00Z"}
    | {"service": {"id": "PSVC", "name": "Checkout API", "summary": "Checkout API", "type": "service_reference"}}
    | {"escalation_policy": {"id": "PPOL", "type": "escalation_policy_reference", "summary": "Checkout"}},
    "users": [
        {"id": "PBEA", "type": "user", "name": "Bea Lindqvist", "email": "bea@acme.example"},
        {"id": "PDANA", "type": "user", "name": "Dana Fox", "email": "dana@acme.example"},
    ],
}


def role(name: str) -> Owner:
    return Owner(name=None, account_id=None, why=f'"{name}" is named', role=name)


@pytest.mark.parametrize(
    "words", ["on-call of Checkout API", "the checkout api on-call", "on call", "on-call engineer"]
)
def test_a_role_is_who_is_on_call_now(words: str):
    fake = FakePagerDuty().holds(ON_CALL)
    fake.puts_on_call("Checkout API", "PBEA", "PDANA")
    fake.puts_on_call("Checkout API", "PDANA", level=2)
    with pagerduty_world(fake, is_documented=False) as pagerduty:
        service = Reference(id="PSVC", name="Checkout API")
        owner = Asking(people=()).one(role(words), pagerduty=pagerduty.api, service=service)
    assert (owner.name, owner.account_id, owner.person_id) == ("Bea Lindqvist", "acc-bea", "pagerduty:PBEA")
    assert owner.others == ("Dana Fox",)
    assert owner.rungs[0] == f"{words}: Bea Lindqvist"


def test_a_service_of_a_similar_name_is_not_the_one_that_is_meant():
    fake = FakePagerDuty().holds(ON_CALL)
    fake.puts_on_call("Checkout API", "PBEA")
    with pagerduty_world(fake, is_documented=False) as pagerduty:
        owner = Asking(people=()).one(role("on-call of checkout"), Route(project="CHK"), pagerduty=pagerduty.api)
    assert owner.account_id is None
    assert "but PagerDuty has no service called checkout" in owner.why


def test_the_incident_commander_is_who_had_the_role_last():
    def took(person_id: str | None, second: int) -> Observation:
        return Observation(
            id=f"pagerduty/event/{second}", kind="role", vendor_kind="incident.role.assigned", moment=at(second),
            text="", role="Incident Commander", subject_ids=(person_id,) if person_id else (),
        )  # fmt: skip

    told = (took("slack:U00BEA001", 60), took("slack:UCARL", 10))
    assert Asking().one(role("IC"), observations=told).account_id == "acc-bea"
    left = Asking().one(role("incident commander"), observations=(*told, took(None, 90)))
    assert left.account_id == "acc-dana"
    assert "PagerDuty told of nobody with the role incident commander" in left.why


def test_without_jira_owners_keep_what_the_map_says():
    owner, slack_id = Asking().mapped().all(item(named(account_id="acc-bea", why="mentioned")), jira=None)[0]
    assert (owner.account_id, slack_id) == ("acc-bea", "U00BEA001")
    assert Asking().one(named(), None, jira=None).why == "mentioned in the item, but Jira is not configured"


def test_a_jira_that_asks_to_slow_down_is_waited_for():
    asking = Asking()
    asking.jira.limits_next("/user/search", 2, retry_after=3600)
    assert asking.one(named()).account_id == "acc-bea"
    assert [wait.total_seconds() for wait in asking.steps.waited] == [3600, 3600]

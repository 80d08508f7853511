"""Creating an issue, linking it, and finding it again when the answer was lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import NotAllowed, NotFound, OutcomeUnknown, Rejected, Unreachable
from connectors.jira.open_issue import (
    AnchorRefused,
    Opened,
    create,
    find_labelled,
    find_linked,
    find_newest,
    jql_for,
    link,
)
from connectors.jira.translate import PROPERTY
from postmortem.action_items.item import Route
from tests.vendors.jira_world import JiraWorld, request_for
from tests.vendors.wire import Reply, json_reply

CREATE = r"POST .*/issue$"
REMOTE = ("pagerduty=Q2CKYRLH85UNN4", "https://acme.example/pm/1", "Postmortem: certificate expired")


def _lost(world: JiraWorld, anchor: str | None = None) -> None:
    """The issue is created; the answer never comes."""
    screen = world.screen()
    world.fake.fails_next(CREATE, Reply(dropped=True), after_effect=True)
    with pytest.raises(OutcomeUnknown):
        create(world.api, request_for(), screen, anchor)
    world.fake.requests.clear()


def test_an_issue_costs_two_calls_and_carries_owner_due_date_and_identity():
    world = JiraWorld()
    opened = create(world.api, request_for(), world.screen())
    link(world.api, opened.key, REMOTE)
    assert opened == Opened(key="OPS-1", id="10001", link="https://acme.atlassian.net/browse/OPS-1")
    assert world.calls() == ["POST /issue", "POST /issue/OPS-1/remotelink"]
    [issue] = world.fake.expects_issues(1)
    assert issue["fields"]["assignee"]["displayName"] == "Ada Byron"
    assert issue["fields"]["duedate"] == "2026-12-01"
    assert issue["fields"]["labels"] == ["pm-7f3k2m"]
    assert issue["properties"][PROPERTY]["key"] == "pm-7f3k2m"
    [remote] = world.fake.remote_links["OPS-1"]
    assert (remote["globalId"], remote["object"]["url"]) == REMOTE[:2]


def test_linking_twice_leaves_one_link_with_the_later_title():
    world = JiraWorld()
    key = create(world.api, request_for(), world.screen()).key
    link(world.api, key, REMOTE)
    link(world.api, key, (*REMOTE[:2], "Better title"))
    assert [remote["object"]["title"] for remote in world.fake.remote_links[key]] == ["Better title"]


def test_a_path_is_not_linked():
    world = JiraWorld()
    with pytest.raises(Rejected, match="only to http and https"):
        link(world.api, "OPS-1", ("g", "/home/ada/drafts/1.md", "Postmortem"))
    assert world.calls() == []


@pytest.mark.parametrize(
    ("account_id", "sentence"),
    [
        ("acc-nobody", "The issue is unassigned: Jira refused it (Account ID 'acc-nobody' does not exist)."),
        ("acc-gone", "The issue is unassigned: Jira refused it (User 'acc-gone' cannot be assigned issues)."),
    ],
)
def test_an_issue_that_nobody_may_have_is_opened_unassigned_and_that_is_said(account_id: str, sentence: str):
    world = JiraWorld()
    opened = create(world.api, request_for(account_id=account_id), world.screen())
    assert opened.said == (sentence,)
    assert world.calls() == ["POST /issue"] * 2
    [issue] = world.fake.expects_issues(1)
    assert issue["fields"]["assignee"] is None


@pytest.mark.parametrize("wording", ["Issues must be assigned.", "Specify a valid value for assignee", "irgendwas"])
def test_the_wording_of_the_refusal_does_not_matter(wording: str):
    world = JiraWorld()
    screen = world.screen()
    world.fake.fails_next(CREATE, json_reply({"errorMessages": [], "errors": {"assignee": wording}}, 400))
    assert "unassigned" in create(world.api, request_for(), screen).said[0]


def test_several_optional_fields_may_be_refused_at_once_or_one_after_the_other():
    world = JiraWorld()
    screen = world.screen(route := Route(project="OPS", components=("Checkout",), priority="High"))
    for errors in ({"duedate": "no", "components": "no"}, {"priority": "no"}, {"assignee": "no"}):
        world.fake.fails_next(CREATE, json_reply({"errorMessages": [], "errors": errors}, 400))
    opened = create(world.api, request_for(route=route), screen)
    assert len(opened.said) == 4
    assert len(world.calls()) == 4
    world.fake.expects_issues(1)


@pytest.mark.parametrize("field", ["summary", "project", "customfield_10010"])
def test_a_field_that_an_issue_needs_is_never_dropped(field: str):
    world = JiraWorld()
    screen = world.screen()
    world.fake.fails_next(CREATE, json_reply({"errorMessages": [], "errors": {field: "no", "assignee": "no"}}, 400))
    with pytest.raises(Rejected) as caught:
        create(world.api, request_for(), screen)
    assert caught.value.fields == {field: "no", "assignee": "no"}
    assert world.calls() == ["POST /issue"]


def test_a_field_that_goes_on_being_refused_is_not_tried_for_ever():
    world = JiraWorld()
    screen = world.screen()
    world.fake.fails_next(CREATE, json_reply({"errors": {"assignee": "no"}}, 400), times=99)
    with pytest.raises(Rejected):
        create(world.api, request_for(), screen)
    assert world.calls() == ["POST /issue"] * 2


def test_a_lost_answer_is_never_repeated_even_after_a_refusal():
    world = JiraWorld()
    screen = world.screen()
    world.fake.fails_next(CREATE, json_reply({"errors": {"assignee": "no"}}, 400))
    world.fake.fails_next(CREATE, Reply(500), after_effect=True)
    with pytest.raises(OutcomeUnknown):
        create(world.api, request_for(), screen)
    assert world.calls() == ["POST /issue"] * 2
    world.fake.expects_issues(1)


def test_a_missing_required_field_is_said_before_anything_is_sent():
    fields = {"customfield_10010": {"name": "Severity", "required": True}}
    world = JiraWorld({"issue_types": [{"id": "10001", "name": "Task", "fields": fields}]})
    screen = world.screen()
    with pytest.raises(Rejected) as caught:
        create(world.api, request_for(), screen)
    assert str(caught.value) == (
        "Creating a Task in OPS: the project requires Severity (customfield_10010). Set fields in routing.fields, an "
        "assignee or a due date on the action item."
    )
    assert world.calls() == []


def test_a_project_that_was_archived_meanwhile_is_said_in_jiras_words():
    world = JiraWorld()
    screen = world.screen()
    world.fake._directory.projects["OPS"].archived = True
    with pytest.raises(Rejected, match="project: You cannot create issues in an archived project"):
        create(world.api, request_for(), screen)


def test_an_issue_whose_answer_was_lost_is_found_by_its_label():
    world = JiraWorld()
    _lost(world)
    found = find_labelled(world.api, "pm-7f3k2m", "OPS")
    assert found is not None
    assert (found.key, found.said) == ("OPS-1", ())
    assert world.calls() == ["GET /search/jql", "GET /issue/10001"]


def test_an_issue_that_the_index_has_not_seen_is_found_by_its_key():
    world = JiraWorld()
    world.fake.search_lag = 3600
    _lost(world)
    assert find_labelled(world.api, "pm-7f3k2m", "OPS") is None
    found = find_newest(world.api, "pm-7f3k2m", "OPS")
    assert found is not None
    assert found.key == "OPS-1"


def test_the_newest_keys_are_counted_from_what_the_index_has_seen():
    world = JiraWorld({"last_number": 4000})
    create(world.api, request_for(key="pm-other"), world.screen())
    world.fake.search_lag = 3600
    _lost(world)
    assert find_labelled(world.api, "pm-7f3k2m", "OPS") is None
    found = find_newest(world.api, "pm-7f3k2m", "OPS")
    assert found is not None
    assert found.key == "OPS-4002"


def test_an_issue_linked_to_the_anchor_is_found_without_the_index():
    world = JiraWorld()
    create(world.api, request_for(key="pm-anchor"), world.screen())
    world.fake.hides_from_searches = 99
    _lost(world, anchor="OPS-1")
    found = find_linked(world.api, "pm-7f3k2m", "OPS-1")
    assert found is not None
    assert found.key == "OPS-2"
    assert find_linked(world.api, "pm-other", "OPS-1") is None
    assert world.calls() == ["GET /issue/OPS-1", "POST /issue/bulkfetch"] * 2


def test_an_anchor_that_is_gone_or_does_not_show_all_its_links_proves_nothing():
    world = JiraWorld()
    with pytest.raises(NotFound):
        find_linked(world.api, "pm-7f3k2m", "OPS-1")
    create(world.api, request_for(key="pm-anchor"), world.screen())
    create(world.api, request_for(key="pm-other"), world.screen(), "OPS-1")
    world.fake.fails_next("bulkfetch", json_reply({"issues": []}))
    with pytest.raises(NotFound, match="does not show all of them"):
        find_linked(world.api, "pm-7f3k2m", "OPS-1")


def test_an_anchor_that_is_gone_or_refused_is_said_before_anything_is_created_without_it():
    world = JiraWorld()
    screen = world.screen()
    with pytest.raises(AnchorRefused, match="Jira says it does"):
        create(world.api, request_for(), screen, anchor="OPS-99")
    world.fake.fails_next(CREATE, json_reply({"errors": {"issuelinks": "No permission to link."}}, 400))
    with pytest.raises(AnchorRefused, match="No permission to link"):
        create(world.api, request_for(), screen, anchor="OPS-1")
    world.fake.expects_issues(0)


def test_a_create_that_was_held_up_between_two_tries_sends_no_more():
    world, tries = JiraWorld(), list[int]()
    screen = world.screen()
    world.fake.fails_next(CREATE, json_reply({"errors": {"assignee": "no"}}, 400))

    def before_each() -> None:
        tries.append(1)
        if len(tries) > 1:
            raise Unreachable("Creating a Jira issue", "another journey has taken over")

    with pytest.raises(Unreachable):
        create(world.api, request_for(), screen, before_each=before_each)
    assert world.calls() == ["POST /issue"]


def test_an_anchor_is_left_out_where_the_screen_has_no_links():
    world = JiraWorld({"issue_types": [{"id": "10001", "name": "Task", "fields": {"issuelinks": None}}]})
    opened = create(world.api, request_for(), world.screen(), anchor="OPS-99")
    assert opened.said == ("The issue has no issuelinks: it is not on the create screen of Task in OPS.",)


def test_nothing_is_found_where_nothing_was_created():
    world = JiraWorld()
    for find in (find_labelled, find_newest):
        assert find(world.api, "pm-7f3k2m", "OPS") is None
    create(world.api, request_for(key="pm-other"), world.screen())
    for find in (find_labelled, find_newest):
        assert find(world.api, "pm-7f3k2m", "OPS") is None


def test_an_issue_that_was_deleted_since_it_was_indexed_is_not_found():
    world = JiraWorld()
    _lost(world)
    world.fake.fails_next("GET .*/issue/10001", Reply(404))
    assert find_labelled(world.api, "pm-7f3k2m", "OPS") is None


def test_a_persons_copy_bears_the_label_but_is_not_ours():
    world = JiraWorld()
    copied = request_for(key="pm-copy", route=Route(project="OPS", labels=("pm-7f3k2m",)))
    create(world.api, copied, world.screen())
    assert find_labelled(world.api, "pm-7f3k2m", "OPS") is None
    del world.fake.issue("OPS-1")["properties"][PROPERTY]
    _lost(world)
    found = find_labelled(world.api, "pm-7f3k2m", "OPS")
    assert found is not None
    assert (found.key, found.said) == ("OPS-2", ())


def test_an_issue_whose_property_was_lost_is_known_by_its_label():
    world = JiraWorld()
    _lost(world)
    world.fake.issue("OPS-1")["properties"].clear()
    found = find_labelled(world.api, "pm-7f3k2m", "OPS")
    assert found is not None
    assert found.key == "OPS-1"


def test_a_second_issue_is_said_aloud_and_the_first_is_kept():
    world = JiraWorld()
    _lost(world)
    _lost(world)
    found = find_labelled(world.api, "pm-7f3k2m", "OPS")
    assert found is not None
    assert found.key == "OPS-1"
    assert found.said == ("OPS-2 is a second issue for the same action item: close it.",)


def test_looking_never_mistakes_a_refusal_for_absence():
    world = JiraWorld()
    _lost(world)
    world.fake.fails_next("search", Reply(403))
    with pytest.raises(NotAllowed):
        find_labelled(world.api, "pm-7f3k2m", "OPS")


@given(st.text(max_size=80), st.text(max_size=20))
def test_any_text_is_refused_or_makes_exactly_the_one_query(key: str, project: str):
    try:
        jql = jql_for(key, project)
    except Rejected:
        return
    assert jql == f'project = "{project}" AND labels = "{key}" ORDER BY key ASC'
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert set(project) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


@pytest.mark.parametrize("key", ['pm" OR project = X OR labels = "', "pm-A", "pm-1\n", "", "p" * 65, "pm-é"])
def test_jql_is_never_made_of_anything_else(key: str):
    world = JiraWorld()
    with pytest.raises(Rejected, match=r"not of \[a-z0-9-\]"):
        find_labelled(world.api, key, "OPS")
    with pytest.raises(Rejected, match=r"Change routing\.project"):
        find_labelled(world.api, "pm-1", 'OPS" OR "1')
    assert world.calls() == []

"""The issue that a team gets, read as its owner reads it who was not in the incident."""

from typing import Any

import pytest

from connectors.jira.adf import HEADING_LEVEL, MOST_CHARACTERS, adf_from_paragraphs, size_of
from connectors.jira.translate import Screen, ScreenField, payload_from_request
from postmortem.action_items.acceptance import done_when
from postmortem.action_items.decision import Decision
from postmortem.action_items.issues import request_issues
from postmortem.action_items.item import ActionItem, Block, IssueRequest, Span
from postmortem.action_items.likely import Likely
from postmortem.compose import compose
from postmortem.document import Postmortem
from postmortem.incident import Reference
from postmortem.settings import Settings
from tests.unit.given import COLLECTED, at, change, evidence, log, said
from tests.vendors.jira_adf import problems_of_adf

LINK = "https://acme.slack.com/archives/C1/p"
PRIVATE = ("slack/C1/",)
SCREEN = Screen(
    project="OPS",
    issue_type_id="1",
    issue_type="Task",
    fields=tuple(ScreenField(id=name, name=name) for name in ("description", "duedate")),
)


def postmortem(*words: str, route: dict[str, Any] | None = None, **incident: Any) -> Postmortem:
    """Of an incident in whose channel, after impact and cause, these words were said."""
    told = evidence(
        log("1", 0, "triggered"),
        log("2", 4500, "resolved"),
        said("5", 300, "about 30% of customers could not check out", link=f"{LINK}5"),
        said("6", 900, "root cause: the connection pool was exhausted by the nightly export", link=f"{LINK}6"),
        *(said(f"9{n}", 2400 + n * 60, text, link=f"{LINK}9{n}") for n, text in enumerate(words)),
        number=4211,
        link="https://acme.pagerduty.com/incidents/Q1",
        priority="P1",
        service=Reference(id="PCHECK", name="Checkout API"),
        resolved_at=at(4500),
        from_pagerduty=True,
        **incident,
    )
    settings = Settings.model_validate({"default_route": {"project": "OPS"} | (route or {})})
    return compose(told, settings, composed_at=COLLECTED)


def requests(document: Postmortem, private: tuple[str, ...] = ()) -> list[IssueRequest]:
    found = request_issues(document, install_id="x", postmortem_link="https://acme.example/pm", private=private)
    return [request for request in found if request]


def read(request: IssueRequest) -> str:
    """The description as a person sees it: links after their words, a line for each block."""
    document = adf_from_paragraphs(request.paragraphs)
    assert problems_of_adf(document) == []
    return "\n".join(map(shown, document["content"]))


def shown(node: dict[str, Any]) -> str:
    inside = [shown(child) for child in node.get("content", ())]
    match node["type"]:
        case "text":
            links = [mark["attrs"]["href"] for mark in node.get("marks", ())]
            return f"{node['text']} <{links[0]}>" if links else node["text"]
        case "heading":
            return f"{'#' * node['attrs']['level']} {''.join(inside)}"
        case "bulletList":
            return "\n".join(f"- {item}" for item in inside)
        case "hardBreak":
            return "\n"
        case _:
            return "".join(inside)


def test_an_issue_reads_well_alone():
    [request] = requests(postmortem("ACTION: Bea: add an alert on pool saturation by early next week"))

    assert request.summary == "Add an alert on pool saturation"
    assert read(request) == "\n".join(
        [
            "Add an alert on pool saturation",
            "### Why",
            (
                "From incident #4211 Checkout is slow <https://acme.pagerduty.com/incidents/Q1> (service Checkout API, "
                "P1). It lasted from 2026-11-17 14:00 to 15:15 UTC (1 h 15 min)."
            ),
            (
                "Impact: Bea Lindqvist: “about 30% of customers could not check out” (#inc-1) "
                "<https://acme.slack.com/archives/C1/p5>"
            ),
            (
                "Cause: Bea Lindqvist: “root cause: the connection pool was exhausted by the nightly export” (#inc-1) "
                "<https://acme.slack.com/archives/C1/p6>"
            ),
            "### As it was said",
            (
                "“ACTION: Bea: add an alert on pool saturation by early next week” "
                "#inc-1, 2026-11-17 14:40 UTC <https://acme.slack.com/archives/C1/p90>"
            ),
            "### Owner and due date",
            f"- Owner: Bea Lindqvist ({request_owner_why(postmortem('ACTION: Bea: add an alert'))}).",
            '- Due 2026-11-24 (said: "by early next week" on 2026-11-17, read as the Tuesday of that week).',
            "### Done when",
            (
                "The alert has fired once in a test, has reached whoever is on call, and says what to do. "
                "(This is a hint, made from the words of the task. Adjust it to the work.)"
            ),
            "### More",
            "- The postmortem <https://acme.example/pm>",
            "- The incident in PagerDuty <https://acme.pagerduty.com/incidents/Q1>",
            f"Opened by Debrief, {request.key}.",
        ]
    )


def request_owner_why(document: Postmortem) -> str:
    return document.action_items[0].owner.why.rstrip(".")


def test_nothing_that_the_draft_does_not_know_is_made_up():
    told = evidence(said("1", 0, "ACTION: rotate the key"))
    document = compose(told, Settings.model_validate({"default_route": {"project": "OPS"}}), composed_at=COLLECTED)

    text = read(requests(document)[0])

    assert "Impact:" not in text
    assert "Cause:" not in text
    assert "It began on 2026-11-17 at 14:00 UTC." in text


def text_after(*records: Any, **incident: Any) -> str:
    """The issue of an incident in whose channel this was said, and then something to be done."""
    told = evidence(log("1", 0, "triggered"), *records, said("99", 2400, "ACTION: rotate the key"), **incident)
    document = compose(told, Settings.model_validate({"default_route": {"project": "OPS"}}), composed_at=COLLECTED)
    return read(requests(document)[0])


def test_a_cause_that_was_only_suspected_says_that_nobody_confirmed_it():
    suspected = said("5", 300, "CRC errors on the port, it looks like the optic")

    assert (
        "Suspected cause, which nobody confirmed: Bea Lindqvist: “CRC errors on the port, it looks like the optic”"
        in text_after(log("2", 4500, "resolved"), suspected)
    )


def test_what_was_suspected_and_ruled_out_and_what_was_deployed_before_are_no_causes():
    ruled_out = (
        said("5", 300, "I suspect the optic of fra-2"),
        said("6", 600, "it is not the optic of fra-2, ruled out"),
    )
    deployed = change("0", -600, "Deploy checkout-api 2026.11.17-3")

    text = text_after(log("2", 4500, "resolved"), deployed, *ruled_out)

    assert "ause" not in text, text


def test_a_confirmed_cause_comes_before_one_that_was_suspected():
    suspected = said("5", 300, "it might be the DNS resolver")
    confirmed = said("6", 600, "root cause: the connection pool was exhausted by the nightly export")

    assert "\nCause: Bea Lindqvist: “root cause: the connection pool" in text_after(suspected, confirmed)


def test_an_incident_that_came_back_did_not_last_from_its_first_day_to_its_last():
    rounds = (log("2", 2400, "resolved"), log("3", 864_000, "reopened"), log("4", 866_400, "resolved"))

    text = text_after(*rounds, resolved_at=at(866_400))

    assert "It began on 2026-11-17 14:00, was opened again, and ended on 2026-11-27 14:40 UTC." in text
    assert "It lasted" not in text
    assert "Impact:" not in text, "that it came back is not what people felt"


def test_nothing_said_in_a_private_channel_is_repeated_in_an_issue_that_others_read():
    [request] = requests(postmortem("ACTION: Bea: rotate the key of acme-bank"), PRIVATE)

    text = read(request)

    assert request.is_private
    assert "acme-bank”" not in text
    assert "30%" not in text
    assert "exhausted" not in text
    assert "It was said in a private channel: its words stay there, where its members can open them." in text


def test_an_issue_with_a_security_level_holds_what_was_said_in_private():
    [request] = requests(postmortem("ACTION: Bea: rotate the key", route={"security_level": "Incident"}), PRIVATE)

    assert "“ACTION: Bea: rotate the key”" in read(request)
    assert request.is_private


def test_who_else_was_named_and_where_it_was_said_again_stand_in_the_issue():
    document = postmortem("ACTION: Bea: rotate the key", "and somebody should really rotate that key")
    first = document.action_items[0]
    again = first.model_copy(
        update={
            "also_said": ("slack/C1/91", "slack/C1/not-read"),
            "owner": first.owner.model_copy(update={"others": ("Carl Brandt", "Dana")}),
        }
    )
    [request, *_] = requests(document.model_copy(update={"action_items": (again,)}))

    text = read(request)

    assert f"- Said again: #inc-1, 2026-11-17 14:41 UTC <{LINK}91>" in text
    assert "- Named beside them: Carl Brandt, Dana. A Jira issue has one assignee." in text


def test_a_role_that_owns_an_item_is_named():
    item = _only(postmortem("ACTION: rotate the key"))
    owner = item.owner.model_copy(update={"name": None, "role": "on-call of checkout", "why": "that role was named"})
    document = postmortem("ACTION: rotate the key").model_copy(
        update={"action_items": (item.model_copy(update={"owner": owner}),)}
    )

    assert "- Owner: whoever holds the role on-call of checkout (that role was named)." in read(requests(document)[0])


def test_an_accepted_suggestion_says_why_it_was_one_and_who_accepted_it():
    document = postmortem("ACTION: rotate the key")
    accepted = Decision(item_id="x", verdict="accepted", by="Dana", where="in Slack", at=at(4000).at)
    update = {"likely": Likely(reason="Bea said that she will.", confidence=0.7), "decision": accepted}
    suggested = document.model_copy(update={"action_items": (_only(document).model_copy(update=update),)})

    assert "- Suggested, because Bea said that she will. Dana accepted it in Slack." in read(requests(suggested)[0])
    assert "- Dana accepted it in Slack." in read(requests(suggested, PRIVATE)[0])


def _only(document: Postmortem) -> ActionItem:
    [item] = document.action_items
    return item


def test_an_endless_message_makes_an_issue_that_jira_takes():
    [request] = requests(postmortem("ACTION: " + 'fix the "thing" and ' * 2_000))

    payload = payload_from_request(request, SCREEN)
    fields = payload.body["fields"]

    assert problems_of_adf(fields["description"]) == []
    assert size_of(fields["description"]) <= MOST_CHARACTERS
    assert len(fields["summary"]) <= 255
    assert "\n" not in fields["summary"]


@pytest.mark.parametrize(
    ("task", "hint"),
    [
        ("Add an alert on pool saturation", "the alert has fired once"),
        ("Investigate why the alert did not fire", "the answer is written down here"),
        ("Write a runbook for failover of the database", "it is where responders look"),
        ("Remove the temporary override", "it is gone everywhere"),
        ("Add an integration test of the export", "it fails on what went wrong"),
        ("Try a restore of last night's backup", "it has been tried for real once"),
        ("Graph the queue depth on the team's dashboard", "it shows the state"),
        ("Backfill the lost orders", "what the incident left behind is put right"),
        ("Raise the limit of the pool", "the change is live"),
        ("Talk to the vendor", "the result can be seen"),
    ],
)
def test_an_item_says_how_its_owner_can_tell_that_it_is_done(task: str, hint: str):
    assert done_when(task).startswith(hint)


def test_bullets_that_follow_one_another_are_one_list():
    bullet = Block(kind="bullet", spans=(Span(text="x"),))
    document = adf_from_paragraphs([bullet, bullet, [Span(text="y")], bullet])

    assert [node["type"] for node in document["content"]] == ["bulletList", "paragraph", "bulletList"]
    assert [len(node["content"]) for node in document["content"]] == [2, 1, 1]
    assert problems_of_adf(document) == []


def test_a_heading_is_one_of_the_levels_and_none_is_left_alone_where_the_text_is_cut():
    heading = Block(kind="heading", spans=(Span(text="Why"),))
    document = adf_from_paragraphs([[Span(text="y")], heading, [Span(text="x" * 5_000)]], 600)

    assert heading_levels(adf_from_paragraphs([heading])) == [HEADING_LEVEL]
    assert heading_levels(document) == []


def heading_levels(document: dict[str, Any]) -> list[int]:
    return [node["attrs"]["level"] for node in document["content"] if node["type"] == "heading"]


@pytest.mark.parametrize(
    "node",
    [
        {"type": "bulletList", "content": []},
        {"type": "bulletList", "content": [{"type": "paragraph"}]},
        {
            "type": "bulletList",
            "content": [{"type": "listItem", "content": [{"type": "heading", "attrs": {"level": 1}}]}],
        },
        {"type": "bulletList", "content": [{"type": "listItem", "content": [{"type": "bulletList", "content": []}]}]},
        {"type": "heading", "attrs": {"level": 7}},
        {"type": "heading"},
        {"type": "paragraph", "attrs": {"level": 1}},
    ],
)
def test_the_fake_jira_refuses_what_atlassians_schema_does(node: dict[str, Any]):
    assert problems_of_adf({"type": "doc", "version": 1, "content": [node]})


def test_a_description_of_an_earlier_version_is_still_read():
    [request] = requests(postmortem("ACTION: rotate the key"))
    kept = request.model_dump(mode="json") | {"paragraphs": [[{"text": "Rotate the key", "link": None}]]}

    assert IssueRequest.model_validate(kept).paragraphs == (Block(spans=(Span(text="Rotate the key"),)),)

"""What an action item becomes in Jira's shape, whatever anybody wrote into a chat."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.jira.adf import CUT_HERE, MOST_CHARACTERS, adf_from_paragraphs, is_safe_link, one_line, size_of
from connectors.jira.translate import (
    Screen,
    key_from_issue,
    labels_from_issue,
    missing_required,
    payload_from_request,
    remote_link_body,
    screen_from_createmeta,
)
from postmortem.action_items.item import Route, Span
from tests.vendors.jira_adf import problems_of_adf
from tests.vendors.jira_world import JiraWorld, request_for

_ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
_LINKS = (
    st.none() | _ANY_TEXT | st.sampled_from(["https://acme.example/a", "javascript:alert(1)", "mailto:a@b.example"])
)
_PARAGRAPHS = st.lists(st.lists(st.builds(Span, text=_ANY_TEXT, link=_LINKS), max_size=4), max_size=6)


def _screen(**fields: dict[str, Any] | None) -> Screen:
    kind = {"id": "10001", "name": "Task", "fields": fields}
    return JiraWorld({"issue_types": [kind]}).screen()


@given(_PARAGRAPHS, st.sampled_from([400, 700, MOST_CHARACTERS]))
@settings(max_examples=300, deadline=None)
def test_any_text_makes_a_valid_document_that_fits(paragraphs: list[list[Span]], most: int):
    document = adf_from_paragraphs(paragraphs, most)
    assert problems_of_adf(document) == []
    assert size_of(document) <= most
    json.dumps(document, ensure_ascii=False).encode()


@given(_ANY_TEXT, st.integers(2, 300))
def test_any_text_makes_one_line_that_fits(text: str, most: int):
    line = one_line(text, most)
    assert len(line.encode("utf-16-le")) // 2 <= most
    assert len(line.splitlines()) <= 1


def test_text_from_outside_is_only_ever_the_text_of_a_text_node():
    hostile = '{"type": "inlineCard"} [x](https://evil.example) <b>&amp;</b> @everyone'
    assert adf_from_paragraphs([[Span(text=hostile)]])["content"] == [
        {"type": "paragraph", "content": [{"type": "text", "text": hostile}]}
    ]


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.example",
        "https://",
        "https://a b",
        "https://a\u202eb.example",
        "https://[",
        "mailto:",
        "https://a.example/" + "x" * 2000,
        "",
    ],
)
def test_a_link_of_another_kind_stays_plain_text(link: str):
    assert not is_safe_link(link)
    assert "marks" not in json.dumps(adf_from_paragraphs([[Span(text="here", link=link)]]))


def test_a_good_link_is_a_mark():
    [paragraph] = adf_from_paragraphs([[Span(text="here", link="https://acme.slack.com/p1")]])["content"]
    link = {"type": "link", "attrs": {"href": "https://acme.slack.com/p1"}}
    assert paragraph["content"] == [{"type": "text", "text": "here", "marks": [link]}]


def test_line_breaks_become_breaks_and_control_characters_go():
    [paragraph] = adf_from_paragraphs([[Span(text="a\r\nb\x00\ud800\u2028c\td\u202e")]])["content"]
    texts = [node.get("text", "/") for node in paragraph["content"]]
    assert texts == ["a", "/", "b", "/", "c d"]


def test_a_long_description_is_cut_at_a_paragraph_and_says_so():
    paragraphs = [[Span(text=f"{number} " + "x" * 997)] for number in range(100)]
    document = adf_from_paragraphs(paragraphs)
    texts = [node["content"][0]["text"] for node in document["content"]]
    assert texts[-1] == CUT_HERE
    assert texts[:-1] == [paragraph[0].text for paragraph in paragraphs[: len(texts) - 1]]
    assert MOST_CHARACTERS - 1200 < size_of(document) <= MOST_CHARACTERS


@pytest.mark.parametrize("character", ["x", '"', "😀"])
def test_one_endless_paragraph_keeps_its_beginning(character: str):
    document = adf_from_paragraphs([[Span(text=character * 60_000)]])
    first, last = document["content"]
    assert last["content"][0]["text"] == CUT_HERE
    assert len(first["content"][0]["text"]) > 7_000
    assert size_of(document) <= MOST_CHARACTERS


def test_a_request_becomes_the_body_of_a_create():
    route = Route(project="OPS", components=("checkout",), labels=("postmortem",), priority="High")
    world = JiraWorld()
    payload = payload_from_request(request_for(route=route), world.screen(route))
    fields = payload.body["fields"]
    assert payload.said == ()
    assert fields.pop("description")["content"][0]["content"][0]["text"] == "Said by Ada in "
    assert fields == {
        "project": {"key": "OPS"},
        "issuetype": {"id": "10001"},
        "summary": "Alert on certificate expiry 30 days ahead",
        "labels": ["pm-7f3k2m", "postmortem"],
        "assignee": {"accountId": "acc-ada"},
        "duedate": "2026-12-01",
        "components": [{"id": "20000"}],
        "priority": {"id": "2"},
    }
    ours = {"key": "pm-7f3k2m", "incident": "Q2CKYRLH85UNN4", "item": "slack/C1/1553610120.000000#1"}
    assert payload.body["properties"] == [{"key": "debrief.action", "value": ours}]
    assert "update" not in payload.body


def test_fields_off_the_screen_are_left_out_and_said():
    route = Route(project="OPS", components=("Checkout",), priority="High", fields={"customfield_7": "x"})
    screen = _screen(duedate=None, components=None, priority=None, assignee=None)
    payload = payload_from_request(request_for(route=route), screen)
    assert sorted(payload.body["fields"]) == ["description", "issuetype", "labels", "project", "summary"]
    assert payload.said == tuple(
        f"The issue has no {name}: it is not on the create screen of Task in OPS."
        for name in ("assignee", "duedate", "components", "priority", "customfield_7")
    )


def test_extra_fields_are_named_by_id_or_by_their_display_name():
    screen = _screen(customfield_10010={"name": "Severity"}, customfield_10011={"name": "Area"})
    route = Route(project="OPS", fields={"severity": {"value": "High"}, "customfield_10011": "web", "summary": "mine"})
    payload = payload_from_request(request_for(route=route), screen)
    assert payload.body["fields"]["customfield_10010"] == {"value": "High"}
    assert payload.body["fields"]["customfield_10011"] == "web"
    assert payload.body["fields"]["summary"] == "Alert on certificate expiry 30 days ahead"
    assert payload.said == ("routing.fields cannot set summary: it has a setting of its own, or Debrief sets it.",)


def test_a_label_with_spaces_is_mended_and_said():
    payload = payload_from_request(request_for(route=Route(project="OPS", labels=("post mortem",))), _screen())
    assert payload.body["fields"]["labels"] == ["pm-7f3k2m", "post-mortem"]
    assert "'post mortem' is written 'post-mortem'" in payload.said[0]


def test_required_fields_without_a_value_are_listed_by_name_and_id():
    screen = _screen(
        customfield_10010={"name": "Severity", "required": True},
        customfield_10011={"name": "Area", "required": True, "hasDefaultValue": True},
        duedate={"required": True, "name": "Due date"},
    )
    assert missing_required(screen, payload_from_request(request_for(due_on=None), screen)) == [
        "Due date (duedate)",
        "Severity (customfield_10010)",
    ]


@given(_ANY_TEXT, _ANY_TEXT, st.lists(_ANY_TEXT, max_size=3), st.dictionaries(_ANY_TEXT, _ANY_TEXT, max_size=3))
@settings(max_examples=60, deadline=None)
def test_jira_takes_whatever_anybody_wrote(summary: str, quote: str, labels: list[str], fields: dict[str, str]):
    world, route = _WORLD, Route(project="OPS", labels=tuple(labels), fields=fields, components=(quote,))
    request = request_for(summary=summary, route=route, paragraphs=((Span(text=quote, link=quote),),))
    assert world.api.create_issue(payload_from_request(request, _SCREEN).body)["key"].startswith("OPS-")


_RECORDS = st.dictionaries(
    st.sampled_from(["fieldId", "name", "required", "allowedValues", "schema"]), st.none() | _ANY_TEXT
)


@given(st.lists(_RECORDS, max_size=4), st.dictionaries(_ANY_TEXT, st.none() | st.lists(st.none()), max_size=3))
def test_records_of_another_shape_never_crash(records: list[dict[str, Any]], issue: dict[str, Any]):
    screen_from_createmeta("OPS", issue, records)
    assert key_from_issue({"properties": issue}) is None
    assert labels_from_issue({"fields": issue}) == ()


def test_a_remote_link_fits_jiras_limits():
    body = remote_link_body("g" * 400, "https://acme.example/pm", "A title\nof two lines" + "x" * 400)
    assert len(body["globalId"]) == 255
    assert len(body["object"]["title"]) == 255
    assert "\n" not in body["object"]["title"]


def test_a_due_date_is_written_as_a_date():
    assert payload_from_request(request_for(due_on=date(2027, 1, 5)), _SCREEN).body["fields"]["duedate"] == "2027-01-05"


_WORLD = JiraWorld()
_SCREEN = _WORLD.screen()

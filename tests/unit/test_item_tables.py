"""The section on action items: what is to be done, what is only suggested, what was dropped."""

import json
from datetime import date
from typing import Any

import pytest

from postmortem.action_items.decision import Decision
from postmortem.action_items.item import ActionItem, Owner, Route, short_name
from postmortem.action_items.likely import Likely
from postmortem.compose import compose
from postmortem.document import Postmortem
from postmortem.lint import lint
from postmortem.outputs.agenda import NO_ITEMS, OWNERS_ASKED
from postmortem.outputs.html import render_page
from postmortem.outputs.json_document import render_json
from postmortem.outputs.markdown import render_body, render_markdown
from postmortem.outputs.page.glance import in_words
from postmortem.outputs.storage import render_storage
from postmortem.settings import Settings
from tests.unit.given import BEA, CARL, COLLECTED, at, evidence, said

LINK = "https://acme.slack.com/archives/C1/p1"
BEAS = Owner(name="Bea Lindqvist", account_id="acc-bea", why="mentioned in the item")
NOBODYS = Owner(name=None, account_id=None, why="nobody was named, and the route has no default_owner")


def item(number: int, text: str, **more: Any) -> ActionItem:
    told: dict[str, Any] = {
        "id": f"slack/C1/{number}#1",
        "text": text,
        "quote": text,
        "owner": BEAS,
        "due_on": date(2026, 11, 27),
        "due_why": "10 business days",
        "route": Route(project="CHK"),
        "evidence_id": f"slack/C1/{number}",
        "evidence_link": f"{LINK}{number}",
        "nature": "preventive",
    }
    return ActionItem(**told | more)


def suggestion(number: int, text: str, confidence: float = 0.7, **more: Any) -> ActionItem:
    likely = Likely(reason="Bea said that she will", confidence=confidence)
    return item(number, text, accepted=False, likely=likely, **more)


def decided(one: ActionItem, verdict: str, by: str = "June Park") -> ActionItem:
    told = {"item_id": one.id, "verdict": verdict, "by": by, "where": "in Slack", "at": at(0).at}
    decision = Decision.model_validate(told)
    return one.model_copy(update={"accepted": verdict == "accepted", "decision": decision})


def document(*items: ActionItem) -> Postmortem:
    messages = [
        said(str(number), number, f"words {number}", person_id=(BEA if number % 2 else CARL).id, link=f"{LINK}{number}")
        for number in range(9)
    ]
    made = compose(evidence(*messages), Settings(), composed_at=COLLECTED)
    return made.model_copy(update={"action_items": items})


def section(*items: ActionItem) -> str:
    whole = render_markdown(document(*items))
    return whole.partition("begin action_items -->")[2].partition("<!-- debrief:end action_items")[0]


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| ---")]


def test_a_suggestion_stands_apart_with_reason_confidence_and_how_to_accept_it():
    one = suggestion(1, "Raise the pool", issue_key=None)
    text = section(item(2, "Add an alert", issue_key="CHK-1", issue_link="https://j/CHK-1"), one)
    head, suggested = text.split("### Suggested, not opened")
    assert "Raise the pool" not in head
    why, said_by = "Likely: Bea said that she will", f"Bea Lindqvist, [Slack]({LINK}1)"
    assert rows(suggested) == [
        "| Suggested | Owner | Due | Why | Said | Name |",
        f"| Raise the pool | Bea Lindqvist | 2026-11-27 | {why} | {said_by} | {short_name(one.id)} |",
    ]
    assert (
        "Nobody marked these as action items. Accept one in Slack, on the page, or with "
        "`debrief actions accept QINCIDENT1 NAME`; drop what is none." in suggested
    )


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(1.0, "Very likely"), (0.8, "Very likely"), (0.6, "Likely"), (0.4, "Possibly"), (0.0, "Perhaps")],
)
def test_confidence_is_told_in_words(confidence: float, words: str):
    assert f"| {words}: Bea said" in section(suggestion(1, "Raise the pool", confidence))


def test_the_surest_suggestion_stands_first():
    text = section(suggestion(1, "Guess", 0.3), suggestion(2, "Promise", 0.9), suggestion(3, "Wish", 0.5))
    assert [row.split(" | ")[0] for row in rows(text)[1:]] == ["| Promise", "| Wish", "| Guess"]


def test_suggestions_are_not_asked_who_owns_them_nor_counted_nor_linted():
    one = document(suggestion(1, "Capacity", owner=NOBODYS, due_on=None))
    text = render_markdown(one)
    assert OWNERS_ASKED not in text
    assert NO_ITEMS in text
    assert [finding for finding in lint(text) if finding.rule.startswith("item-")] == []
    assert in_words(one.action_items) == "No action item was marked; 1 suggestion to decide on"
    listed = item(2, "Add an alert", issue_key="CHK-1")
    assert in_words((*one.action_items, listed)) == (
        "1 action item, each with owner, date and issue; 1 suggestion to decide on"
    )


def test_those_that_nobody_owns_stand_first_and_those_that_are_gone_last():
    text = section(
        item(1, "Gone", is_gone=True, owner=NOBODYS, accepted=False),
        item(2, "Owned"),
        item(3, "Nobodys", owner=NOBODYS),
    )
    assert [row.split(" | ")[0] for row in rows(text)[1:]] == ["| Nobodys", "| Owned", "| *No longer said:* Gone"]


def test_a_dropped_item_is_one_line_that_says_by_whom_and_what_became_of_its_issue():
    text = section(
        decided(suggestion(1, "Raise the pool"), "dropped"),
        decided(item(2, "Add an alert", issue_key="CHK-1", issue_link="https://j/CHK-1", status="To Do"), "dropped"),
    )
    assert rows(text) == []
    assert "\nDropped by June Park in Slack: “Raise the pool”\n" in text
    assert (
        "\nDropped by June Park in Slack: “Add an alert”; its issue stays as it is: [CHK-1](https://j/CHK-1), To Do\n"
        in text
    )


def test_an_accepted_suggestion_is_an_item_and_says_who_accepted_it():
    text = section(decided(suggestion(1, "Raise the pool"), "accepted"))
    (row,) = rows(text)[1:]
    assert row.endswith(f"[Slack]({LINK}1); accepted by June Park in Slack |")
    assert "Suggested" not in text


def test_an_item_said_again_links_to_each_time():
    one = item(1, "Raise the pool", also_said=("slack/C1/3", "slack/C1/5", "pagerduty/note/9"))
    (row,) = rows(section(one))[1:]
    assert f"| [Slack]({LINK}1) [2]({LINK}3) [3]({LINK}5), PagerDuty note |" in row


def test_further_owners_and_roles_are_named_beside_the_first():
    several = BEAS.model_copy(update={"others": ("Carl Brandt", "Dana"), "role": "on-call of checkout"})
    assert "| Bea Lindqvist (on-call of checkout), with Carl Brandt, Dana |" in section(item(1, "x y", owner=several))
    role = Owner(name=None, account_id=None, why="nobody is on call", role="on-call of checkout")
    assert "| ❓ **nobody yet** (on-call of checkout) |" in section(item(1, "x y", owner=role))


def test_a_name_that_people_type_is_short_the_same_for_ever_and_spells_nothing():
    names = [short_name(f"slack/C1/{number}#1") for number in range(1000)]
    assert short_name("slack/C1/1.2#1") == "3b2q7"
    assert {len(name) for name in names} == {5}
    assert not set("".join(names)) & set("aeiouyl01")
    assert len(set(names)) > 995


def test_a_suggested_owner_is_not_looked_up_before_somebody_accepts():
    unknown = BEAS.model_copy(update={"account_id": None})
    assert "| Bea Lindqvist |" in section(suggestion(1, "Raise the pool", owner=unknown))
    assert "| Bea Lindqvist ⚠ |" in section(item(1, "Raise the pool", owner=unknown))


def test_suggestions_are_on_the_page_in_confluence_and_in_the_data():
    one = suggestion(1, "Raise the <b>pool</b>")
    made = document(one)
    page = render_page(made, render_markdown(made))
    assert "Suggested, not opened" in page
    assert "Raise the &lt;b&gt;pool&lt;/b&gt;" in page
    stored = render_storage(render_body(made), made, whole="x", most=10**6).body
    assert "<h3>Suggested, not opened</h3>" in stored
    assert f"<td><p>{short_name(one.id)}</p></td>" in stored
    (told,) = json.loads(render_json(made))["action_items"]
    assert told["likely"] == {"reason": "Bea said that she will", "confidence": 0.7, "brief": ""}
    assert told["accepted"] is False

"""The form of the Edit button: it fits Slack whatever the item says, and only what was changed is decided."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.slack import modal
from connectors.slack.clicks import ItemRef
from connectors.slack.modal import decision_from_form, edit_view, form_from_view, problems_of
from postmortem.action_items.item import ActionItem, Owner, Route
from postmortem.action_items.likely import Likely
from tests.vendors.slack_blocks import problems_of_view

NOW = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)
REF = ItemRef("Q1", "slack/C1/1.2#1")


def an_item(**more: Any) -> ActionItem:
    fields: dict[str, Any] = {
        "id": REF.item_id,
        "text": "Add an alert",
        "quote": "TODO: add an alert",
        "owner": Owner(name="Bea", account_id=None, why="she was named", person_id="slack:U0BEA"),
        "due_on": date(2026, 11, 27),
        "due_why": "said so",
        "route": Route(project="CHK", team="Payments"),
        "evidence_id": "slack/C1/1.2",
    }
    return ActionItem(**(fields | more))


def sent(item: ActionItem, teams: tuple[str, ...] = ("Payments", "Platform"), **values: Any) -> modal.Form:
    """The form as Slack sends it, with these fields filled in anew."""
    view = edit_view(item, REF, teams)
    shown = {"initial_value": "value", "initial_user": "selected_user", "initial_date": "selected_date"}
    shown |= {"initial_option": "selected_option", "initial_options": "selected_options"}
    state: dict[str, Any] = {}
    for block in view["blocks"]:
        element, name = block["element"], block["block_id"]
        state[name] = {name: {shown[key]: value for key, value in element.items() if key in shown}}
    for name, (key, value) in values.items():
        state[name][name][key] = value
    return form_from_view(view | {"state": {"values": state}})


def test_the_form_shows_the_item_as_it_stands():
    view = edit_view(an_item(), REF, ("Payments", "Platform"))
    elements = {block["block_id"]: block["element"] for block in view["blocks"]}
    assert problems_of_view(view, {"U0BEA"}) == []
    assert elements["text"]["initial_value"] == "Add an alert"
    assert elements["owner"]["initial_user"] == "U0BEA"
    assert elements["due"]["initial_date"] == "2026-11-27"
    assert elements["team"]["initial_option"]["value"] == "Payments"
    assert "accept" not in elements
    assert view["blocks"][0]["hint"]["text"] == "As it was said: “TODO: add an alert”"


def test_an_owner_who_is_not_in_slack_is_named():
    owner = Owner(name="Gus", account_id=None, why="named")
    elements = {block["block_id"]: block["element"] for block in edit_view(an_item(owner=owner), REF, ())["blocks"]}
    assert "initial_user" not in elements["owner"]
    assert elements["name"]["initial_value"] == "Gus"


def test_a_form_in_which_nothing_was_changed_decides_nothing():
    assert problems_of(sent(an_item()), NOW) == {}
    assert decision_from_form(sent(an_item())) == {}


def test_only_what_was_changed_is_decided():
    form = sent(an_item(), text=("value", "Add two alerts"), due=("selected_date", "2026-12-01"))
    assert decision_from_form(form) == {"text": "Add two alerts", "due_on": "2026-12-01"}
    team = {"value": "Platform"}
    form = sent(an_item(), owner=("selected_user", "U0CARL"), team=("selected_option", team))
    assert decision_from_form(form) == {"owner_id": "slack:U0CARL", "team": "Platform"}


def test_saving_a_suggestion_accepts_it_unless_the_tick_is_taken_away():
    suggestion = an_item(accepted=False, likely=Likely(reason="bea said that she will", confidence=0.6))
    assert decision_from_form(sent(suggestion)) == {"verdict": "accepted"}
    assert decision_from_form(sent(suggestion, accept=("selected_options", []))) == {}


def test_a_name_that_is_written_counts_beside_the_owner_who_was_shown():
    assert decision_from_form(sent(an_item(), name=("value", "Gus Ferreira"))) == {"owner": "Gus Ferreira"}


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"text": ("value", "  \n ")}, "text", modal.EMPTY),
        ({"text": ("value", None)}, "text", modal.EMPTY),
        ({"owner": ("selected_user", None)}, "owner", modal.NO_LONGER_OWNED),
        ({"owner": ("selected_user", "U0CARL"), "name": ("value", "Gus")}, "name", modal.TWO_OWNERS),
        ({"due": ("selected_date", None)}, "due", modal.NOT_TAKEN_AWAY),
        ({"due": ("selected_date", "2026-02-30")}, "due", modal.NO_DAY),
        ({"due": ("selected_date", "soon")}, "due", modal.NO_DAY),
        ({"due": ("selected_date", "2026-11-15")}, "due", modal.PAST),
        ({"due": ("selected_date", "9999-12-31")}, "due", modal.TOO_FAR),
    ],
)
def test_what_cannot_be_meant_is_said_at_its_field(values: dict[str, Any], field: str, sentence: str):
    assert problems_of(sent(an_item(), **values), NOW) == {field: sentence}


def test_today_is_a_day_to_come_wherever_on_earth_it_is():
    at = datetime(2026, 11, 17, 6, 0, tzinfo=UTC)
    assert problems_of(sent(an_item(), due=("selected_date", "2026-11-16")), at) == {}


def test_an_overdue_item_keeps_its_day_while_its_owner_is_changed():
    overdue = an_item(due_on=date(2026, 11, 1))
    form = sent(overdue, owner=("selected_user", "U0CARL"))
    assert problems_of(form, NOW) == {}
    assert decision_from_form(form) == {"owner_id": "slack:U0CARL"}


@given(
    st.text(st.characters(), min_size=1, max_size=50).map(lambda text: text * 100),
    st.none() | st.text(max_size=200),
    st.lists(st.text(max_size=200), max_size=120),
)
def test_the_form_fits_slack_whatever_the_item_says(text: str, name: str | None, teams: list[str]):
    owner = Owner(name=name, account_id=None, why="")
    item = an_item(text=text, quote=text, owner=owner, route=Route(project="CHK", team=teams[0] if teams else None))
    view = edit_view(item, REF, teams)
    assert problems_of_view(view, set()) == []
    assert decision_from_form(sent(item, tuple(teams))) == {}


@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_no_view_makes_it_fail(view: Any):
    form = form_from_view({"state": view, "blocks": view})
    problems_of(form, NOW)
    decision_from_form(form)

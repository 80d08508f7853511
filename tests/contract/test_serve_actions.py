"""The pages about action items: the list, the report, and deciding beside a draft; what a stranger cannot do there."""

import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from connectors.store.decisions import Decisions
from handlers.action_pages import MOST_ROWS, Panel, cards_of, items_panel
from handlers.web_site import NOT_HERE, NOT_OURS
from postmortem.action_items.item import ActionItem, short_name
from postmortem.action_items.likely import Likely
from tests.contract.cli import Terminal
from tests.contract.followed import followed, keep, one_of_each
from tests.contract.serving import Answer, Seen, Visitor, csrf_of, visited
from tests.contract.test_cli_offline import save_slack
from tests.hostile import reading
from tests.hostile.payloads import PAYLOADS
from tests.world import World, world_of

RAISE = "Raise the connection pool limit"


def text_of(page: str) -> str:
    return " ".join(Seen(page).text.split())


def item(world: World, words: str) -> ActionItem:
    (found,) = [one for one in world.postmortem().action_items if words in one.text]
    return found


def decides(visitor: Visitor, page: str, name: str, **fields: str) -> Answer:
    form = {"csrf": csrf_of(visitor.gets(page).text)} | fields
    return visitor.posts(f"{page}/actions/{name}", urlencode(form).encode())


# The list and the report.


def test_the_list_shows_what_needs_somebody_first_and_links_to_issue_and_draft(world: World, visitor: Visitor):
    keep(world.store, *one_of_each(world.clock.now()))

    answer = visitor.gets("/actions")

    text = text_of(answer.text)
    texts = ["Alert on certificates", "Write the runbook", "Page on pool saturation", RAISE, "Ask legal"]
    assert sorted(texts, key=text.index) == texts
    assert "Rotate the key" not in text
    assert "5 open: 1 overdue, 1 unowned, 1 parked, of 7 followed in all." in text
    assert "(3 days over)" in text
    assert {"https://acme.atlassian.net/browse/CHK-1", "/postmortems/Q1#d.items"} <= set(Seen(answer.text).links())


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ("show=all", 7),
        ("overdue=1", 1),
        ("unowned=1", 1),
        ("parked=1", 1),
        ("team=Core", 2),
        ("service=ledger&unowned=1", 1),
        ("older=30d", 1),
        ("incident=37", 5),
        ("incident=Q9", 0),
        ("by=team", 5),
        ("by=nonsense", 5),
    ],
)
def test_filters_are_plain_parameters_of_the_address(world: World, visitor: Visitor, asked: str, rows: int):
    keep(world.store, *one_of_each(world.clock.now()))

    assert visitor.gets(f"/actions?{asked}").text.count('<td data-of="State"') == rows


def test_the_form_remembers_what_was_asked_for(world: World, visitor: Visitor):
    keep(world.store, *one_of_each(world.clock.now()))

    shown = visitor.gets("/actions?team=Core&overdue=1&show=all&by=team").text

    assert '<option value="Core" selected>' in shown
    assert '<option value="all" selected>' in shown
    assert 'name="overdue" value="1" checked' in shown


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/actions?older=soon", "“soon” is no age: write 30d."),
        ("/report?since=soon", "“soon” is no day: write 2026-11-17."),
    ],
)
def test_a_filter_that_cannot_be_meant_says_what_can(visitor: Visitor, path: str, sentence: str):
    answer = visitor.gets(path)

    assert answer.status == 400
    assert sentence in text_of(answer.text)


def test_empty_pages_say_what_will_come(visitor: Visitor):
    assert "No action item is followed yet." in text_of(visitor.gets("/actions").text)
    assert "No action item is followed here yet." in text_of(visitor.gets("/report").text)


def test_the_report_has_every_figure_in_words_in_a_plot_and_in_a_table(world: World, visitor: Visitor):
    keep(world.store, *one_of_each(world.clock.now()))

    shown = visitor.gets("/report").text

    text = text_of(shown)
    assert "Done on time: 1 of 2 (50%)" in text
    assert "Left out: 1 without a due date, 1 removed by a person or dropped." in text
    assert shown.count('<svg class="plot') == shown.count("<desc ") == shown.count("<table>") == 3
    assert "<td>Payments</td><td>1</td><td>3</td>" in shown
    assert "Ada" not in text
    assert "of the team Core" in text_of(visitor.gets("/report?team=Core&since=2026-01-01").text)


def test_pages_lead_to_each_other(visitor: Visitor, page: str):
    for path in ("/", "/actions", "/report", page):
        assert {"/", "/actions", "/report"} <= set(Seen(visitor.gets(path).text).links())
    assert '<a href="/report" aria-current="page">' in visitor.gets("/report").text


def test_a_thousand_items_are_listed_in_a_second(world: World, visitor: Visitor):
    keep(world.store, *(followed(n, world.clock.now()) for n in range(1000)))
    began = time.perf_counter()

    listed = visitor.gets("/actions").text
    visitor.gets("/report")

    assert time.perf_counter() - began < 2
    rows, told = listed.count("<tr>") - 1, " ".join(text_of(listed).split())
    assert rows == MOST_ROWS, "a browser is not made to draw what nobody reads"
    (waiting,) = re.findall(r"(\d+) open", told)[:1]
    assert f"… and {int(waiting) - MOST_ROWS} more, which need somebody less." in told


# Hostile text.

LIST_MAY = reading.PAGE_MAY | {
    "td": (*reading.PAGE_MAY["td"], "data-of", "class"),
    "th": (*reading.PAGE_MAY["th"], "scope"),
    "option": ("value", "selected"),
    "input": (*reading.PAGE_MAY["input"], "maxlength", "required"),
    "title": ("id",),
    "desc": ("id",),
    "form": (*reading.PAGE_MAY["form"], "class", "role", "aria-label"),
    "button": (*reading.PAGE_MAY["button"], "name", "aria-label"),
    "details": (*reading.PAGE_MAY["details"], "open"),
    "summary": ("aria-label",),
    "dl": ("class",),
}


def complaints(html: str) -> list[str]:
    found = [*reading.not_allowed(reading.page_of(html), LIST_MAY), *reading.tricks(html)]
    return [one for one in found if one != "a link to '/actions?show=all'"]


def test_hostile_texts_are_only_ever_text_in_every_cell(world: World, visitor: Visitor):
    for n, payload in enumerate(PAYLOADS):
        text = payload.encode(errors="replace").decode()
        fields = ("text", "team", "service", "incident_title", "why_parked", "status", "issue_key", "issue_link")
        named = dict.fromkeys((*fields, "priority"), text)
        keep(world.store, followed(n, world.clock.now(), changes=(text,), **named))

    for path in ("/actions", "/actions?by=team&show=all", "/report"):
        assert complaints(visitor.gets(path).text) == []
    for payload in PAYLOADS[:40]:
        asked = urlencode({"team": payload, "service": payload, "incident": payload}, errors="replace")
        assert complaints(visitor.gets(f"/actions?{asked}").text) == []


def test_hostile_texts_are_only_ever_text_beside_a_draft(world: World, page: str):
    assert page
    now, model = world.clock.now(), item(world, RAISE)
    for payload in PAYLOADS:
        owner = model.owner.model_copy(update={"name": payload, "why": payload})
        texts: dict[str, Any] = {"text": payload, "owner": owner, "issue_key": payload, "issue_link": payload}
        likely = Likely(reason=payload, confidence=0.6)
        items = (
            model.model_copy(update=texts),
            model.model_copy(update=texts | {"id": "slack/C1/2#1", "accepted": False, "likely": likely}),
        )
        kept = followed(1, now, text=payload, why_parked=payload, issue_link=payload, issue_key=payload)
        cards = cards_of(items, [kept.model_copy(update={"item_id": model.id})], now, now.tzinfo or exit())
        assert [*reading.not_allowed(reading.page_of(items_panel(_panel(payload), cards)), LIST_MAY)] == [], payload


def _panel(text: str) -> Panel:
    return Panel("Q1", text, text, text)


# Deciding beside a draft.


def test_the_panel_shows_how_each_item_stands_now(world: World, visitor: Visitor, page: str):
    text = text_of(visitor.gets(page).text)

    assert "Action items now" in text
    assert short_name(item(world, RAISE).id) in text
    assert re.search(r"CHK-1 \w[\w ]*, [^,]+, due 20\d\d-\d\d-\d\d", text), text[:3000]


def test_an_item_is_changed_on_the_page_and_the_draft_follows(world: World, visitor: Visitor, page: str):
    name = short_name(item(world, RAISE).id)

    answer = decides(visitor, page, name, do="edit", text="Raise it to 200", due="2026-12-24", by="Grace Hopper")

    assert (answer.status, answer.headers["location"]) == (303, f"{page}?did=changed#d.items")
    assert "Changed. The draft, and its issue, follow in a moment." in visitor.gets(f"{page}?did=changed").text
    world.settles()
    changed = item(world, "Raise it to 200")
    assert changed.decision
    assert (changed.decision.by, changed.decision.where) == ("Grace Hopper", "on the page")
    assert changed.due_on
    assert changed.due_on.isoformat() == "2026-12-24"
    assert "Raise it to 200" in world.draft()
    assert 'name="by" value="Grace Hopper"' in visitor.gets(page).text, "it knows who decided before"
    world.jira.expects_issues(3)


def test_a_suggestion_is_accepted_on_the_page_with_what_was_changed_and_gets_its_issue(tmp_path: Path):
    with world_of(tmp_path, "came-back") as world, visited(world) as visitor:
        world.resolves()
        world.passes(timedelta(minutes=10))
        page, suggested = f"/postmortems/{world.incident_id()}", item(world, "alert on CRC errors")
        shown = text_of(visitor.gets(page).text)
        world.jira.expects_issues(0)

        answer = decides(visitor, page, short_name(suggested.id), do="accept", text="Alert on CRC errors everywhere")
        world.passes(timedelta(minutes=1))

        assert "suggested" in shown
        assert answer.headers["location"].endswith("?did=accepted#d.items")
        (issue,) = world.jira.expects_issues(1)
        assert issue["fields"]["summary"] == "Alert on CRC errors everywhere"
        assert issue["key"] in text_of(visitor.gets(page).text)
        assert issue["key"] in text_of(visitor.gets("/actions").text)


def test_an_item_that_nobody_owns_is_given_an_owner(world: World, visitor: Visitor, page: str):
    unowned = next(one for one in world.postmortem().action_items if not one.owner.name)
    assert "Name the owner" in visitor.gets(page).text

    decides(visitor, page, short_name(unowned.id), do="edit", owner="Grace")
    world.settles()

    assert item(world, unowned.text).owner.name == "Grace"


def test_what_is_dropped_can_be_accepted_after_all(world: World, visitor: Visitor, page: str):
    name = short_name(item(world, RAISE).id)

    decides(visitor, page, name, do="drop")
    world.settles()
    dropped, shown = item(world, RAISE), visitor.gets(page).text
    decides(visitor, page, name, do="accept")
    world.settles()

    assert dropped.is_dropped
    assert "Accept after all" in shown
    assert item(world, RAISE).accepted
    world.jira.expects_issues(3)


def test_the_same_form_sent_twice_decides_once(world: World, visitor: Visitor, page: str):
    name, before = short_name(item(world, RAISE).id), len(world.engine.journeys())

    answers = [decides(visitor, page, name, do="drop").status for _ in range(2)]
    world.settles()
    answers.append(decides(visitor, page, name, do="drop").status)

    assert answers == [303] * 3
    assert len(world.engine.journeys()) == before + 1
    assert len(Decisions(world.store, world.incident_id()).all()) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"do": "edit"}, "Nothing would change"),
        ({"do": "edit", "due": "whenever"}, "“whenever” is no day to come"),
        ({"do": "edit", "team": "Nobody's"}, "No route leads to the team “Nobody's”"),
        ({"do": "edit", "text": "x" * 501}, "That is longer than 500 characters"),
        ({"do": "delete everything"}, "This form asks for nothing that can be done here."),
        ({}, "This form asks for nothing that can be done here."),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_started(
    world: World, visitor: Visitor, page: str, fields: dict[str, str], sentence: str
):
    before = len(world.engine.journeys())

    answer = decides(visitor, page, short_name(item(world, RAISE).id), **fields)

    assert answer.status == 400
    assert sentence in text_of(answer.text)
    assert len(world.engine.journeys()) == before


def test_an_unknown_item_or_incident_is_not_found(world: World, visitor: Visitor, page: str):
    before = len(world.engine.journeys())

    for name in ("zzzzz", "%3Cscript%3E", "raise", "%00", "x" * 2000):
        answer = decides(visitor, page, name, do="drop")
        assert answer.status == 404
        assert "No action item of this draft is called so" in text_of(answer.text)
    form = urlencode({"csrf": csrf_of(visitor.gets(page).text), "do": "drop"}).encode()
    elsewhere = visitor.posts("/postmortems/QNOTHERE/actions/zzzzz", form)
    assert (elsewhere.status, NOT_HERE in elsewhere.text) == (404, True)
    assert len(world.engine.journeys()) == before


def test_without_the_token_of_this_browser_nothing_is_decided(world: World, visitor: Visitor, page: str):
    token, name, before = csrf_of(visitor.gets(page).text), short_name(item(world, RAISE).id), world.engine.journeys()
    path, right = f"{page}/actions/{name}", urlencode({"csrf": token, "do": "drop"}).encode()
    stranger, other = Visitor(visitor.port), Visitor(visitor.port, {"debrief_session": "of another browser"})

    answers = [
        visitor.posts(path, b"do=drop"),
        visitor.posts(path, b"do=drop&csrf=0000"),
        visitor.posts(path, b"do=drop&csrf=\xff\xfe"),
        visitor.posts(path, b"x" * 20_000),
        visitor.posts(path, right + b"&text=" + b"x" * 20_000),
        visitor.posts(path, right, host="evil.example"),
        stranger.posts(path, right),
        other.posts(path, right),
        visitor.gets(path),
    ]

    assert [answer.status for answer in answers] == [403, 403, 403, 403, 403, 400, 403, 403, 405]
    assert NOT_OURS in answers[0].text
    assert len(world.engine.journeys()) == len(before)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "https://127.0.0.1.evil.example"},
        {"origin": "http://[::1"},
        {"origin": ""},
    ],
)
def test_a_page_of_another_site_decides_nothing_although_it_knows_the_token(
    world: World, visitor: Visitor, page: str, headers: dict[str, str]
):
    """A neighbour under the same domain can set the cookie of a session of its own, and so knows the token."""
    form = urlencode({"csrf": csrf_of(visitor.gets(page).text), "do": "drop"}).encode()
    path, before = f"{page}/actions/{short_name(item(world, RAISE).id)}", len(world.engine.journeys())

    assert visitor.posts(path, form, **headers).status == 403
    assert visitor.posts(f"{page}/again", form, **headers).status == 403
    assert len(world.engine.journeys()) == before
    ours = {"sec-fetch-site": "same-origin", "origin": "null"}
    assert visitor.posts(path, form, **ours).status == 303


@pytest.mark.parametrize("session", ["x", "x" * 4000, "../../etc", "%00", "chosen by somebody else, not by us"])
def test_a_session_that_debrief_did_not_make_is_replaced(visitor: Visitor, page: str, session: str):
    visitor.cookies["debrief_session"] = session
    visitor.gets(page)
    assert re.fullmatch(r"[\w-]{32}", visitor.cookies["debrief_session"])


def test_a_draft_from_saved_files_is_decided_about_and_nothing_is_written_outside(
    world: World, visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    terminal = Terminal(tmp_path, monkeypatch, capsys)
    monkeypatch.setenv("DEBRIEF_HOME", str(world.machine.home))
    made = terminal.runs("draft", "--slack-export", str(save_slack(tmp_path)), "--json").json
    there = f"/postmortems/{made['incident']['id']}"
    name = re.findall(rf"{there}/actions/(\w+)", visitor.gets(there).text)[0]

    answer = decides(visitor, there, name, do="drop")
    world.settles()

    assert answer.status == 303
    assert "1 dropped" in text_of(visitor.gets(there).text)
    world.jira.expects_issues(0)
    assert world.pagerduty.written_notes == []


def test_a_decision_that_is_under_way_says_so_and_leaves_no_notice_behind(world: World, visitor: Visitor, page: str):
    decides(visitor, page, short_name(item(world, RAISE).id), do="drop")

    assert "this moment" in text_of(visitor.gets(page).text)
    world.settles()
    world.passes(timedelta(minutes=1))
    assert "this moment" not in text_of(visitor.gets(page).text)

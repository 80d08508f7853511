"""The pages about action items in Chromium: for every reader, on every width, with hostile text, and on paper."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import batched

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from handlers.action_pages import Filter, Panel, actions_page, cards_of, items_panel, report_page
from handlers.pages import Draft, draft_page
from postmortem.action_items.decision import Decision
from postmortem.action_items.item import ActionItem, Owner, Route
from postmortem.action_items.likely import Likely
from postmortem.compose import compose
from postmortem.follow_up.followed import FollowedItem
from postmortem.follow_up.listing import Wanted, group_rows, list_items
from postmortem.follow_up.report import report_on_items
from postmortem.outputs.markdown import render_markdown
from postmortem.settings import Settings
from tests.browser.visit import Desk
from tests.contract.followed import followed, one_of_each
from tests.hostile.payloads import PAYLOADS
from tests.unit.given import START, evidence, said

NOW = datetime(2026, 11, 17, 12, tzinfo=UTC)


@cache
def a_year() -> tuple[FollowedItem, ...]:
    """Forty items of three teams, some done on time and some not."""
    teams, levels = ("Payments", "Core platform", "Search"), ("P1", "P2", None)
    return (
        *one_of_each(NOW),
        *(
            followed(
                n, NOW, team=teams[n % 3], priority=levels[n % 3], opened_at=NOW - timedelta(days=n * 9),
                due_on=(NOW - timedelta(days=n * 8 - 200)).date(), standing="done" if n % 3 == 0 else "open",
                done_at=NOW - timedelta(days=n * 7) if n % 3 == 0 else None,
            )
            for n in range(10, 43)
        ),
    )  # fmt: skip


def actions(items: tuple[FollowedItem, ...]) -> str:
    groups = group_rows(list_items(items, Wanted(every=True), now=NOW, zone=UTC), "team")
    return actions_page(groups, Filter(Wanted(), "", "team", ("Core",), ("checkout",)), len(items))


def report(items: tuple[FollowedItem, ...]) -> str:
    return report_page(report_on_items(items, now=NOW, zone=UTC), ("Core", "Payments"))


def beside(text: str = "Raise the pool limit") -> str:
    """A draft with a suggestion, an item of nobody, a parked one, one under way, and a dropped one."""
    postmortem = compose(evidence(said("1", 0, "down")), Settings(), composed_at=START)
    kinds = (
        {"accepted": False, "likely": Likely(reason=text, confidence=0.6)},
        {"owner": Owner(name=None, account_id=None, why=text)},
        {},
        {},
        {"accepted": False, "decision": Decision(item_id="d", verdict="dropped", by=text, where="on the page", at=NOW)},
    )
    items = tuple(_item(n, text).model_copy(update=kind) for n, kind in enumerate(kinds))
    parked = followed(3, NOW, item_id=items[2].id, standing="parked", why_parked=text, issue_key=None)
    kept = (parked, followed(4, NOW, item_id=items[3].id, text=text, status=text, issue_link=text))
    panel = items_panel(Panel("Q1", "00", text, "accepted"), cards_of(items, kept, NOW, UTC))
    draft = Draft(postmortem, render_markdown(postmortem), "drafts/x.md")
    return draft_page(draft, None, "00", panel=panel)


def _item(number: int, text: str) -> ActionItem:
    owner = Owner(name=text, account_id="712020:ada", why=text)
    return ActionItem(
        id=f"slack/C1/{number}#1", text=text, quote=text, owner=owner, due_on=NOW.date(), due_why=text,
        route=Route(project="CHK", team=text), evidence_id=f"slack/C1/{number}",
    )  # fmt: skip


def unfolded(page: Page) -> Page:
    page.locator("summary").evaluate_all("folds => folds.forEach(fold => fold.parentElement.open = true)")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_no_reader_is_shut_out(desk: Desk, scheme: str, width: int):
    for html in (actions(a_year()), report(a_year()), beside()):
        page = unfolded(desk.opens(html, width=width, color_scheme=scheme))
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] != "minor"] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_everything_works_without_the_script(desk: Desk):
    page = desk.opens(beside(), java_script_enabled=False)

    page.get_by_text("Edit", exact=True).first.click()

    expect(page.get_by_role("button", name="Save and accept")).to_be_visible()
    expect(page.get_by_role("button", name="Accept: Raise the pool limit")).to_be_visible()
    expect(page.get_by_role("status").first).to_have_text("Accepted. Its issue and the draft follow in a moment.")


def test_each_item_says_what_it_waits_for(desk: Desk):
    page = desk.opens(beside())

    waits = page.locator(".cards .status").all_inner_texts()

    assert waits == ["suggested", "nobody owns it", "parked"]
    expect(page.get_by_role("button", name="Accept after all: Raise the pool limit")).to_be_hidden()


def test_plots_tell_their_figures_to_those_who_do_not_see_them(desk: Desk):
    page = desk.opens(report(a_year()))

    for name in ("Open and overdue items by team", "Items by the priority of their incident"):
        expect(page.get_by_role("img", name=name)).to_be_visible()
    expect(page.get_by_role("cell", name="Core platform")).to_be_visible()


def test_on_paper_the_forms_are_gone_and_the_plots_stay(desk: Desk):
    page = desk.opens(report(a_year()), color_scheme="dark")
    page.emulate_media(media="print", color_scheme="light")
    expect(page.locator(".filters")).to_be_hidden()
    expect(page.locator("header")).to_be_hidden()
    expect(page.locator("svg.plot").first).to_be_visible()

    draft = desk.opens(beside())
    draft.emulate_media(media="print")
    expect(draft.locator(".choices").first).to_be_hidden()
    expect(draft.locator(".cards li").first).to_be_visible()


def test_hostile_texts_are_only_read(desk: Desk):
    """Every payload in every cell of the list, the report and the panel: nothing runs, nothing is asked for."""
    for texts in batched(PAYLOADS, 60, strict=False):
        text = "\n".join(texts)
        fields = ("text", "team", "service", "incident_title", "why_parked", "status", "issue_key", "issue_link")
        every = tuple(followed(n, NOW, **dict.fromkeys(fields, one), priority=one) for n, one in enumerate(texts))
        for html in (actions(every), report(every), beside(text)):
            page = unfolded(desk.opens(html))
            attributes = page.locator("*").evaluate_all(
                "all => [...new Set(all.flatMap(one => one.getAttributeNames()))]"
            )
            assert [name for name in attributes if name.startswith("on") or name in ("src", "srcset", "style")] == []
            assert page.locator("iframe, img, object, embed, base, template").count() == 0

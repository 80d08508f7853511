"""The pages: what a person reads there, and what hostile text cannot do."""

import json
import re
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from connectors.store.leases import Leases
from handlers.pages import Draft, Listed, Standing, draft_page, list_page, notice_page
from postmortem import outputs
from postmortem.compose import compose
from postmortem.settings import Settings
from tests.contract.serving import Seen, Visitor, visited
from tests.unit.given import alert, evidence, said
from tests.vendors.wire import Reply
from tests.world import World, world_of

SCRIPT = resources.files(outputs).joinpath("page/page.js").read_text("utf-8")
HOSTILE = [
    "<script>alert(1)</script>",
    "</title></style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "![](https://evil.example/pixel.png)",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](vbscript:x)",
    "<javascript:alert(1)>",
    "[click](&#106;avascript:alert(1))",
    "[ref]\n\n[ref]: javascript:alert(1)",
    "<iframe src=https://evil.example></iframe>",
    "<a href=https://evil.example onclick=x>x</a>",
    "{{ 7 * 7 }}{% raw %}",
    "<details open ontoggle=alert(1)><summary>x</summary>\n</details>",
    "\n<details><summary><img src=x onerror=alert(1)></summary>\n<svg onload=alert(1)>\n</details>\n",
    "# <style>@import 'https://evil.example'</style>",
    '## x" onmouseover=alert(1) id="',
    "| <script>x</script> | b |\n| --- | --- |\n| ![](//evil.example) | [x](//evil.example) |",
    "\x00\u202e\ud800",
]
HOUSE = ("/", "/actions", "/report")
HARMLESS_TAGS = (
    "html head meta title style body header main a form input button article h1 h2 h3 p ul ol li b strong em s code "
    "pre table thead tbody tr th td div span br details summary blockquote hr nav section dl dt dd q i time figure "
    "figcaption fieldset legend label select option footer svg g line rect text tspan script"
)
HARMLESS_ATTRIBUTES = (
    "lang charset name content http-equiv href method action type value class id rel target start hidden checked "
    "placeholder autocomplete maxlength required role tabindex aria-label aria-labelledby aria-hidden "
    "aria-current x y x1 x2 y1 y2 dx width height "
    "data-n data-t data-l data-y data-start data-end"
)


def assert_harmless(page: str) -> Seen:
    """Only tags and attributes of ours, only links that lead away by http, https or mailto, and only our own script."""
    seen = Seen(page)
    assert seen.tags <= set(HARMLESS_TAGS.split()), seen.tags
    assert {name for _, name, _ in seen.attributes} <= set(HARMLESS_ATTRIBUTES.split())
    for link in seen.links():
        assert link.startswith(("https://", "http://", "mailto:", "#", "/postmortems/")) or link in HOUSE, link
    scripts = re.findall(r"<script\b[^>]*>(.*?)</script>", page, re.DOTALL)
    assert scripts in ([], [SCRIPT])
    return seen


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_ever_text(text: str):
    row = Listed(text, text, text, text, datetime(2026, 11, 17, tzinfo=UTC))
    standing = Standing(text, text, "failed", text)
    told = evidence(said("1", 0, text, channel_name=text, link=text), alert("a", 1, text=text, link=text), title=text)
    postmortem = compose(told, Settings(), composed_at=datetime(2026, 11, 17, tzinfo=UTC))
    draft = Draft(postmortem, f"# {text}\n\n{text}\n\n- {text}\n", text)

    for page in (list_page([row], [standing]), draft_page(draft, standing, text), notice_page(text, text)):
        assert_harmless(page)


def test_an_empty_house_says_what_comes(visitor: Visitor):
    assert "The first resolved incident that PagerDuty tells of becomes one." in visitor.gets("/").text


def test_the_list_and_the_draft_are_read_by_people(world: World, visitor: Visitor):
    world.resolves()
    world.settles()

    shown = assert_harmless(visitor.gets("/").text)
    draft = assert_harmless(visitor.gets(f"/postmortems/{world.incident_id()}").text)

    assert "Checkout p99 latency above 4 s in eu-west-1" in shown.text
    assert "P1" in shown.text
    assert "2026-11-17 14:02 UTC" in shown.text
    assert "Raise the connection pool limit" in draft.text
    assert "https://acme.atlassian.net/browse/CHK-1" in draft.links()
    assert "What you change in" in draft.text


def test_the_draft_can_be_had_as_markdown_and_as_data(world: World, visitor: Visitor):
    world.resolves()
    world.settles()
    page = f"/postmortems/{world.incident_id()}"

    markdown, data = visitor.gets(f"{page}/document.md"), visitor.gets(f"{page}/document.json")

    assert markdown.text == world.draft()
    assert markdown.headers["content-type"] == "text/plain; charset=utf-8"
    assert json.loads(data.text)["incident"]["id"] == world.incident_id()
    assert {f"{page}/document.md", f"{page}/document.json"} <= set(Seen(visitor.gets(page).text).links())
    assert visitor.gets("/postmortems/QNOWHERE/document.md").status == 404
    assert visitor.gets("/postmortems/QNOWHERE/document.json").status == 404


def test_the_list_counts_what_is_open_in_the_document_as_people_left_it(world: World, visitor: Visitor):
    world.resolves()
    world.settles()
    (name,) = world.drafts()
    world.store.save(name, "# Ours\n\n- ❓ **Service owner:** Who was hit?\n- Answered: ten customers\n".encode())

    text = " ".join(Seen(visitor.gets("/").text).text.split())

    assert "1 open question ·" in text
    assert "action items" in text


def test_what_a_person_changed_is_what_is_shown(world: World, visitor: Visitor):
    world.resolves()
    world.settles()
    (name,) = world.drafts()
    world.store.save(name, b"# Ours\n\n<script>alert(1)</script> <b>we</b> know better")

    seen = assert_harmless(visitor.gets(f"/postmortems/{world.incident_id()}").text)

    assert "<script>alert(1)</script> <b>we</b> know better" in seen.text


def test_a_draft_that_waits_says_for_what(world: World, visitor: Visitor):
    world.resolves()
    while world.engine.run_due():
        pass

    for path in ("/", f"/postmortems/{world.incident_id()}"):
        text = Seen(visitor.gets(path).text).text
        assert "Waiting. The draft is made after 2026-11-17 14:45 UTC: the resolution note and" in " ".join(
            text.split()
        )


def test_a_journey_that_waits_for_another_says_so(world: World, visitor: Visitor):
    Leases(world.store, world.clock.now).take(world.incident_id(), "somebody else", timedelta(hours=1))
    world.resolves()
    world.passes(timedelta(minutes=5))

    text = " ".join(Seen(visitor.gets("/").text).text.split())

    assert "Waiting. Another journey works on this incident. Once it has ended, this one goes on after 2026-11-" in text


def test_a_failed_journey_says_why(world: World, visitor: Visitor):
    world.pagerduty.fails_next(f"GET /incidents/{world.incident_id()}$", Reply(401), times=99)
    world.resolves()
    world.settles()

    text = Seen(visitor.gets("/").text).text

    assert "Failed." in text
    assert "PAGERDUTY_TOKEN" in text, "the remedy"


def test_a_journey_that_is_tried_again_says_when_and_why(world: World, visitor: Visitor):
    world.pagerduty.fails_next(f"GET /incidents/{world.incident_id()}$", Reply(500), times=99)
    world.resolves()
    world.passes(timedelta(seconds=95))

    text = " ".join(Seen(visitor.gets("/").text).text.split())

    assert "Waiting. Tried once, and again after 2026-11-17 14:4" in text
    assert "PagerDuty failed inside." in text


def test_no_draft_says_why(tmp_path: Path):
    with world_of(tmp_path, "checkout_latency", settings={"drafts": {"priorities": ["P9"]}}) as world:
        world.resolves()
        world.settles()
        with visited(world) as visitor:
            text = " ".join(Seen(visitor.gets("/").text).text.split())

    assert "Stopped. No draft: " in text


def test_how_a_draft_came_about_is_told(world: World, visitor: Visitor):
    address = f"/postmortems/{world.incident_id()}"
    world.resolves()
    waiting = visitor.gets(f"{address}/story")
    assert "PagerDuty&#39;s webhook told of it." in waiting.text
    world.passes(timedelta(hours=1))
    assert f"{address}/story" in visitor.gets(address).text
    told = visitor.gets(f"{address}/story")
    assert_harmless(told.text)
    for words in ("The draft was published.", "The issue CHK-1 was opened", "The draft is made. After 2026-11-18"):
        assert words in told.text
    assert visitor.gets("/postmortems/QNOBODY/story").status == 404

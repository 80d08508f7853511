"""The pages: what a person reads there, and what hostile text cannot do."""

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.store.leases import Leases
from handlers.pages import Draft, Listed, Standing, draft_html, draft_page, list_page, notice_page
from tests.contract.serving import Seen, Visitor, visited
from tests.vendors.wire import Reply
from tests.world import World, world_of

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
HARMLESS_TAGS = (
    "html head meta title style body header main a form input button article h1 h2 h3 p ul ol li b strong em code pre "
    "table thead tbody tr th td div span br details summary blockquote hr"
)
HARMLESS_ATTRIBUTES = "lang charset name content href method action type value class id rel start style"


def assert_harmless(page: str) -> Seen:
    seen = Seen(page)
    assert seen.tags <= set(HARMLESS_TAGS.split()), seen.tags
    assert {name for _, name, _ in seen.attributes} <= set(HARMLESS_ATTRIBUTES.split())
    for link in seen.links():
        assert link.startswith(("https://", "http://", "mailto:", "#", "/postmortems/")) or link == "/", link
    assert {value for _, name, value in seen.attributes if name == "style"} <= {"text-align:left"}
    return seen


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_ever_text(text: str):
    row = Listed(text, text, text, text, datetime(2026, 11, 17, tzinfo=UTC))
    standing = Standing(text, text, "failed", text)
    draft = Draft(text, text, f"# {text}\n\n{text}\n\n- {text}\n", text, newer=text)

    for page in (list_page([row], [standing]), draft_page(draft, standing, text), notice_page(text, text)):
        assert_harmless(page)


def test_a_link_opens_and_tells_nobody_where_it_was_clicked():
    html = draft_html(
        "[log](https://acme.pagerduty.com/i?a=1&b=2) [mail](mailto:ada@acme.example) <https://acme.example>"
    )

    assert '<a href="https://acme.pagerduty.com/i?a=1&amp;b=2" rel="noreferrer">log</a>' in html
    assert '<a href="mailto:ada@acme.example" rel="noreferrer">' in html
    assert '<a href="https://acme.example" rel="noreferrer">' in html


def test_the_full_log_is_folded_and_can_be_jumped_to():
    html = draft_html(
        "see the [full log](#full-log)\n\n## Full log\n\n<details><summary>All 2</summary>\n\n- a\n\n</details>\n"
    )

    assert '<a href="#full-log">' in html
    assert '<h2 id="full-log">' in html
    assert "<details><summary>All 2</summary>\n<ul>\n<li>a</li>\n</ul>\n</details>" in html


def test_a_large_draft_is_shown_in_seconds():
    began = datetime.now(UTC)
    draft_html("# x\n\n" + "- 14:02:11 UTC · **Ada**: said [#inc](https://acme.example/p) something\n" * 10_000)

    assert datetime.now(UTC) - began < timedelta(seconds=10)


@pytest.fixture
def visitor(world: World) -> Generator[Visitor]:
    with visited(world) as somebody:
        yield somebody


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
    assert "What you change there stays." in draft.text


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

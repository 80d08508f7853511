"""The pages that are looked at, each made through the front door: compose, render."""

from functools import cache
from typing import Any

from postmortem.compose import compose
from postmortem.outputs.html import render_page
from postmortem.outputs.markdown import render_markdown
from postmortem.settings import Settings
from tests.unit.given import BEA, CARL, START, alert, change, evidence, log, note, said

MINUTE = 60
SLACK = "https://acme.slack.com/archives/C1/p"


def page_of(*records: Any, document: str | None = None, **incident: Any) -> str:
    """`document` is the Markdown as people left it; without it, as we write it."""
    postmortem = compose(evidence(*records, **incident), Settings(), composed_at=START)
    return render_page(postmortem, document or render_markdown(postmortem))


@cache
def a_night() -> str:
    """Reopened once, a silence, two alerts, two channels, links to everything."""
    return page_of(
        change("c", -9 * MINUTE, "Deployed checkout 42", link="https://ci.example/42"),
        alert("a1", 0, "k1", "Error rate 20%", link="https://acme.pagerduty.com/alerts/1", resolved_at=None),
        log("t", 5, "triggered", link="https://acme.pagerduty.com/log/1"),
        log("k", 3 * MINUTE, "acknowledged", person_id=BEA.id),
        said("1", 4 * MINUTE, "Checkout is down for customers in Europe", link=f"{SLACK}1"),
        said("2", 5 * MINUTE, "ok", person_id=CARL.id, link=f"{SLACK}2"),
        said("3", 6 * MINUTE, "The pool went from 80 to 20 because of release 42", person_id=CARL.id, link=f"{SLACK}3"),
        said("4", 50 * MINUTE, "Rolled back to 41", link=f"{SLACK}4"),
        said("5", 55 * MINUTE, "Checkout is back to normal", link=f"{SLACK}5"),
        log("r", 60 * MINUTE, "resolved", person_id=BEA.id),
        log("o", 70 * MINUTE, "reopened"),
        said("6", 71 * MINUTE, "it failed again", channel_name="inc-2", person_id=CARL.id, link=f"{SLACK}6"),
        said("7", 80 * MINUTE, "Errors are back to zero, mitigated", link=f"{SLACK}7"),
        log("r2", 90 * MINUTE, "resolved"),
        note("n", 91 * MINUTE, "Rolled back by hand", person_id=BEA.id),
        said("8", 95 * MINUTE, "ACTION: @carl raise the pool limit by 2026-12-01", link=f"{SLACK}8"),
        from_pagerduty=True,
    )


@cache
def two_days() -> str:
    return page_of(
        log("t", 0, "triggered"),
        *(said(f"{n}", n * 67 * MINUTE, f"still failing on shard {n}", link=f"{SLACK}{n}") for n in range(1, 40)),
        log("r", 45 * 60 * MINUTE, "resolved"),
        from_pagerduty=True,
    )


@cache
def of_nothing() -> str:
    return page_of()


@cache
def a_crowded_night() -> str:
    """Three thousand messages within six hours: many fall on the same pixel."""
    return page_of(
        log("t", 0, "triggered"),
        *(said(f"{n}", n * 7, f"shard {n} is {'failing' if n % 3 else 'back'}") for n in range(3_000)),
        log("r", 6 * 60 * MINUTE, "resolved"),
        document="# A crowded night",
        from_pagerduty=True,
    )

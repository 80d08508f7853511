"""Text that comes back from Jira, and whatever is said of an item afterwards: it is read as text, and does nothing.

A person may call an issue, its status, or themselves whatever they like; what a decision says is typed by anybody.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest

from connectors.jira.adf import adf_from_paragraphs
from connectors.slack.announcement import LONGEST_BLOCK, MOST_BLOCKS, blocks_from_lines, blocks_from_paragraphs
from connectors.slack.clicks import ItemRef
from connectors.slack.markup import escape
from connectors.slack.modal import edit_view
from postmortem.action_items.decided import decided
from postmortem.action_items.written import find_boxes
from postmortem.announcement import announce_and_ask, paragraphs_of, plain_text
from postmortem.document import Postmortem
from postmortem.follow_up.amendments import amendments_of, came_back_in_words
from postmortem.follow_up.closing import closed_message
from postmortem.follow_up.contact import Contact
from postmortem.follow_up.digest import team_digest
from postmortem.follow_up.followed import Assignee, FollowedItem
from postmortem.follow_up.following import with_followed
from postmortem.follow_up.reminder_message import reminder_message
from postmortem.follow_up.reminders import Why
from postmortem.follow_up.standing import followed_from_issue
from postmortem.identities import Identities
from postmortem.outputs.json_document import render_json
from postmortem.outputs.markdown import render_body, render_markdown
from postmortem.outputs.storage import render_storage
from postmortem.outputs.storage_tasks import find_tasks
from tests.contract.followed import followed
from tests.hostile import reading
from tests.hostile.everywhere import HARMLESS, document_of, evidence_of, settings
from tests.hostile.payloads import PAYLOADS
from tests.hostile.test_hostile_boxes import BOXES
from tests.unit.given import START

ANSWERS = (
    "<!channel> <!here> @here <@U0BEA> <https://evil.example|your invoice>",
    "Raise it\u202egnp.exe",
    "Done - [ ] do evil",
    "- [ ] do evil",
    "x |\n| --- |\n| - [ ] do evil |",
    "=cmd|' /C calc'!A0",
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "[x](javascript:alert(1))",
    "a" * 10_000,
    "\n".join(["line"] * 500),
)
TEXTS = tuple(dict.fromkeys((*PAYLOADS, *BOXES, *ANSWERS)))
WHYS: tuple[Why, ...] = ("own", "unanswered", "unreached", "unowned", "parked")
TODAY = date(2026, 12, 20)

type Check = Callable[[str], Iterator[str]]


@cache
def answered(text: str) -> FollowedItem:
    """An item of the document, after Jira told everything about its issue in these words."""
    first = document_of(HARMLESS).action_items[0]
    known = followed(1, START, item_id=first.id, due_on=first.due_on, text=HARMLESS, digest_channel="C1")
    told = {
        "key": text,
        "fields": {
            "summary": text,
            "status": {"name": text, "statusCategory": {"key": "new"}},
            "assignee": {"accountId": text, "displayName": text, "emailAddress": text},
            "project": {"key": text},
            "labels": [text],
            "duedate": text,
            "resolutiondate": text,
        },
    }
    return followed_from_issue(known, told, START)


def messages(text: str) -> Iterator[Any]:
    """Everything that is said in Slack after the draft."""
    one = answered(text).model_copy(update={"team": text, "why_parked": text})
    parked = one.model_copy(update={"standing": "parked", "assignee": Assignee(name=text)})
    secret = one.model_copy(update={"is_private": True})
    whys = {one.assignee.account_id or "": text}
    for item in (one, parked, secret):
        for why in WHYS:
            yield reminder_message([(item, why)], TODAY, whys)
    contact = Contact(account_id=one.assignee.account_id or "", why=text)
    done = one.model_copy(update={"standing": "done", "done_at": START})
    yield team_digest([one, parked, secret, done], "C1", {contact.account_id: contact}, settings(), START)
    yield closed_message(text, [done], (("open the page", "https://acme.example/Q1"),))


def slack_messages(text: str) -> Iterator[str]:
    for paragraphs in messages(text):
        blocks = blocks_from_paragraphs(paragraphs)
        yield from reading.slack_complaints(blocks)
        if len(blocks) > MOST_BLOCKS or any(len(_said(block)) > LONGEST_BLOCK for block in blocks):
            yield "more than Slack takes"
        yield from reading.tricks("".join(map(_said, blocks)))
        bare = escape(plain_text(paragraphs))
        yield from reading.tricks(bare)
        bare = bare.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
        yield from (f"a live {sign}" for sign in "<>&" if sign in bare)


def _said(block: dict[str, Any]) -> str:
    return "".join(element["text"] for section in block["elements"] for element in section["elements"])


def buttons(text: str) -> Iterator[str]:
    document = document_of(text)
    lines = announce_and_ask(document, draft=text, said=(text,))
    blocks = blocks_from_lines(lines, "Q1")
    yield from reading.slack_complaints(block for block in blocks if block["type"] == "rich_text")
    yield from reading.tricks(plain_text(paragraphs_of(lines)))
    yield from _dead(block for block in blocks if block["type"] != "rich_text")


def form(text: str) -> Iterator[str]:
    for item in document_of(text).action_items:
        yield from _dead([edit_view(item, ItemRef("Q1", item.id), [text, "Payments"])])


def _dead(views: Any) -> Iterator[str]:
    """Every text object is plain, without emoji, and turns nothing."""
    for view in _objects([*views]):
        if "type" in view and str(view["type"]) in ("mrkdwn", "markdown"):
            yield "text that Slack reads"
        if view.get("type") == "plain_text" and view.get("emoji") is not False:
            yield "emoji"
        shown = [value for key, value in view.items() if key in ("text", "accessibility_label", "initial_value")]
        for value in shown:
            if isinstance(value, str):
                yield from reading.tricks(value)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inside in value.values():
            yield from _objects(inside)
    if isinstance(value, list):
        for inside in value:
            yield from _objects(inside)


@cache
def shown(text: str) -> Postmortem:
    """A harmless document after Jira answered, and after a person decided, in these words."""
    document = with_followed(document_of(HARMLESS), [answered(text)])
    typed = document.action_items[1]
    decision = document_of(text).action_items[4].decision
    assert decision
    decision = decision.model_copy(update={"item_id": typed.id, "verdict": None, "text": text, "owner": text})
    items = decided(document.action_items, [decision], Identities((), ()), settings(), evidence_of(HARMLESS).incident)
    return document.model_copy(update={"action_items": items})


def documents(text: str) -> Iterator[str]:
    markdown = render_markdown(shown(text))
    tree = reading.html_of(markdown)
    yield from reading.not_allowed(tree, reading.MARKDOWN_MAY)
    yield from reading.tricks(markdown)
    if reading.built(tree)["tr"] != _rows():
        yield "another number of rows"
    if find_boxes(markdown):
        yield "a box that nobody wrote"
    storage = render_storage(render_body(shown(text)), shown(text), whole="x", most=10**7).body
    tree = reading.storage_of(storage)
    yield from reading.not_allowed(tree, reading.STORAGE_MAY)
    yield from reading.tricks(reading.words(tree))
    if find_tasks(storage, {}):
        yield "a task that nobody wrote"
    if not render_json(shown(text)).isascii():
        yield "JSON that is not ASCII"


@cache
def _rows() -> int:
    return reading.built(reading.html_of(render_markdown(shown(HARMLESS))))["tr"]


def jira(text: str) -> Iterator[str]:
    """What is written back into an issue that is open."""
    document = shown(text)
    known = followed(1, START, item_id=document.action_items[1].id, text=HARMLESS)
    for amendment in amendments_of(document, [known]):
        summary = amendment.wanted.get("summary", "")
        yield from reading.tricks(summary)
        if "\n" in summary or len(summary) > 255:
            yield "a summary that Jira refuses"
    comment = adf_from_paragraphs(came_back_in_words(document_of(text).incident, START))
    yield from reading.adf_complaints(comment)
    yield from reading.tricks(reading.adf_words(comment))


CHECKS: tuple[Check, ...] = (slack_messages, buttons, form, documents, jira)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_hostile_text_after_the_draft_is_only_ever_text(check: Check):
    complaints = {text: [*check(text)] for text in TEXTS}
    assert {text[:120]: found for text, found in complaints.items() if found} == {}


def test_what_jira_tells_is_kept_on_one_line_of_a_length_that_people_read():
    kept = answered("line\n" * 10_000)
    words = (kept.text, kept.status, kept.issue_key, kept.assignee.name, *kept.changes)
    assert not [word for word in words if "\n" in (word or "") or len(word or "") > 1000]
    assert len(json.dumps(kept.model_dump(mode="json"))) < 10_000

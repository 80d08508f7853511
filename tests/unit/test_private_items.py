"""An item that rests on a private channel, in whatever way, is told no further than what was said there."""

from datetime import date
from typing import Any

from postmortem.action_items.issues import request_issues
from postmortem.action_items.item import ActionItem, IssueRequest
from postmortem.action_items.seen import ItemsSeen
from postmortem.announcement import announce_draft, plain_text
from postmortem.compose import compose
from postmortem.document import Postmortem
from postmortem.follow_up.following import followed_from_item
from postmortem.settings import Settings
from tests.unit.given import CARL, COLLECTED, evidence, log, note, said

PRIVATE = ("slack/C1/", "document/")
"""The channel in which `said` speaks."""
RAISE = "Raise the connection pool limit to 200"
LENT = f"ACTION: @carl {RAISE[0].lower()}{RAISE[1:]} by 2026-12-04"


def drafted(*records: Any, **route: Any) -> Postmortem:
    told = evidence(
        log("1", 0, "triggered"),
        said("5", 300, "root cause: the connection pool was exhausted by the export for acme-bank"),
        *records,
        log("2", 4500, "resolved"),
    )
    settings = Settings.model_validate({"default_route": {"project": "OPS"} | route})
    return compose(told, settings, composed_at=COLLECTED)


def an_item(*records: Any, **route: Any) -> tuple[ActionItem, Postmortem]:
    document = drafted(*records, **route)
    (item,) = document.action_items
    return item, document


def request(document: Postmortem) -> IssueRequest:
    (found,) = request_issues(document, install_id="x", postmortem_link=None, private=PRIVATE)
    assert found
    return found


def told_elsewhere(document: Postmortem) -> str:
    return plain_text(announce_draft(document, draft="d.md", withheld=PRIVATE))


def test_an_item_whose_owner_and_day_were_said_in_private_is_private_although_its_words_are_not():
    public = note("n", 900, f"ACTION: {RAISE}")
    item, document = an_item(public, said("9", 1200, LENT))

    assert (item.evidence_id, item.owner.name, item.due_on) == (public.id, CARL.name, date(2026, 12, 4))
    assert request(document).is_private
    assert "Carl" not in told_elsewhere(document)
    assert "2026-12-04" not in told_elsewhere(document)
    followed = followed_from_item(
        item, {"parked": ""}, document, key="k", postmortem_link=None, slack_id=None, private=PRIVATE, now=COLLECTED
    )
    assert followed.is_private


def test_an_item_that_was_only_said_again_in_private_stays_what_it_is():
    item, document = an_item(note("n", 900, f"ACTION: {RAISE}"), said("9", 1200, f"ACTION: {RAISE}"))

    assert item.also_said == ("slack/C1/9",)
    assert not request(document).is_private
    assert RAISE in told_elsewhere(document)
    assert "C1" not in str(request(document).paragraphs)


def test_an_item_that_was_said_in_private_first_stays_private_when_it_is_said_in_public():
    _, document = an_item(said("9", 900, LENT), note("n", 1200, f"ACTION: {RAISE}"))

    assert request(document).is_private
    assert RAISE not in told_elsewhere(document)


def test_a_box_in_a_document_that_tells_of_private_channels_is_as_private_as_they_are():
    item, document = an_item(said("9", 900, LENT))
    written = document.model_copy(update={"action_items": (item.model_copy(update={"evidence_id": "document/Q1"}),)})

    assert request(written).is_private
    assert RAISE not in told_elsewhere(written)


def test_an_open_item_on_a_route_with_a_security_level_tells_no_cause_that_was_said_in_private():
    """Its issue gets no level: that is for what was said in private."""
    document = drafted(note("n", 900, f"ACTION: {RAISE}"), security_level="Incident team")
    asked = request(document)

    assert not asked.is_private
    assert "acme-bank" not in str(asked.paragraphs)


def test_a_private_channel_that_is_not_read_takes_back_what_it_lent_and_no_id_moves():
    item, _ = an_item(note("n", 900, f"ACTION: {RAISE}"), said("9", 1200, LENT))
    opened = item.model_copy(update={"issue_key": "OPS-1"})

    seen, untold = ItemsSeen(items=(opened,)).apart_from(["C1"])

    assert untold == ()
    (kept,) = seen.items
    assert (kept.id, kept.issue_key) == (item.id, "OPS-1")
    assert "Carl" not in str(kept.owner)
    assert (kept.due_on, kept.owner.account_id, kept.lent_by) == (None, None, ())

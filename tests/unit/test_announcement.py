"""What the announcement says of action items, and on which of them it asks."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from postmortem.action_items.decision import Decision
from postmortem.action_items.item import ActionItem, Owner, Route
from postmortem.action_items.likely import Likely
from postmortem.announcement import MOST_ASKED, MOST_NAMED, Line, announce_and_ask, announce_draft, plain_text
from postmortem.compose import compose
from postmortem.document import Postmortem
from postmortem.settings import read_settings
from tests.unit.given import at, evidence, said

NOW = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)
BEA = Owner(name="Bea", account_id="acc-1", why="she was named")
NOBODY = Owner(name=None, account_id=None, why="nobody was named")


@cache
def _postmortem() -> Postmortem:
    return compose(evidence(said("a", 5, "hello")), read_settings(""), composed_at=at(0).at, evidence_name="e")


def holding(*items: ActionItem) -> Postmortem:
    return _postmortem().model_copy(update={"action_items": items})


def an_item(text: str, **more: Any) -> ActionItem:
    fields: dict[str, Any] = {
        "id": f"slack/C1/{text}#1",
        "text": text,
        "quote": text,
        "owner": BEA,
        "due_on": None,
        "due_why": "",
        "route": Route(project="CHK"),
        "evidence_id": f"slack/C1/{text}",
    }
    return ActionItem(**(fields | more))


def a_suggestion(text: str, confidence: float = 0.6, **more: Any) -> ActionItem:
    likely = Likely(reason="bea said that she will; it names a day.", confidence=confidence)
    return an_item(text, accepted=False, likely=likely, **more)


def lines(*items: ActionItem, **more: Any) -> list[str]:
    return [words(line) for line in announce_and_ask(holding(*items), draft="d.md", **more)][1:]


def words(line: Line) -> str:
    buttons = f" [{' '.join(line.choices)}]" if line.choices else ""
    return "".join(span.text for span in line.spans) + buttons


def test_what_nobody_owns_comes_first_and_can_be_claimed():
    assert lines(an_item("Owned", issue_key="CHK-1"), an_item("Not owned", owner=NOBODY, issue_key="CHK-2"))[:4] == [
        "These need an owner:",
        "• CHK-2 Not owned (nobody yet) [claim edit]",
        "Action items:",
        "• CHK-1 Owned (Bea)",
    ]


def test_an_issue_without_an_assignee_needs_an_owner_although_somebody_was_named():
    unknown = Owner(name="Gus", account_id=None, why="Jira does not know him")
    assert lines(an_item("Named", owner=unknown, issue_key="CHK-1"))[1] == "• CHK-1 Named (Gus) [claim edit]"
    assert lines(an_item("Named", owner=unknown))[0] == "• no issue Named (Gus)"


def test_suggestions_stand_under_the_lines_the_surest_first_with_why():
    told = lines(an_item("Owned"), a_suggestion("Maybe", 0.4), a_suggestion("Likely", 0.9, owner=NOBODY))
    assert told == [
        "• no issue Owned (Bea)",
        "Suggested, not opened (nobody marked these; each becomes an issue when somebody accepts it):",
        "• Likely (nobody yet) — bea said that she will [accept edit drop]",
        "• Maybe (Bea) — bea said that she will [accept edit drop]",
    ]


def test_more_suggestions_than_anybody_reads_are_counted():
    told = lines(*(a_suggestion(f"S{number:02}") for number in range(MOST_ASKED + 3)))
    assert sum("[accept edit drop]" in line for line in told) == MOST_ASKED
    assert told[-1] == "… and 3 more suggestions, which the draft lists."


def test_more_unowned_items_than_anybody_reads_are_listed_without_buttons():
    told = lines(*(an_item(f"S{number:02}", owner=NOBODY) for number in range(MOST_ASKED + 2)))
    assert sum("[claim edit]" in line for line in told) == MOST_ASKED
    assert sum(line.startswith("• ") for line in told) == MOST_ASKED + 2


def test_of_hundreds_of_items_as_many_are_named_as_somebody_reads_and_the_others_are_counted():
    unowned = [an_item(f"Do {number}", owner=NOBODY) for number in range(100)]
    told = lines(*unowned, *(an_item(f"Mend {number}") for number in range(200)))
    assert sum(line.startswith("• ") for line in told) == 2 * MOST_NAMED
    assert f"… and {100 - MOST_NAMED} more, which the draft lists." in told
    assert f"… and {200 - MOST_NAMED} more, which the draft lists." in told
    assert len("\n".join(told)) < 40_000


def test_what_was_dropped_is_counted_with_who_dropped_it():
    decision = Decision(item_id="x", verdict="dropped", by="bea (U0BEA)", where="in Slack", at=NOW)
    dropped = a_suggestion("Gone", decision=decision)
    assert lines(an_item("Owned"), dropped)[-1] == "Dropped: 1 item, by bea (U0BEA)."
    assert not any("Gone" in line for line in lines(dropped))


def test_nobody_is_asked_about_what_the_readers_may_not_know():
    secret: dict[str, Any] = {"evidence_id": "slack/G9/1"}
    told = lines(
        an_item("Secret", owner=NOBODY, issue_key="CHK-1", **secret),
        a_suggestion("Hidden", **secret),
        withheld=("slack/G9/",),
    )
    assert told == ["• CHK-1"]


def test_where_nobody_can_choose_suggestions_are_counted():
    note = plain_text(announce_draft(holding(a_suggestion("One"), a_suggestion("Two")), draft="d.md"))
    assert note.endswith("2 suggested action items wait for a decision: see the draft.")
    one = plain_text(announce_draft(holding(a_suggestion("One")), draft="d.md"))
    assert one.endswith("1 suggested action item waits for a decision: see the draft.")


def test_one_trouble_of_several_items_is_said_once():
    refused = {"said": ("Not opened: OPS is archived.",), "owner": BEA}
    every = lines(an_item("Raise the limit", **refused), an_item("Add an alert", **refused))
    some = lines(an_item("Raise", **refused), an_item("Add", **refused), an_item("Write", issue_key="CHK-1"))

    assert [line for line in every if "⚠" in line] == ["⚠ All 2 items: Not opened: OPS is archived."]
    assert [line for line in some if "⚠" in line] == ["⚠ Raise, Add: Not opened: OPS is archived."]

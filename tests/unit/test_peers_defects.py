"""Defects seen in other tools of this kind, each with its number in our list of them: ours does not have them."""

from datetime import date

import pytest

from postmortem.action_items.extract import extract_action_items
from postmortem.action_items.item import ActionItem
from postmortem.identities import Identities
from postmortem.people import Person
from postmortem.settings import PersonEntry, Settings
from tests.unit.given import evidence, note, said

DANA = Person(id="slack:UDANA", name="Dana Roy", handle="dana")


def items(text: str, *people: Person) -> tuple[ActionItem, ...]:
    found = evidence(note("1", 0, text), people=people or (DANA,))
    return extract_action_items(found, Identities(found.people, ()), Settings(), None)


@pytest.mark.parametrize(
    "written",
    [
        "- Dana: raise the limit by 2026-12-01",
        "    - Dana: raise the limit by 2026-12-01",
        "\t* Dana: raise the limit by 2026-12-01",
        "1. Dana: raise the limit by 2026-12-01",
        "   2) Dana: raise the limit by 2026-12-01",
        "- [ ] Dana: raise the limit by 2026-12-01",
        "  • raise the limit (owner: Dana, due: 2026-12-01)",
        "| Action | Owner | Due |\n|---|---|---|\n| raise the limit | Dana | 2026-12-01 |",
    ],
)
def test_indented_numbered_and_table_items_are_found_with_owner_and_date(written: str):
    """D7: a peer's way to Jira ignores owner and due date, and misses indented, numbered and table items."""
    (found,) = items(f"## Action items\n\n{written}\n")

    assert (found.text, found.owner.name, found.due_on) == ("Raise the limit", "Dana Roy", date(2026, 12, 1))


def test_the_due_date_is_no_part_of_the_owners_name():
    """D8: a peer reads "(owner: Dana, due: 2026-03-15)" as the owner "Dana, due: 2026-03-15"."""
    (found,) = items("ACTION: raise the limit (owner: Dana, due: 2027-03-15)")

    assert (found.text, found.owner.name, found.due_on) == ("Raise the limit", "Dana Roy", date(2027, 3, 15))


@pytest.mark.parametrize("called", ["Dan", "dana r", "Danah", "D. Roy", "Roy"])
def test_a_likely_name_is_nobody_rather_than_the_first_hit(called: str):
    """D14: a peer assigns to the first fuzzy hit of a search, else to its own bot."""
    found = evidence(said("1", 0, f"ACTION: {called.title()} to raise the limit"), people=(DANA,))
    known = (PersonEntry(name="Dana Royce", jira_account_id="5b-royce"),)
    (one,) = extract_action_items(found, Identities(found.people, known), Settings(), None)

    assert (one.owner.person_id, one.owner.account_id) == (None, None)
    assert one.owner.name != DANA.name


def test_a_name_that_two_share_is_neither_of_them():
    """D14, where the first of two hits is taken."""
    other = Person(id="slack:UDANA2", name="Dana Kim", handle="dkim")
    (found,) = items("ACTION: Dana to raise the limit", DANA, other)

    assert (found.owner.person_id, found.owner.name) == (None, "Dana")
    assert "more than one" in found.owner.why


@pytest.mark.parametrize(
    "text",
    [
        "fix: raised the limit and restarted the pods",
        "The fix: a larger pool. Verified on all nodes.",
        "Root cause was the pool; fix: see the change of 14:02",
        "hotfix: deployed",
    ],
)
def test_a_fix_told_of_in_a_note_is_no_action_item(text: str):
    """D17: in a peer, "fix:" anywhere in a note makes it an action item."""
    assert items(text) == ()

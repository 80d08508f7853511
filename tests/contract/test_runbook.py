"""The runbook has an entry for everything that Debrief can say to a person about its machinery, and for what it parks.

What can be said is collected from the code itself: a new sentence without an entry fails here.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
ENTRIES = dict(zip(*[iter(re.split(r"^## (.+)$", RUNBOOK, flags=re.MULTILINE)[1:])] * 2, strict=True))

SPEAKERS = [
    "connectors/effects.py", "connectors/making.py", "connectors/opening.py", "connectors/announcing.py",
    "connectors/publishing.py", "connectors/reminding.py", "connectors/amending.py", "connectors/jira/amending.py",
    "connectors/jira/open_issue.py", "connectors/jira/routes.py", "connectors/confluence/keep_page.py",
    "connectors/store/deliveries.py", "handlers/announce.py", "handlers/confluence.py", "handlers/doubles.py",
    "handlers/gathering.py",
    "handlers/items.py", "handlers/journey.py", "handlers/leftovers.py", "handlers/receive.py", "handlers/reconcile.py",
    "handlers/reminding.py", "handlers/subscriptions.py", "handlers/work.py", "postmortem/action_items/issues.py",
]  # fmt: skip
"""Where an effect is parked, a notice is written, or a person is told what an effect lacks."""
NO_STATE = {
    "The whole document is at ",  # a line on a page that was cut
    "somebody else wrote the ledger first",
}


def _sentences(path: str) -> Iterator[str]:
    """Every text of a module that reads as a sentence, with {} for what is filled in."""
    tree = ast.parse((ROOT / path).read_text())
    aside = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    aside |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in aside:
            continue
        text = ""
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = re.sub(r"\{\w+\}", "{}", node.value)
        if len(text.split()) >= 4 and (text.rstrip().endswith(".") or ": {}" in text):
            yield text


SAID = sorted({(path, sentence) for path in SPEAKERS for sentence in _sentences(path)})


def _plain(text: str) -> str:
    """Without Markdown's marks and line breaks: a sentence may be quoted over several lines."""
    return " ".join(re.sub(r"^> ?|[*`]", "", text, flags=re.MULTILINE).split())


def _told(sentence: str) -> str:
    """Its first piece of three words or more without anything filled in; the longest, where none is so long."""
    pieces = [_plain(piece).strip(" .:,;“”()") for piece in re.split(r"\{\}|(?<=[.;:]) ", sentence)]
    return next((piece for piece in pieces if len(piece.split()) >= 3), max(pieces, key=len))


@pytest.mark.parametrize(("path", "sentence"), SAID, ids=lambda part: part[:60])
def test_everything_that_is_said_of_the_machinery_has_its_entry(path: str, sentence: str):
    if any(sentence.startswith(known) for known in NO_STATE):
        return
    assert _told(sentence) in _plain(RUNBOOK), f"{path} can say “{sentence}”: docs/runbook.md needs an entry"


def test_the_sentences_are_found_at_all():
    said = {sentence for _, sentence in SAID}
    assert "It is unclear whether it was made: the answer was lost." in said
    assert len(said) >= 45


def test_every_notice_has_its_entry_and_every_entry_its_notice():
    """A notice's key begins with its subject: the first argument of `Notices.say` and `Notices.keep`."""
    subjects = set[str]()
    for file in (*(ROOT / "handlers").rglob("*.py"), *(ROOT / "connectors").rglob("*.py")):
        text = file.read_text()
        if "Notices(" in text:
            subjects |= set(re.findall(r"\.(?:say|keep)\(\s*f?\"(\w+)(?:/[^\"]*)?\",", text))
            subjects |= set(re.findall(r"^NOTICE = \"(\w+)/", text, re.MULTILINE))
    named = [name for names in re.findall(r"<!-- notice: ([\w ]+) -->", RUNBOOK) for name in names.split()]
    assert {"unclear", "double", "subscription", "delivery", "missed"} <= subjects
    assert sorted(named) == sorted(subjects)


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_says_what_it_means_what_users_notice_and_what_to_do(name: str):
    places = [ENTRIES[name].find(part) for part in ("**Means.**", "**Users notice.**", "**Do.**")]
    assert -1 not in places
    assert places == sorted(places)


def test_every_link_into_the_book_leads_to_an_entry():
    """Those inside it, and those in the descriptions of what wakes a person."""
    anchors = {re.sub(r"[^a-z0-9 -]", "", name.lower()).replace(" ", "-") for name in ENTRIES}
    alarms = "".join(file.read_text() for file in (ROOT / "infra").glob("*.yml"))
    links = {*re.findall(r"\]\(#([^)]+)\)", RUNBOOK), *re.findall(r"runbook\.md#([a-z0-9-]+)", alarms)}
    assert links
    assert links <= anchors

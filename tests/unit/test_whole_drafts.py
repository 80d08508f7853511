"""Every script's draft, read whole: sourced or asked, verbatim, blameless, and no question twice."""

import re
from collections.abc import Iterator

import pytest

from connectors.store.shelf import Shelf
from postmortem.document import Postmortem
from postmortem.evidence import Evidence
from postmortem.line import Line
from postmortem.lint import lint
from tests.incidents import NAMES
from tests.world import world_of

_ITEM_RULES = {"item-owner", "item-date", "item-verb"}
# Ours around theirs: several quotes in one line are told apart by what may stand between them.
_QUOTED = re.compile(r"“([^“”]*)”")
_CUT = "[…]"


@pytest.fixture(scope="module", params=[name for name in NAMES if name != "merged_into_parent"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Postmortem, Evidence]:
    with world_of(tmp_path_factory.mktemp("home"), request.param) as world:
        world.resolves()
        world.settles()
        postmortem = world.postmortem()
        assert postmortem.evidence_name is not None
        evidence = Shelf(world.store, world.incident_id()).evidence(postmortem.evidence_name)
        return world.draft(), postmortem, evidence


def test_the_linter_finds_no_mistake_in_what_we_wrote(told: tuple[str, Postmortem, Evidence]):
    draft, postmortem, _ = told
    mistakes = [finding for finding in lint(draft) if not finding.is_note]

    assert {finding.rule for finding in mistakes} <= _ITEM_RULES
    unowned = [item for item in postmortem.action_items if item.owner.name is None and item.owner.account_id is None]
    assert sum(finding.rule == "item-owner" for finding in mistakes) == len(unowned)
    assert sum(finding.rule == "item-date" for finding in mistakes) == sum(
        item.due_on is None for item in postmortem.action_items
    )


def test_every_line_is_cited_or_asked_and_every_quote_is_found_in_the_evidence(
    told: tuple[str, Postmortem, Evidence],
):
    _, postmortem, evidence = told
    everything = _folded(" ".join((*_texts(evidence), *(event.text for event in postmortem.timeline.events))))
    for section in postmortem.sections:
        for line in _all(section.lines):
            assert line.citations or line.asked_of
            for quoted in _QUOTED.findall(line.text):
                for part in quoted.split(_CUT):
                    assert _folded(part) in everything, f"{section.key}: {line.text}"


def test_no_question_stands_in_the_agenda_twice(told: tuple[str, Postmortem, Evidence]):
    draft, _, _ = told
    review = draft.split("\n## Review\n")[1].split("<!-- debrief:end review -->")[0]
    asked = [line.rsplit(" ([", 1)[0] for line in review.splitlines() if line.startswith("- ")]

    assert len(asked) == len(set(asked))


def _all(lines: tuple[Line, ...]) -> Iterator[Line]:
    for line in lines:
        yield line
        yield from _all(line.under)


def _texts(evidence: Evidence) -> Iterator[str]:
    yield evidence.incident.title
    for records in (evidence.messages, evidence.notes, evidence.log_entries, evidence.alerts, evidence.changes):
        yield from (record.text for record in records)


def _folded(text: str) -> str:
    return " ".join(text.split())

"""Similar past incidents, on documents of one cause: `python -m tests.evaluation.similar ../shared/data/recurrence`.

Every document of a group asks for its siblings among all documents of all organisations. Titles are as their authors
wrote them; a group's own note is never read.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from postmortem.similar import Traits, most_similar, words_of
from tests.evaluation.shared import skipped

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
DEPTHS = (1, 3, 5)


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0])
    if skipped(folder):
        return 0
    documents = [json.loads(line) for line in (folder / "corpus.jsonl").read_text().splitlines()]
    groups: list[dict[str, Any]] = json.loads((folder / "groups.json").read_text())
    traits = {document["id"]: _traits(document) for document in documents}
    print(json.dumps(measure(traits, groups), indent=2))
    return 0


def measure(traits: dict[str, Traits], groups: list[dict[str, Any]]) -> dict[str, Any]:
    """Recall at each depth over all members of all groups, and how many suggestions documents outside any group get."""
    siblings: dict[str, set[str]] = {}
    for group in groups:
        for member in group["members"]:
            siblings.setdefault(member, set()).update(set(group["members"]) - {member})
    asked = {one: [like.incident_id for like in most_similar(traits[one], list(traits.values()), 5)] for one in traits}
    alone = [one for one in traits if one not in siblings]
    recall = {
        f"recall_at_{depth}": round(
            sum(bool(siblings[one] & set(asked[one][:depth])) for one in siblings) / len(siblings), 3
        )
        for depth in DEPTHS
    }
    return {
        "documents": len(traits),
        "with_siblings": len(siblings),
        **recall,
        "suggestions_for_the_others": round(sum(len(asked[one][:3]) for one in alone) / max(len(alone), 1), 2),
    }


def _traits(document: dict[str, Any]) -> Traits:
    title = document["text"].splitlines()[0]
    return Traits(incident_id=document["id"], title=title, at=EPOCH, words=words_of([title, document["text"]]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

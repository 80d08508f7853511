"""Of the chat messages of real incidents, which does the draft's timeline show?

    uv run python -m tests.evaluation.timeline DIR
    uv run python -m tests.evaluation.timeline --mixed DATA [--show N]

DIR holds one JSON file per incident (`chat[]` with `timeline_relevance`: strict, weak, none). A message that the
authors' own timeline rests on is `strict`; `weak` ones count neither way. One JSON line per incident, then the totals.
The second form is `tests/evaluation/mixed.py`: real timelines among unrelated chat.
"""

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from postmortem.build_timeline import build_timeline
from postmortem.curation import Curation
from postmortem.evidence import Evidence, Message
from postmortem.people import Person
from tests.evaluation.mixed import measure
from tests.evaluation.shared import evidence_of_chat, moment, skipped


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--mixed", action="store_true", help="DIR holds all corpora: mix timelines with chat")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="so many of the misses of either kind")
    parser.add_argument("folder", type=Path, metavar="DIR")
    told = parser.parse_args(arguments)
    return measure(told.folder, told.show) if told.mixed else judge_all(told.folder)


def judge_all(folder: Path) -> int:
    if skipped(folder):
        return 0
    shown = relevant = found = incidents = 0
    for incident in _incidents(folder):
        counts = judge(incident)
        print(json.dumps({"incident": incident["id"], **_figures(**counts), **counts}))
        shown, relevant, found = shown + counts["shown"], relevant + counts["relevant"], found + counts["found"]
        incidents += 1
    print(json.dumps({**_figures(shown=shown, relevant=relevant, found=found), "incidents": incidents}))
    return 0


def judge(incident: dict[str, Any]) -> dict[str, int]:
    """How many messages are shown, relevant, and both; weak ones left out."""
    relevance = {f"slack/C/{message['id']}": message["timeline_relevance"] for message in incident["chat"]}
    timeline = build_timeline(_evidence(incident), Curation())
    shown = {event.id for event in timeline.events if event.in_main and relevance.get(event.id) != "weak"}
    relevant = {message_id for message_id, label in relevance.items() if label == "strict"}
    return {"shown": len(shown), "relevant": len(relevant), "found": len(shown & relevant)}


def _incidents(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*.json")):
        incident = json.loads(path.read_text())
        if incident.get("chat"):
            yield incident


def _evidence(incident: dict[str, Any]) -> Evidence:
    people = {
        message["user"]: Person(id=f"slack:{message['user']}", name=message["user"]) for message in incident["chat"]
    }
    return evidence_of_chat(incident["id"], list(_messages(incident["chat"])), people.values())


def _messages(chat: list[dict[str, Any]]) -> Iterator[Message]:
    """The data is minute-precise, and some lines carry no time: their place in the file keeps the order."""
    latest = next(datetime.fromisoformat(message["ts"]) for message in chat if message["ts"])
    for place, message in enumerate(chat):
        latest = datetime.fromisoformat(message["ts"]) if message["ts"] else latest
        yield _message(message, latest + timedelta(microseconds=place))


def _message(message: dict[str, Any], at: datetime) -> Message:
    return Message(
        id=f"slack/C/{message['id']}",
        channel_id="C",
        channel_name=message["channel"].removeprefix("#"),
        moment=moment(at),
        text=message["text"],
        person_id=f"slack:{message['user']}",
    )


def _figures(*, shown: int, relevant: int, found: int) -> dict[str, float | None]:
    return {
        "recall": round(found / relevant, 4) if relevant else None,
        "precision": round(found / shown, 4) if shown else None,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

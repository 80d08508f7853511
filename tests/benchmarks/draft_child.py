"""One draft in this process, from evidence as it is kept to Markdown: prints what each stage and the memory came to.

python -m tests.benchmarks.draft_child <folder> <messages> <alerts> <log entries>
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from handlers.collector import collector_paused
from postmortem.action_items.extract import extract_action_items
from postmortem.build_timeline import build_timeline
from postmortem.compose import compose
from postmortem.curation import Curation
from postmortem.evidence import Evidence
from postmortem.identities import Identities
from postmortem.outputs.markdown import render_markdown
from postmortem.settings import read_settings, route_for
from tests.benchmarks.big_evidence import BEGAN, LASTED, big_evidence
from tests.benchmarks.peak import peak_mb


def main(folder: Path, messages: int, alerts: int, log_entries: int) -> None:
    """The first process makes the evidence and no draft: what making it takes is not what a draft takes."""
    file = folder / f"evidence-{messages}.json"
    if not file.exists():
        file.write_text(big_evidence(messages, alerts, log_entries).model_dump_json())
        print("{}")
        return
    before = peak_mb()
    spent: dict[str, float] = {}
    settings = read_settings("")
    composed_at = BEGAN + LASTED + timedelta(minutes=3)
    with collector_paused():  # as the journey's own step does
        evidence = _timed(spent, "read evidence", lambda: Evidence.model_validate_json(file.read_bytes()))
        postmortem = _timed(spent, "compose", lambda: compose(evidence, settings, composed_at=composed_at))
    markdown = _timed(spent, "markdown", lambda: render_markdown(postmortem))
    peak = peak_mb()
    identities = Identities(evidence.people, settings.people)
    _timed(spent, "of that build_timeline", lambda: build_timeline(evidence, Curation()))
    route = route_for(settings, evidence.incident)
    _timed(spent, "of that action items", lambda: extract_action_items(evidence, identities, settings, route))
    told = {"events": len(postmortem.timeline.events), "items": len(postmortem.action_items), "chars": len(markdown)}
    print(json.dumps({"seconds": spent, "peak_mb": peak, "idle_mb": before} | told))


def _timed[T](spent: dict[str, float], name: str, stage: Callable[[], T]) -> T:
    """CPU time of this process, which has one thread."""
    began = time.process_time()
    value = stage()
    spent[name] = time.process_time() - began
    return value


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:5]))

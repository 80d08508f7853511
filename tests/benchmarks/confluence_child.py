"""One Confluence page in this process: prints what writing it, reading it back and merging news into it came to.

python -m tests.benchmarks.confluence_child
"""

import json
import time
from collections.abc import Callable
from datetime import timedelta

from connectors.confluence.translate import LARGEST_BODY
from handlers.collector import collector_paused
from postmortem.compose import compose
from postmortem.outputs.markdown import render_body
from postmortem.outputs.storage import render_storage
from postmortem.outputs.storage_edits import first_page, merge_page
from postmortem.outputs.storage_units import units_of
from postmortem.settings import read_settings
from tests.benchmarks.big_evidence import BEGAN, LASTED, big_evidence
from tests.benchmarks.peak import peak_mb

KEY = "local/Q2"


def main() -> None:
    with collector_paused():  # as the journey's own step does
        told = compose(
            big_evidence(9_500, 300, 600), read_settings(""), composed_at=BEGAN + LASTED + timedelta(minutes=3)
        )
    spent: dict[str, float] = {}
    body = _timed(spent, "the document's body", lambda: render_body(told))
    page = _timed(
        spent, "page", lambda: render_storage(body, told, whole="The rest is in the draft.", most=LARGEST_BODY)
    )
    first = _timed(spent, "first edition", lambda: first_page(page.body, KEY))
    edited = first.body.replace("</p></li>", " (changed by a person)</p></li>", 50)
    peak = peak_mb()
    merged = _timed(spent, "merge", lambda: merge_page(first.edition, edited, page.body, KEY))
    counted = {"events": len(told.timeline.events), "left_out": page.left_out, "bytes": len(page.body.encode())}
    found = {"units": len(units_of(merged.body)), "peak_mb": peak}
    print(json.dumps({"seconds": spent} | counted | found))


def _timed[T](spent: dict[str, float], name: str, stage: Callable[[], T]) -> T:
    """CPU time of this process, which has one thread."""
    began = time.process_time()
    value = stage()
    spent[name] = time.process_time() - began
    return value


if __name__ == "__main__":
    main()

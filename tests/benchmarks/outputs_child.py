"""Every output of one kept document in this process: prints what each and the memory came to.

    python -m tests.benchmarks.outputs_child <folder>

The first process composes the document and keeps it, so that neither its time nor its memory is measured.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from connectors.confluence.translate import LARGEST_BODY
from postmortem.compose import compose
from postmortem.document import Postmortem
from postmortem.outputs.html import render_page
from postmortem.outputs.markdown import render_body, render_markdown
from postmortem.outputs.storage import render_storage
from postmortem.settings import read_settings
from tests.benchmarks.big_evidence import BEGAN, LASTED, big_evidence
from tests.benchmarks.peak import peak_mb

SIZE = (9_750, 800, 200)  # messages, alerts (of 50 kinds, each folded), log entries: 10,000 events


def main(folder: Path) -> None:
    file = folder / "postmortem.json"
    if not file.exists():
        told = compose(big_evidence(*SIZE), read_settings(""), composed_at=BEGAN + LASTED + timedelta(minutes=3))
        file.write_text(told.model_dump_json())
        print("{}")
        return
    postmortem = Postmortem.model_validate_json(file.read_bytes())
    spent: dict[str, float] = {}
    markdown = _timed(spent, "Markdown", lambda: render_markdown(postmortem))
    page = _timed(spent, "HTML page", lambda: render_page(postmortem, markdown))
    storage = _timed(spent, "Confluence storage", lambda: _storage(postmortem))
    sizes = {"Markdown": len(markdown.encode()), "HTML page": len(page.encode()), "Confluence storage": len(storage)}
    peak = peak_mb()
    print(json.dumps({"seconds": spent, "bytes": sizes, "peak_mb": peak, "events": len(postmortem.timeline.events)}))


def _storage(postmortem: Postmortem) -> bytes:
    body = render_body(postmortem)
    return render_storage(body, postmortem, whole="The rest is in the draft.", most=LARGEST_BODY).body.encode()


def _timed[T](spent: dict[str, float], name: str, output: Callable[[], T]) -> T:
    """CPU time of this process, which has one thread."""
    began = time.process_time()
    value = output()
    spent[name] = time.process_time() - began
    return value


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Publishing a document of 10,000 events again: as nobody touched it, and as a person edited it."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from connectors.store.shelf import Shelf
from connectors.store.sqlite import SqliteStore
from handlers.wiring import utc_now
from postmortem.compose import compose
from postmortem.document import Postmortem
from postmortem.outputs.markdown import render_markdown
from postmortem.settings import Settings
from tests.benchmarks.big_evidence import big_evidence
from tests.benchmarks.figure import Figure

RUNS = 5


def measure() -> Iterator[Figure]:
    evidence = big_evidence(10_000, 100, 200)
    postmortem = compose(evidence, Settings(), composed_at=utc_now())
    document = render_markdown(postmortem)
    with TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder), utc_now)
        shelf = Shelf(store, postmortem.incident.id)
        name = shelf.publish(postmortem.incident, document.encode())
        untouched = min(_published(shelf, postmortem, document, n) for n in range(RUNS))
        file = store.load(name)
        assert file is not None
        store.save(name, _edited(file.content))
        edited = min(_published(shelf, postmortem, document, RUNS + n) for n in range(RUNS))
        store.close()
    for words, seconds in (("untouched", untouched), ("edited by a person", edited)):
        yield Figure(
            f"publish 10,000 events again, {words}: CPU",
            seconds,
            "s",
            0.5,
            f"{len(document):,} characters with 20 lines of news: read, merged, both files written.",
        )


def _published(shelf: Shelf, postmortem: Postmortem, document: str, number: int) -> float:
    lines = document.splitlines(keepends=True)
    places = range(len(lines) // 2, len(lines) - 100, len(lines) // 50)
    for place in reversed(places[:20]):
        lines.insert(place, f"- news {number} of {place}\n")
    began = process_time()
    shelf.publish(postmortem.incident, "".join(lines).encode())
    return process_time() - began


def _edited(content: bytes) -> bytes:
    """Every hundredth line changed, every thousandth deleted, and some of a person's own."""
    lines = content.splitlines(keepends=True)
    told = [n for n, line in enumerate(lines) if line.startswith(b"- ")]
    for n in told[50::100]:
        lines[n] = lines[n].rstrip(b"\n") + b" (I was there)\n"
    for n in told[::1000]:
        lines[n] = b"- my own words instead of yours\n"
    return b"".join(lines)

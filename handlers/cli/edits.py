"""What people made of a draft, in words, and what publishing would change in it."""

from contextlib import closing
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from connectors.store.publishing import Published, without_name
from connectors.store.shelf import Shelf
from handlers.cli.drawn import Drawn
from handlers.cli.exits import on_this_machine
from handlers.cli.plain import plain
from handlers.cli.settings_command import settings_of
from handlers.wiring import Machine
from postmortem.outputs.markdown import render_markdown

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def edits_in_words(state: dict[str, Any]) -> tuple[str, ...]:
    """What became of ours where people edited the draft; nothing where they did not."""
    edits: dict[str, int] = state.get("edits", {})
    suggested, left_out = edits.get("suggested", 0), edits.get("left_out", 0)
    beside = f"{_lines(suggested)} that people changed: what is new stands beside, as “Debrief suggests”."
    out = f"{_lines(left_out)} of ours that people deleted: kept out."
    stays = (
        f"{state.get('stays')} was there before, and people may have written in it: it stays; this draft is beside it."
    )
    told = ((stays, "stays" in state), (beside, suggested), (out, left_out))
    return tuple(sentence for sentence, is_so in told if is_so)


def as_replacing(drawn: Drawn, output: str) -> Drawn:
    """Where --output (with --force) names the draft itself: the draft as we compose it, without what people made of it.

    Anywhere else a copy of the draft as it is now; the file that lay there is gone either way.
    """
    file, draft = Path(output), Path(drawn.report.draft or "")
    if not (draft.is_file() and file.exists() and file.samefile(draft)):
        return drawn
    afresh = render_markdown(drawn.postmortem, drawn.layout)
    return replace(drawn, markdown=afresh, report=replace(drawn.report, hints=()))


def diff_against(machine: Machine, drawn: Drawn) -> str:
    """A unified diff from the document as it lies there to what publishing this draft would make of it. Raises Ended.

    "" where nothing would change; the comment that names the edition is left out.
    """
    incident, content = drawn.postmortem.incident, drawn.markdown.encode()
    folder = settings_of(machine).publish.folder
    if not (machine.home / "records.sqlite").exists():  # and looking does not make it
        return _diff(Published(incident.id, None, content))
    with on_this_machine(machine.home):
        store = machine.store()
    with closing(store):
        return _diff(Shelf(store, incident.id, drafts=folder).rehearse(incident, content))


def _diff(published: Published) -> str:
    before, after = (_text_lines(content) for content in (published.before or b"", published.after))
    there = published.name if published.before is not None else "/dev/null"
    return "".join(_with_end(line) for line in unified_diff(before, after, there, published.name))


def show_diff(console: Console, diff: str) -> None:
    """In colours on a terminal, plain otherwise; what a person wrote cannot steer the terminal."""
    if not diff:
        console.print("Nothing would change.")
    for line in diff.splitlines():
        console.print(Text(" ".join(map(plain, line.split(" "))), style=_STYLES.get(line[:1], "")), soft_wrap=True)


def _text_lines(content: bytes) -> list[str]:
    text = without_name(content.decode(errors="replace"))
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + [last] * bool(last)


def _with_end(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(count: int) -> str:
    return f"{count} line" if count == 1 else f"{count} lines"

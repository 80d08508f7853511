"""What people made of a draft, in words, and what publishing would change in it."""

from difflib import unified_diff
from typing import Any

from rich.console import Console
from rich.text import Text

from connectors.store.publishing import Published
from handlers.cli.plain import plain

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def edits_in_words(state: dict[str, Any]) -> tuple[str, ...]:
    """What became of ours where people edited the draft; nothing where they did not."""
    edits: dict[str, int] = state.get("edits", {})
    suggested, left_out = edits.get("suggested", 0), edits.get("left_out", 0)
    beside = f"{_lines(suggested)} that people changed: what is new stands beside, as “Debrief suggests”."
    out = f"{_lines(left_out)} of ours that people deleted: kept out."
    return (*((beside,) if suggested else ()), *((out,) if left_out else ()))


def diff_of(published: Published, name: str) -> str:
    """A unified diff from the document as it lies there to what publishing would make of it; "" where nothing."""
    before, after = (_text_lines(content) for content in (published.before or b"", published.after))
    there = name if published.before is not None else "/dev/null"
    return "".join(_with_end(line) for line in unified_diff(before, after, there, name))


def show_diff(console: Console, diff: str) -> None:
    """In colours on a terminal, plain otherwise; what a person wrote cannot steer the terminal."""
    for line in diff.splitlines():
        console.print(Text(plain(line), style=_STYLES.get(line[:1], "")), soft_wrap=True)


def _text_lines(content: bytes) -> list[str]:
    text = content.decode(errors="replace")
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [text.rpartition("\n")[2]] * (not text.endswith("\n"))


def _with_end(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(count: int) -> str:
    return f"{count} line" if count == 1 else f"{count} lines"

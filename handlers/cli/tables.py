"""In which form a table is written: for eyes, as JSON, as CSV; to the screen or to a file."""

import json
import sys
from pathlib import Path
from typing import Any, Literal, NamedTuple

from handlers.cli.asking import check_output, write_output
from handlers.cli.exits import Ended, Exit


class Form(NamedTuple):
    """`file` is None for the screen; `kind` None for eyes."""

    kind: Literal["json", "csv"] | None
    file: Path | None


def table_form(output: str | None, *, as_json: bool, as_csv: bool, force: bool) -> Form:
    """What --json, --csv and --output ask for; a file's suffix says it too. Raises Ended."""
    file = Path(output) if output and output != "-" else None
    suffix = file.suffix.casefold() if file else ""
    if as_json and as_csv:
        raise Ended(Exit.USAGE, "Choose one of --json and --csv.")
    is_csv = as_csv or (suffix == ".csv" and not as_json)
    is_json = as_json or (suffix == ".json" and not as_csv)
    if file and not (is_csv or is_json):
        raise Ended(Exit.USAGE, f"Say how {output} is to be written: --csv or --json.")
    if file:
        check_output(file, force=force)
    return Form("csv" if is_csv else "json" if is_json else None, file)


def write_table(form: Form, text: str) -> None:
    """A CSV file begins with a byte order mark: without it Excel reads letters beyond ASCII wrongly. Raises Ended."""
    if form.file:
        encoding = "utf-8-sig" if form.kind == "csv" else "utf-8"
        write_output(form.file, text.encode(encoding, errors="replace"), "The table is made")
    else:
        sys.stdout.write(text.encode(errors="replace").decode())


def ended_json_text(ended: Ended) -> str:
    """How --json says that a command ended before its result."""
    return as_json_text({"exit_code": int(ended.code), "exit_reason": ended.sentence})


def as_json_text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True, indent=2) + "\n"

"""The terminal: `debrief draft`, `debrief serve` and `debrief settings`."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """The entry point. Returns the exit code. Loading takes a moment, in which Ctrl-C may already come."""
    try:
        from handlers.cli.app import main as run
    except KeyboardInterrupt:
        print("debrief: Stopped before anything was done.", file=sys.stderr)  # noqa: T201 # nothing else is loaded yet
        return 130
    return run(arguments)

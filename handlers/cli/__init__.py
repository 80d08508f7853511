"""The terminal: `debrief draft` and `debrief settings`."""

from handlers.cli.app import main

__all__ = ["main"]

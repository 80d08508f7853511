"""Questions to a person at a terminal: an answer, a yes, or a secret that is never shown. Asked on standard error."""

import getpass
import sys

from rich.console import Console

from handlers.cli.exits import Ended, Exit
from handlers.cli.plain import plain

LONGEST_SECRET = 4096


def is_terminal() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty()


def answer(question: str, default: str = "") -> str:
    """What was typed, or the default for Enter alone. Ctrl-D ends as Ctrl-C does."""
    shown = f" [{plain(default)}]" if default else ""
    sys.stderr.write(f"{plain(question)}{shown}: ")
    sys.stderr.flush()
    try:
        line = sys.stdin.readline()
    except KeyboardInterrupt:
        line = ""
    if not line:
        sys.stderr.write("\n")
        raise KeyboardInterrupt
    return line.strip() or default


def agreed(question: str) -> bool:
    """Whether somebody said yes. Raises Ended where nobody is there."""
    if not is_terminal():
        raise Ended(Exit.USAGE, f"{question} Nobody is there to ask: add --yes.")
    return _is_yes(answer(f"{question} [y/N]"))


def is_someone_at(console: Console) -> bool:
    """Whether somebody is there to answer, and sees what this console shows."""
    return is_terminal() and console.is_terminal


def says_yes(console: Console, question: str) -> bool:
    """Ask below what the console has shown; anything but a yes is a no."""
    return _is_yes(console.input(f"{question} [y/N] ", markup=False))


def _is_yes(typed: str) -> bool:
    return typed.strip().casefold() in ("y", "yes")


def asked_secret(what: str, *, may_skip: bool = False) -> str:
    """A secret typed without echo, or the whole of standard input where that is no terminal; never an argument.

    Empty only with `may_skip`. Raises Ended.
    """
    try:
        given = getpass.getpass(f"{plain(what)} (not shown): ", sys.stderr) if is_terminal() else _piped()
    except EOFError:
        raise KeyboardInterrupt from None
    value = given.strip()
    if not value and not may_skip:
        raise Ended(Exit.USAGE, "Nothing was given: paste it at the prompt, or pipe it in on standard input.")
    return value


def _piped() -> str:
    """No more than a secret can be: what is longer was surely not meant."""
    content = sys.stdin.buffer.read(LONGEST_SECRET + 1)
    lines = content.decode(errors="replace").strip().splitlines()
    if len(content) > LONGEST_SECRET or len(lines) > 1 or "\ufffd" in "".join(lines):
        raise Ended(Exit.USAGE, "Standard input holds no single secret: pipe in one line of text.")
    return "".join(lines)

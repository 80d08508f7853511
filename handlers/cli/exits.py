"""How a command ends: a code for scripts, and one sentence for people."""

from collections.abc import Generator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

from connectors.disk import disk_errors
from connectors.engine.journal import JournalInUse
from connectors.engine.outcome import Mistake
from connectors.errors import ConnectorError, NotAllowed, NotFound, OutcomeUnknown, Rejected
from postmortem.settings import SettingsError


class Exit(IntEnum):
    """The exit codes. They are an interface: never give one another meaning."""

    DONE = 0
    WITH_GAPS = 1
    USAGE = 2
    REFUSED = 3
    NO_DRAFT = 4
    UNREACHABLE = 5
    UNFORESEEN = 70
    STOPPED = 130


MEANINGS = {
    Exit.DONE: "done",
    Exit.WITH_GAPS: "done, but something could not be read or opened; the draft says what",
    Exit.USAGE: "wrong usage or settings, or a folder or port that cannot be used; nothing was done",
    Exit.REFUSED: "a vendor refused: token, scope or region",
    Exit.NO_DRAFT: "no draft is due: not found, open, merged, or left out by the settings",
    Exit.UNREACHABLE: "a vendor did not answer; the same command goes on later",
    Exit.UNFORESEEN: "an error of Debrief's own",
    Exit.STOPPED: "stopped by you; the same command goes on",
}


class Ended(Exception):
    """The command ends here, with one sentence for a person and the code for a script."""

    def __init__(self, code: Exit, sentence: str) -> None:
        self.code, self.sentence = code, sentence
        super().__init__(sentence)


EXPECTED = (Ended, ConnectorError, SettingsError, JournalInUse, Mistake, KeyboardInterrupt)
"""Everything that a command may raise and that ends it in words."""


def ended_by(error: BaseException) -> Ended:
    """How one of the EXPECTED errors ends a command."""
    match error:
        case Ended():
            return error
        case KeyboardInterrupt():
            return Ended(Exit.STOPPED, "Stopped. Nothing is half-made: the same command goes on from here.")
        case SettingsError() | JournalInUse():
            return Ended(Exit.USAGE, str(error))
        case ConnectorError():
            return Ended(code_from_kind(type(error).__name__), sentence_case(str(error)))
        case _:
            return Ended(Exit.UNFORESEEN, str(error))


@contextmanager
def on_this_machine(home: Path) -> Generator[None]:
    """What this machine refuses no vendor refused: exit 2, with the setting that names the folder. Raises Ended."""
    try:
        with disk_errors("opening the data folder", home):
            yield
    except ConnectorError as error:
        raise Ended(Exit.USAGE, f"{sentence_case(str(error))} Or set DEBRIEF_HOME to another folder.") from error


@contextmanager
def on_disk() -> Generator[None]:
    """As `on_this_machine`, for a file whose error names it. Raises Ended."""
    try:
        yield
    except ConnectorError as error:
        raise Ended(Exit.USAGE, sentence_case(str(error))) from error


def ended_by_journey(kept: str) -> Ended:
    """How a journey's kept error ("NotAllowed: reading ...: status 401. ...") ends the command."""
    kind, colon, sentence = kept.partition(": ")
    known = bool(colon) and kind.isidentifier()
    return Ended(code_from_kind(kind), sentence_case(sentence if known else kept))


def code_from_kind(kind: str) -> Exit:
    """The exit code of an error by the name of its class, which is all that a journal keeps of it."""
    if kind == NotFound.__name__:
        return Exit.NO_DRAFT
    if kind in (NotAllowed.__name__, Rejected.__name__):
        return Exit.REFUSED
    if kind in ("Unreachable", "RateLimited", "BadReply", OutcomeUnknown.__name__):
        return Exit.UNREACHABLE
    return Exit.UNFORESEEN


def sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]

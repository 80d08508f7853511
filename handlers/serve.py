"""One machine: the receiver, the engine and the pages in one process, which may be killed at any moment."""

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette

from connectors.disk import disk_errors
from connectors.engine.failed import Failure, failures_among
from connectors.engine.journal import JournalInUse
from connectors.engine.local import LocalEngine
from connectors.engine.outcome import place_of
from connectors.engine.progress import Tell
from connectors.errors import NotAllowed, NotFound
from connectors.logs import FIELDS, log
from handlers.desk import desk_with
from handlers.follow_up import follow_up
from handlers.house import House
from handlers.journey import make_postmortem
from handlers.observe import observe
from handlers.reconcile import reconcile
from handlers.telling import log_part, telling
from handlers.ticks import start_ticks
from handlers.web import Site, app_of
from handlers.wiring import Machine, doorway_of, meter
from postmortem.evidence import Part

ADDRESS = "127.0.0.1"
PORT = 8080
KINDS = {"postmortem": make_postmortem, "observe": observe, "follow_up": follow_up, "reconcile": reconcile}
SECONDS_TO_STOP = 1.5
# Python lets a thread run for 5 ms before another: beside eight journeys at work an answer took 77 ms at the median and
# 667 at the 99th of a hundred; with this 8 and 58, for the same work done in about the same time (measured 2026-11-21).
SECONDS_A_TURN = 0.0005


@dataclass(frozen=True, slots=True)
class Parts:
    """What `debrief serve` is made of, put together and not yet running."""

    house: House
    engine: LocalEngine
    app: Starlette


def serve(machine: Machine, *, port: int = PORT, say: Callable[[str], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM. `say` prints a line for the person who started it; port 0 takes a free one.

    Raises SettingsError for the settings, NotAllowed for a port or a folder that is taken, Unreachable for a disk that
    is full.
    """
    say = say or _print
    _log_to_stderr()
    sys.setswitchinterval(SECONDS_A_TURN)
    with listening(port) as listener, put_together(machine, on_progress=telling(meter()), on_part=log_part) as parts:
        for line in greeting(machine, parts.house, listener.getsockname()[1]):
            say(line)
        with disk_errors("writing the journal", machine.home):
            in_time = run(parts, listener)
        say(f"Stopped. The drafts are in {_drafts(parts.house)}; what was under way goes on at the next start.")
    if not in_time:
        # A thread still waits for a vendor. Killing it loses nothing: its step is done again at the next start.
        sys.stdout.flush()
        os._exit(0)


@contextmanager
def put_together(machine: Machine, *, on_progress: Tell, on_part: Callable[[str, Part], None]) -> Generator[Parts]:
    """Build everything out of the machine's files. Raises SettingsError, and NotAllowed where the folder is in use."""
    store = machine.store()

    def start(kind: str, name: str, payload: dict[str, Any]) -> bool:
        return engine.start(kind, name, payload)

    def failures() -> list[Failure]:
        return failures_among(engine.journeys(), "postmortem")

    house = machine.house(store, on_part=on_part, start=start, failures=failures)
    try:
        with disk_errors("opening the journal", machine.home):
            engine = machine.engine(house, KINDS, on_progress=on_progress)
    except JournalInUse as error:
        raise NotAllowed(f"Starting in {machine.home}", str(error).removesuffix(".")) from error
    desk = partial(desk_with, store, house.settings, machine.secrets())
    site = Site(store, engine, doorway_of(machine, store, engine), desk, house.settings, house.now)
    yield Parts(house, engine, app_of(site))


@contextmanager
def listening(port: int) -> Generator[socket.socket]:
    """A socket that only this machine reaches."""
    try:
        listener = socket.create_server((ADDRESS, port))
    except (OSError, OverflowError) as error:
        why = os.strerror(error.errno).lower() if isinstance(error, OSError) and error.errno else "that is no port"
        raise NotAllowed(f"Listening on {ADDRESS}:{port}", why, "Choose another with --port.") from error
    with listener:
        # Its connections have this from it: without, the second half of every answer waits 40 ms for the first's ACK.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        yield listener


def run(parts: Parts, listener: socket.socket) -> bool:
    """Run until a signal comes or the engine breaks. False where a step could not be waited for.

    Raises what broke the engine: sqlite3.Error, on a full disk.
    """
    server = web_server(parts.app)
    stop = threading.Event()
    pool = ThreadPoolExecutor(1, thread_name_prefix="engine")
    sweeping = threading.Thread(target=start_ticks, args=(parts.engine, parts.house.now, stop), daemon=True)
    with _ended_by_signals(server):
        working = pool.submit(parts.engine.serve, stop)
        working.add_done_callback(lambda _: _end(server))
        sweeping.start()
        server.run(sockets=[listener])
    stop.set()
    pool.shutdown(wait=False)
    return _ended_in_time(working)


def web_server(app: Starlette) -> uvicorn.Server:
    """A server that keeps its own log quiet and does not wait for idle connections."""
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1, server_header=False
    )
    return uvicorn.Server(config)


def greeting(machine: Machine, house: House, port: int) -> Iterator[str]:
    """What a person wants to know at the start: where, with which files, and what is not set."""
    address, public = f"http://{ADDRESS}:{port}", house.settings.publish.public_base_url
    yield f"Debrief serves this machine at {address} (Ctrl-C stops it)"
    yield f"  Webhook    {public or address}/pagerduty"
    if public is None:
        yield "             PagerDuty needs a public https address in front of it: set publish.public_base_url"
    if house.slack and house.hears_clicks:
        yield f"  Clicks     {public or address}/slack"
    if house.jira:
        yield f"  Changes    {public or address}/jira (for Jira's webhook; without it issues are read once a day)"
    yield f"  Drafts     {_drafts(house)}"
    is_there = machine.settings_file.exists()
    yield f"  Settings   {machine.settings_file.absolute()}{'' if is_there else ' is not there: all defaults'}"
    for what, problem in _configured(machine, house):
        yield f"  {what:<10} {problem or 'configured'}"
    if public:
        yield "  The pages ask for no login: a proxy should pass only /pagerduty, /slack and /jira, or ask for one."


def _configured(machine: Machine, house: House) -> Iterator[tuple[str, str | None]]:
    """Every vendor, and what is missing where something is."""
    file = machine.secrets_file.name
    try:
        machine.secrets().read("PAGERDUTY_WEBHOOK_SECRET")
    except NotFound:
        yield "Receiver", "accepts nothing yet: debrief webhook create"
    yield "PagerDuty", None if house.pagerduty else f"no incident can be read: write PAGERDUTY_TOKEN=... into {file}"
    yield "Slack", None if house.slack else f"no chat is read: write SLACK_TOKEN=... into {file}"
    if house.slack and not house.hears_clicks:
        yield "Clicks", f"no buttons in Slack: write SLACK_SIGNING_SECRET=... into {file}"
    missing = f"no issue is opened: set jira.site in debrief.yml, and write JIRA_EMAIL and JIRA_TOKEN into {file}"
    yield "Jira", None if house.jira else missing
    if house.settings.confluence.site:
        unsaid = f"no page is made: set confluence.email in debrief.yml, and write CONFLUENCE_TOKEN into {file}"
        yield "Confluence", None if house.confluence else unsaid


def _end(server: uvicorn.Server) -> None:
    server.should_exit = True


@contextmanager
def _ended_by_signals(server: uvicorn.Server) -> Generator[None]:
    """Ctrl-C and SIGTERM end the server, also in the moments when it does not listen for them itself.

    uvicorn raises the signal that ended it once more: then it must find this handler, not the one that kills.
    """

    def end(_signal: int, _frame: FrameType | None) -> None:
        _end(server)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ended_in_time(working: Future[None]) -> bool:
    try:
        working.result(timeout=SECONDS_TO_STOP)
    except TimeoutError:
        log.warning("a step was still under way: it is done again at the next start")
        return False
    return True


def _drafts(house: House) -> Path:
    return Path(house.store.location(house.settings.publish.folder))


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class _Brief(logging.Formatter):
    """One line whatever happens: the text of an unforeseen error may hold what somebody wrote. What it belongs to
    follows in brackets, where the sentence does not name it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 # the library's name
        told = (str(vars(record)[name]) for name in FIELDS if name in vars(record))
        unsaid = [field for field in told if field not in record.message]
        return super().formatMessage(record) + (f" [{', '.join(unsaid)}]" if unsaid else "")

    def formatException(self, ei: object) -> str:  # noqa: N802 # the library's name
        error = ei[1] if isinstance(ei, tuple) else None
        return place_of(error) if isinstance(error, Exception) else "unknown"


def _log_to_stderr() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_Brief("%(asctime)s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    log.setLevel(logging.INFO)

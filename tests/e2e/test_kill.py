"""`debrief serve` killed in mid-journey, at moments chosen for the harm they could do, and started again."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from handlers.wiring import utc_now
from tests.e2e.holding import Moment
from tests.e2e.serving import PROJECT, DidNotStart, until
from tests.e2e.town import Town
from tests.incidents import by_name
from tests.incidents.moved import latest

QUICK = {
    "quiet_period": "0.1s",
    "refresh_after": "0.3s",
    "jira": {"unclear_wait": "0.3s", "search_wait": "0.6s"},
    "slack": {"unclear_wait": "0.3s"},
    "pagerduty": {"unclear_wait": "0.3s"},
}

BEFORE_READING = Moment("GET /incidents/[^/]+$")
WHILE_READING = Moment("/conversations.history")
WHILE_READING_A_THREAD = Moment("/conversations.replies")
BEFORE_AN_ISSUE = Moment("POST .*/issue$")
AFTER_AN_ISSUE = Moment("POST .*/issue$", after_effect=True)
BEFORE_A_LINK = Moment("POST .*/remotelink$")
AFTER_A_LINK = Moment("POST .*/remotelink$", after_effect=True)
BEFORE_THE_MESSAGE = Moment("/chat.postMessage")
AFTER_THE_MESSAGE = Moment("/chat.postMessage", after_effect=True)
BEFORE_THE_NOTE = Moment("POST .*/notes$")
AFTER_THE_NOTE = Moment("POST .*/notes$", after_effect=True)


class Checkout(Town):
    """The neighbours of the demo's incident."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, [latest(by_name("checkout_latency"), utc_now())], settings=QUICK)

    def drafts(self) -> list[Path]:
        return sorted((self.machine.home / "files" / "drafts").glob("*"))

    def expects_everything_once(self) -> None:
        (draft,) = self.drafts()
        issues = self.jira.expects_issues(3)
        text = draft.read_text()
        assert all(f"[{issue['key']}]" in text for issue in issues), "the draft names every issue"
        assert len({label for issue in issues for label in issue["fields"]["labels"] if label != "reliability"}) == 3
        assert [len(self.jira.remote_links[issue["key"]]) for issue in issues] == [1, 1, 1]
        announcements = [message for message in self.slack.workspace.posted if "Draft postmortem" in message["text"]]
        assert len(announcements) == 1
        assert len(self.pagerduty.written_notes) == 1


@pytest.fixture
def town(tmp_path: Path) -> Generator[Checkout]:
    opened = Checkout(tmp_path)
    opened.move_in()
    yield opened
    opened.move_out()


@pytest.mark.parametrize(
    "moments",
    [
        pytest.param(
            [BEFORE_READING, WHILE_READING, WHILE_READING_A_THREAD, BEFORE_A_LINK, BEFORE_THE_NOTE, AFTER_THE_NOTE],
            id="while it reads, before a link, and around the note",
        ),
        pytest.param(
            [BEFORE_AN_ISSUE, AFTER_AN_ISSUE, AFTER_A_LINK, BEFORE_THE_MESSAGE, AFTER_THE_MESSAGE],
            id="around the issues, after a link, and around the message",
        ),
    ],
)
def test_a_kill_in_mid_journey_ends_with_one_draft_and_no_duplicate(town: Checkout, moments: list[Moment]):
    hold, served = town.holding.waits_for(moments[0]), town.serves()
    assert town.rings(served) == 202
    for following in moments[1:]:
        town.kills_at(served, hold)
        hold, served = town.holding.waits_for(following), town.serves()
    town.kills_at(served, hold)
    served = town.serves()

    until(lambda: set(served.journeys()) == {"done"}, "the journey is over, its later look as well")

    assert served.stops()[0] == 0
    town.expects_everything_once()


def test_a_kill_while_it_waits_loses_nothing(town: Checkout):
    town.write_settings(quiet_period="1s")
    served = town.serves()
    assert town.rings(served) == 202
    served.kills()
    served = town.serves()
    assert town.rings(served) == 202, "PagerDuty delivers again, and nothing starts twice"

    until(lambda: set(served.journeys()) == {"done"}, "the journey is over")

    assert served.stops()[0] == 0
    town.expects_everything_once()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_it_is_told_to_in_the_middle_of_a_call(town: Checkout, number: signal.Signals):
    hold, served = town.holding.waits_for(WHILE_READING), town.serves()
    town.rings(served)
    assert hold.came.wait(20)
    began = time.monotonic()

    code, said = served.stops(number)

    assert time.monotonic() - began < 3
    assert code == 0
    assert f"Stopped. The drafts are in {town.machine.home}/files/drafts; what was under way goes on at" in said

    hold.over.set()


def test_two_in_one_folder_are_refused(town: Checkout):
    served = town.serves()

    with pytest.raises(DidNotStart):
        town.serves()

    served.stops()
    assert "is in use by process" in town.log.read_text()


def test_a_port_that_is_taken_is_named(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [sys.executable, "-m", "handlers.cli", "serve", "--port", port],
            cwd=PROJECT, env={"DEBRIEF_HOME": str(tmp_path)}, capture_output=True, text=True, timeout=20,
        )  # fmt: skip

    assert ended.returncode != 0
    assert f"Listening on 127.0.0.1:{port}: address already in use. Choose another with --port." in ended.stderr

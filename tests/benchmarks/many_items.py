"""200 action items in one incident, through the whole journey, before a Jira that refuses whoever is too fast.

The clock stands still while calls are made, so that everything is asked within one second: harder than any day.
"""

import json
import sqlite3
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs

from connectors.engine.outcome import MOST_BYTES
from tests.benchmarks.figure import Figure
from tests.benchmarks.journey import endpoint
from tests.incidents.builder import Story
from tests.incidents.people import EVERYONE
from tests.incidents.script import Script
from tests.world import World, world_of

ITEMS = 200
CALLS_OF_AN_ITEM = 3
"""Create it, look at its assignee, link it."""
LONGEST_TEXT, MOST_BLOCKS = 40_000, 50
"""Of a Slack message. https://docs.slack.dev/reference/methods/chat.postMessage (read 2026-11-21)"""


def measure() -> Iterator[Figure]:
    with TemporaryDirectory() as home, world_of(Path(home), script(ITEMS)) as world:
        world.jira.limits_bursts = True
        assert world.resolves().status == 202
        began = time.process_time()
        world.passes(timedelta(hours=2))
        seconds = time.process_time() - began
        assert len(world.jira.issues) == ITEMS == world.outcome()["items"], world.outcome()
        yield _calls(world, seconds)
        yield _largest_step(world)
        yield from _message(world)


def _calls(world: World, seconds: float) -> Figure:
    """What was taken, without what was refused as too fast and asked again: nothing else may be refused."""
    refused = [refusal for refusal in world.jira.refusals if "jira-burst-based" in refusal]
    assert refused == world.jira.refusals, "one issue was written to too often, or something else was refused"
    taken = len(world.jira.requests) - len(refused)
    people = sum(endpoint(request).startswith("GET /user") for request in world.jira.requests)
    return Figure(
        f"{ITEMS} items in one incident: calls that Jira takes",
        taken,
        "calls",
        CALLS_OF_AN_ITEM * ITEMS + people + 3,
        f"Three an item, {people} about people (each once, however many items are theirs), three about ourselves and "
        f"the project. The limits of 20 writes in 2 s and 100 in 30 s an issue refused none, that of 100 a second "
        f"{len(refused)}, which were waited for. Whole journey: {seconds:.1f} s of CPU, the fakes' own included.",
    )


def _largest_step(world: World) -> Figure:
    with sqlite3.connect(world.machine.home / "journal.db") as journal:
        [(key, size)] = journal.execute("SELECT key, length(outcome) FROM steps ORDER BY 2 DESC LIMIT 1")
        [(steps,)] = journal.execute("SELECT count(*) FROM steps")
    return Figure(
        f"{ITEMS} items in one incident: the largest that a step keeps",
        size,
        "B",
        MOST_BYTES,
        f"Of {steps} steps and waits it is “{key.rpartition(chr(31))[2]}”; the evidence, the items and what is asked "
        "of Jira are files.",
    )


def _message(world: World) -> Iterator[Figure]:
    (post,) = [request for request in world.slack.requests if request.path.endswith("chat.postMessage")]
    form: dict[str, Any] = {name: values[0] for name, values in parse_qs(post.body.decode()).items()}
    yield Figure(
        f"{ITEMS} items in one incident: characters of the announcement",
        len(form["text"]),
        "",
        LONGEST_TEXT,
        "Thirty of each kind are named, and how many there are beside.",
    )
    yield Figure(f"{ITEMS} items in one incident: its blocks", len(json.loads(form["blocks"])), "", MOST_BLOCKS, "")


def script(items: int) -> Script:
    """A review in the incident's channel: an action item every 20 seconds, for one of twelve people each."""
    story = Story(
        "many_items", "Search results are stale", day="2026-11-10", number=4191, cast=EVERYONE, service="Search"
    )
    side, at = story.pagerduty, story.at
    side.triggers(at("08:00:04"), "kofi", priority="P2")
    side.acknowledges(at("08:02:30"), "kofi")
    side.resolves(at("16:00:00"), "kofi", note="Rebuilt the index.")
    handles = [actor.handle for actor in EVERYONE]
    for number in range(items):
        moment = at("09:00:00") + timedelta(seconds=20 * number)
        words = f"ACTION: @{handles[number % 12]} raise the limit of {_name(number)} by 2026-12-{1 + number % 20:02}"
        story.channel.says(handles[number * 5 % 12], moment, words)
    return story.script()


def _name(number: int) -> str:
    parts = ("indexer", "gateway", "mailer", "ledger", "search", "uploads", "billing")
    return f"{parts[number % 7]}-{number}"

"""Reading a channel: its history, every thread, its pins and its people, into kept Parts. What cannot be read is a Gap.

The order of calls keeps the longest chain short: page, then threads and people of the page side by side, then the
people met in the threads.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from connectors.errors import RateLimited
from connectors.slack.api import SlackApi
from connectors.slack.channel import Found
from connectors.slack.gaps import AGAIN, OWN_APP, gap, gap_from_error, gap_from_json, gap_json
from connectors.slack.people import People
from connectors.slack.reading import (
    LOOK_BACK,
    MOST_SMALL_CALLS,
    PAGE_OF_THREADS,
    SMALL_PAGE,
    Run,
    asked,
    brought_home,
    page,
)
from connectors.slack.replies import Raw
from connectors.slack.window import Keep, Reader, Thread, Window
from connectors.steps import Steps
from postmortem.evidence import Gap, Part, Reading
from postmortem.people import Person

LANES = 4
"""Pages of threads that are read side by side."""

MOST_PAGES = 500
"""Pages of history: half a million messages."""


def collect(
    api: SlackApi,
    steps: Steps,
    keep: Keep,
    channel: Found,
    *,
    since: datetime,
    until: datetime,
    known_people: Iterable[Person] = (),
    team_url: str | None = None,
    own_ids: Iterable[str] = (),
    look_back: timedelta = LOOK_BACK,
    at_once: int = PAGE_OF_THREADS,
) -> list[str]:
    """Read `channel` from `since` to `until` (aware) and return the names of the Parts that `keep` has kept.

    `known_people` need not be asked for again. `team_url` and `own_ids` are asked of Slack where they are not given.
    `at_once` is the most calls side by side; 1 makes the order of calls certain. Never raises a ConnectorError: what
    cannot be read becomes a Gap in the last Part, which also says how much was read.
    """
    window = Window(channel.channel_id, since, until)
    reader = Reader(api, keep, window, People(api, known_people, at_once), at_once)
    run = Run(reader, channel, look_back, team_url, frozenset(own_ids))
    try:
        _read_history(run, steps)
        _read_threads(run, steps)
    except RateLimited as limit:
        run.gaps.append(gap_from_error(f"the rest of #{channel.name}", limit))
    run.kept.append(steps.run(f"Slack {channel.channel_id}: what was read", lambda: _keep_summary(run)))
    return run.kept


def _read_history(run: Run, steps: Steps) -> None:
    """Page by page, newest first; the first page together with who we are and what is pinned."""
    cursor: str | None = None
    for number in range(1, MOST_PAGES + 1):
        name = f"Slack {run.channel.channel_id}: page {number}"
        result = asked(run, steps, name, lambda number=number, cursor=cursor: page(run, number, cursor))
        _take_page(run, result)
        cursor = result.get("cursor")
        if cursor is None:
            return
        if run.is_small and number >= MOST_SMALL_CALLS:
            run.gaps.append(_too_slow(f"the older messages of #{run.channel.name}"))
            return
    what = f"the older messages of #{run.channel.name}"
    run.gaps.append(gap(what, f"There are more than {MOST_PAGES} pages.", "Read a shorter time with --since."))


def _take_page(run: Run, result: Raw) -> None:
    opening = result.get("opening")
    if opening:
        run.team_url, run.own_ids = opening["team_url"], frozenset(opening["own_ids"])
        run.pinned = frozenset(opening["pinned"])
        run.gaps.extend(map(gap_from_json, opening["gaps"]))
    run.take(result)
    run.is_small = run.is_small or bool(result.get("is_small"))
    run.started.update(result.get("started", ()))
    run.left.extend(thread for thread in result.get("left", ()))


def _read_threads(run: Run, steps: Steps) -> None:
    """The threads that no page took along, in a few lanes side by side, a page of threads per step."""
    if run.is_small and len(run.left) > MOST_SMALL_CALLS:
        run.gaps.append(_too_slow(f"{len(run.left) - MOST_SMALL_CALLS} threads of #{run.channel.name}"))
        del run.left[MOST_SMALL_CALLS:]
    width = 1 if run.is_small else min(LANES, -(-len(run.left) // PAGE_OF_THREADS))
    lanes: list[Any] = [{"lane": number + 1, "threads": run.left[number::width]} for number in range(width)]
    if lanes:
        name = f"Slack {run.channel.channel_id}: threads"
        for results in steps.each(name, lanes, lambda child, lane: _lane(run, child, lane)):
            for result in results:
                run.take(result)


def _lane(run: Run, steps: Steps, lane: Any) -> list[Any]:
    results: list[Any] = []
    left: list[Thread] = lane["threads"]
    most = len(left) // PAGE_OF_THREADS + MOST_PAGES
    while left:
        if len(results) == most:
            what = f"the rest of {len(left)} threads of #{run.channel.name}"
            return [*results, {"gap": gap_json(gap(what, "Slack's pages of them do not come to an end.", AGAIN))}]
        page, later = left[:PAGE_OF_THREADS], left[PAGE_OF_THREADS:]
        part = f"slack-{run.channel.channel_id}-threads-{lane['lane']}-{len(results) + 1}"
        try:
            result = asked(run, steps, part, lambda part=part, page=page: brought_home(run, part, run.place, [], page))
        except RateLimited as limit:
            return [*results, {"gap": gap_json(gap_from_error(f"{len(left)} threads of #{run.channel.name}", limit))}]
        results.append(result)
        left = [*later, *result["left"]]
    return results


def _too_slow(what: str) -> Gap:
    why = f"Slack gives this app {SMALL_PAGE} messages a minute, as it does to apps that are sold to many."
    return gap(what, why, OWN_APP)


def _keep_summary(run: Run) -> str:
    channel, window = run.channel, run.reader.window
    link = f"{run.team_url.rstrip('/')}/archives/{channel.channel_id}" if run.team_url else None
    started = f"threads of #{channel.name}, begun up to {_in_words(run.look_back)} before"
    gaps = list(run.gaps)
    if not run.messages and not gaps:
        gaps.append(gap(f"#{channel.name}", "Nobody wrote anything there in this time.", _look_elsewhere()))
    readings = (
        _reading(window, f"messages of #{channel.name} ({channel.described})", run.messages, link),
        _reading(window, started, len(run.started), link),
    )
    private = (channel.channel_id,) if channel.is_private else ()
    summary = Part(private_channels=private, readings=readings, gaps=tuple(gaps))
    return run.reader.keep(f"slack-{channel.channel_id}-summary", summary)


def _reading(window: Window, what: str, count: int, link: str | None) -> Reading:
    return Reading(source="slack", what=what, count=count, since=window.since, until=window.until, link=link)


def _look_elsewhere() -> str:
    return f"Name the right channel with --channel, or a longer time with --since and --until. {AGAIN}"


def _in_words(duration: timedelta) -> str:
    hours = duration // timedelta(hours=1)
    return f"{hours} {'hour' if hours == 1 else 'hours'}"

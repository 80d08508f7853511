"""Reading a channel: its history, every thread, its pins and its people, into kept Parts. What cannot be read is a Gap.

The order of calls keeps the longest chain short: page, then threads and people of the page side by side, then the
people met in the threads.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.errors import ConnectorError, RateLimited
from connectors.patience import patiently
from connectors.slack.announcement import announce, find_announcement
from connectors.slack.api import MOST_MESSAGES, SlackApi
from connectors.slack.channel import Found, find_channel, join
from connectors.slack.gaps import AGAIN, OWN_APP, gap, gap_from_error, gap_from_json, gap_json
from connectors.slack.people import People, side_by_side
from connectors.slack.replies import Raw, listed, next_cursor
from connectors.slack.translate import Place
from connectors.slack.window import Keep, Reader, Thread, Window, slack_ts, threads_in
from connectors.steps import Steps
from postmortem.evidence import Gap, Part, Reading
from postmortem.people import Person

__all__ = ["Found", "announce", "collect", "find_announcement", "find_channel", "join"]

LOOK_BACK = timedelta(days=1)
"""How long before the window a thread may have begun and still be found."""

# What Tier 3 allows in a minute: https://docs.slack.dev/apis/web-api/rate-limits (read 2026-11-20).
PAGE_OF_THREADS = 50
"""Threads per step."""

LANES = 4
"""Pages of threads that are read side by side."""

MOST_PAGES = 500
"""Pages of history: half a million messages."""

# An app that is distributed commercially gets 15 messages a page and one page a minute.
# https://docs.slack.dev/changelog/2025-05-terms-rate-limit-update-and-faq (read 2026-11-20)
SMALL_PAGE = 15
MOST_SMALL_CALLS = 60


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
    run = _Run(reader, channel, look_back, team_url, frozenset(own_ids))
    try:
        _read_history(run, steps)
        _read_threads(run, steps)
    except RateLimited as limit:
        run.gaps.append(gap_from_error(f"the rest of #{channel.name}", limit))
    run.kept.append(steps.run(f"Slack {channel.channel_id}: what was read", lambda: _keep_summary(run)))
    return run.kept


@dataclass(slots=True)
class _Run:
    """What one reading of one channel has come to so far; made anew from the steps' results after a restart."""

    reader: Reader
    channel: Found
    look_back: timedelta
    team_url: str | None
    own_ids: frozenset[str]
    pinned: frozenset[str] = frozenset()
    messages: int = 0
    is_small: bool = False
    started: set[str] = field(default_factory=set[str])
    left: list[Thread] = field(default_factory=list[Thread])
    kept: list[str] = field(default_factory=list[str])
    gaps: list[Gap] = field(default_factory=list[Gap])

    @property
    def place(self) -> Place:
        return Place(self.channel.channel_id, self.channel.name, self.team_url, self.own_ids, self.pinned)

    def take(self, result: Raw) -> None:
        """Add what a step brought home."""
        if "gap" in result:
            self.gaps.append(gap_from_json(result["gap"]))
            return
        self.kept.append(result["kept"])
        self.messages += result["messages"]


def _read_history(run: _Run, steps: Steps) -> None:
    """Page by page, newest first; the first page together with who we are and what is pinned."""
    cursor: str | None = None
    for number in range(1, MOST_PAGES + 1):
        result = patiently(
            steps,
            f"Slack {run.channel.channel_id}: page {number}",
            lambda number=number, cursor=cursor: _page(run, number, cursor),
        )
        _take_page(run, result)
        cursor = result.get("cursor")
        if cursor is None:
            return
        if run.is_small and number >= MOST_SMALL_CALLS:
            run.gaps.append(_too_slow(f"the older messages of #{run.channel.name}"))
            return
    what = f"the older messages of #{run.channel.name}"
    run.gaps.append(gap(what, f"There are more than {MOST_PAGES} pages.", "Read a shorter time with --since."))


def _take_page(run: _Run, result: Raw) -> None:
    opening = result.get("opening")
    if opening:
        run.team_url, run.own_ids = opening["team_url"], frozenset(opening["own_ids"])
        run.pinned = frozenset(opening["pinned"])
        run.gaps.extend(map(gap_from_json, opening["gaps"]))
    run.take(result)
    run.is_small = run.is_small or bool(result.get("is_small"))
    run.started.update(result.get("started", ()))
    run.left.extend(thread for thread in result.get("left", ()))


def _page(run: _Run, number: int, cursor: str | None) -> Raw:
    """One step: a page of history with its first threads and its people."""
    window, opening = run.reader.window, None
    try:
        if number == 1:
            answer, opening = _opening(run)
        else:
            answer = _history(run, cursor)
    except RateLimited:
        raise
    except ConnectorError as error:
        return {"gap": gap_json(gap_from_error(f"the messages of #{run.channel.name}", error))}
    following = next_cursor(answer) if answer.get("has_more") else None
    raws = listed(answer, "messages")
    is_small = following is not None and len(raws) <= SMALL_PAGE
    threads = [thread for thread in threads_in(raws, window) if thread[0] not in run.started]
    now, later = ([], threads) if is_small else (threads[:PAGE_OF_THREADS], threads[PAGE_OF_THREADS:])
    place = _place(run, opening)
    name = f"slack-{run.channel.channel_id}-page-{number}"
    result = run.reader.bring_home(name, place, [raw for raw in raws if window.holds(raw)], now)
    result["left"] = [*result["left"], *later]
    result["started"] = [thread[0] for thread in threads]
    return result | {
        "opening": opening,
        "is_small": is_small,
        "cursor": following if following != cursor else None,
    }


def _history(run: _Run, cursor: str | None) -> Raw:
    window = run.reader.window
    return run.reader.api.conversations_history(
        window.channel_id,
        oldest=slack_ts(window.since - run.look_back),
        latest=slack_ts(window.until),
        cursor=cursor,
        limit=MOST_MESSAGES,
    )


def _opening(run: _Run) -> tuple[Raw, Raw]:
    """The first page, who we are, and the pins, side by side. Without the page there is nothing: its error goes up."""
    api, channel_id = run.reader.api, run.channel.channel_id
    calls: list[Callable[[], Raw]] = [
        lambda: _history(run, None),
        lambda: api.pins_list(channel_id),
        *([] if run.team_url and run.own_ids else [api.auth_test]),
    ]
    page, pins, *me = side_by_side(calls, _outcome, run.reader.at_once)
    for answer in (pins, *me):
        if isinstance(answer, RateLimited):
            raise answer
    if isinstance(page, ConnectorError):
        raise page
    gaps: list[Gap] = []
    pinned: list[str] = []
    if isinstance(pins, ConnectorError):
        gaps.append(gap_from_error(f"what is pinned in #{run.channel.name}", pins))
    else:
        pinned = [
            str(item["message"].get("ts")) for item in listed(pins, "items") if isinstance(item.get("message"), dict)
        ]
    team_url, own_ids = run.team_url, sorted(run.own_ids)
    for answer in me:
        if isinstance(answer, ConnectorError):
            gaps.append(gap_from_error("links to messages in Slack", answer))
        else:
            team_url = team_url or str(answer.get("url") or "") or None
            own_ids = sorted({*own_ids, *(str(answer[key]) for key in ("user_id", "bot_id") if answer.get(key))})
    return page, {"team_url": team_url, "own_ids": own_ids, "pinned": pinned, "gaps": [gap_json(each) for each in gaps]}


def _outcome(call: Callable[[], Raw]) -> Raw | ConnectorError:
    try:
        return call()
    except ConnectorError as error:
        return error


def _place(run: _Run, opening: Raw | None) -> Place:
    if opening is None:
        return run.place
    own_ids, pinned = frozenset(opening["own_ids"]), frozenset(opening["pinned"])
    return Place(run.channel.channel_id, run.channel.name, opening["team_url"], own_ids, pinned)


def _read_threads(run: _Run, steps: Steps) -> None:
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


def _lane(run: _Run, steps: Steps, lane: Any) -> list[Any]:
    results: list[Any] = []
    left: list[Thread] = lane["threads"]
    while left:
        page, later = left[:PAGE_OF_THREADS], left[PAGE_OF_THREADS:]
        part = f"slack-{run.channel.channel_id}-threads-{lane['lane']}-{len(results) + 1}"
        try:
            result = patiently(
                steps, part, lambda part=part, page=page: run.reader.bring_home(part, run.place, [], page)
            )
        except RateLimited as limit:
            return [*results, {"gap": gap_json(gap_from_error(f"{len(left)} threads of #{run.channel.name}", limit))}]
        results.append(result)
        left = [*later, *result["left"]]
    return results


def _too_slow(what: str) -> Gap:
    why = f"Slack gives this app {SMALL_PAGE} messages a minute, as it does to apps that are sold to many."
    return gap(what, why, OWN_APP)


def _keep_summary(run: _Run) -> str:
    channel, window = run.channel, run.reader.window
    link = f"{run.team_url.rstrip('/')}/archives/{channel.channel_id}" if run.team_url else None
    started = f"threads of #{channel.name}, begun up to {_in_words(run.look_back)} before"
    gaps = list(run.gaps)
    if not run.messages and not gaps:
        gaps.append(gap(f"#{channel.name}", "Nobody wrote anything there in this time.", _look_elsewhere()))
    readings = (
        _reading(window, f"messages of #{channel.name} ({channel.found_by})", run.messages, link),
        _reading(window, started, len(run.started), link),
    )
    return run.reader.keep(f"slack-{channel.channel_id}-summary", Part(readings=readings, gaps=tuple(gaps)))


def _reading(window: Window, what: str, count: int, link: str | None) -> Reading:
    return Reading(source="slack", what=what, count=count, since=window.since, until=window.until, link=link)


def _look_elsewhere() -> str:
    return f"Name the right channel with --channel, or a longer time with --since and --until. {AGAIN}"


def _in_words(duration: timedelta) -> str:
    hours = duration // timedelta(hours=1)
    return f"{hours} {'hour' if hours == 1 else 'hours'}"

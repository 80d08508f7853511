"""The steps of reading one channel: what each does, and what it keeps. `collect.py` puts them in order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from connectors.errors import ConnectorError, RateLimited
from connectors.patience import MOST_WAITS, patiently
from connectors.slack.channel import Found
from connectors.slack.gaps import AGAIN, gap_from_error, gap_from_json, gap_json
from connectors.slack.people import side_by_side
from connectors.slack.replies import Raw, listed, next_cursor
from connectors.slack.translate import Place
from connectors.slack.window import Reader, Thread, slack_ts, threads_in
from connectors.steps import Steps
from postmortem.evidence import Gap
from postmortem.people import Person

LOOK_BACK = timedelta(days=1)
"""How long before the window a thread may have begun and still be found."""

# What Tier 3 allows in a minute: https://docs.slack.dev/apis/web-api/rate-limits (read 2026-11-20).
PAGE_OF_THREADS = 50
"""Threads per step."""

# An app that is distributed commercially gets 15 messages a page and one page a minute.
# https://docs.slack.dev/changelog/2025-05-terms-rate-limit-update-and-faq (read 2026-11-20)
SMALL_PAGE = 15
MOST_SMALL_CALLS = 60


@dataclass(slots=True)
class Run:
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


def page(run: Run, number: int, cursor: str | None) -> Raw:
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
    result = brought_home(run, name, place, [raw for raw in raws if window.holds(raw)], now)
    if "again" in result:
        return result
    result["left"] = [*result["left"], *later]
    result["started"] = [thread[0] for thread in threads]
    return result | {
        "opening": opening,
        "is_small": is_small,
        "cursor": following if following != cursor else None,
    }


def _history(run: Run, cursor: str | None) -> Raw:
    window = run.reader.window
    return run.reader.api.conversations_history(
        window.channel_id,
        oldest=slack_ts(window.since - run.look_back),
        latest=slack_ts(window.until),
        cursor=cursor,
    )


def _opening(run: Run) -> tuple[Raw, Raw]:
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


def _place(run: Run, opening: Raw | None) -> Place:
    if opening is None:
        return run.place
    own_ids, pinned = frozenset(opening["own_ids"]), frozenset(opening["pinned"])
    return Place(run.channel.channel_id, run.channel.name, opening["team_url"], own_ids, pinned)


def asked(run: Run, steps: Steps, name: str, function: Callable[[], Raw]) -> Raw:
    """Run a step until it is through: each time it knows the people whom it, or a process before it, has read."""
    for attempt in range(MOST_WAITS):
        suffix = f", again {attempt}" if attempt else ""
        result = patiently(steps, name + suffix, function)
        run.reader.people.learn(map(Person.model_validate, result.get("met", ())))
        if "again" not in result:
            return result
        steps.wait(f"{name}: asked to wait for people{suffix}", timedelta(seconds=result["again"]))
    raise RateLimited(name, f"asked to slow down {MOST_WAITS} times in a row", AGAIN)


def brought_home(run: Run, name: str, place: Place, raws: list[Raw], threads: list[Thread]) -> Raw:
    """What was read, or, where only some people could be read before Slack said "later": those, and "again"."""
    people = run.reader.people
    try:
        result = run.reader.bring_home(name, place, raws, threads)
    except RateLimited as limit:
        met = people.fresh()
        if not met:
            raise
        return {"met": _people_json(met), "again": max(1.0, limit.retry_after or 30.0)}
    return result | {"met": _people_json(people.fresh())}


def _people_json(people: Iterable[Person]) -> list[Any]:
    return [person.model_dump(mode="json", exclude_defaults=True) for person in people]

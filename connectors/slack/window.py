"""One step's reading: a page of a channel or a page of threads, with its people, into one kept Part."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.errors import BadReply, ConnectorError, RateLimited
from connectors.slack.api import SlackApi
from connectors.slack.edits import settled
from connectors.slack.gaps import gap, gap_from_error
from connectors.slack.people import People, names_of, side_by_side
from connectors.slack.replies import Raw, listed, next_cursor
from connectors.slack.translate import Heard, Place, guests_in, messages_from_slack, people_in
from postmortem.evidence import Gap, Part
from postmortem.moment import moment_from_slack_ts
from postmortem.people import Person

type Thread = list[str]
"""[ts] of a thread to read from its start, or [ts, cursor] to go on with."""

type Keep = Callable[[str, Part], str]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """What is read of one channel: `since` to `until`, both included, as aware UTC."""

    channel_id: str
    since: datetime
    until: datetime

    def holds(self, raw: Raw) -> bool:
        """Whether the message lies in the window; one without a readable ts is left to the translation to count."""
        at = moment_or_none(raw.get("ts"))
        return at is None or self.since <= at <= self.until


@dataclass(slots=True)
class Reader:
    """Reads from one channel. `at_once` is the most calls side by side."""

    api: SlackApi
    keep: Keep
    window: Window
    people: People
    at_once: int

    def thread(self, thread: Thread) -> tuple[list[Raw], str | None]:
        """One page of a thread, without what the channel's own pages hold, and the cursor of the next."""
        answer = self.api.conversations_replies(
            self.window.channel_id,
            thread[0],
            oldest=slack_ts(self.window.since),
            latest=slack_ts(self.window.until),
            cursor=thread[1] if len(thread) > 1 else None,
        )
        following = next_cursor(answer) if answer.get("has_more") else None
        if following is not None and thread[1:] == [following]:
            raise BadReply("Slack conversations.replies", "it answered with the same cursor again")
        is_first = len(thread) == 1
        replies = [raw for raw in listed(answer, "messages") if not self._is_in_the_channel(raw, thread[0], is_first)]
        return replies, following

    def _is_in_the_channel(self, raw: Raw, thread_ts: str, is_first: bool) -> bool:
        """The parent stands on every page of a thread; it is taken once, and from a thread begun before the window."""
        if raw.get("ts") == thread_ts:
            return not is_first or self.window.holds(raw)
        return raw.get("subtype") == "thread_broadcast" and self.window.holds(raw)

    def bring_home(self, name: str, place: Place, raws: list[Raw], threads: list[Thread]) -> dict[str, Any]:
        """Read these threads and everybody met, translate all, and keep it under `name`. Returns what a step keeps.

        Raises RateLimited where nothing came home at all; the threads that have to wait are in "left".
        """
        tasks: list[Thread | None] = [None, *threads] if raws else list(threads)
        outcomes = side_by_side(tasks, lambda task: self._one(task, raws), self.at_once)
        pages, left, gaps, limit = _sorted_out(list(zip(tasks, outcomes, strict=True)), place.channel_name)
        if limit and not pages and not raws:
            raise limit
        if raws and isinstance(outcomes[0], RateLimited):  # of the people: they are not asked for again at once
            raise outcomes[0]
        read = [message for page in pages for message in page]
        everything = settled({str(raw.get("ts") or id(raw)): raw for raw in (*raws, *read)}.values())
        wanted = people_in(everything)
        people = self.people.read(wanted)
        people = (*people, *guests_in(everything, (person.id for person in people)))
        heard = messages_from_slack(everything, place, names_of(people))
        gaps = [*gaps, *self.people.gaps(wanted, people), *_unreadable(heard, place)]
        kept = self.keep(name, _part(heard, people, gaps))
        return {"kept": kept, "messages": len(heard.messages), "threads": len(pages), "left": left}

    def _one(self, task: Thread | None, raws: list[Raw]) -> tuple[list[Raw], str | None] | ConnectorError:
        try:
            if task is None:
                self.people.read(people_in(raws))
                return [], None
            return self.thread(task)
        except ConnectorError as error:
            return error


def threads_in(raws: Iterable[Raw], window: Window) -> list[Thread]:
    """The threads to read: begun in the window, or answered in it."""
    found: dict[str, None] = {}
    for raw in raws:
        ts, thread_ts = raw.get("ts"), raw.get("thread_ts")
        if not isinstance(ts, str) or not isinstance(thread_ts, str) or moment_or_none(thread_ts) is None:
            continue
        is_broadcast = ts != thread_ts and window.holds(raw)
        answered_at = moment_or_none(raw.get("latest_reply"))
        is_answered = bool(raw.get("reply_count")) and (answered_at is None or answered_at >= window.since)
        if is_broadcast or (ts == thread_ts and is_answered):
            found[thread_ts] = None
    return [[thread_ts] for thread_ts in found]


def moment_or_none(ts: object) -> datetime | None:
    try:
        return moment_from_slack_ts(ts).at if isinstance(ts, str) else None
    except ValueError:
        return None


def slack_ts(at: datetime) -> str:
    """The ts of a moment: seconds and six decimals, never by way of a float."""
    micros = (at - _EPOCH) // timedelta(microseconds=1)
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"


def _sorted_out(
    outcomes: list[tuple[Thread | None, tuple[list[Raw], str | None] | ConnectorError]], channel_name: str
) -> tuple[list[list[Raw]], list[Thread], list[Gap], RateLimited | None]:
    """Pages that came, threads still to read, what was refused for good, and what was asked to wait."""
    pages: list[list[Raw]] = []
    left: list[Thread] = []
    gaps: list[Gap] = []
    limit: RateLimited | None = None
    for thread, outcome in outcomes:
        if isinstance(outcome, RateLimited):
            limit = outcome
            left.extend([thread] if thread else [])
        elif isinstance(outcome, ConnectorError):
            gaps.append(gap_from_error(f"a thread of #{channel_name}", outcome))
        elif thread is not None:
            pages.append(outcome[0])
            left.extend([[thread[0], outcome[1]]] if outcome[1] else [])
    return pages, left, gaps, limit


def _unreadable(heard: Heard, place: Place) -> Iterable[Gap]:
    if heard.unreadable:
        what = f"{heard.unreadable} {'message' if heard.unreadable == 1 else 'messages'} of #{place.channel_name}"
        yield gap(what, "Their ts, which is their time and identity, cannot be read.", "Look at them in Slack.")


def _part(heard: Heard, people: tuple[Person, ...], gaps: Iterable[Gap]) -> Part:
    return Part(messages=heard.messages, people=(*people, *heard.bots), gaps=tuple(dict.fromkeys(gaps)))

"""How an incident's postmortem came about, told from what is kept: no vendor is asked, and nothing is written."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.audited import audited
from connectors.engine.failed import failures_among
from connectors.engine.journal import Journey
from connectors.store.decisions import Decisions
from connectors.store.following import Following
from connectors.store.life import Life
from connectors.store.port import Store
from connectors.store.shelf import Shelf
from handlers.leftovers import MOST_TIMES, TRIED_FOR
from handlers.standings import Journeys, standing_of
from handlers.start_again import RETRY_EVERY
from handlers.story_effects import lines_of_effects, unclear_in_words
from handlers.story_lines import Kind, Line, Story
from postmortem.action_items.decision import Decision
from postmortem.action_items.item import short_name
from postmortem.evidence import Evidence
from postmortem.follow_up.followed import FollowedItem
from postmortem.incident import Incident

SOON = timedelta(minutes=15)
_VERDICTS = {"accepted": "accepted", "dropped": "dropped", None: "changed"}
_SORT = "RESOLVES"


@dataclass(frozen=True, slots=True)
class Told:
    """What a story is told from. `journeys` are those of the machine's journal, where there is one, or of `stage`."""

    store: Store
    engine: Journeys
    now: datetime
    stage: str | None = None

    @property
    def option(self) -> str:
        """What names the place in a command."""
        return f" --stage {self.stage}" if self.stage else ""

    def shelf(self, incident_id: str) -> Shelf:
        return Shelf(self.store, incident_id)


def is_known(told: Told, incident_id: str) -> bool:
    """Whether anything is kept of it, or a journey was started for it."""
    if told.shelf(incident_id).state() or any(True for _ in _journeys(told, incident_id)):
        return True
    return told.store.read(f"INC#{incident_id}", _SORT) is not None


def story_of(told: Told, incident_id: str) -> Story:
    """Everything that is known of it. An incident of which nothing is kept has an empty story."""
    state = told.shelf(incident_id).state()
    incident = Incident.model_validate(state["incident"]) if "incident" in state else None
    channel: dict[str, Any] = state.get("channel") or {}
    past = sorted(_past(told, incident_id, state), key=lambda line: line.at or told.now)
    now, postmortem = tuple(_now(told, incident_id)), told.shelf(incident_id).postmortem()
    return Story(
        incident_id=incident_id,
        title=incident.title if incident else f"Incident {incident_id}",
        number=incident.number if incident else None,
        link=incident.link if incident else None,
        document=told.store.location(state["document"]) if "document" in state else None,
        document_link=(state.get("page") or {}).get("link"),
        is_private=bool(channel.get("is_private") or state.get("private_channels")),
        state=_state(told, incident_id, now),
        past=tuple(past),
        now=now,
        settings_version=postmortem.settings_version if postmortem else None,
    )


def _state(told: Told, incident_id: str, now: Sequence[Line]) -> str:
    standing = standing_of(incident_id, told.store, told.engine)
    if standing and standing.state in ("running", "failed"):
        return standing.state
    if any(line.kind is Kind.TROUBLE for line in now):
        return "parked"
    return standing.state if standing else "done"


# What happened


def _past(told: Told, incident_id: str, state: dict[str, Any]) -> Iterator[Line]:
    yield from _resolves(told, incident_id)
    for decision in Decisions(told.store, incident_id).all():
        yield Line(decision.at, Kind.DONE, _decided(decision))
    for journey in _journeys(told, incident_id):
        yield from _of_journey(journey, told)
    yield from _what_was_read(told, incident_id)
    channel: dict[str, Any] = state.get("channel") or {}
    names = {channel["channel_id"]: channel["name"]} if channel else {}
    followed = Following(told.store).of_incident(incident_id)
    yield from lines_of_effects(audited(told.store, incident_id), followed, names)
    for move in Life(told.store, incident_id).history():
        yield Line(move.at, Kind.DONE, f"{move.by} moved the postmortem to {move.to}.")
    yield from (line for one in followed if (line := _done_with(one)))


def _resolves(told: Told, incident_id: str) -> Iterator[Line]:
    """The moments are PagerDuty's: when it was resolved, not when we heard of it."""
    record = told.store.read(f"INC#{incident_id}", _SORT)
    for one in record.value["resolves"] if record else ():
        how = (
            "PagerDuty's webhook told of it."
            if one["by"] == "webhook"
            else "No webhook told of it; it was found by asking PagerDuty."
        )
        yield Line(datetime.fromisoformat(one["at"]), Kind.DONE, f"The incident was resolved. {how}")


def _journeys(told: Told, incident_id: str) -> Iterator[Journey]:
    """Those that draft, or go on with a draft."""
    for journey in told.engine.journeys():
        if journey.kind in ("postmortem", "draft", "backfill") and _payload(journey).get("incident_id") == incident_id:
            yield journey


def _payload(journey: Journey) -> dict[str, Any]:
    payload: Any = json.loads(journey.payload)
    return payload if isinstance(payload, dict) else {}


def _of_journey(journey: Journey, told: Told) -> Iterator[Line]:
    """Why it began; and how it ended, where that tells more than what it made."""
    ends = _ends(json.loads(journey.result or "{}").get("value") or {})
    if journey.state == "failed" and not _is_latest_failure(journey, told):
        ends = f" It failed, and was tried again later: {_sentence(journey)}"
    yield Line(journey.started_at, Kind.DONE, f"{_why_it_began(journey)} (journey {journey.name}){ends}")


def _ends(outcome: dict[str, Any]) -> str:
    if "stopped" in outcome:
        return f" No draft was made: {outcome['stopped']}."
    refresh: dict[str, Any] = outcome.get("refresh") or {}
    return f" Looked at once more later: {refresh['stopped']}." if "stopped" in refresh else ""


def _why_it_began(journey: Journey) -> str:
    payload = _payload(journey)
    if "decision" in payload:
        return "What was decided about an action item is carried out."
    if "backfill" in payload:
        return "A backfill asked for the draft."
    if journey.kind == "draft":
        return "Somebody asked for the draft at a terminal."
    if payload.get("retry"):
        return "What was parked or unclear is tried again."
    return "The draft was begun anew, after a failure." if journey.name.startswith("rt-") else "The draft was begun."


def _sentence(journey: Journey) -> str:
    error = journey.error or "no reason was written down."
    kind, colon, sentence = error.partition(": ")
    return sentence if colon and kind.isidentifier() else error


def _what_was_read(told: Told, incident_id: str) -> Iterator[Line]:
    """What the draft that is there now rests on. A gap names what could not be read, and never what was said."""
    shelf = told.shelf(incident_id)
    postmortem = shelf.postmortem()
    if postmortem is None or postmortem.evidence_name is None:
        return
    evidence = shelf.evidence(postmortem.evidence_name)
    items = sum(item.is_listed for item in postmortem.action_items)
    made = f"{len(postmortem.timeline.events)} events and {items} action item{'' if items == 1 else 's'}"
    yield Line(evidence.collected_at, Kind.DONE, f"Everything was read: {_counted(evidence)}. The draft has {made}.")
    for gap in evidence.gaps:
        yield Line(evidence.collected_at, Kind.GAP, f"Not read: {gap.what}. {gap.why} {gap.remedy}")


def _counted(evidence: Evidence) -> str:
    counts = {
        "log entry": len(evidence.log_entries),
        "alert": len(evidence.alerts),
        "note": len(evidence.notes),
        "change event": len(evidence.changes),
        "message": len(evidence.messages),
    }
    words = [_plural(count, what) for what, count in counts.items() if count]
    return ", ".join(words) or "nothing was there"


def _plural(count: int, what: str) -> str:
    return f"{count:,} {what if count == 1 else what.replace('entry', 'entrie') + 's'}"


def _decided(decision: Decision) -> str:
    """Which item, not its words: they may have been said in private."""
    fields = {"words": decision.text, "owner": decision.owner or decision.owner_id, "due date": decision.due_on}
    changed = [name for name, value in (fields | {"team": decision.team}).items() if value]
    what = f" ({', '.join(changed)})" if changed else ""
    return (
        f"{decision.by} {_VERDICTS[decision.verdict]} the item {short_name(decision.item_id)}{what}, {decision.where}."
    )


def _done_with(item: FollowedItem) -> Line | None:
    if item.done_at is None or item.issue_key is None:
        return None
    return Line(item.done_at, Kind.DONE, f"{item.issue_key} is {item.status or 'done'} in Jira.", item.issue_link)


# How it stands


def _now(told: Told, incident_id: str) -> Iterator[Line]:
    yield from _at_work(told, incident_id)
    if failed := _failed(told, incident_id):
        yield Line(None, Kind.TROUBLE, failed)
    for one in audited(told.store, incident_id):
        if one.state == "unclear" and one.reason is None:
            yield Line(None, Kind.WAITS, unclear_in_words(one))
    followed = Following(told.store).of_incident(incident_id)
    yield from _parked(incident_id, [item for item in followed if item.standing == "parked" and item.is_open])
    keys = sorted((item.issue_key for item in followed if item.is_open and item.issue_key), key=_in_order)
    if keys:
        yield Line(None, Kind.WAITS, f"Open in Jira: {', '.join(keys)}. They are read there by webhook and once a day.")


def _at_work(told: Told, incident_id: str) -> Iterator[Line]:
    standing = standing_of(incident_id, told.store, told.engine)
    if standing and standing.state in ("running", "waiting"):
        yield Line(None, Kind.WAITS, standing.sentence)
    if any(one.kind == "draft" and one.state in ("running", "waiting") for one in _journeys(told, incident_id)):
        yield Line(None, Kind.WAITS, f"A draft that was begun at a terminal goes on with: debrief draft {incident_id}")


def _in_order(key: str) -> tuple[str, int, str]:
    project, _, number = key.partition("-")
    return project, len(number), number


def _parked(incident_id: str, items: Sequence[FollowedItem]) -> Iterator[Line]:
    """One line for each reason; a reason says what to do."""
    by_reason: dict[str, list[FollowedItem]] = {}
    for item in items:
        by_reason.setdefault(item.why_parked or "no reason was written down.", []).append(item)
    for why, same in by_reason.items():
        named = ", ".join(map(_in_words, same))
        yield Line(None, Kind.TROUBLE, f"No issue yet for {named}: {why} Then: debrief actions retry {incident_id}")


def _in_words(item: FollowedItem) -> str:
    name = short_name(item.item_id)
    return f"an item that was said in private ({name})" if item.is_private else f"“{item.text}” ({name})"


def _failed(told: Told, incident_id: str) -> str | None:
    """What failed last, and when it is tried again by itself."""
    journeys = [one for one in told.engine.journeys() if _payload(one).get("incident_id") == incident_id]
    failures = failures_among(journeys, "postmortem")
    if not failures:
        return None
    newest = failures[-1]
    sentence = _sentence(next(one for one in journeys if one.name == newest.journey))
    if newest.times >= MOST_TIMES or told.now - newest.started_at >= TRIED_FOR:
        again = f"It was tried {newest.times} times and is not tried again by itself: debrief draft {incident_id}"
    else:
        while_it_runs = "" if told.stage else ", while debrief serve runs"
        again = f"It is tried again after {_clock(_next_try(newest.journey, told.now))}{while_it_runs}; "
        again += f"at once by: debrief draft {incident_id}"
    again += told.option
    return f"Failed since {_clock(newest.started_at)}: {sentence} {again}"


def _next_try(journey: str, now: datetime) -> datetime:
    """At the next look, but once in six hours (`start_again.py`)."""
    every = RETRY_EVERY.total_seconds()
    slot = int(now.timestamp() // every)
    was_now = journey.startswith("rt-") and journey.endswith(f"-{slot}")
    return datetime.fromtimestamp((slot + 1) * every, now.tzinfo) if was_now else now + SOON


def _is_latest_failure(journey: Journey, told: Told) -> bool:
    return any(one.journey == journey.name for one in failures_among(told.engine.journeys(), "postmortem"))


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"

"""Of real timelines put back among unrelated chat, how much comes up, and how much of the chat comes with it?

    uv run python -m tests.evaluation.timeline --mixed DATA [--show N]

DATA holds the corpora as their README describes them. Every entry of a written timeline becomes a chat message, and
every line that a person wrote in chat-threads is put between them. What `compose` puts into the main timeline is kept;
the figures after `pooled` are taken from the step of it that decides, `build_timeline`, which is quicker.

- Events: `outage-timelines-faust64` (every entry) and `2i2c-pagerduty-postmortems` (the captions that people wrote;
  entries without one have only PagerDuty's own line and are counted as left out).
- Noise: all lines of `chat-threads` that a person wrote, each used once; joins, parts and topics are left out, for they
  would be easy. It is dealt to the incidents in runs, in the order in which it was said, in proportion to their events.
  The seed decides which run goes where; nothing is sampled.
- Nothing in the construction tells the two apart: the same six people write both, in one channel and one window, with
  the events at random places among the noise. The incident's title is only a number, and there is no alert or note
  whose words could help. Because that chat begins an answer with "nick:", all is measured a second time without it.
- `develop` is the half of the incidents that was read while the rules were written (the captions were all read, and a
  sample of the noise of both halves); `held` is the other half, of which only totals were looked at.
- `others` are `wikitech-incidents` and `incident-reports`, of which only totals were looked at. No noise is put among
  them: it would be the same as above.
"""

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from postmortem.build_timeline import build_timeline
from postmortem.compose import compose
from postmortem.curation import curation_from_settings
from postmortem.evidence import Evidence, Message
from postmortem.people import Person
from postmortem.settings import Settings
from postmortem.timeline import Timeline
from tests.evaluation.shared import evidence_of_chat, moment, skipped

SEED = 1
PEOPLE = tuple(Person(id=f"slack:U{name.upper()}", name=name) for name in ("ann", "ben", "cem", "dee", "eli", "fay"))
BEGAN = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
APART = timedelta(seconds=40)
NEEDED = (
    "outage-timelines-faust64",
    "2i2c-pagerduty-postmortems",
    "chat-threads",
    "wikitech-incidents",
    "incident-reports",
)
_TAGS = re.compile(r"<br/?>|<a [^<>]*>|</a>")
_ADDRESSEE = re.compile(r"\A[^\s:,]{1,30}[:,]\s+")

type Reader = Callable[[Evidence], Timeline]


class Incident(NamedTuple):
    """What its authors wrote down, in their order; `is_held` where it was not looked at."""

    corpus: str
    name: str
    events: tuple[str, ...]
    is_held: bool = False


class Judged(NamedTuple):
    """One message and what became of it."""

    corpus: str
    is_held: bool
    is_event: bool
    text: str
    in_main: bool
    why: str


def measure(data: Path, show: int = 0) -> int:
    """Print the figures, one JSON line each; with `show`, so many of the events missed and of the noise kept."""
    if any(skipped(data / name) for name in NEEDED):
        return 0
    incidents = list(_with_halves([*outages(data), *captions(data)]))
    noise, system_lines = chat(data)
    judged = list(judge(incidents, noise, _of_whole_draft))
    left_out = {"system_lines_left_out": system_lines, "entries_by_pagerduty_left_out": _without_caption(data)}
    print(json.dumps({"noise": len(noise), "seed": SEED} | left_out))
    for corpus in dict.fromkeys(incident.corpus for incident in incidents):
        _print(corpus, [one for one in judged if one.corpus == corpus])
    for half, is_held in (("develop", False), ("held", True)):
        _print(half, [one for one in judged if one.is_held == is_held])
    _print("pooled", judged)
    bare = [_ADDRESSEE.sub("", text) for text in noise]
    _print("pooled, noise without addressee", list(judge(incidents, bare, _of_timeline)))
    for others in (wikitech(data), reports(data)):
        told = list(judge(list(others), (), _of_timeline))
        _print(f"others: {told[0].corpus}", told)
    _show(judged, show)
    return 0


def _print(name: str, judged: Sequence[Judged]) -> None:
    events = [one.in_main for one in judged if one.is_event]
    noise = [one.in_main for one in judged if not one.is_event]
    figures = {"kept_events": _share(events), "kept_noise": _share(noise)}
    counts = {"events": f"{sum(events)} of {len(events)}", "noise": f"{sum(noise)} of {len(noise)}"}
    print(json.dumps({"of": name} | figures | counts))


def _share(kept: Sequence[bool]) -> float | None:
    return round(sum(kept) / len(kept), 4) if kept else None


def _show(judged: Sequence[Judged], show: int) -> None:
    """The worst misses of the half that rules are written on; the other half stays unseen."""
    for is_event in (True, False):
        wrong = [one for one in judged if one.is_event == is_event and one.in_main != is_event and not one.is_held]
        for one in random.Random(SEED).sample(wrong, min(show, len(wrong))):
            print(f"{'MISSED' if is_event else 'KEPT  '} {one.text[:160]!r} ({one.why})")


def judge(incidents: Sequence[Incident], noise: Sequence[str], read: Reader) -> Iterator[Judged]:
    """Deal the noise out over the incidents, in runs, and let each be read."""
    chance = random.Random(SEED)
    total, used = sum(len(incident.events) for incident in incidents), 0
    for incident in chance.sample(incidents, len(incidents)):
        before, used = used, used + len(incident.events)
        share = noise[len(noise) * before // total : len(noise) * used // total]
        yield from _judge_one(incident, share, chance, read)


def _judge_one(incident: Incident, noise: Sequence[str], chance: random.Random, read: Reader) -> Iterator[Judged]:
    told = list(_interleaved(incident.events, noise, chance))
    messages = [_message(place, text, chance.choice(PEOPLE)) for place, (_, text) in enumerate(told)]
    events = {event.id: event for event in read(evidence_of_chat("Q1", messages, PEOPLE)).events}
    for message, (is_event, text) in zip(messages, told, strict=True):
        event = events[message.id]
        yield Judged(incident.corpus, incident.is_held, is_event, text, event.in_main, event.why)


def _of_whole_draft(evidence: Evidence) -> Timeline:
    return compose(evidence, Settings(), composed_at=evidence.collected_at).timeline


def _of_timeline(evidence: Evidence) -> Timeline:
    return build_timeline(evidence, curation_from_settings(Settings()))


def _interleaved(events: Sequence[str], noise: Sequence[str], chance: random.Random) -> Iterator[tuple[bool, str]]:
    """Both in their own order, the events at random places."""
    places = set(chance.sample(range(len(events) + len(noise)), len(events)))
    told, said = iter(events), iter(noise)
    for place in range(len(events) + len(noise)):
        yield (True, next(told)) if place in places else (False, next(said))


def _message(place: int, text: str, person: Person) -> Message:
    return Message(
        id=f"slack/C1/{place:06}",
        channel_id="C1",
        channel_name="inc-1",
        moment=moment(BEGAN + place * APART),
        text=text,
        person_id=person.id,
    )


def _with_halves(incidents: Iterable[Incident]) -> Iterator[Incident]:
    """Half of each corpus, by the seed."""
    by_corpus: dict[str, list[Incident]] = {}
    for incident in incidents:
        by_corpus.setdefault(incident.corpus, []).append(incident)
    for group in by_corpus.values():
        random.Random(SEED).shuffle(group)
        for place, incident in enumerate(group):
            yield incident._replace(is_held=2 * place >= len(group))


def outages(data: Path) -> Iterator[Incident]:
    told = json.loads((data / "outage-timelines-faust64" / "outages.json").read_text())
    for place, outage in enumerate(told):
        texts = tuple(_TAGS.sub(" ", entry["what"]).strip() for entry in outage["timeline"])
        yield Incident("outage-timelines-faust64", f"{place}", tuple(filter(None, texts)))


def captions(data: Path) -> Iterator[Incident]:
    for told in _captioned(data):
        texts = tuple(entry["human_caption"] for entry in told["timeline"] if entry["human_caption"])
        yield Incident("2i2c-pagerduty-postmortems", told["id"], texts)


def _without_caption(data: Path) -> int:
    return sum(not entry["human_caption"] for told in _captioned(data) for entry in told["timeline"])


def _captioned(data: Path) -> list[dict[str, Any]]:
    return json.loads((data / "2i2c-pagerduty-postmortems" / "postmortems.json").read_text())


def wikitech(data: Path) -> Iterator[Incident]:
    return _timelines("wikitech-incidents", data / "wikitech-incidents" / "incidents.jsonl")


def reports(data: Path) -> Iterator[Incident]:
    return _timelines("incident-reports", data / "incident-reports" / "reports.jsonl")


def _timelines(corpus: str, path: Path) -> Iterator[Incident]:
    for line in path.read_text().splitlines():
        told = json.loads(line)
        if told["timeline"]:
            texts = tuple(entry["text"] for entry in told["timeline"])
            yield Incident(corpus, told["id"], tuple(filter(None, texts)), is_held=True)


def chat(data: Path) -> tuple[list[str], int]:
    """What people wrote, in its order, and how many lines of the chat system itself were left out."""
    path = data / "chat-threads" / "irc_disentangle.jsonl"
    lines = [message for log in path.read_text().splitlines() for message in json.loads(log)["messages"]]
    said = [line["text"] for line in lines if line["user"] and line["text"].strip()]
    return said, len(lines) - len(said)

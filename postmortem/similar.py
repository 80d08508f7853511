"""Incidents like this one: each with its reason, its cause as it was written then, and what became of its items.

From our own records by what they share (alert key, service, rare words), and from what PagerDuty itself relates. No
model and no secret learning: every reason is said in words, and the words that two incidents share are shown.
What was said in a private channel is told to nobody else: not as a cause, not as an item, not as a shared word.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from postmortem.action_items.item import ActionItem
from postmortem.citations import cite_record
from postmortem.document import Postmortem
from postmortem.evidence import Evidence, PastIncident
from postmortem.likeness import ItemState, SimilarIncident
from postmortem.line import Line
from postmortem.moment import Utc
from postmortem.noun import Noun
from postmortem.places import IN_CHAT
from postmortem.stop_words import STOP_WORDS

MOST_SIMILAR = 3
_MOST_WORDS = 80
_MOST_KEYS = 20
_MOST_CAUSES = 3
_WORD = re.compile(r"[a-z0-9][a-z0-9_-]{2,63}")
_PARTS = re.compile(r"[-_]+")
_HEX = re.compile(r"[0-9a-f]{6,}")
_DIGITS = re.compile(r"[0-9]+")
_QUOTED = re.compile(r"“(.*)”", re.DOTALL)
_LONGEST_WORD = 40
_TELLING = ("summary", "impact", "causes", "resolution")
_WORDS_WEIGHT, _SERVICE_WEIGHT, _KEY_WEIGHT = 1.0, 0.15, 0.6
_WITHHELD = "its causes and action items are not told here: it was spoken of in a private channel"
# Measured on tests/evaluation/similar.py: below it, two incidents of one organisation merely share its vocabulary.
_LEAST = 0.06


class Traits(Noun):
    """What one incident is compared by. `words` are the most telling of its document, most frequent first.

    `private_channels` are those on which its document rests; no word of theirs is among its words.
    """

    incident_id: str
    title: str
    at: Utc
    number: int | None = None
    service_id: str | None = None
    alert_keys: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    private_channels: tuple[str, ...] = ()

    def may_be_told_to(self, reader: "Traits") -> bool:
        """Whether who reads the other's document may read what was said in this one."""
        return set(self.private_channels) <= set(reader.private_channels)


class Likeness(NamedTuple):
    """One earlier incident, how like it is (0 to 1.75), why, in words, and whether what was said in it may be told."""

    incident_id: str
    score: float
    reasons: tuple[str, ...]
    may_be_told: bool = True


def traits_of(postmortem: Postmortem, alert_keys: Iterable[str] = (), private_channels: tuple[str, ...] = ()) -> Traits:
    """From the document as composed: its title, its alerts, and what people said of summary, impact, cause and fix."""
    incident = postmortem.incident
    # "Critical alert from Datadog: …": only what follows is the monitor's.
    alerts = (event.text.partition(": ")[2] for event in postmortem.timeline.events if event.kind == "alert")
    fields = (field.value or "" for field in incident.custom_fields)
    lines = (line for key in _TELLING for line in postmortem.section(key).lines if line.citations)
    quotes = (_quoted(line) for line in lines if not (private_channels and _is_from_chat(line)))
    return Traits(
        incident_id=incident.id,
        title=incident.title,
        at=incident.created_at.at,
        number=incident.number,
        service_id=incident.service.id if incident.service else None,
        alert_keys=tuple(sorted(set(alert_keys)))[:_MOST_KEYS],
        words=words_of([incident.title, *alerts, *fields, *quotes]),
        private_channels=private_channels,
    )


def _quoted(line: Line) -> str:
    """What somebody else said in it; the rest of a line is our own sentence."""
    found = _QUOTED.search(line.text)
    return found[1] if found else ""


def _is_from_chat(line: Line) -> bool:
    return any(citation.evidence_id.startswith(IN_CHAT) for citation in line.citations)


def words_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The words that tell, most frequent first; the same for the same texts in any order."""
    found = (word for text in texts for token in _WORD.findall(text.casefold()) for word in _words_in(token))
    counted = Counter(word for word in found if word not in STOP_WORDS)
    return tuple(sorted(counted, key=lambda word: (-counted[word], word))[:_MOST_WORDS])


def _words_in(token: str) -> Iterator[str]:
    """The token, where it is a word; of one that holds an id ("checkout-7d9f8b6c5") what else it holds."""
    parts = _PARTS.split(token)
    words = [part for part in parts if not _is_id(part)]
    told = [token] if len(words) == len(parts) else words
    yield from (word for word in told if word[:1].isalpha() and 2 < len(word) <= _LONGEST_WORD)


def _is_id(part: str) -> bool:
    """A hash or an id: hexadecimal with digits in it, or letters and digits in turn ("q1x9za")."""
    digits = _DIGITS.findall(part)
    return len(digits) > 0 and (_HEX.fullmatch(part) is not None or (len(digits) > 1 and len(part) > 5))


def most_similar(one: Traits, others: Sequence[Traits], most: int = MOST_SIMILAR) -> tuple[Likeness, ...]:
    """The likest of those that were there before, best first; only where there is a reason worth saying."""
    others = [other for other in others if other.incident_id != one.incident_id and other.at <= one.at]
    weights = _weights([one, *others])
    scored = sorted(
        (_likeness(one, other, weights) for other in others), key=lambda like: (-like.score, like.incident_id)
    )
    return tuple(like for like in scored if like.score >= _LEAST)[:most]


def _weights(all_of_them: Sequence[Traits]) -> dict[str, float]:
    """A word that every incident holds says nothing: inverse document frequency."""
    held = Counter(word for traits in all_of_them for word in set(traits.words))
    return {word: math.log((1 + len(all_of_them)) / (0.5 + count)) for word, count in held.items()}


def _likeness(one: Traits, other: Traits, weights: dict[str, float]) -> Likeness:
    keys = sorted(set(one.alert_keys) & set(other.alert_keys))
    same_service = one.service_id is not None and one.service_id == other.service_id
    shared = sorted(set(one.words) & set(other.words), key=lambda word: (-weights[word], word))
    score = (
        _WORDS_WEIGHT * _cosine(one, other, shared, weights)
        + (_SERVICE_WEIGHT if same_service else 0)
        + (_KEY_WEIGHT if keys else 0)
    )
    reasons = (
        *([f"the same alert fired ({keys[0]})"] if keys else []),
        *(["the same service"] if same_service else []),
        *([f"both speak of {', '.join(shared[:5])}"] if shared else []),
    )
    return Likeness(other.incident_id, score, reasons, other.may_be_told_to(one))


def _cosine(one: Traits, other: Traits, shared: Iterable[str], weights: dict[str, float]) -> float:
    length = math.sqrt(_square(one.words, weights) * _square(other.words, weights))
    return _square(shared, weights) / length if length else 0.0


def _square(words: Iterable[str], weights: dict[str, float]) -> float:
    return sum(weights[word] ** 2 for word in words)


def recalled(earlier: Postmortem, like: Likeness, link: str | None) -> SimilarIncident:
    """An earlier incident as this draft shows it: what its document says now, word for word, where it may be told."""
    causes = [line.text for line in earlier.section("causes").lines if line.citations and like.may_be_told]
    items = _states(earlier.action_items) if like.may_be_told else ()
    return SimilarIncident(
        incident_id=earlier.incident.id,
        title=earlier.incident.title,
        occurred_at=earlier.incident.created_at.at,
        reasons=like.reasons if like.may_be_told else (*like.reasons, _WITHHELD),
        causes=tuple(causes[:_MOST_CAUSES]),
        items=tuple(items),
        citations=(cite_record(f"debrief/postmortem/{earlier.incident.id}", link or earlier.incident.link),),
    )


def similar_from_pagerduty(evidence: Evidence) -> tuple[SimilarIncident, ...]:
    """What PagerDuty itself relates, in its own order; their causes are not PagerDuty's to tell."""
    ordered = sorted(evidence.past_incidents, key=lambda past: (past.place, past.id))
    return tuple(_as_pagerduty_tells(past, evidence.incident.link) for past in ordered)


def _as_pagerduty_tells(past: PastIncident, beside: str | None) -> SimilarIncident:
    """PagerDuty gives no address of its page: it stands beside that of this incident."""
    link = f"{beside.rpartition('/')[0]}/{past.incident_id}" if beside else None
    return SimilarIncident(
        incident_id=past.incident_id,
        title=past.title,
        occurred_at=past.created_at.at if past.created_at else None,
        reasons=(past.why,),
        citations=(cite_record(past.id, link),),
    )


def with_similar(postmortem: Postmortem, ours: Iterable[SimilarIncident]) -> Postmortem:
    """Ours before PagerDuty's own; an incident that both name is shown once, with the reasons of both."""
    shown = {one.incident_id: one for one in ours}
    for one in postmortem.similar:
        known = shown.get(one.incident_id)
        reasons = (*known.reasons, *(why for why in one.reasons if why not in known.reasons)) if known else ()
        shown[one.incident_id] = known.model_copy(update={"reasons": reasons}) if known else one
    return postmortem.model_copy(update={"similar": tuple(shown.values())})


def with_states(postmortem: Postmortem, states: Mapping[str, str]) -> Postmortem:
    """The postmortem with what became of its issues, and of those of incidents like it: issue key to state."""

    def moved[T: (ActionItem, ItemState)](item: T, name: str) -> T:
        state = states.get(item.issue_key or "")
        return item.model_copy(update={name: state}) if state else item

    items = tuple(moved(item, "status") for item in postmortem.action_items)
    similar = tuple(
        one.model_copy(update={"items": tuple(moved(item, "state") for item in one.items)})
        for one in postmortem.similar
    )
    return postmortem.model_copy(update={"action_items": items, "similar": similar})


def issue_keys(postmortem: Postmortem) -> tuple[str, ...]:
    """Every issue that the document speaks of."""
    items = [*postmortem.action_items, *(item for one in postmortem.similar for item in one.items)]
    return tuple(sorted({item.issue_key for item in items if item.issue_key}))


def _states(items: Iterable[ActionItem]) -> Iterator[ItemState]:
    for item in items:
        if item.is_listed and not item.is_gone:
            state = item.status or ("opened" if item.issue_key else "no issue was opened")
            yield ItemState(text=item.text, state=state, issue_key=item.issue_key, issue_link=item.issue_link)

"""Suggestions: what people said they will do, should be done, or was asked for, where nobody marked it.

Cues are weighed, and what was said around a sentence counts: whether the incident was over, who took it, who agreed.
What is done at once while something is broken is no action item.
"""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import datetime
from math import exp
from typing import NamedTuple

from postmortem.action_items.due_phrases import find_due_phrase
from postmortem.action_items.item import ActionItem, Owner, Route
from postmortem.action_items.likely import Likely
from postmortem.action_items.marked import MarkedItem, read_item
from postmortem.action_items.naming import is_a_name, names_in
from postmortem.action_items.owners import resolve_owner
from postmortem.action_items.seen import ItemsSeen
from postmortem.action_items.spoken import Spoken
from postmortem.action_items.suggest_answers import Answer, answers_to
from postmortem.action_items.suggest_cues import AGREED, LISTED, SAID_AFTER, TAKEN, Cue, Phase, cues_of
from postmortem.action_items.suggest_forms import Said, forms_in
from postmortem.evidence import Evidence, Message, Note
from postmortem.identities import Identities, plain_name
from postmortem.settings import Settings

_ENOUGH = 4.0
_OF_A_LIST = 3.0
_STEEPNESS = 0.6
_LONGEST = 600  # characters of one sentence that are looked at
_MOST = 40  # sentences of one message that are looked at
_SENTENCE = re.compile(
    r"[^\n]+?(?:(?<![.!?…])(?<!\bvs)(?<!\betc)(?<!\bapprox)[.!?…]++(?=\s++(?![(\[])|[)\"'”]|\Z)|"
    r"(?=\n)|\Z)"
)
_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_URL = re.compile(r"https?://\S+")
_QUOTED = re.compile(r"^[ \t]*(?:>|\|)[^\n]*", re.MULTILINE)
_TODAY = re.compile(r"\b(?:today|tonight|eod|cob|end of)\b", re.IGNORECASE)
_SPEAKER = re.compile(r"\W*@?(?P<name>[^\s:,]{2,40}(?: [^\s:,]{1,40}){0,2})[:,] ")

type Record = Message | Note


class SuggestedItem(MarkedItem):
    """`taken_by` is the person who said in the record `taken_in` that they take it, where nobody was named."""

    likely: Likely
    taken_by: str | None = None
    taken_in: str | None = None


class _Heard(NamedTuple):
    """One sentence of a record, in the form in which it weighs most. `place` counts the sentences of all records."""

    record: Record
    place: int
    sentence: str
    said: Said
    cues: tuple[Cue, ...]

    @property
    def weight(self) -> float:
        return self.said.form.weight + sum(cue.weight for cue in self.cues)


def with_suggestions(
    spoken: Sequence[Spoken],
    evidence: Evidence,
    identities: Identities,
    settings: Settings,
    seen: ItemsSeen,
    over_at: datetime | None,
) -> tuple[Spoken, ...]:
    """The records with what is suggested in them, besides what is marked there.

    `over_at` is when the incident was mitigated or resolved; None where that is not known. What was listed in an
    earlier draft stays as long as its words stand there: its decision may be on its way.
    """
    marked = {record.id: record.found for record in spoken}
    heard = _with_lists(list(_heard(evidence, identities, marked, over_at)))
    answers = answers_to({one.record.id for one in heard}, evidence.messages)
    listed = {(item.evidence_id, item.quote): item for item in seen.items if item.likely and not item.is_gone}
    found: dict[str, list[SuggestedItem]] = {}
    for one in heard:
        answered, before = _answered(one, answers.get(one.record.id, ())), listed.get((one.record.id, one.sentence))
        if _is_suggested(answered, before, settings):
            item = _suggestion(answered, identities, answers.get(one.record.id, ()))
            found.setdefault(one.record.id, []).append(item)
    return tuple(
        record.model_copy(update={"found": (*record.found, *found.get(record.id, ()))})
        if record.id in found
        else record
        for record in spoken
    )


def owner_who_took(identities: Identities, person_id: str, route: Route | None) -> Owner:
    """The owner of what somebody else proposed."""
    owner = resolve_owner(identities, mentioned_id=None, named=None, author_id=person_id, says_i=True, route=route)
    return owner.model_copy(update={"why": owner.why.replace('its author said "I"', "answered that they take it")})


def _is_suggested(one: _Heard, before: ActionItem | None, settings: Settings) -> bool:
    if before and before.decision and before.decision.verdict == "accepted":
        return True
    return settings.slack.suggest_action_items and (one.weight >= _ENOUGH or before is not None)


def _heard(
    evidence: Evidence,
    identities: Identities,
    marked: Mapping[str, Sequence[MarkedItem]],
    over_at: datetime | None,
) -> Iterator[_Heard]:
    people, place = _names(evidence, identities), 0
    for record in sorted((*evidence.notes, *evidence.messages), key=lambda one: (one.moment.at, one.id)):
        place += 1  # so that what stands in two records is next to each other only where nothing stands between
        if isinstance(record, Message) and (record.is_bot or record.is_deleted or identities.is_bot(record.person_id)):
            continue
        quotes = [item.quote for item in marked.get(record.id, ())]
        for sentence in _sentences(record.text):
            place += 1
            if not any(sentence in quote or quote in sentence for quote in quotes):
                yield from _weighed(record, place, sentence, people, _phase(evidence, record, over_at))


def _names(evidence: Evidence, identities: Identities) -> frozenset[str]:
    called = (name for person in evidence.people if not person.is_bot for name in identities.vendor_names(person.id))
    return frozenset(part for name in called for part in (name.lower(), *name.lower().split()[:1]))


def _sentences(text: str) -> Iterator[str]:
    plain = text
    for pattern in (_CODE, _URL, _QUOTED):
        plain = pattern.sub(lambda match: "\0" * len(match.group()), plain)
    for _, match in zip(range(_MOST), _SENTENCE.finditer(plain), strict=False):
        if match.group().strip(" \t\0"):
            yield text[match.start() : match.end()].strip()[:_LONGEST]


def _phase(evidence: Evidence, record: Record, over_at: datetime | None) -> Phase:
    if isinstance(record, Note) and record.is_resolution:
        return "after"
    if over_at is not None:
        return "after" if record.moment.at >= over_at else "incident"
    return "incident" if evidence.incident.from_pagerduty else "unknown"


def _weighed(record: Record, place: int, sentence: str, people: Container[str], phase: Phase) -> Iterator[_Heard]:
    """The sentence in its weightiest form, if it has any."""
    forms = list(forms_in(sentence, people))
    if not forms:
        return
    names_a_day = _names_a_day(sentence, record)
    is_whole = sentence == record.text.strip()
    yield max(
        (
            _Heard(
                record,
                place,
                sentence,
                said,
                tuple(cues_of(sentence, said, phase, names_a_day=names_a_day, is_whole=is_whole)),
            )
            for said in forms
        ),
        key=lambda one: one.weight,
    )


def _names_a_day(sentence: str, record: Record) -> bool:
    """Another day, or the end of this one: what is due in five minutes is done at once."""
    due = find_due_phrase(sentence, record.moment.at.date())
    return due is not None and (due.due_on > record.moment.at.date() or bool(_TODAY.search(due.phrase)))


def _with_lists(heard: list[_Heard]) -> list[_Heard]:
    """What names somebody and stands next to such, weighs more."""
    listed = {one.place for one in heard if one.said.form.kind == "assigned" and one.weight >= _OF_A_LIST}
    return [
        one._replace(cues=(*one.cues, LISTED))
        if one.said.form.kind == "assigned" and listed.intersection(_around(one.place))
        else one
        for one in heard
    ]


def _around(place: int) -> tuple[int, ...]:
    return (place - 2, place - 1, place + 1, place + 2)


def _answered(one: _Heard, answers: Sequence[Answer]) -> _Heard:
    if one.said.form.kind in ("promised", "assigned") or not answers:
        return one
    cue = TAKEN if any(answer.took for answer in answers) else AGREED
    return one._replace(cues=(*one.cues, cue))


def _suggestion(one: _Heard, identities: Identities, answers: Sequence[Answer]) -> SuggestedItem:
    item = _read(one, identities)
    taken = next((answer for answer in answers if answer.took and TAKEN in one.cues), None)
    if item.named or item.says_i:
        taken = None
    return SuggestedItem(
        **item.model_dump(),
        likely=_likely(one, identities),
        taken_by=taken.person_id if taken else None,
        taken_in=taken.record_id if taken else None,
    )


def _confidence(weight: float) -> float:
    """From a half, where it is just enough, towards one."""
    return 1 / (1 + exp(-_STEEPNESS * (weight - _ENOUGH)))


def _likely(one: _Heard, identities: Identities) -> Likely:
    """The form speaks first, then the cues, the strongest first."""
    author = identities.name(one.record.person_id) or "its author"
    form, cues = one.said.form.why.format(author=author), sorted(one.cues, key=lambda cue: -cue.weight)
    reasons = dict.fromkeys(cue.why for cue in cues if cue.why)
    whole = "; ".join((form, *reasons))
    return Likely(
        reason=f"{whole[:1].upper()}{whole[1:]}.",
        confidence=round(_confidence(one.weight), 2),
        brief=", and ".join((form, *[why for why in reasons if why != SAID_AFTER][:1])),
    )


def _read(one: _Heard, identities: Identities) -> MarkedItem:
    """Owner and task, as the form has them."""
    task = one.sentence[one.said.task :].strip().rstrip(".!?").strip()
    match one.said.form.kind:
        case "promised":
            return _item(one, task, says_i=True)
        case "assigned":
            return _assigned(one, task)
        case "asked":
            return _asked(one, task, identities)
        case _:
            whole = one.sentence if one.said.form.is_whole else task
            return read_item(one.sentence, whole.strip(" -*•").rstrip(".!?"), _mentioned(one, identities))


def _item(
    one: _Heard,
    task: str,
    *,
    named: str | None = None,
    with_at: bool = False,
    says_i: bool = False,
    others: tuple[str, ...] = (),
) -> MarkedItem:
    return MarkedItem(
        ordinal=1,
        quote=one.sentence,
        body=one.sentence,
        task=task,
        named=named,
        with_at=with_at,
        says_i=says_i,
        others=others,
    )


def _assigned(one: _Heard, task: str) -> MarkedItem:
    words = one.said.named or ""
    if one.said.form.name == "after":
        task = re.sub(rf"\s*[(\[]?@?{re.escape(words.removeprefix('@'))}[)\]]?$", "", task)
    names = names_in(words)
    return _item(one, task, named=names[0] if names else None, with_at="@" in words, others=names[1:])


def _asked(one: _Heard, task: str, identities: Identities) -> MarkedItem:
    before = one.sentence[: one.said.task]
    for name in _mentioned(one, identities):
        if f"@{name}" in before:
            return _item(one, task, named=name, with_at=True)
    called = _SPEAKER.match(one.sentence)
    name = called["name"] if called and called.end() <= one.said.task else None
    return _item(one, task, named=name if name and identities.find(name) and is_a_name(name) else None)


def _mentioned(one: _Heard, identities: Identities) -> tuple[str, ...]:
    ids = one.record.mention_ids if isinstance(one.record, Message) else ()
    names = {name for id_ in ids for name in identities.vendor_names(id_)}
    return tuple(sorted(names, key=lambda name: (-len(name), plain_name(name), name)))

"""One text in every field of a document that comes from outside, and of the evidence that a document is made from."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import cycle
from typing import Any, get_args

from pydantic import BaseModel

from postmortem.action_items.decision import Decision
from postmortem.action_items.item import ActionItem, Owner, Route
from postmortem.action_items.likely import Likely
from postmortem.compose import compose
from postmortem.document import Participant, Postmortem
from postmortem.evidence import Evidence, Gap, PastIncident, Reaction, Reading
from postmortem.incident import CustomField, Reference
from postmortem.likeness import ItemState, SimilarIncident
from postmortem.line import Citation, Line, Section
from postmortem.settings import Settings, read_settings
from tests.unit.given import BEA, CARL, START, alert, at, change, evidence, log, note, said, seen

HARMLESS = "Harmlesswords"
"""Stands where a hostile text stands in the other document: the two must be built alike."""

WORDS = (
    "…",
    "Customers cannot pay: …",
    "Root cause: …",
    "I think it is because of …",
    "ACTION: @carl … by 2026-12-01",
    "TODO …",
    "Rolled back …",
    "What went well: …",
    "… is back to normal, mitigated",
)
"""How a text is said in the chat: what follows finds its way into the sections that look for such words."""

SETTINGS = """
install_id: hostile
routing: [{match: {services: [payments]}, project: PAY}]
default_route: {project: OPS}
"""
# Names by which records refer to each other, and what is a word of ours.
_KEPT = """
    id key kind source incident_id evidence_id evidence_ids event_id from_event to_event person_id person_ids who
    subject_ids mention_ids thread_id channel_id route timezone issue_key vendor_kind
"""


def filled[T: BaseModel](noun: T, text: str) -> T:
    """The same noun with the text in every field that takes any text."""
    update = {
        name: _filled(getattr(noun, name), text, takes=_takes_text(field.annotation))
        for name, field in type(noun).model_fields.items()
        if name not in _KEPT.split()
    }
    return noun.model_copy(update=update)


def _filled(value: Any, text: str, *, takes: bool) -> Any:
    match value:
        case BaseModel():
            return filled(value, text)
        case tuple():
            return tuple(_filled(one, text, takes=takes) for one in value)
        case dict():
            return {name: _filled(one, text, takes=takes) for name, one in value.items()}
        case str() if takes:
            return text
        case _:
            return value


def _takes_text(annotation: Any) -> bool:
    return annotation is str or any(_takes_text(inside) for inside in get_args(annotation))


@cache
def settings() -> Settings:
    return read_settings(SETTINGS)


def evidence_of(text: str) -> Evidence:
    """Everything that can be collected, each text of it the same; some in the words by which sections find it."""
    return _with_others(evidence(*_records(text), people=(BEA, CARL), **_incident(text)), text)


def evidence_of_all(texts: tuple[str, ...]) -> Evidence:
    """One incident in which each text stands in a record of every kind, one after the other, said in two ways."""
    others = cycle(WORDS[1:])
    records = [
        record
        for n, text in enumerate(texts)
        for record in _records(text, f"{n}.", n * 5000, words=(WORDS[0], next(others)))
    ]
    return _with_others(evidence(*records, people=(BEA, CARL), **_incident(texts[0])), texts[-1])


def _with_others(told: Evidence, text: str) -> Evidence:
    names = {"people": tuple(person.model_copy(update={"name": text, "handle": text}) for person in told.people)}
    return told.model_copy(
        update=names
        | {
            "gaps": (Gap(source="slack", what=text, why=text, remedy=text),),
            "readings": (Reading(source="slack", what=text, count=2, link=text),),
            "past_incidents": (
                PastIncident(id="pagerduty/past_incident/1", incident_id="Q0", title=text, place=1, why=text),
            ),
        }
    )


def _incident(text: str) -> dict[str, Any]:
    reference = Reference(id="P1", name=text, link=text)
    return {
        "title": text,
        "description": text,
        "link": text,
        "priority": text,
        "incident_key": text,
        "incident_type": text,
        "conference_url": text,
        "service": reference,
        "teams": (reference,),
        "escalation_policy": reference,
        "custom_fields": (CustomField(name=text, value=text),),
        "resolved_at": at(3600),
        "from_pagerduty": True,
    }


def _records(text: str, at_name: str = "", after: int = 0, words: tuple[str, ...] = WORDS) -> Iterator[Any]:
    """Records of every kind; `at_name` begins their ids, `after` says how many seconds later they are."""
    chat: dict[str, Any] = {"channel_name": text, "link": text, "files": (text,), "reactions": (Reaction(emoji=text),)}
    linked: dict[str, Any] = {"text": text, "link": text}
    first = f"{at_name}0"
    yield change(first, after - 300, text, link=text, service=text, correlation=text)
    yield alert(first, after, first, text, link=text, severity=text, monitor=text, details=((text, text),))
    yield log(first, after + 1, "triggered", channel=text, **linked)
    yield log(f"{at_name}1", after + 60, "status_update", text=f"Status update added by {text}: {text}", link=text)
    yield log(f"{at_name}2", after + 61, "unrecognised", person_id=BEA.id, **linked)
    for n, frame in enumerate(words):
        yield said(f"{at_name}{n}", after + 120 + n * 60, frame.replace("…", text), **chat)
    yield said(f"{at_name}r", after + 1000, text, thread_id=f"slack/C1/{first}", person_id=CARL.id, **chat)
    yield note(first, after + 1100, text, link=text, person_id=BEA.id)
    yield note(f"{at_name}1", after + 3700, text, link=text, is_resolution=True, person_id=BEA.id)
    yield seen(first, after + 1200, "role", text, person_id=BEA.id, role=text, link=text)
    yield log(f"{at_name}3", after + 3600, "resolved", **linked)


def composed_of(text: str) -> Postmortem:
    """Through the front door: the text is read, weighed and quoted as any other."""
    return compose(evidence_of(text), settings(), composed_at=START)


def document_of(text: str) -> Postmortem:
    """A document in which the text stands in every field, also in those that take few words from chat as a rule."""
    return filled(_model(), text)


@cache
def _model() -> Postmortem:
    """Small: one of everything, in each shape that an output knows."""
    chat = [said(f"{n}", n * 60, "x", channel_name="x", link="x") for n in range(2)]
    records = [
        *chat,
        said("2", 120, "Back to normal, mitigated", link="x"),
        said("3", 200, "x", thread_id="slack/C1/0", person_id=CARL.id),
        *(record for record in _records("x") if "slack" not in record.id),
    ]
    told = _with_others(evidence(*records, people=(BEA, CARL), **_incident("x")), "x")
    postmortem = compose(told, settings(), composed_at=START)
    return postmortem.model_copy(
        update={
            "organisation": "x",
            "evidence_name": "x",
            "sections": tuple(_with_lines(section) for section in postmortem.sections),
            "action_items": _items(),
            "similar": (_similar(),),
            "participants": (Participant(name="x", how="x", role="x", citations=(_cited(),)),),
        }
    )


def _cited() -> Citation:
    return Citation(evidence_id="slack/C1/0", label="x", link="x")


def _with_lines(section: Section) -> Section:
    """A line of each kind, in a section that stands at a glance on the page, and in one that does not."""
    if section.key not in ("causes", "lessons"):
        return section.model_copy(update={"lines": ()})
    under = Line(text="x", citations=(_cited(),), label="x")
    lines = (
        Line(text="x", citations=(_cited(),)),
        Line(text="x", citations=(_cited(), _cited()), label="x", group="x", under=(under,)),
        Line(text="x", asked_of="x", group="x"),
    )
    return section.model_copy(update={"lines": lines})


def _items() -> tuple[ActionItem, ...]:
    opened = ActionItem(
        id="slack/C1/0#1",
        text="x",
        quote="x",
        owner=Owner(name="x", account_id=None, why="x"),
        due_on=(START + timedelta(days=9)).date(),
        due_why="x",
        route=Route(project="OPS"),
        evidence_id="slack/C1/0",
        evidence_link="x",
        issue_key="OPS-1",
        issue_link="x",
        status="x",
        said=("x",),
    )
    unowned = {"id": "slack/C1/0#2", "owner": Owner(name=None, account_id=None, why="x"), "issue_key": None}
    several = Owner(name="x", account_id=None, why="x", others=("x", "x"), role="x", rungs=("x",))
    suggested = {
        "id": "slack/C1/0#4",
        "accepted": False,
        "issue_key": None,
        "likely": Likely(reason="x", confidence=0.6),
    }
    again = {"owner": several, "also_said": ("slack/C1/0", "pagerduty/note/x")}
    decided = Decision(item_id="slack/C1/0#5", verdict="accepted", by="x", where="x", at=START)
    dropped = {"id": "slack/C1/0#6", "decision": decided.model_copy(update={"verdict": "dropped"})}
    changes: tuple[dict[str, Any], ...] = (
        {},
        unowned,
        {"id": "slack/C1/0#3", "is_gone": True},
        suggested | again,
        suggested | again | {"id": "slack/C1/0#5", "accepted": True, "decision": decided},
        dropped | {"accepted": False},
    )
    return tuple(opened.model_copy(update=change) for change in changes)


def _similar() -> SimilarIncident:
    item = ItemState(text="x", state="x", issue_key="OPS-2", issue_link="x")
    return SimilarIncident(
        incident_id="Q0",
        title="x",
        occurred_at=START,
        reasons=("x",),
        causes=("x",),
        items=(item,),
        citations=(_cited(),),
    )

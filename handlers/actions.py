"""What terminal and page share of deciding about an action item: finding it, reading what was typed, the journey."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from postmortem.action_items.decision import Decision, Verdict
from postmortem.action_items.due_phrases import find_due_phrase
from postmortem.action_items.item import ActionItem, short_name
from postmortem.incident import Incident
from postmortem.moment import day_in
from postmortem.noun import Noun
from postmortem.outputs.escaping import printable
from postmortem.settings import Settings, route_of_team, team_names

LONGEST_TEXT = 500
_MOST_LISTED = 30
_LONGEST_WORDS = 70
_FAR = 50
"""Years ahead in which a due date may lie: what is later was not meant."""


class Refused(Exception):
    """What was typed cannot be meant: one sentence that says what can, and which items there are, a line each."""

    def __init__(self, sentence: str, candidates: Iterable[ActionItem] = ()) -> None:
        every = [*map(candidate_words, candidates)]
        more = [f"and {len(every) - _MOST_LISTED} more"] if len(every) > _MOST_LISTED else []
        self.sentence, self.candidates = sentence, (*every[:_MOST_LISTED], *more)
        super().__init__(sentence)


class NoSuchItem(Refused):
    """No item, or more than one, is called so."""


class Asked(Noun):
    """What a person typed about an item, as it was typed; None or blank where nothing was."""

    verdict: Verdict | None = None
    text: str | None = None
    owner: str | None = None
    due: str | None = None
    team: str | None = None


def item_named(items: Sequence[ActionItem], typed: str) -> ActionItem:
    """By the short name that the draft prints, the key of its issue, or a piece of its words. Raises NoSuchItem."""
    name = " ".join(typed.split()).casefold()
    there = [item for item in items if not item.is_gone]
    found = list[ActionItem]()
    for fits in (_is_called, _is_keyed, _says):
        found = found or [item for item in there if name and fits(item, name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise NoSuchItem(f"{len(found)} action items are meant by “{_cut(name)}”: say which", found)
    here = "the draft has these" if there else "the draft has none"
    raise NoSuchItem(f"No action item here is called “{_cut(name)}”: {here}", there)


def item_called(items: Sequence[ActionItem], name: str) -> ActionItem:
    """By the short name alone, as a link or a form has it. Raises NoSuchItem."""
    found = [item for item in items if not item.is_gone and short_name(item.id) == name]
    if len(found) == 1:
        return found[0]
    several = "Two action items share this name: decide at the terminal, by a piece of their words"
    raise NoSuchItem(several if found else "No action item of this draft is called so, or nobody says it any more")


def candidate_words(item: ActionItem) -> str:
    """ "k7m2x  CHK-1  Raise the pool limit" """
    state = item.issue_key or ("suggested" if item.is_suggestion else "dropped" if item.is_dropped else "not opened")
    return f"{short_name(item.id)}  {state}  {_cut(item.text)}"


def decision_about(
    item: ActionItem, asked: Asked, incident: Incident, settings: Settings, *, by: str, where: str, now: datetime
) -> Decision:
    """The decision that was asked for. Raises Refused for a day, a team or a text that cannot be meant."""
    text, owner, due, team = (_plain(typed) for typed in (asked.text, asked.owner, asked.due, asked.team))
    changes = (text if text != item.text else None, owner, due, team)
    if asked.verdict is None and not any(changes):
        raise Refused("Nothing would change: say a text, an owner, a due date or a team")
    if any(typed and len(typed) > LONGEST_TEXT for typed in changes):
        raise Refused(f"That is longer than {LONGEST_TEXT} characters: say it shorter")
    if team and route_of_team(settings, incident, team) is None:
        raise Refused(f"No route leads to the team “{_cut(team)}”: {_teams(settings)}")
    return Decision(
        item_id=item.id,
        verdict=asked.verdict,
        by=_plain(by) or "somebody",
        where=where,
        at=now,
        text=changes[0],
        owner=owner,
        due_on=day_from_words(due, day_in(ZoneInfo(settings.timezone), now)) if due else None,
        team=team,
    )


def day_from_words(typed: str, today: date) -> date:
    """ "2026-12-01", "friday", "in two weeks": a day from today on. Raises Refused."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        said = find_due_phrase(typed, today) or find_due_phrase(f"by {typed}", today)
        if said is None:
            raise Refused(
                f"“{_cut(typed)}” is no day to come: write 2026-12-01, or words such as friday or in two weeks"
            ) from None
        day = said.due_on
    if day < today:
        raise Refused(f"{day.isoformat()} lies before today, {today.isoformat()}: name a day to come")
    if day.year > today.year + _FAR:
        raise Refused(f"{day.isoformat()} is more than {_FAR} years away: is the year right?")
    return day


def bell_of(incident_id: str, decision: Decision, kept: Sequence[Decision]) -> dict[str, Any]:
    """What starts the journey of a decision. The same decision, asked for again at once, is the same journey.

    `kept` are all decisions of the incident: one that was taken back since may be taken once more.
    """
    before = [place for place, one in enumerate(kept) if one.item_id == decision.item_id]
    is_last = before and _same(kept[before[-1]]) == _same(decision)
    place = before[-1] if is_last else len(kept)
    once = _digest(incident_id, str(place), _same(decision).model_dump_json())
    return {
        "incident_id": incident_id,
        "journey": f"de-{once}",
        "decision": decision.model_dump(mode="json", exclude_none=True) | {"verdict": decision.verdict},
        "once": once,
    }


def retry_of(incident_id: str, journey: str) -> dict[str, Any]:
    """What starts another try of everything that is parked in an incident."""
    return {"incident_id": incident_id, "journey": journey, "retry": True}


def _is_called(item: ActionItem, name: str) -> bool:
    return short_name(item.id) == name


def _is_keyed(item: ActionItem, name: str) -> bool:
    return (item.issue_key or "").casefold() == name


def _says(item: ActionItem, name: str) -> bool:
    return name in " ".join(item.text.split()).casefold()


def _same(decision: Decision) -> Decision:
    """Everything about it but when."""
    return decision.model_copy(update={"at": datetime.fromisoformat("2000-01-01T00:00:00+00:00")})


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:20]


def _teams(settings: Settings) -> str:
    """The names by which a route can be asked for."""
    names = team_names(settings)
    if not names:
        return "the settings name no route; set default_route or routing in debrief.yml"
    return f"there are {', '.join(names[:_MOST_LISTED])}"


def _plain(typed: str | None) -> str | None:
    return " ".join(printable(typed or "").split()) or None


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST_WORDS else f"{words[: _LONGEST_WORDS - 1].rstrip()}…"

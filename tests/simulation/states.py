"""Which states lives came through that must be reached now and then: else nothing is known of them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from connectors.effects import TAKEN_OVER
from connectors.store.following import Following
from connectors.store.port import Conflict, Store
from tests.simulation.faults import VARIANTS, Fault, Kind
from tests.simulation.household import Household
from tests.simulation.outside import Call
from tests.simulation.story import in_words
from tests.vendors.wire import Reply

_NUMBER = re.compile(r"\d+")

MUST_BE_REACHED = (
    "adopted after a lost answer",
    "made again, being surely absent",
    "parked",
    "unclear, and left to a person",
    "fenced out",
    "waited for another journey",
    "conflict in the store",
    "conflict at a vendor",
    "redelivered after 5xx",
    "killed and came back",
    "late effect",
    "an edit kept in a draft that was written again",
    "seen that a person removed it",
    "found by asking PagerDuty",
    "failed, and tried again",
    "failed for good",
    "looked again, and there was more",
    in_words(Fault(Kind.REOPENED)),
    *(in_words(Fault(kind, variant)) for kind in (Kind.PERSON, Kind.CONCURRENT) for variant in range(VARIANTS[kind])),
)


class Ledgers:
    """What is written into the ledgers, seen at the gate on its way there."""

    def __init__(self, household: Household, happened: Callable[[str], None]) -> None:
        self._household, self._happened = household, happened
        self._sent: dict[str, int] = {}

    def sees(self, call: Call, act: Callable[[], Any]) -> Any:
        try:
            answer = act()
        except Conflict:
            self._happened("conflict in the store")
            raise
        if isinstance(answer, Reply) and answer.status == 409:
            self._happened("conflict at a vendor")
        if call.to == "store" and call.what.startswith("write INC#") and " EFFECT#" in call.what:
            self._written(call, act.args[2] if isinstance(act, partial) else {})
        return answer

    def _written(self, call: Call, effect: dict[str, Any]) -> None:
        """The last of `sent` that had no end yet was sent by another round: its answer was lost."""
        sent = self._sent.get(call.what)
        was_lost = sent is not None and self._is_another_round(sent)
        if effect["state"] == "sent":
            self._sent[call.what] = call.number
        else:
            self._sent.pop(call.what, None)
        if state := _state_of(effect, was_lost):
            self._happened(state)

    def _is_another_round(self, since: int) -> bool:
        return any(call.to == "engine" and ", round " in call.what for call in self._household.outside.calls[since:])


def _state_of(effect: dict[str, Any], was_lost: bool) -> str | None:
    match effect["state"]:
        case "sent" if effect["reason"]:
            return "unclear, and left to a person"
        case "sent" if was_lost:
            return "made again, being surely absent"
        case "done" if was_lost:
            return "adopted after a lost answer"
        case "parked":
            return "parked"
        case _:
            return None


def states_at_rest(household: Household) -> Counter[str]:
    """What can be told only in the end."""
    journeys = [journey for journey in household.engine.journeys() if journey.kind == "postmortem"]
    store: Store = household.store.store
    is_so = {
        "killed and came back": household.deaths and any(one.state == "done" for one in journeys),
        "failed, and tried again": any(one.attempts and one.state == "done" for one in journeys),
        "failed for good": any(one.state == "failed" for one in journeys),
        "looked again, and there was more": any('"refresh":{"evidence"' in (one.result or "") for one in journeys),
        "seen that a person removed it": any(item.standing == "removed" for item in Following(store).all()),
        "found by asking PagerDuty": list(store.list("NOTICES", "missed/")),
        "parked": any('"parked":{"' in (one.result or "") for one in journeys),
        "fenced out": any(TAKEN_OVER in str(told) for told in _outcomes(household)),
        "waited for another journey": any("attempt 2" in call.what for call in household.outside.calls),
        "an edit kept in a draft that was written again": _is_an_edit_kept(household),
    }
    return Counter(state for state, is_reached in is_so.items() if is_reached)


def _outcomes(household: Household) -> Iterator[object]:
    """What every step of every journey came to, on all machines."""
    for history in household.witness.histories.values():
        yield from history.came_to.values()


def _is_an_edit_kept(household: Household) -> bool:
    """Whether a document was written anew that has what a person wrote in it before."""
    written = [one for one in household.witness.people_wrote if one.where.startswith("drafts/")]
    saved = {call.what: call.number for call in household.outside.calls if call.what.startswith("save drafts/")}
    edits = [one for one in written if saved.get(f"save {one.where}", 0) > _call_of(one.text)]
    return any(one.text.encode() in file.content for one in edits if (file := household.store.store.load(one.where)))


def _call_of(words: str) -> int:
    """What people write says at which call they wrote it."""
    return int(next(iter(_NUMBER.findall(words)), 0))

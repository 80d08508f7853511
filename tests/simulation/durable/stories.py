"""What one seed's life is: whose incident, what people and the machine do about it, and which faults meet that."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

from connectors.steps import Json
from handlers.ticks import RECONCILE, SWEEP, Tick
from tests.simulation.durable.twins import Place, Twin, Weather, twin_of
from tests.simulation.faults import VARIANTS, Fault, Kind, reaches
from tests.simulation.outside import Call

KINDS = (
    Kind.TIMEOUT_BEFORE,
    Kind.TIMEOUT_AFTER,
    Kind.LATE,
    Kind.RESET,
    Kind.SERVER_ERROR,
    Kind.SLOW_DOWN,
    Kind.TRUNCATED,
    Kind.HTML,
    Kind.KILL,
    Kind.PAUSE,
)
MOST_FAULTS = 4
SETTINGS = {"publish": {"public_base_url": "https://debrief.acme.example"}, "refresh_after": "24h"}
A_MINUTE, A_QUARTER, A_DAY = timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=26)
TEN_MINUTES = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Life:
    """`happens` is everything but the faults, `scripts` the incidents that it may happen to."""

    happens: Callable[[Twin], None]
    scripts: Sequence[str]
    weight: int


@dataclass(frozen=True, slots=True)
class Story:
    """A seed, spelled out."""

    seed: int
    life: str
    script: str
    width: int
    faults: Mapping[Place, Fault]

    def told(self) -> list[str]:
        return [f"{fault} at the {place[2]}. {place[0]} {place[1]}" for place, fault in self.faults.items()]


def story_of(seed: int) -> Story:
    """The same seed tells the same story."""
    chance = Random(seed)
    life = chance.choices([*LIVES], [life.weight for life in LIVES.values()])[0]
    script, width = chance.choice(LIVES[life].scripts), chance.choice((1, 32))
    calls, faults = _calls_of(life, script), dict[Place, Fault]()
    for _ in range(chance.randint(1, MOST_FAULTS)):
        kind = chance.choice(KINDS)
        fault = Fault(kind, chance.randrange(VARIANTS[kind]))
        place, _call = chance.choice([one for one in calls if reaches(fault, one[1])])
        faults[place] = fault
    return Story(seed, life, script, width, faults)


@cache
def _calls_of(life: str, script: str) -> list[tuple[Place, Call]]:
    """Every call of that life when nothing goes wrong."""
    weather = Weather()
    with twin_of(Twin, script, settings=SETTINGS, weather=weather) as twin:
        lived(twin, life)
    return weather.calls


def lived(twin: Twin, life: str) -> None:
    """The life, and after it days of fair weather, in which what was left is taken up."""
    LIVES[life].happens(twin)
    twin.weather.is_fair = True
    for _ in range(3):
        for tick in (RECONCILE, SWEEP):
            ticks(twin, tick)
        twin.lives(timedelta(hours=7))


def ticks(twin: Twin, tick: Tick) -> None:
    twin.survives(lambda: tick.start(twin.engine.start, twin.clock.now()))


def is_resolved(twin: Twin) -> None:
    """Every webhook of the script arrives; PagerDuty delivers again where it got no 2xx."""
    for webhook in twin.scripts[0].webhooks:
        while twin.survives(lambda webhook=webhook: twin.rings(webhook)).status >= 300:
            twin.lives(A_MINUTE)


def _goes_by_itself(twin: Twin) -> None:
    is_resolved(twin)
    twin.lives(A_DAY)


def _is_decided(twin: Twin) -> None:
    """Somebody accepts the suggestion while the journey waits for its refresh."""
    is_resolved(twin)
    _wait_for_the_draft(twin)
    twin.engine.start("postmortem", "de-1", _decision(twin))
    twin.lives(A_DAY)


def _is_tried_again(twin: Twin) -> None:
    """Somebody asks for what was parked to be tried again, in the middle of it."""
    is_resolved(twin)
    twin.lives(timedelta(seconds=100))
    again: Json = {"incident_id": twin.incident_id(), "journey": "ag-1", "retry": True}
    twin.engine.start("postmortem", "ag-1", again)
    twin.lives(A_DAY)


def _is_followed(twin: Twin) -> None:
    """An accepted item: its owner begins with it, sweeps of some mornings see that."""
    _is_decided(twin)
    twin.lives(datetime(2026, 11, 12, 8, 30, tzinfo=UTC) - twin.clock.now())
    for issue in twin.jira.issues[:1]:
        twin.jira.person_starts(issue["key"])
    for _ in range(3):
        ticks(twin, SWEEP)
        twin.lives(timedelta(hours=1))


def _is_found(twin: Twin) -> None:
    """No webhook works: the reconciler asks PagerDuty."""
    twin.calendar.set_back(timedelta(minutes=40))
    ticks(twin, RECONCILE)
    twin.lives(timedelta(minutes=46))
    for _ in range(4):
        ticks(twin, RECONCILE)
        twin.lives(A_QUARTER)
    twin.lives(A_DAY)


def _wait_for_the_draft(twin: Twin) -> None:
    for _ in range(A_DAY // TEN_MINUTES):
        twin.lives(TEN_MINUTES)
        if "announced" in _peeked(twin, twin.outcome):
            return
    raise AssertionError("a day after the resolve no draft is announced")


def _decision(twin: Twin) -> Json:
    (suggestion, *_) = _peeked(twin, lambda: twin.postmortem().action_items)
    decision: Json = {
        "item_id": suggestion.id,
        "verdict": "accepted",
        "by": "Hana Kimura",
        "where": "in Slack",
        "at": "2026-11-10T16:00:00+00:00",
    }
    return {"incident_id": twin.incident_id(), "journey": "de-1", "decision": decision, "once": "click-1"}


def _peeked[T](twin: Twin, look: Callable[[], T]) -> T:
    """What is not part of the life meets no weather."""
    was, twin.weather.is_fair = twin.weather.is_fair, True
    try:
        return look()
    finally:
        twin.weather.is_fair = was


LIVES: Mapping[str, Life] = {
    "by itself": Life(_goes_by_itself, ("stale-replica", "checkout-latency", "came-back", "expired-certificate"), 10),
    "decided": Life(_is_decided, ("came-back",), 3),
    "tried again": Life(_is_tried_again, ("stale-replica", "checkout-latency"), 3),
    "followed": Life(_is_followed, ("came-back",), 2),
    "found": Life(_is_found, ("stale-replica", "expired-certificate"), 2),
}

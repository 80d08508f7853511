"""A hundred deliveries a second at a real `debrief serve`, which is killed meanwhile; then each one is looked up."""

import multiprocessing
import socket
import statistics
import sys
import time
from collections import Counter
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from random import Random
from typing import Any

from connectors.engine.journal import Journal, Journey
from connectors.observing import observations_of
from connectors.store.port import Store
from connectors.store.shelf import Shelf
from handlers.wiring import utc_now
from tests.e2e.serving import Served
from tests.neighbours import WEBHOOK_SECRET, Neighbours
from tests.simulation.fire.sender import Plan, Sent, send_all
from tests.simulation.fire.traffic import EVERY, Traffic, incident

QUICK = {"quiet_period": "1s", "refresh_after": "2s"} | {
    vendor: {"unclear_wait": "1s"} for vendor in ("jira", "slack", "pagerduty")
}
LONGEST_REST = 300.0
TARGET_MS = 100.0


@dataclass
class Town:
    """The neighbours, the process and what happened to it: `downs` are the times from a kill to the next answer."""

    neighbours: Neighbours
    log: Path
    port: int
    served: Served | None = None
    downs: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])

    def starts(self) -> None:
        self.served = Served(self.neighbours.machine, self.log, port=self.port)
        self.served.journeys()

    def is_killed(self) -> None:
        """And started again at once, as a service manager would."""
        assert self.served
        began = time.monotonic()
        self.served.kills()
        self.starts()
        self.downs.append((began, time.monotonic()))

    def is_up(self, since: float, until: float) -> bool:
        return not any(since <= end and until >= begin for begin, end in self.downs)


def load(home: Path, rate: int, seconds: int, kills: int, seed: int) -> dict[str, Any]:
    """The figures; `lost` and `wrong` name what must not be."""
    count = rate * seconds
    day = f"{utc_now().date()}"
    scripts = [incident(number, day) for number in range(-(-count // EVERY))]
    neighbours = Neighbours(home, scripts, utc_now, settings=QUICK)
    ids = [script.pagerduty["incident"]["id"] for script in scripts]
    traffic = Traffic(seed, rate, utc_now(), ids, WEBHOOK_SECRET)
    with ExitStack() as exits:
        exits.callback(neighbours.move_out)
        neighbours.move_in()
        town = Town(neighbours, home / "log.txt", _free_port())
        town.starts()
        exits.callback(lambda: town.served and town.served.process.poll() is None and town.served.kills())
        sent = _under_fire(town, traffic, count, kills, Random(seed))
        rested = _comes_to_rest(town)
        assert town.served
        town.served.stops()
    return _figures(town, sent) | {"seconds_to_rest": rested} | look_up(neighbours, sent)


def _under_fire(town: Town, traffic: Traffic, count: int, kills: int, chance: Random) -> list[Sent]:
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawned) as pool:
        pool.submit(int).result()  # the process is there
        begins, seconds = time.monotonic() + 0.5, count / traffic.rate
        sending = pool.submit(send_all, Plan(traffic, count, town.port, begins))
        for number in range(kills):
            at = begins + seconds * (number + chance.uniform(0.3, 0.9)) / kills
            _wait_for(sending, at)
            town.is_killed()
            print(f"killed and started again: {town.downs[-1][1] - town.downs[-1][0]:.1f} s", file=sys.stderr)
        return sending.result()


def _wait_for(sending: Future[list[Sent]], moment: float) -> None:
    with suppress(TimeoutError):
        sending.result(max(0.0, moment - time.monotonic()))


def _comes_to_rest(town: Town) -> float:
    """How long it takes after the last delivery until every journey is over."""
    began = time.monotonic()
    assert town.served
    while time.monotonic() - began < LONGEST_REST:
        with suppress(OSError, HTTPException):
            if not {"running", "waiting"} & {*town.served.journeys()}:
                break
        time.sleep(0.5)
    return round(time.monotonic() - began, 1)


def _figures(town: Town, sent: list[Sent]) -> dict[str, Any]:
    up = sorted((each.answered - each.due) * 1000 for each in sent if town.is_up(each.due, each.answered))
    failed = Counter(why for each in sent for why in each.failed)
    cuts = statistics.quantiles(up, n=100, method="inclusive")
    return {
        "sent": len(sent),
        "kinds": dict(Counter(each.kind for each in sent)),
        "answers": {f"{each}": times for each, times in Counter(_answer(each) for each in sent).items()},
        "latency_ms": {
            "p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "p99": round(cuts[98], 1), "max": round(up[-1], 1),
            "of": len(up), "target_p99": TARGET_MS, "met": cuts[98] <= TARGET_MS,
        },
        "kills": len(town.downs),
        "down_seconds": [round(end - begin, 1) for begin, end in town.downs],
        "redeliveries": sum(failed.values()),
        "why_again": dict(failed),
        "wrong": [f"{each}" for each in sent if each.status != 202 and each.kind != "forged"][:9]
        + [f"{each}" for each in sent if each.kind == "forged" and each.status == 202][:9],
    }  # fmt: skip


def _answer(sent: Sent) -> str:
    return f"{'forged' if sent.kind == 'forged' else 'signed'}: {sent.status or 'never'}"


def look_up(neighbours: Neighbours, sent: list[Sent]) -> dict[str, Any]:
    """Phase two: every accepted resolve has its journey, its end and its document, every accepted event is evidence."""
    store, journal = neighbours.machine.store(), Journal(neighbours.machine.home / "journal.db")
    accepted = [each for each in sent if each.status == 202]
    resolves = {each.incident_id for each in accepted if each.kind == "resolve"}
    observed = {(each.incident_id, each.event_id) for each in accepted if each.kind == "observe"}
    journeys = [each for each in journal.journeys() if each.kind == "postmortem"]
    lost = [one for id_ in sorted(resolves) for one in _missing(store, journeys, id_)]
    known = {id_: {one.id for one in observations_of(store, id_).observations} for id_, _ in observed}
    kept = {id_: _evidence_of(store, id_) for id_ in resolves}
    for id_, event_id in sorted(observed):
        name = f"pagerduty/event/{event_id}"
        if name not in known[id_]:
            lost.append(f"{id_}: {name} is not among what was observed")
        elif name not in kept.get(id_, known[id_]):
            lost.append(f"{id_}: {name} is not in the evidence of its draft")
    states = Counter(each.state for each in journal.journeys())
    store.close()
    journal.close()
    doubles = _doubles(neighbours)
    return {
        "looked_up": {"resolves": len(resolves), "observed": len(observed)},
        "journeys": dict(states), "lost": lost, "doubles": doubles,
    }  # fmt: skip


def _missing(store: Store, every: list[Journey], incident_id: str) -> list[str]:
    state = Shelf(store, incident_id).state()
    journeys = [each for each in every if each.name.startswith(f"pm-{incident_id}-")]
    missing = [f"{incident_id}: {len(journeys)} journeys"] if len(journeys) != 1 else []
    missing += [f"{each.name}: {each.state}, {each.error}" for each in journeys if each.state != "done"]
    document = state.get("document")
    if not document or store.load(document) is None:
        missing.append(f"{incident_id}: no document")
    return missing


def _evidence_of(store: Store, incident_id: str) -> set[str]:
    """What the draft rests on in the end: the evidence of its last round."""
    outcome = Shelf(store, incident_id).state().get("outcome", {})
    name = outcome.get("refresh", {}).get("evidence") or outcome.get("evidence")
    return {one.id for one in Shelf(store, incident_id).evidence(name).observations} if name else set()


def _doubles(neighbours: Neighbours) -> list[str]:
    """More than one of what there must be one of."""
    labels = Counter(label for issue in neighbours.jira.issues for label in issue["fields"]["labels"])
    told = Counter(
        message["channel"] for message in neighbours.slack.workspace.posted if "Draft postmortem" in message["text"]
    )
    keys = [f"{times} issues have {label}" for label, times in labels.items() if label.startswith("pm-") and times > 1]
    return keys + [f"{times} announcements in {channel}" for channel, times in told.items() if times > 1]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]

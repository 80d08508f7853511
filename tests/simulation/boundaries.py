"""Fail at every call to the outside in turn, with every kind of fault, until the whole life has gone by without one.

The whole life of a draft (the webhooks, the journey, its refresh, one look of the reconciler, one sweep) is first gone
through in fair weather, and its N calls to vendors, to the store and from step to step are counted. Then, for every
call and every fault that can happen to it, it is gone through with that fault alone: once, and at vendors also for a
while; and then with two faults at once, drawn by seed.

    uv run python -m tests.simulation.boundaries                          # everything: about an hour on 2 cores
    uv run python -m tests.simulation.boundaries --only kill --pairs 0    # one kind
    uv run python -m tests.simulation.boundaries --faults 199:LATE:0      # one passage, with what happened in it

A fault is CALL:KIND:VARIANT, with a + where it lasts. Prints one JSON object; ends with 1 where anything did not hold,
or where a call was left out.
"""

import argparse
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import islice
from random import Random
from typing import Any

from tests.simulation.faults import HAPPENINGS, VARIANTS, Fault, Kind, reaches
from tests.simulation.outside import VENDORS, Call
from tests.simulation.passage import Passed, Strike, addresses, passes
from tests.simulation.report import Failure, Report
from tests.simulation.scopes import SCOPES

PAIRS, SEED, JOBS = 20_000, 1, 2
MOST_TOLD = 25
_NOT_LASTING = (Kind.KILL, Kind.PAUSE, *HAPPENINGS)

type Strikes = tuple[Strike, ...]


@cache
def fair_passage(scope: str) -> Passed:
    """The passage without a fault, which must go well and be the same each time."""
    fair, again = passes(scope), passes(scope)
    assert fair.wrong is None, f"in fair weather: {fair.wrong}"
    assert fair.calls == again.calls, "the order of calls is not certain"
    fair.calls = fair.calls[: fair.counted]
    return fair


def every_fault(only: Iterable[Kind] = Kind) -> list[Fault]:
    return [Fault(kind, variant) for kind in only for variant in range(VARIANTS[kind])]


def singles(calls: Sequence[Call], faults: Sequence[Fault]) -> Iterator[Strikes]:
    """Every call with every fault that reaches it: once, and at a vendor also for a while."""
    for call in calls:
        for fault in faults:
            if reaches(fault, call):
                yield (Strike(call.number, fault),)
                if call.to in VENDORS and fault.kind not in _NOT_LASTING:
                    yield (Strike(call.number, fault, lasts=True),)


def pairs(calls: Sequence[Call], faults: Sequence[Fault], seed: int) -> Iterator[Strikes]:
    """Two faults at two calls that they can happen to, drawn for ever."""
    chance = Random(seed)
    reached = [call.number for call in calls if any(reaches(fault, call) for fault in faults)]
    while len(reached) > 1:
        first, second = sorted(chance.sample(reached, 2))
        yield drawn(first, calls, faults, chance), drawn(second, calls, faults, chance)


def drawn(number: int, calls: Sequence[Call], faults: Sequence[Fault], chance: Random) -> Strike:
    """Kinds with many variants are no more likely for that."""
    possible = [fault for fault in faults if reaches(fault, calls[number - 1])]
    kinds = list(dict.fromkeys(fault.kind for fault in possible))
    kind = chance.choice(kinds)
    return Strike(number, chance.choice([fault for fault in possible if fault.kind is kind]))


@dataclass
class Tally:
    """What many passages through one scope came to."""

    scope: str
    calls: Sequence[Call]
    singles: int = 0
    lasting: int = 0
    pairs: int = 0
    met: set[int] = field(default_factory=set[int])
    kinds: dict[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])
    states: Counter[str] = field(default_factory=Counter[str])
    wrong: list[Passed] = field(default_factory=list[Passed])

    def __post_init__(self) -> None:
        self._numbers = addresses(self.calls)

    def counts(self, passed: Passed) -> None:
        is_pair = len(passed.strikes) > 1
        self.met |= {self._numbers[address] for address in passed.reached if address in self._numbers}
        self.pairs += is_pair
        self.singles += not is_pair
        self.lasting += passed.strikes[0].lasts
        self.states.update(passed.states.keys())
        if passed.wrong is not None:
            self.wrong.append(passed)
        for strike in () if is_pair else passed.strikes:
            kind = self.kinds.setdefault(strike.fault.kind, Counter())
            is_reached, is_recovered = bool(passed.reached), bool(passed.reached) and not passed.wrong
            kind.update(runs=1, reached=int(is_reached), recovered=int(is_recovered))

    @property
    def left_out(self) -> list[Call]:
        return [call for call in self.calls if call.number not in self.met]

    def figures(self) -> dict[str, Any]:
        sides = Counter(call.to for call in self.calls)
        covered = Counter(call.to for call in self.calls if call.number in self.met)
        return {
            "calls": len(self.calls),
            "boundaries_covered": f"{covered.total()} of {sides.total()}",
            "by_side": {side: f"{covered[side]} of {sides[side]}" for side in sides},
            "singles": self.singles,
            "of_them_lasting": self.lasting,
            "pairs": self.pairs,
            "kinds": {kind: dict(counted) for kind, counted in self.kinds.items()},
            "states_seen": dict(sorted(self.states.items())),
            "wrong": len(self.wrong),
        }


def goes_through(scope: str, strikes: Strikes) -> Passed:
    """One passage, small enough to be handed from process to process: calls and endings stay behind."""
    passed = passes(scope, strikes, fair_passage(scope))
    passed.calls, passed.ending = [], None
    return passed


def tally(scope: str, todo: Iterable[Strikes], jobs: int) -> Tally:
    counted = Tally(scope, fair_passage(scope).calls)
    if jobs <= 1:
        for strikes in todo:
            counted.counts(goes_through(scope, strikes))
        return counted
    with ProcessPoolExecutor(jobs, initializer=silently) as pool:
        for passed in pool.map(partial(goes_through, scope), todo, chunksize=40):
            counted.counts(passed)
    return counted


def silently() -> None:
    """What Debrief logs of each trouble is nobody's to read here."""
    logging.disable(logging.CRITICAL)


def failures(counted: Tally) -> Iterator[Failure]:
    for passed in counted.wrong[:MOST_TOLD]:
        strikes = " ".join(map(str, passed.strikes))
        command = f"uv run python -m tests.simulation.boundaries --scope {counted.scope} --faults '{strikes}'"
        words = [f"call {one.at}, {counted.calls[one.at - 1]}: {one.fault}" for one in passed.strikes]
        yield Failure(passed.wrong or "", command, passed.trace, {"faults": words})


def strikes_from(text: str) -> Strikes:
    """ "199:LATE:0 205:KILL:1+": the faults of one passage."""
    return tuple(_strike(word) for word in text.split())


def _strike(word: str) -> Strike:
    number, kind, variant = word.removesuffix("+").split(":")
    return Strike(int(number), Fault(Kind[kind], int(variant)), lasts=word.endswith("+"))


def _kind(text: str) -> Kind:
    found = [kind for kind in Kind if text.casefold() in (kind.name.casefold(), kind.value.casefold())]
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(kind.name for kind in Kind)}")
    return found[0]


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=PAIRS, help=f"so many pairs of faults ({PAIRS})")
    parser.add_argument("--seed", type=int, default=SEED, help="which pairs are drawn")
    parser.add_argument("--jobs", type=int, default=JOBS, help=f"so many processes ({JOBS})")
    parser.add_argument("--only", type=_kind, action="append", help="faults of this kind alone, such as KILL")
    parser.add_argument("--scope", choices=list(SCOPES), default="plain", help="which small world (plain)")
    parser.add_argument("--every", type=int, default=1, help="of the single faults every so manieth: a slice")
    parser.add_argument("--faults", type=strikes_from, help="one passage with these faults, and what happened in it")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    asked, report = _asked(arguments), Report()
    silently()
    calls, faults = fair_passage(asked.scope).calls, every_fault(asked.only or Kind)
    if asked.faults:
        return _one(asked.scope, asked.faults, report)
    todo = [*islice(singles(calls, faults), 0, None, asked.every)]
    todo += islice(pairs(calls, faults, asked.seed), asked.pairs)
    counted = tally(asked.scope, todo, asked.jobs)
    report.failures += failures(counted)
    if counted.left_out and not asked.only and asked.every == 1:
        names = [f"{call.number}, {call}" for call in counted.left_out]
        report.failures.append(Failure("no fault reached some calls", "", names))
    rate = round(len(todo) / report.seconds, 1)
    told = {"scope": asked.scope, "seed": asked.seed, "runs": len(todo), "runs_per_second": rate}
    return report.finish(told | counted.figures())


def _one(scope: str, strikes: Strikes, report: Report) -> int:
    counted = tally(scope, [strikes], jobs=1)
    report.failures += failures(counted)
    passed = passes(scope, strikes, fair_passage(scope))
    return report.finish({"scope": scope, "reached": len(passed.reached), "trace": passed.trace})


if __name__ == "__main__":
    raise SystemExit(main())

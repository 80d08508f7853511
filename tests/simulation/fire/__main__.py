"""The receivers under fire: `python -m tests.simulation.fire COMMAND`. Prints one JSON object, exits 1 on violation."""

import argparse
import logging
import sys
from collections.abc import Callable
from typing import Any

from tests.simulation.fire.bombs import Blasts, in_process, over_http
from tests.simulation.fire.forging import event_body
from tests.simulation.fire.fuzz import Fuzzed, flips, fuzz
from tests.simulation.fire.load import load
from tests.simulation.fire.memory import folder_in_memory
from tests.simulation.fire.outage import outage
from tests.simulation.fire.unsigned import unsigned
from tests.simulation.report import Failure, Report

_CALL = "python -m tests.simulation.fire"

type Figures = dict[str, Any]


def main(arguments: list[str] | None = None) -> int:
    chosen, report = _parser().parse_args(arguments), Report()
    logging.disable(logging.CRITICAL)
    run: Callable[[argparse.Namespace, Report], Figures] = chosen.run
    return report.finish(run(chosen, report))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=_CALL, description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(run: Callable[[argparse.Namespace, Report], Figures], name: str, about: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=about, description=about)
        command.set_defaults(run=run)
        command.add_argument("--seed", type=int, default=1, help="another seed, other deliveries (default 1)")
        return command

    one = add(
        _fuzz,
        "fuzz",
        "forged and genuine pairs of headers and body at all receivers, and every bit of a pair turned over",
    )
    one.add_argument("--count", type=int, default=1_000_000, help="pairs (default 1,000,000)")
    one.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    add(_bombs, "bombs", "bodies made to hurt whoever reads them, in process and over HTTP; then the journey is run")
    one = add(
        _load, "load", "`debrief serve` at so many deliveries a second, killed meanwhile; then each one is looked up"
    )
    one.add_argument("--rate", type=int, default=100, help="deliveries a second (default 100)")
    one.add_argument("--seconds", type=int, default=300, help="for how long (default 300)")
    one.add_argument("--kills", type=int, default=6, help="how often the process is killed (default 6)")
    one = add(_outage, "outage", "secrets, deliveries and the engine failing in every way, a rotation in mid-flight")
    one.add_argument("--count", type=int, default=10_000, help="deliveries (default 10,000)")
    one = add(
        _unsigned,
        "unsigned",
        "requests that nobody signed: no write, no start, two looks at the secret a minute at most",
    )
    one.add_argument(
        "--count", type=int, default=10_000, help="requests at each receiver in each place (default 10,000)"
    )
    return parser


def _fuzz(chosen: argparse.Namespace, report: Report) -> Figures:
    fuzzed = fuzz(chosen.count, chosen.seed, chosen.jobs)
    seconds = report.seconds
    flipped = flips(event_body(1))
    again = f"{_CALL} fuzz --count {chosen.count} --seed {chosen.seed} --jobs 1"
    for found in (fuzzed, flipped):
        report.failures += [Failure(what, again, shown) for what, shown in found.wrong.items()]
    figures = {"pairs": chosen.count, "seed": chosen.seed, "pairs_per_second": round(chosen.count / seconds)}
    return figures | _counts("pairs", fuzzed) | _counts("flips", flipped)


def _counts(name: str, fuzzed: Fuzzed) -> Figures:
    wrong = dict.fromkeys(("false accepts", "false refusals", "exceptions", "other answers"), 0)
    return {f"{name}_counted": wrong | dict(sorted(fuzzed.counts.items()))}


def _bombs(chosen: argparse.Namespace, report: Report) -> Figures:
    blasts: dict[str, Blasts] = {}
    for where, go in {"in_process": in_process, "over_http": over_http}.items():
        with folder_in_memory() as folder:
            blasts[where] = go(folder)
        report.failures += [Failure(wrong, f"{_CALL} bombs") for wrong in blasts[where].wrong]
    return {
        where: {"bombs": found.bombs, "answers": found.answers, "worst": found.worst} for where, found in blasts.items()
    }


def _load(chosen: argparse.Namespace, report: Report) -> Figures:
    with folder_in_memory() as folder:
        told = load(folder, chosen.rate, chosen.seconds, chosen.kills, chosen.seed)
    again = f"{_CALL} load --rate {chosen.rate} --seconds {chosen.seconds} --kills {chosen.kills} --seed {chosen.seed}"
    for what in ("lost", "doubles", "wrong"):
        report.failures += [Failure(f"{what}: {one}", again) for one in told[what]]
    return told | {what: len(told[what]) for what in ("lost", "doubles", "wrong")}


def _outage(chosen: argparse.Namespace, report: Report) -> Figures:
    with folder_in_memory() as folder:
        told = outage(folder, chosen.count, chosen.seed)
    again = f"{_CALL} outage --count {chosen.count} --seed {chosen.seed}"
    report.failures += [Failure(one, again) for one in told["wrong"]]
    return told | {"wrong": len(told["wrong"])}


def _unsigned(chosen: argparse.Namespace, report: Report) -> Figures:
    told = unsigned(chosen.count, chosen.seed)
    report.failures += [Failure(one, f"{_CALL} unsigned --count {chosen.count}") for one in told["wrong"][:20]]
    return told | {"wrong": len(told["wrong"])}


if __name__ == "__main__":
    sys.exit(main())

"""`make bench`: every figure with its target, as a table, as JSON below it, and in build/bench.json."""

import json
import sys
from argparse import ArgumentParser
from importlib import import_module

from rich.console import Console
from rich.table import Table

from tests.benchmarks.children import ROOT
from tests.benchmarks.figure import Figure

PARTS = (
    "receiver",
    "cold",
    "cost",
    "signature",
    "draft",
    "publish",
    "outputs",
    "page",
    "confluence",
    "journey",
    "many_items",
    "sweep",
)


def main() -> int:
    parser = ArgumentParser("python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; without any, all of them")
    parser.add_argument("--strict", action="store_true", help="end with 1 where a target is missed")
    asked = parser.parse_args()
    if unknown := set(asked.parts).difference(PARTS):
        parser.error(f"there is no part {' '.join(sorted(unknown))}")
    parts = [part for part in PARTS if part in asked.parts] or PARTS
    figures = [figure for part in parts for figure in import_module(f"tests.benchmarks.{part}").measure()]
    Console().print(_table(figures))
    file = ROOT / "build" / "bench.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps([figure.as_json() for figure in figures], indent=2) + "\n")
    print(json.dumps([figure.as_json() for figure in figures]))
    missed = [figure.name for figure in figures if not figure.is_met]
    print(f"{len(figures) - len(missed)} of {len(figures)} met; all of it in {file.relative_to(ROOT)}.")
    return 1 if missed and asked.strict else 0


def _table(figures: list[Figure]) -> Table:
    table = Table("what", "figure", "at most", "", "what it means", show_lines=True)
    for figure in figures:
        verdict = "" if figure.target is None else "met" if figure.is_met else "MISSED"
        most = "" if figure.target is None else f"{figure.target:g} {figure.unit}"
        table.add_row(figure.name, f"{figure.value:.3g} {figure.unit}", most, verdict, figure.means)
    return table


if __name__ == "__main__":
    sys.exit(main())

"""Known defects are caught: a slice of `python -m tests.simulation.planted`, which plants them all."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.simulation.planted.__main__ import judged
from tests.simulation.planted.defects import Defect, DoesNotApply, defects
from tests.simulation.planted.detectors import DETECTORS, passages
from tests.simulation.planted.workbench import copied

ALL = defects()
CHEAP = ("11-lost-answer-is-success", "13-marked-before-started", "19-no-install-id")


@pytest.fixture(scope="module")
def tree() -> Generator[Path]:
    with copied() as copy:
        yield copy


def test_there_are_enough_defects_and_each_says_who_is_known_to_have_it():
    assert len(ALL) >= 18
    for defect in ALL:
        assert len(defect.known) > 20
        assert defect.files


@pytest.mark.parametrize("defect", ALL, ids=lambda defect: defect.name)
def test_a_planted_defect_fits_the_code_of_today(tree: Path, defect: Defect):
    defect.plant(tree, "--check")


@pytest.mark.parametrize("detector", sorted({detector for defect in ALL for detector in defect.detectors}))
def test_a_detector_that_a_defect_names_has_something_to_look_at(detector: str):
    name, _, argument = detector.partition(" ")
    assert name in DETECTORS
    assert name != "boundaries" or passages(argument)[1]
    assert name != "contract" or Path(argument).is_file()


@pytest.mark.parametrize("name", CHEAP)
def test_a_planted_defect_is_caught(tree: Path, name: str):
    (defect,) = [one for one in ALL if one.name == name]
    verdict = judged(tree, 20, defect)
    assert verdict.looked
    assert verdict.looked.caught_by == defect.detectors[0]


def test_a_patch_that_no_longer_fits_says_where_to_look(tree: Path):
    fenced = ALL[0]
    with copied(tree) as copy:
        (copy / "connectors/effects.py").write_text("")
        with pytest.raises(DoesNotApply, match=r"Look at connectors/effects\.py"):
            fenced.plant(copy)

"""What the documents promise is there."""

import re
from pathlib import Path

import pytest

from postmortem.settings import read_settings

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "connectors").rglob("README.md")])
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
_NAMED_FILE = re.compile(r"`((?:handlers|connectors|postmortem|tests|docs|infra)/[\w./-]+\.\w+)`")


def test_the_example_settings_are_valid_and_route_somewhere():
    settings = read_settings((ROOT / "docs" / "debrief.example.yml").read_text())
    assert settings.routing
    assert settings.default_route


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_every_file_that_a_page_names_is_there(page: Path):
    text = page.read_text()
    missing = [target for target in _LINK.findall(text) if not (page.parent / target).exists()]
    missing += [name for name in _NAMED_FILE.findall(text) if not (ROOT / name).exists()]
    assert missing == []

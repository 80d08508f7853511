"""Marks of documents that do not yet show what became of their items."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.store.news import News
from connectors.store.sqlite import SqliteStore


@pytest.fixture
def news(tmp_path: Path) -> News:
    return News(SqliteStore(tmp_path, lambda: datetime(2026, 11, 18, 9, tzinfo=UTC)))


def test_what_is_shown_is_no_news(news: News):
    news.mark("Q1")
    news.mark("Q2")
    news.shown("Q1", news.version("Q1"))

    assert list(news.all()) == ["Q2"]


def test_a_mark_made_while_the_document_was_written_stays(news: News):
    news.mark("Q1")
    seen = news.version("Q1")
    news.mark("Q1")
    news.shown("Q1", seen)

    assert list(news.all()) == ["Q1"]


def test_who_saw_an_old_mark_takes_no_new_one_away(news: News):
    """Two journeys saw the first mark; one took it away, and then something new happened."""
    news.mark("Q1")
    one, other = news.version("Q1"), news.version("Q1")
    news.shown("Q1", one)
    news.mark("Q1")
    news.shown("Q1", other)

    assert list(news.all()) == ["Q1"]

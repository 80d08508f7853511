"""The pages about action items as HTML: the list, the report, and what stands beside a draft. Pure, as `pages.py`."""

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from markupsafe import Markup

from handlers.pages import draw, page
from postmortem.action_items.item import ActionItem, short_name
from postmortem.follow_up.followed import FollowedItem
from postmortem.follow_up.listing import (
    Group,
    Row,
    Wanted,
    age_words,
    due_words,
    list_items,
    owner_words,
    state_words,
    tally_words,
)
from postmortem.follow_up.report import FollowUpReport, report_sentences

MONTH_PIXELS = 120
MOST_ROWS = 500
"""Items on one page: a browser draws ten thousand rows, and nobody reads them."""
FEWEST_ROWS = 20
"""Of each group, however many groups there are."""
_WORDS: dict[str, Any] = {
    "age_words": age_words,
    "due_words": due_words,
    "owner_words": owner_words,
    "state_words": state_words,
    "tally_words": tally_words,
    "zip": zip,
    "short_name": short_name,
}
AGES = (("7d", "a week"), ("30d", "a month"), ("90d", "three months"))
DONE = {
    "accepted": "Accepted. Its issue and the draft follow in a moment.",
    "dropped": "Dropped. No draft lists it again.",
    "changed": "Changed. The draft, and its issue, follow in a moment.",
}
"""What is said on the page after a decision, by a word of ours in its address."""


class Filter(NamedTuple):
    """What was asked for, as it was typed into the form, and what there is to choose from."""

    wanted: Wanted
    older: str
    by: str
    teams: tuple[str, ...]
    services: tuple[str, ...]


class Card(NamedTuple):
    """An action item beside its draft. `row` is how it is followed, None where it is not yet; `why` says why a
    suggestion is one."""

    name: str
    item: ActionItem
    row: Row | None
    why: str

    @property
    def needs(self) -> str:
        """ "decision" for a suggestion, "remedy" for what is parked, "owner" for an item of nobody, else ""."""
        if self.item.is_suggestion:
            return "decision"
        if self.row and self.row.item.standing == "parked":
            return "remedy"
        is_owned = self.item.owner.name or self.item.owner.account_id
        unowned = self.row.item.is_unowned if self.row else self.item.accepted and not is_owned
        return "owner" if unowned else ""


class Panel(NamedTuple):
    """What the forms beside a draft need: the token, who decides as far as they said, and what was just done."""

    incident_id: str
    csrf: str
    by: str
    did: str | None


class Bar(NamedTuple):
    """One bar of a plot: its length in percent of the longest, `part` of it in another colour."""

    name: str
    length: float
    part: float
    words: str


class Pillar(NamedTuple):
    """A month in the plot: where it stands in percent of the width, and how high its two pillars are in pixels."""

    month: str
    place: float
    width: float
    opened: int
    done: int
    opened_height: float
    done_height: float
    is_named: bool


def actions_page(groups: Sequence[Group], asked: Filter, total: int) -> str:
    """The list with its filters, which are plain parameters of the address; of very many the first of each group."""
    most = max(MOST_ROWS // max(len(groups), 1), FEWEST_ROWS)
    return page(
        "actions", title="Action items", groups=groups, most=most, asked=asked, total=total, ages=AGES, **_WORDS
    )


def report_page(report: FollowUpReport, teams: Sequence[str]) -> str:
    """The figures in words, as plots, and in tables beside them."""
    return page(
        "report",
        title="What became of action items",
        report=report,
        teams=teams,
        sentences=report_sentences(report),
        late=bars((one.team, one.open, one.overdue, f"{one.overdue} of {one.open} open") for one in report.teams),
        levels=bars(
            (one.priority, one.items, one.open, f"{one.open} of {one.items} open") for one in report.priorities
        ),
        pillars=pillars(report),
        height=MONTH_PIXELS,
    )


def items_panel(panel: Panel, cards: Sequence[Card]) -> Markup:
    """What stands beside a draft: what waits for somebody, with forms; and how every item stands now."""
    return draw(
        "items",
        panel=panel,
        waiting=[card for card in cards if card.needs],
        others=[card for card in cards if card.item.accepted and not card.needs],
        dropped=[card for card in cards if card.item.is_dropped],
        said=DONE.get(panel.did or ""),
        **_WORDS,
    )


def cards_of(
    items: Iterable[ActionItem], followed: Iterable[FollowedItem], now: datetime, zone: tzinfo
) -> tuple[Card, ...]:
    """Every item that is still said, with how it is followed."""
    rows = {row.item.item_id: row for row in list_items(followed, Wanted(every=True), now=now, zone=zone)}
    return tuple(
        Card(short_name(item.id), item, rows.get(item.id), _why(item))
        for item in items
        if not item.is_gone or item.id in rows
    )


def bars(figures: Iterable[tuple[str, int, int, str]]) -> tuple[Bar, ...]:
    """Name, whole, part, words: as long as the whole is to the largest."""
    every = tuple(figures)
    most = max((whole for _, whole, _, _ in every), default=0) or 1
    return tuple(
        Bar(name, round(100 * whole / most, 2), round(100 * part / most, 2), words)
        for name, whole, part, words in every
    )


def pillars(report: FollowUpReport) -> tuple[Pillar, ...]:
    """A name below the first, the last, and every sixth between, as far as there is room."""
    months = report.months
    most = max((max(one.opened, one.done) for one in months), default=0) or 1
    wide = 100 / len(months) if months else 0.0
    last, step = len(months) - 1, max(len(months) // 4, 1)
    return tuple(
        Pillar(
            month=one.month,
            place=round(number * wide, 3),
            width=round(wide, 3),
            opened=one.opened,
            done=one.done,
            opened_height=round(MONTH_PIXELS * one.opened / most, 1),
            done_height=round(MONTH_PIXELS * one.done / most, 1),
            is_named=number % step == 0 and (number == last or last - number >= step / 2),
        )
        for number, one in enumerate(months)
    )


def _why(item: ActionItem) -> str:
    """ "Very likely: Bea Lindqvist says that they will do it", as the draft has it."""
    if item.likely is None:
        return ""
    surely = item.likely.in_words
    return f"{surely[:1].upper()}{surely[1:]}: {item.likely.in_short}"

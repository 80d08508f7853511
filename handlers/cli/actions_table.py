"""`debrief actions`: what is followed, as a table for people, as JSON and as CSV for what comes after."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.store.following import Following
from handlers.cli.asking import incident_id_from
from handlers.cli.exits import Ended, Exit, on_this_machine
from handlers.cli.plain import plain
from handlers.cli.screen import linked
from handlers.cli.settings_command import settings_of
from handlers.wiring import Machine, utc_now
from postmortem.action_items.item import short_name
from postmortem.follow_up.followed import FollowedItem
from postmortem.follow_up.listing import (
    Group,
    Grouping,
    Row,
    Wanted,
    age_words,
    due_words,
    group_rows,
    list_items,
    owner_words,
    state_words,
    tally_words,
)
from postmortem.outputs.csv_table import render_csv
from postmortem.settings.durations import duration_from_text

HEADINGS = (
    "group", "incident", "number", "title", "item", "issue", "link", "what", "owner", "due", "days over", "team",
    "service", "priority", "age in days", "state", "status in Jira", "why parked", "private",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listing:
    """What was asked of the list: which items, and in which groups."""

    wanted: Wanted
    by: Grouping | None = None


class Listed(NamedTuple):
    """`groups` hold the rows; `total` is how many items are followed at all."""

    groups: tuple[Group, ...]
    total: int

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for group in self.groups for row in group.rows)


def wanted_from(typed: dict[str, Any], older_than: str | None) -> Wanted:
    """The filters as they were typed. Raises Ended."""
    try:
        age = duration_from_text(older_than) if older_than else None
    except ValueError as error:
        sentence = f'--older-than "{plain(older_than or "")}" is no age ({error}): write 30d or 6 weeks.'
        raise Ended(Exit.USAGE, sentence) from None
    return Wanted(**typed, older_than=age)


def followed_on(machine: Machine) -> tuple[FollowedItem, ...]:
    """Everything that is followed; nothing, and no folder made, where nothing was ever kept. Raises Ended."""
    if not (machine.home / "records.sqlite").exists():
        return ()
    with on_this_machine(machine.home):
        store = machine.store()
    with closing(store):
        return Following(store).all()


def list_followed(machine: Machine, listing: Listing) -> Listed:
    """The rows that were asked for, of this machine's store. Raises Ended, SettingsError."""
    settings, items = settings_of(machine), followed_on(machine)
    wanted, typed = listing.wanted, listing.wanted.incident
    if typed and typed.startswith("http"):
        wanted = wanted.model_copy(update={"incident": incident_id_from(typed, settings)})
    rows = list_items(items, wanted, now=utc_now(), zone=ZoneInfo(settings.timezone))
    return Listed(group_rows(rows, listing.by), len(items))


def as_json(listed: Listed) -> dict[str, Any]:
    """{"items": [...], "counts": {...}, "followed": how many there are at all}."""
    rows = listed.rows
    counts = {
        "open": sum(row.item.is_open for row in rows),
        "overdue": sum(bool(row.days_over) for row in rows),
        "unowned": sum(row.item.is_unowned for row in rows),
        "parked": sum(row.item.standing == "parked" for row in rows),
    }
    items = [{"group": group.name or None} | _item_json(row) for group in listed.groups for row in group.rows]
    return {"items": items, "counts": counts, "followed": listed.total}


def as_csv(listed: Listed) -> str:
    return render_csv(HEADINGS, (_cells(group.name, row) for group in listed.groups for row in group.rows))


def say_listed(console: Console, listed: Listed) -> None:
    """A table, what needs somebody on top, and the count below it; what to do about what is parked."""
    rows = listed.rows
    if not rows:
        console.print(_nothing(listed.total), soft_wrap=True)
        return
    for group in listed.groups:
        if group.name:
            console.print(Text(f"{plain(group.name)}  ({tally_words(group.rows)})", style="bold"), soft_wrap=True)
        console.print(_table(group.rows))
        console.print()
    console.print(Text(f"{tally_words(rows)}."), soft_wrap=True)
    if any(row.item.standing == "parked" for row in rows):
        console.print(Text("When the remedy is done: debrief actions retry"), soft_wrap=True)


def _nothing(total: int) -> Text:
    if not total:
        return Text("No action item is followed yet: debrief draft, or debrief serve, opens the first.")
    return Text(f"None of the {total} items that are followed is meant: debrief actions --all lists every one.")


def _table(rows: Iterable[Row]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", expand=False)
    for name, width in (("Issue", 10), ("Action item", None), ("Owner", 16), ("Due", 13), ("State", 12)):
        table.add_column(name, max_width=width, overflow="fold")
    for row in rows:
        table.add_row(_issue(row.item), _what(row), _owner(row.item), _due(row), _state(row.item))
    return table


def _issue(item: FollowedItem) -> Text:
    return linked(item.issue_key, item.issue_link, "green") if item.issue_key else Text("none", style="yellow")


def _what(row: Row) -> Text:
    """The item, what is wrong with it, and where it comes from: its short name is what the other commands take."""
    item = row.item
    text = Text(plain(item.text))
    if item.why_parked:
        text.append(f"\n{plain(item.why_parked)}", style="yellow")
    for sentence in item.changes:
        text.append(f"\n{plain(sentence)}", style="dim")
    text.append(f"\n{plain(' · '.join(_origin(row)))}", style="dim")
    return text


def _origin(row: Row) -> Iterator[str]:
    item = row.item
    yield short_name(item.item_id)
    yield f"#{item.incident_number}" if item.incident_number else item.incident_id
    yield from (name for name in (item.team, item.service) if name)
    if row.days_old is not None:
        yield f"{age_words(row)} old" if item.is_open else f"took {age_words(row)}"
    if item.is_private:
        yield "said in private"


def _owner(item: FollowedItem) -> Text:
    return Text(plain(owner_words(item)), style="yellow" if item.is_unowned else "")


def _due(row: Row) -> Text:
    return Text(due_words(row).replace(" (", "\n(").strip(), style="red" if row.days_over else "")


def _state(item: FollowedItem) -> Text:
    return Text(plain(state_words(item)), style="yellow" if item.standing == "parked" else "")


def _item_json(row: Row) -> dict[str, Any]:
    kept = row.item.model_dump(mode="json", exclude={"digest_channel", "default_owner"})
    return {"item": short_name(row.item.item_id), "days_over": row.days_over, "age_days": row.days_old} | kept


def _cells(group: str, row: Row) -> tuple[str, ...]:
    item = row.item
    cells = (
        group, item.incident_id, item.incident_number, item.incident_title, short_name(item.item_id), item.issue_key,
        item.issue_link, item.text, None if item.is_unowned else owner_words(item), item.due_on, row.days_over,
        item.team, item.service, item.priority, row.days_old, item.standing, item.status, item.why_parked,
        "yes" if item.is_private else "no",
    )  # fmt: skip
    return tuple("" if cell is None else str(cell) for cell in cells)

"""The action items of every incident that are followed, one record each, and which issue belongs to which."""

from collections.abc import Callable

from connectors.store.followed_issues import ISSUES
from connectors.store.port import ABSENT, Conflict, Store
from postmortem.follow_up.followed import FollowedItem

_ITEMS = "ACTIONS"


class Following:
    """Every item that is followed, of all incidents."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> tuple[FollowedItem, ...]:
        return tuple(FollowedItem.model_validate(record.value) for record in self._store.list(_ITEMS))

    def of_incident(self, incident_id: str) -> tuple[FollowedItem, ...]:
        return tuple(
            item
            for record in self._store.list(_ITEMS, f"{incident_id}#")
            if (item := FollowedItem.model_validate(record.value)).incident_id == incident_id
        )

    def by_issue(self, issue_id: str) -> FollowedItem | None:
        """The item whose issue this is; `issue_id` is Jira's own, which never changes."""
        record = self._store.read(ISSUES, issue_id)
        return self._read(record.value["sort"]) if record else None

    def one(self, incident_id: str, key: str) -> FollowedItem | None:
        """The item of this key."""
        return self._read(f"{incident_id}#{key}")

    def change(self, item: FollowedItem, change: Callable[[FollowedItem | None], FollowedItem]) -> FollowedItem:
        """Write what `change` makes of what is kept of this item (None where nothing is), over exactly that."""
        sort = f"{item.incident_id}#{item.key}"
        while True:
            record = self._store.read(_ITEMS, sort)
            changed = change(FollowedItem.model_validate(record.value) if record else None)
            value = changed.model_dump(mode="json", exclude_defaults=True)
            if record and record.value == value:
                return changed
            if changed.issue_id and not (record and record.value.get("issue_id") == changed.issue_id):
                self._store.write(ISSUES, changed.issue_id, {"sort": sort})
            try:
                self._store.write(_ITEMS, sort, value, expected=record.version if record else ABSENT)
            except Conflict:
                continue
            return changed

    def _read(self, sort: str) -> FollowedItem | None:
        record = self._store.read(_ITEMS, sort)
        return FollowedItem.model_validate(record.value) if record else None

"""As many suggestions as somebody will read: the surest of an incident, and how many are left out."""

from collections.abc import Sequence

from postmortem.action_items.item import ActionItem
from postmortem.action_items.seen import ItemsSeen

MOST_SUGGESTIONS = 12


def likeliest(items: Sequence[ActionItem], seen: ItemsSeen | None = None) -> tuple[tuple[ActionItem, ...], int]:
    """The items without the least sure of more than twelve suggestions, and the number of those.

    What an earlier draft listed goes first: somebody may be about to decide on it.
    """
    listed = {item.id for item in seen.items} if seen else set[str]()
    suggested = [item for item in items if item.is_suggestion]
    ranked = sorted(suggested, key=lambda item: (item.id not in listed, -_confidence(item)))
    left_out = {item.id for item in ranked[MOST_SUGGESTIONS:]}
    return tuple(item for item in items if item.id not in left_out), len(left_out)


def _confidence(item: ActionItem) -> float:
    return item.likely.confidence if item.likely else 0.0

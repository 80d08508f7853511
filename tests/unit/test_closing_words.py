"""What is said in the incident's channel when a postmortem is closed by itself."""

from datetime import UTC, datetime

import pytest

from postmortem.announcement import plain_text
from postmortem.follow_up.closing import closed_message
from tests.contract.followed import followed

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("done", "gone", "said"),
    [
        (1, 0, "its action item is done"),
        (2, 0, "both action items are done"),
        (3, 0, "all 3 action items are done"),
        (1, 1, "1 action item is done, 1 was removed or dropped"),
        (2, 2, "2 action items are done, 2 were removed or dropped"),
    ],
)
def test_the_closing_counts_as_people_do(done: int, gone: int, said: str):
    items = [followed(n, NOW, standing="done" if n < done else "removed") for n in range(done + gone)]

    assert (
        plain_text(closed_message("Checkout down", items, ()))
        == f"Postmortem closed: Checkout down — {said}. Thank you."
    )

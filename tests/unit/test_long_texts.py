"""No text stalls a draft: four times as long takes about four times as long (linear), and never sixteen (quadratic)."""

import time
from collections.abc import Callable, Sequence

import pytest

from postmortem.evidence import Evidence
from tests.incidents.small_talk import sentence
from tests.unit.given import alert, evidence, log, markdown, note, said

_LONGEST = 40_000  # characters: what Slack lets one message hold
_AT_MOST = 10  # times as long for four times as much: between linear and quadratic, with room for a busy machine
_RUNS = 2

_TEXTS: dict[str, Callable[[int], str]] = {
    "chat": lambda size: "\n".join(sentence(number) for number in range(size // 20)),
    "one long sentence": lambda size: "we restarted the pool because errors were at 50 % and " * (size // 54),
    "one letter": lambda size: "a" * size,
    "spaces": lambda size: "a" + " " * size + "b",
    "short words": lambda size: "no " * (size // 3),
    "full stops": lambda size: "a. " * (size // 3),
    "clocks": lambda size: "since 14:03 " * (size // 12),
    "figures": lambda size: "12 " * (size // 3),
    "brackets": lambda size: "[" * size,
    "ticks": lambda size: "`" * size,
    "stars": lambda size: "*a " * (size // 3),
    "links": lambda size: "https://a.b/c " * (size // 14),
    "mentions": lambda size: "@bea " * (size // 5),
    "bullets": lambda size: "- a\n" * (size // 4),
    "tasks": lambda size: "todo: fix it by friday\n" * (size // 23),
    "denials": lambda size: "it was not the deploy, " * (size // 23),
    "deeds": lambda size: "restarted it, that fixed it. " * (size // 29),
}  # fmt: skip


@pytest.mark.parametrize("kind", _TEXTS)
def test_the_longest_message_takes_time_in_proportion_to_its_length(kind: str):
    short, long = (evidence(said("1", 60, _TEXTS[kind](size))) for size in (_LONGEST // 4, _LONGEST))

    assert _fastest(long) <= _AT_MOST * max(_fastest(short), 0.005)


@pytest.mark.parametrize("kind", ["chat", "denials"])
def test_records_of_every_kind_may_be_long(kind: str):
    def told(size: int) -> Evidence:
        words = _TEXTS[kind](size)
        return evidence(log("a", 0, "triggered", text=words), alert("b", 1, text=words), note("c", 90, words))

    assert _fastest(told(_LONGEST)) <= _AT_MOST * max(_fastest(told(_LONGEST // 4)), 0.005)


def test_many_long_messages_take_time_in_proportion_to_their_number():
    few, many = (evidence(*_long_messages(count)) for count in (15, 60))

    assert _fastest(many) <= _AT_MOST * _fastest(few)


def _long_messages(count: int) -> Sequence[object]:
    """Each of 4,000 characters and of other words."""
    return [
        said(
            str(place),
            place * 30,
            " ".join(sentence(number) for number in range(place * 150, place * 150 + 200))[:4_000],
        )
        for place in range(count)
    ]


def _fastest(told: Evidence) -> float:
    """Seconds of this process for a whole draft; the fastest run is the one that others disturbed least."""
    return min(_seconds(told) for _ in range(_RUNS))


def _seconds(told: Evidence) -> float:
    began = time.process_time()
    markdown(told)
    return time.process_time() - began

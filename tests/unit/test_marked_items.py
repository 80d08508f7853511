"""What people mark as action items, and what only looks like it."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortem.action_items.marked import find_listed_items, find_marked_items

MENTIONED = ("Jean-Luc Picard", "bea", "bea lindqvist", "عمر الفارسي")


@pytest.mark.parametrize(
    ("text", "task", "named"),
    [
        ("ACTION: raise the limit", "raise the limit", None),
        ("ACTION raise the limit", "raise the limit", None),
        ("action: raise the limit", "raise the limit", None),
        ("ACTION - raise the limit", "raise the limit", None),
        ("ACTION — raise the limit", "raise the limit", None),
        ("ACTION: rollback", "rollback", None),
        ("Action Item - raise the limit", "raise the limit", None),
        ("action items: raise the limit", "raise the limit", None),
        ("**Action item:** raise the limit", "raise the limit", None),
        ("*ACTION*: raise the limit", "raise the limit", None),
        ("AI: raise the limit", "raise the limit", None),
        ("[AI] raise the limit", "raise the limit", None),
        ("[AI - Bea] raise the limit", "raise the limit", "Bea"),
        ("[ACTION] raise the limit", "raise the limit", None),
        ("[Action - Lee] raise the limit", "raise the limit", "Lee"),
        ("AI @bea: raise the limit", "raise the limit", "bea"),
        ("TODO: raise the limit", "raise the limit", None),
        ("TODO raise the limit", "raise the limit", None),
        ("_TODO_: raise the limit", "raise the limit", None),
        ("to-do: raise the limit", "raise the limit", None),
        ("TODO(bea): raise the limit", "raise the limit", "bea"),
        ("follow-up: raise the limit", "raise the limit", None),
        ("Follow up: raise the limit", "raise the limit", None),
        ("Follow-up item: raise the limit", "raise the limit", None),
        ("- [ ] ACTION: raise the limit", "raise the limit", None),
        ("1. ACTION: raise the limit", "raise the limit", None),
        (":memo: ACTION: raise the limit", "raise the limit", None),
        ("Reads the new field. AI: add a test", "add a test", None),
        ("ACTION: set `POOL_MAX` to 80", "set `POOL_MAX` to 80", None),
        ("ACTION: read https://x.example/TODO: twice", "read https://x.example/TODO: twice", None),
        ("ACTION: split a - b in the parser", "split a - b in the parser", None),
        ("ACTION: @bea raise the limit", "raise the limit", "bea"),
        ("ACTION: @bea: please raise the limit", "raise the limit", "bea"),
        ("ACTION: @bea lindqvist please raise the limit", "raise the limit", "bea lindqvist"),
        ("ACTION: @Jean-Luc Picard to restart the core", "restart the core", "Jean-Luc Picard"),
        ("ACTION: Jean-Luc Picard to restart the core", "restart the core", "Jean-Luc Picard"),
        ("ACTION: @zoe.ng raise the limit", "raise the limit", "zoe.ng"),
        ("ACTION: @عمر الفارسي تحديث الشهادة", "تحديث الشهادة", "عمر الفارسي"),
        ("ACTION: عمر to renew the certificate", "renew the certificate", "عمر"),
        ("ACTION: 証明書を更新する", "証明書を更新する", None),
        ("ACTION: Bea - raise the limit", "raise the limit", "Bea"),
        ("ACTION: Bea: raise the limit", "raise the limit", "Bea"),
        ("ACTION: Bea will raise the limit", "raise the limit", "Bea"),
        ("ACTION: raise the limit (Bea)", "raise the limit", "Bea"),
        ("ACTION: raise the limit (@bea)", "raise the limit", "bea"),
        ("ACTION: raise the limit @bea", "raise the limit", "bea"),
        ("ACTION: raise the limit, owner: @bea", "raise the limit,", "bea"),
        ("ACTION: raise the limit (owner: Dana, due: 2026-03-15)", "raise the limit", "Dana"),
        ("@bea ACTION: raise the limit", "raise the limit", "bea"),
        ("@bea TODO raise the limit", "raise the limit", "bea"),
        ("ACTION: ask @bea why the limit is low", "ask @bea why the limit is low", None),
        ("ACTION: sync with @bea", "sync with @bea", None),
        ("ACTION: raise the limit, cc @bea", "raise the limit, cc @bea", None),
        ("ACTION: we should raise the limit", "we should raise the limit", None),
        ("ACTION: someone to raise the limit", "someone to raise the limit", None),
        ("ACTION: team to raise the limit", "team to raise the limit", None),
    ],
)
def test_a_marked_line_is_one_item(text: str, task: str, named: str | None):
    (item,) = find_marked_items(text, MENTIONED)

    assert (item.task, item.named, item.says_i, item.ordinal) == (task, named, False, 1)


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("TODO: I'll add an alert", "add an alert"),
        ("TODO: I’ll add an alert", "add an alert"),
        ("ACTION: I will add an alert", "add an alert"),
        ("ACTION: I'm going to add an alert", "add an alert"),
        ("ACTION: I'll ask @bea for the number", "ask @bea for the number"),
        ("ACTION: me to add an alert", "add an alert"),
    ],
)
def test_the_author_takes_it_by_saying_i(text: str, task: str):
    (item,) = find_marked_items(text, MENTIONED)

    assert (item.task, item.named, item.says_i) == (task, None, True)


@pytest.mark.parametrize(
    "text", ["ACTION: I think we should page earlier", "ACTION: I don't trust the backup, test it"]
)
def test_an_opinion_takes_nothing(text: str):
    (item,) = find_marked_items(text)

    assert not item.says_i


@pytest.mark.parametrize(
    "text",
    [
        "no action items",
        "No action items: we are good",
        "any action items from this?",
        "what are the action items?",
        "Let's review the action items",
        "previous action items: see above list",
        "ACTION: none",
        "ACTION: tbd",
        "AI: none so far",
        "Action items: none",
        "Action items:\n- none",
        "TODO: n/a",
        "ACTION:",
        "AI is hard",
        "AI will not help us here",
        "the AI: it is hard",
        "AI-powered search is down",
        "AI driven search is down",
        "Action items are told of in the next mail",
        "my action items: too many",
        "the todo list app is down",
        "TODO-list is down",
        "TODO -> done",
        "todo or not todo",
        "api: foo",
        "rai: foo bar",
        "action movie: great",
        "the action: we did nothing",
        "transaction: rolled back ok",
        "reaction: people were angry",
        "ACTION_REQUIRED: reboot needed",
        "status=TODO: foo bar",
        "JIRA-TODO: x y",
        "in TODO: column of the board we have ten",
        "did anyone do the TODO: update docs?",
        "follow up with the vendor",
        "I'll follow up with the vendor: tomorrow",
        "// TODO: fix this later please",
        "> ACTION: raise the limit",
        "  > ACTION: raise the limit",
        ">>> as it was\nACTION: raise the limit",
        "`TODO: raise the limit` is in the code",
        "```ACTION: raise the limit```",
        "```\nTODO: raise the limit\n```",
        "```\nTODO: raise the limit",
        "https://x.example/ACTION: foo bar",
        "https://x.example/?q=TODO: raise it",
        "- [x] ACTION: raise the limit",
        "",
    ],
)
def test_what_only_looks_like_an_item_is_none(text: str):
    assert find_marked_items(text, MENTIONED) == ()


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        (
            "Action items:\n- @bea raise the limit\n  * carl: write the runbook\n\n2) add an alert\nThanks\n- not one",
            [("raise the limit", "bea"), ("write the runbook", "carl"), ("add an alert", None)],
        ),
        ("## Action items\n\n- [ ] raise the limit\n- [x] done already", [("raise the limit", None)]),
        ("ACTION:\n- raise the limit\n- lower it", [("raise the limit", None), ("lower it", None)]),
        ("Action items:\nBea to raise the limit\nthanks everybody", [("raise the limit", "Bea")]),
        ("ACTION: raise it; ACTION: lower it again", [("raise it", None), ("lower it again", None)]),
        ("TODO: raise the limit TODO: lower it", [("raise the limit", None), ("lower it", None)]),
        ("all good now\nACTION: one thing\nnoise\nAI: another thing", [("one thing", None), ("another thing", None)]),
        ("Action 1: one thing\nAction item #2. another thing", [("one thing", None), ("another thing", None)]),
        ("> ACTION: quoted thing\nACTION: own thing", [("own thing", None)]),
    ],
)
def test_a_text_may_hold_several(text: str, tasks: list[tuple[str, str | None]]):
    items = find_marked_items(text, MENTIONED)

    assert [(item.task, item.named) for item in items] == tasks
    assert [item.ordinal for item in items] == list(range(1, len(tasks) + 1))


_PIECES = st.sampled_from(
    [
        "ACTION",
        "TODO",
        "AI",
        ":",
        " ",
        "\n",
        "- ",
        "@bea",
        "[",
        "]",
        "(",
        ")",
        "`",
        "```",
        ">",
        "Bea",
        "I'll",
        "to",
        "x y",
    ]
)


def test_an_empty_bullet_is_no_item_and_does_not_end_the_list():
    assert [item.task for item in find_marked_items("Action items:\n- \n- add an alert on the pool")] == [
        "add an alert on the pool"
    ]


@given(st.lists(_PIECES, max_size=30).map("".join) | st.text(max_size=80))
def test_no_text_crashes_and_every_item_has_words(text: str):
    for item in find_marked_items(text, MENTIONED):
        assert item.task.strip()
        assert item.quote in text


@pytest.mark.parametrize("before", ["ACTION: x ", "Action items:\n", "- [ ] @bea ", "| Action | Owner |\n|---|---|\n"])
@pytest.mark.parametrize(
    "piece",
    [
        "[a,",
        "(",
        "`",
        "```",
        " ",
        "@bea ",
        "TODO: ",
        "“",
        "?",
        "ACTION: a ",
        "\n- ",
        "_",
        "a",
        "~a",
        "owner: a, ",
        "Bea and ",
        "a - ",
        "the ",
        "**a**",
        "[ ] @bea\n",
        ": ",
    ],
)
def test_a_hostile_message_of_40_000_characters_costs_no_more_than_a_long_one(before: str, piece: str):
    text = f"{before}{piece * (40_000 // len(piece))}y"
    started = process_time()
    find_marked_items(text, MENTIONED)
    find_listed_items(text, MENTIONED, is_sure=True)

    assert process_time() - started < 2, "seconds of processor time"

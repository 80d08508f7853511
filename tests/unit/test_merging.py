"""A new edition of a document keeps what a person made of the last one."""

import pytest

from postmortem.merging import MARKDOWN, Edition, Merged, begin, edition_from_json, merge

OURS = """\
# Postmortem: checkout was slow

Status: **draft** · composed 2026-11-17 10:00 UTC · all times are UTC

<!-- debrief:begin summary -->
## Summary

- It began at ten ([Slack](https://a.example/p1))
- Checkout was slow for 41 minutes ([Slack](https://a.example/p2))
- Bea rolled back ([Slack](https://a.example/p3))
<!-- debrief:end summary -->

<!-- debrief:begin response_times -->
## Response times

| | | measured |
| --- | --- | --- |
| Time to acknowledge | unknown | ❓ |
| Time to resolve | 41 min | ten to eleven |

All of it in UTC.
<!-- debrief:end response_times -->
"""
BEGAN = "- It began at ten ([Slack](https://a.example/p1))\n"
SLOW = "- Checkout was slow for 41 minutes ([Slack](https://a.example/p2))\n"
BACK = "- Bea rolled back ([Slack](https://a.example/p3))\n"
NEWS = "- The cache was cold ([Slack](https://a.example/p4))\n"
OURS_WITH_NEWS = OURS.replace(SLOW, SLOW + NEWS)


def merged(theirs: str, ours: str, last: Edition | None = None) -> Merged:
    """What becomes of `theirs`, made of OURS or of what `last` wrote, when ours comes."""
    edition = last or begin(MARKDOWN.split(OURS)).edition
    return merge(edition, MARKDOWN.split(theirs), MARKDOWN.split(ours), MARKDOWN)


def text(result: Merged) -> str:
    return MARKDOWN.join(result.units)


def suggestions(result: Merged) -> list[str]:
    _, *suggested = text(result).split("**Debrief suggests:** ")
    return [words.partition("\n")[0] for words in suggested]


def test_an_untouched_document_becomes_ours_byte_for_byte():
    later = OURS_WITH_NEWS.replace("10:00", "11:00")
    assert text(merged(OURS, later)) == later


def test_an_edit_in_one_bullet_does_not_meet_news_in_its_neighbour():
    theirs = OURS.replace(SLOW, SLOW.replace("41 minutes", "41 minutes, most of all in Europe"))
    result = merged(theirs, OURS.replace("It began at ten", "It began at five past ten").replace(BACK, BACK + NEWS))
    expected = theirs.replace("It began at ten", "It began at five past ten").replace(BACK, BACK + NEWS)
    assert text(result) == expected
    assert not result.suggested


def test_where_both_changed_theirs_stays_and_ours_stands_beside_it_once():
    theirs = OURS.replace("began at ten", "began at ten, says Ada")
    ours = OURS.replace("began at ten", "began at five past ten")
    first = merged(theirs, ours)
    again = merged(text(first), ours, first.edition)

    assert "- It began at ten, says Ada ([Slack](https://a.example/p1))\n" in text(first)
    assert suggestions(first) == ["It began at five past ten ([Slack](https://a.example/p1))"]
    assert text(again) == text(first)
    assert again.edition == first.edition


def test_an_outdated_suggestion_that_nobody_touched_is_replaced():
    theirs = OURS.replace("began at ten", "began at ten, says Ada")
    first = merged(theirs, OURS.replace("began at ten", "began at five past ten"))
    second = merged(text(first), OURS.replace("began at ten", "began at six past ten"), first.edition)
    back = merged(text(second), OURS.replace("began at ten", "began at five past ten"), second.edition)
    assert suggestions(second) == ["It began at six past ten ([Slack](https://a.example/p1))"]
    assert suggestions(back) == ["It began at five past ten ([Slack](https://a.example/p1))"]


def test_a_suggestion_that_a_person_took_out_is_not_offered_again():
    theirs = OURS.replace("began at ten", "began at ten, says Ada")
    ours = OURS.replace("began at ten", "began at five past ten")
    first = merged(theirs, ours)
    refused = merged(theirs, ours, first.edition)
    otherwise = merged(text(refused), OURS, refused.edition)
    again = merged(text(otherwise), ours, otherwise.edition)
    assert [suggestions(result) for result in (refused, again)] == [[], []]


def test_a_suggestion_that_a_person_accepted_disappears():
    theirs = OURS.replace("began at ten", "began at ten, says Ada")
    ours = OURS.replace("began at ten", "began at five past ten")
    first = merged(theirs, ours)
    accepted = text(first).replace("began at ten, says Ada", "began at five past ten", 1)
    assert text(merged(accepted, ours, first.edition)) == ours


def test_a_suggestion_that_a_person_edited_is_theirs():
    theirs = OURS.replace("began at ten", "began at ten, says Ada")
    ours = OURS.replace("began at ten", "began at five past ten")
    first = merged(theirs, ours)
    edited = text(first).replace("five past ten", "five past ten, or so")
    assert text(merged(edited, ours, first.edition)) == edited


ASKED = "- ❓ **Owner:** Which deploy went out right before it began, and who did it?\n"
ASKED_ANEW = "- ❓ **Owner:** Which deploy went out right before it began, and who approved it?\n"
OURS_ASKING = OURS.replace(BACK, BACK + ASKED)


@pytest.mark.parametrize(
    "answer",
    ["  It was 4711, Ada.\n", "  - It was 4711, Ada.\n", "\n  It was 4711, Ada.\n", "It was 4711.\n", "- 4711, Ada\n"],
)
def test_an_answer_below_a_question_keeps_its_question_and_the_new_one_is_offered(answer: str):
    theirs = OURS_ASKING.replace(ASKED, ASKED + answer)
    last = begin(MARKDOWN.split(OURS_ASKING)).edition
    result = merged(theirs, OURS.replace(BACK, NEWS + BACK + ASKED_ANEW), last)
    again = merged(text(result), OURS.replace(BACK, NEWS + BACK + ASKED_ANEW), result.edition)

    assert BACK + ASKED + answer in text(result)
    assert suggestions(result) == [ASKED_ANEW.removeprefix("- ").strip()]
    assert text(again) == text(result)


def test_a_question_that_is_asked_no_more_stays_above_its_answer():
    theirs = OURS_ASKING.replace(ASKED, f"{ASKED}  It was 4711.\n")
    result = merged(theirs, OURS, begin(MARKDOWN.split(OURS_ASKING)).edition)
    assert text(result) == theirs


def test_what_a_person_deleted_stays_deleted_when_ours_changes_goes_and_comes_again():
    result = merged(OURS.replace(SLOW, ""), OURS.replace("41 minutes", "42 minutes"))
    for ours in (OURS.replace(SLOW, ""), OURS.replace("41 minutes", "43 minutes"), OURS):
        result = merged(text(result), ours, result.edition)
        assert text(result) == OURS.replace(SLOW, "")
    assert result.left_out == 1


def test_a_bullet_that_a_person_moved_is_present_and_stays_up_to_date():
    theirs = OURS.replace(BEGAN, "").replace("All of it in UTC.\n", f"All of it in UTC.\n\n{BEGAN}")
    result = merged(theirs, OURS.replace("began at ten", "began at nine"))
    assert text(result) == theirs.replace("began at ten", "began at nine")


def test_what_a_person_put_back_is_ours_again():
    deleted = merged(OURS.replace(SLOW, ""), OURS)
    restored = merged(OURS, OURS, deleted.edition)
    assert text(merged(text(restored), OURS.replace("41", "42"), restored.edition)) == OURS.replace("41", "42")


@pytest.mark.parametrize("gone", [BEGAN, SLOW, BEGAN + SLOW, SLOW + BACK, BEGAN + SLOW + BACK])
def test_news_goes_to_the_nearest_place_that_is_left_of_its_section(gone: str):
    result = merged(OURS.replace(gone, ""), OURS_WITH_NEWS)
    lines = OURS_WITH_NEWS.splitlines(keepends=True)
    assert text(result) == "".join(line for line in lines if line not in gone.splitlines(keepends=True))


def test_a_section_that_a_person_deleted_stays_deleted_and_its_news_is_counted():
    begin_at, end_at = OURS.index("<!-- debrief:begin summary"), OURS.index("<!-- debrief:begin response")
    theirs = OURS[:begin_at] + OURS[end_at:]
    result = merged(theirs, OURS_WITH_NEWS)
    assert text(result) == theirs
    assert result.left_out == 5  # its heading, its three lines, and the news


def test_a_section_of_which_only_our_marks_are_left_is_deleted():
    theirs = OURS.replace(f"## Summary\n\n{BEGAN}{SLOW}{BACK}", "")
    assert text(merged(theirs, OURS_WITH_NEWS)) == theirs


def test_a_new_section_goes_behind_the_one_it_follows():
    new = "<!-- debrief:begin impact -->\n## Impact\n\n- 312 payments failed\n<!-- debrief:end impact -->\n\n"
    ours = OURS.replace("<!-- debrief:begin response_times", f"{new}<!-- debrief:begin response_times")
    theirs = OURS.replace("<!-- debrief:end summary -->\n", "- I saw it too\n<!-- debrief:end summary -->\n")
    assert text(merged(theirs, ours)) == ours.replace(BACK, f"{BACK}- I saw it too\n")


def test_a_suggestion_about_a_row_stands_behind_its_table():
    theirs = OURS.replace("| Time to acknowledge | unknown | ❓ |", "| Time to acknowledge | 2 min | I think |")
    ours = OURS.replace("| Time to acknowledge | unknown | ❓ |", "| Time to acknowledge | 3 min | measured |")
    table = text(merged(theirs, ours)).partition("| | | measured |\n")[2].partition("\n\n")[0]
    assert table.splitlines()[1:] == [
        "| Time to acknowledge | 2 min | I think |",
        "| Time to resolve | 41 min | ten to eleven |",
    ]


def test_a_new_row_stays_in_the_table_that_a_person_made_longer():
    theirs = OURS.replace("ten to eleven |\n", "ten to eleven |\n| Time to sleep | 9 h | my own |\n")
    ours = OURS.replace("ten to eleven |\n", "ten to eleven |\n| Time to detect | 4 min | the alert |\n")
    lines = text(merged(theirs, ours)).splitlines()
    first = lines.index("| | | measured |")
    assert all(line.startswith("|") for line in lines[first : first + 6])


def test_a_composed_line_that_a_person_wrote_afresh_is_left_alone():
    theirs = OURS.replace("Status: **draft**", "Status: **in review** by Ada")
    result = merged(theirs, OURS.replace("10:00", "11:00"))
    assert text(result) == theirs


def test_line_ends_of_the_other_kind_are_no_edit_and_are_kept():
    theirs = OURS.replace("\n", "\r\n")
    result = merged(theirs, OURS_WITH_NEWS.replace("\n", "\r\n"))
    assert text(result) == OURS_WITH_NEWS.replace("\n", "\r\n")


def test_an_emptied_document_stays_empty_and_one_rewritten_stays_rewritten():
    assert text(merged("", OURS_WITH_NEWS)) == ""
    assert text(merged("My own words.\n", OURS_WITH_NEWS)) == "My own words.\n"


def test_a_document_of_unknown_past_stays_as_it_is_and_gets_the_next_news():
    theirs = OURS.replace(BACK, "").replace("ten", "nine")
    first = merge(None, MARKDOWN.split(theirs), MARKDOWN.split(OURS), MARKDOWN)
    second = merged(text(first), OURS_WITH_NEWS, first.edition)
    assert text(first) == theirs
    assert text(second) == theirs.replace(SLOW, SLOW + NEWS)


def test_an_edition_is_the_same_after_it_was_kept_also_where_bytes_are_no_text():
    edition = Edition(("a\n",), (0, (0, "b\udc80\n"), "c\n"), ("0" * 12,), ("s\na",))
    assert edition_from_json(edition.as_json()) == edition

"""One page: made once, told from everybody else's, and kept up to date among people who write in it."""

import pytest

from connectors.confluence.keep_page import bring_up_to_date, create, find, keep_as_kept, mark
from connectors.errors import NotFound, OutcomeUnknown, Rejected
from tests.vendors.confluence import KeptPage
from tests.vendors.confluence_rules import OLD_VERSION
from tests.vendors.confluence_world import TITLE, ConfluenceWorld, draft_of
from tests.vendors.wire import Reply

DRAFT = draft_of("one", "two", "three")
NEWER = draft_of("one", "two", "three", "four")


def made(world: ConfluenceWorld) -> KeptPage:
    page_id = create(world.api, DRAFT, world.editions).page_id
    mark(world.api, page_id, DRAFT)
    keep_as_kept(world.api, page_id, 1, world.editions)
    return world.fake.the_page()


def test_a_page_stands_under_its_parent_with_our_mark_and_label():
    world = ConfluenceWorld()
    parent = world.fake.writes("Postmortems")
    page_id = create(world.api, DRAFT.model_copy(update={"parent_id": parent.id}), world.editions).page_id
    mark(world.api, page_id, DRAFT)
    mark(world.api, page_id, DRAFT)

    page = world.fake.the_page()
    assert (page.title, page.parent_id, page.labels) == (TITLE, parent.id, ["postmortem"])
    assert [(one["key"], one["value"]) for one in page.properties] == [
        ("debrief", {"install_id": "local", "incident_id": "Q2"})
    ]


@pytest.mark.parametrize("lost", [Reply(dropped=True), Reply(502), Reply(200, body=b"{")])
def test_a_create_whose_answer_was_lost_is_found_by_the_line_at_its_end(lost: Reply):
    world = ConfluenceWorld()
    world.fake.fails_next("POST .*/pages$", lost, after_effect=True)
    with pytest.raises(OutcomeUnknown):
        create(world.api, DRAFT, world.editions)

    found = find(world.api, DRAFT)
    assert found
    assert found.page_id == world.fake.the_page().id
    assert len(world.calls("POST")) == 1


def test_a_create_that_was_never_made_is_not_found():
    world = ConfluenceWorld()
    world.fake.fails_next("POST .*/pages$", Reply(502))
    with pytest.raises(OutcomeUnknown):
        create(world.api, DRAFT, world.editions)
    assert find(world.api, DRAFT) is None


def test_a_second_create_adopts_the_page_that_is_ours():
    world = ConfluenceWorld()
    page = made(world)
    assert create(world.api, NEWER, world.editions).page_id == page.id
    assert len(world.fake.ours()) == 1


def test_a_page_of_the_same_title_that_is_not_ours_is_never_touched():
    world = ConfluenceWorld()
    by_hand = world.fake.writes(TITLE.upper())
    ours = create(world.api, DRAFT, world.editions)

    assert ours.title == f"{TITLE} (Debrief, local)"
    assert ours.said == (f"A page that is not Debrief's is called “{TITLE}”: ours is called “{ours.title}”.",)
    assert len(by_hand.versions) == 1
    assert find(world.api, DRAFT) == ours


def test_another_installations_page_is_not_ours_either():
    world = ConfluenceWorld()
    first = made(world)
    second = create(world.api, DRAFT.model_copy(update={"key": "staging/Q2"}), world.editions)
    assert second.page_id != first.id


def test_where_both_names_are_taken_no_page_is_made_and_a_person_is_told_what_to_do():
    world = ConfluenceWorld()
    world.fake.writes(TITLE)
    world.fake.writes(f"{TITLE} (Debrief, local)")
    with pytest.raises(Rejected, match=r"are called .* Rename one of the two"):
        create(world.api, DRAFT, world.editions)
    assert world.fake.ours() == []


def test_an_unknown_space_is_named_with_its_setting():
    world = ConfluenceWorld()
    with pytest.raises(NotFound, match=r"Set confluence\.space to the key of a space"):
        create(world.api, draft_of("one", space="NOPE"), world.editions)


def test_a_page_with_nothing_new_is_not_written():
    world = ConfluenceWorld()
    page = made(world)
    bring_up_to_date(world.api, page.id, DRAFT, world.editions)
    assert len(page.versions) == 1


def test_our_news_is_the_next_version_and_says_so():
    world = ConfluenceWorld()
    page = made(world)
    bring_up_to_date(world.api, page.id, NEWER, world.editions)
    assert "four" in page.body
    assert page.versions[-1]["message"] == "Written by Debrief; what people wrote is kept"
    bring_up_to_date(world.api, page.id, NEWER, world.editions)
    assert len(page.versions) == 2


def test_what_a_person_wrote_between_two_of_our_versions_stays():
    world = ConfluenceWorld()
    page = made(world)
    world.fake.edits(page, lambda body: body.replace("two", "two, says Bea &mdash; twice"))
    world.fake.renames(page, "What happened to the pool")
    bring_up_to_date(world.api, page.id, NEWER, world.editions)
    assert "two, says Bea &mdash; twice" in page.body
    assert "four" in page.body
    assert page.title == "What happened to the pool"


def test_two_writers_at_once_are_resolved_by_the_version():
    world = ConfluenceWorld()
    page = made(world)
    world.fake.before_next("PUT", lambda: world.fake.edits(page, lambda body: body.replace("one", "one, says Bea")))
    bring_up_to_date(world.api, page.id, NEWER, world.editions)

    assert any(OLD_VERSION.format(2) in refusal for refusal in world.fake.refusals)
    assert "one, says Bea" in page.body
    assert "four" in page.body
    assert len(page.versions) == 3


def test_somebody_who_writes_all_the_time_ends_in_a_sentence():
    world = ConfluenceWorld()
    page = made(world)
    for number in range(9):
        world.fake.before_next(
            "PUT", lambda number=number: world.fake.edits(page, lambda body: body + f"<p>Note {number}</p>")
        )
    with pytest.raises(Rejected, match="it changed each time before we could write"):
        bring_up_to_date(world.api, page.id, NEWER, world.editions)
    assert len(world.calls("PUT")) == 5


@pytest.mark.parametrize("after_effect", [True, False])
def test_a_version_whose_answer_was_lost_is_written_once(after_effect: bool):
    world = ConfluenceWorld()
    page = made(world)
    world.fake.fails_next("PUT", Reply(dropped=True), after_effect=after_effect)
    bring_up_to_date(world.api, page.id, NEWER, world.editions)
    assert len(page.versions) == 2
    assert page.body.count("four") == 1


@pytest.mark.parametrize("away", ["deletes", "archives"])
def test_a_page_that_a_person_took_away_is_not_written_and_restored_it_is(away: str):
    world = ConfluenceWorld()
    page = made(world)
    getattr(world.fake, away)(page)
    with pytest.raises(NotFound, match="Restore it from the space's trash or archive"):
        bring_up_to_date(world.api, page.id, NEWER, world.editions)
    page.status = "current"
    bring_up_to_date(world.api, page.id, NEWER, world.editions)
    assert "four" in page.body


def test_a_person_who_wrote_before_we_read_our_version_back_is_not_taken_for_us():
    world = ConfluenceWorld()
    page_id = create(world.api, DRAFT, world.editions).page_id
    page = world.fake.the_page()
    world.fake.edits(page, lambda body: body.replace("two", "two, says Bea"))
    keep_as_kept(world.api, page_id, 1, world.editions)
    bring_up_to_date(world.api, page_id, draft_of("one", "TWO", "three"), world.editions)
    assert "two, says Bea" in page.body
    assert "Debrief suggests" in page.body


def test_a_page_whose_editions_were_lost_stays_as_it_is():
    world = ConfluenceWorld()
    page = made(world)
    world.files.clear()
    before = page.body
    bring_up_to_date(world.api, page.id, NEWER, world.editions)
    assert page.body == before


def test_the_fake_is_strict():
    world = ConfluenceWorld()
    for title, body in (("", "<p/>"), ("A", "<p>"), ("A", "<script/>"), ("Operations", "<p/>"), ("x" * 256, "<p/>")):
        with pytest.raises(Rejected):
            world.api.create_page(
                {"spaceId": "98304", "title": title, "body": {"representation": "storage", "value": body}}
            )
    with pytest.raises(Rejected, match="takes no page of this size"):
        world.api.create_page({"spaceId": "98304", "title": "A", "body": {"value": "x" * 5_000_000}})

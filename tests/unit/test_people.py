"""Everyone who took part, by role, so that all are invited."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortem.document import Participant
from postmortem.identities import Identities
from postmortem.incident import Participation, Responder
from postmortem.participants import list_participants, takes_command
from postmortem.people import Person
from postmortem.settings import PersonEntry
from tests.unit.given import BEA, CARL, PAGERDUTY_BOT, bot_said, evidence, log, markdown, note, said, seen

ADA = Person(id="pagerduty:PADA", name="Ada Okafor", email="ada@acme.example")
BEA_PAGED = Person(id="pagerduty:PBEA", name="Bea L.", email="bea@acme.example")
PEOPLE = (BEA, CARL, ADA, BEA_PAGED, PAGERDUTY_BOT)


def people_of(*records: object, responders: tuple[Responder, ...] = ()) -> tuple[Participant, ...]:
    found = evidence(*records, people=PEOPLE, responders=responders)
    return list_participants(found, Identities(found.people, ()))


def was(person: Person, participation: Participation, role: str | None = None) -> Responder:
    return Responder(person_id=person.id, participation=participation, role=role)


def test_people_stand_under_what_they_were_and_did():
    people = people_of(
        said("1", 0, "looking", person_id=CARL.id),
        responders=(was(ADA, "asked"), was(BEA, "role", "Incident Commander")),
    )

    assert [(one.role, one.name) for one in people] == [
        ("Incident commander", "Bea Lindqvist"),
        ("Wrote in the chat", "Carl Brandt"),
        ("Only paged or asked", "Ada Okafor"),
    ]


def test_a_named_role_has_a_heading_of_its_own_after_the_commander():
    people = people_of(responders=(was(ADA, "role", "communications lead"), was(BEA, "role", "Incident Commander")))

    assert [one.role for one in people] == ["Incident commander", "Communications lead"]


def test_two_accounts_of_one_person_are_one_line():
    (bea,) = people_of(said("1", 0, "hi", person_id=BEA.id), responders=(was(BEA_PAGED, "acknowledged"),))

    assert bea.role == "Responders"
    assert bea.how == "acknowledged; wrote in the chat"
    assert [source.label for source in bea.citations] == ["#inc-1", "chat"]


def test_who_was_paged_and_helped_in_the_chat_is_a_responder_and_who_declined_is_not():
    called = (was(BEA, "asked"), was(CARL, "asked"), was(CARL, "declined"))
    records = (said("1", 0, "looking", person_id=BEA.id), said("2", 1, "cannot, sorry", person_id=CARL.id))

    assert [(one.name, one.role) for one in people_of(*records, responders=called)] == [
        ("Bea Lindqvist", "Responders"),
        ("Carl Brandt", "Wrote in the chat"),
    ]


def test_how_much_somebody_wrote_neither_orders_nor_describes_them():
    records = [said(f"c{n}", n, "hm", person_id=CARL.id) for n in range(9)]

    assert [(one.name, one.how) for one in people_of(*records, said("b", 99, "ok", person_id=BEA.id))] == [
        ("Bea Lindqvist", "wrote in the chat"),
        ("Carl Brandt", "wrote in the chat"),
    ]


def test_whoever_wrote_a_note_an_update_or_changed_the_incident_took_part():
    people = people_of(
        note("n", 0, "disk is full", person_id=ADA.id),
        log("s", 5, "status_update", person_id=CARL.id),
        log("p", 6, "priority_changed", person_id=BEA.id),
    )

    assert [(one.name, one.how, one.role) for one in people] == [
        ("Ada Okafor", "wrote a note", "Responders"),
        ("Bea Lindqvist", "changed the incident", "Responders"),
        ("Carl Brandt", "published a status update", "Responders"),
    ]


def test_who_was_given_a_task_is_invited_too():
    (ada,) = people_of(seen("t", 0, "task", "Task created: call the bank", subject_ids=(ADA.id,)))

    assert (ada.how, ada.role) == ("was given a task", "Only paged or asked")


def test_bots_joins_and_deleted_messages_take_no_part():
    people = people_of(
        bot_said("1", 0, "Triggered"),
        said("2", 1, "joined", vendor_kind="channel_join"),
        said("3", 2, "", is_deleted=True, person_id=CARL.id),
    )

    assert people == ()


@pytest.mark.parametrize(
    "text",
    [
        "I take incident command. @bea you drive the fix",
        "I'm IC",
        "ok, I’ll be IC for this",
        "taking IC",
        "IC here",
        "Taking over as incident commander from Bea",
    ],
)
def test_somebody_who_says_that_they_command_is_the_commander(text: str):
    (bea,) = people_of(said("1", 0, text))

    assert (bea.role, bea.how) == ("Incident commander", "took command in the chat; wrote in the chat")


@pytest.mark.parametrize(
    "text",
    [
        "who is IC?",
        "I'm not IC",
        "can I be IC?",
        "I can take IC",
        "run the command again",
        "IC: Carl",
        "I'll take the command line tool",
    ],
)
def test_nobody_commands_by_asking_denying_or_running_a_command(text: str):
    assert not takes_command(text)


@pytest.mark.parametrize("text", [" \n", ", ", "I'm ", "and i now take "])
def test_a_long_message_is_read_in_linear_time(text: str):
    began = perf_counter()

    assert not takes_command((text * 40_000)[:40_000])
    assert perf_counter() - began < 1


def test_the_people_map_names_people():
    bea = Person(id="slack:U0BEA0001", name="bea")
    found = evidence(said("1", 0, "hi", person_id=bea.id), people=(bea,))
    known = PersonEntry(name="Beatrix Lindqvist", slack_id="U0BEA0001")

    assert [one.name for one in list_participants(found, Identities(found.people, (known,)))] == ["Beatrix Lindqvist"]


_DEEDS = st.lists(
    st.tuples(st.sampled_from((ADA, BEA, CARL)), st.sampled_from(("asked", "acknowledged", "joined", "assigned"))),
    max_size=8,
)


@given(_DEEDS, st.lists(st.sampled_from((BEA, CARL)), max_size=6))
def test_everyone_stands_once_with_sources_whatever_order_records_came_in(
    deeds: list[tuple[Person, Participation]], writers: list[Person]
):
    responders = tuple(was(person, participation) for person, participation in deeds)
    records = [said(f"{n}", n, "hm", person_id=person.id) for n, person in enumerate(writers)]
    people = people_of(*records, responders=responders)

    assert people == people_of(*reversed(records), responders=responders[::-1])
    assert {one.name for one in people} == {person.name for person, _ in deeds} | {one.name for one in writers}
    assert all(one.citations and one.how and one.role for one in people)
    groups = [one.role for one in people]
    assert len(set(groups)) == sum(group != before for group, before in zip(groups, [None, *groups], strict=False))


def test_two_people_of_one_name_are_told_apart_wherever_they_are_named():
    lees = [
        Person(id="slack:U1", name="Sam Lee", handle="sam"),
        Person(id="slack:U2", name="Sam Lee", email="s2@a.example"),
    ]
    elsewhere = Person(id="pagerduty:P9", name="Carl Brandt")
    found = evidence(
        said("1", 0, "on it", person_id="slack:U1"),
        said("2", 5, "AI: @Sam Lee add an alert", person_id="slack:U2", mention_ids=("slack:U1",)),
        people=(*lees, CARL.model_copy(update={"email": None}), elsewhere),
    )
    names = Identities(found.people, ())

    assert [one.name for one in list_participants(found, names)] == ["Sam Lee (s2)", "Sam Lee (sam)"]
    assert names.name("pagerduty:P9") == "Carl Brandt", "it may be the same human in two systems"
    assert "for Sam Lee (sam) to" in markdown(found)

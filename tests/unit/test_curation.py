"""What comes up into the main timeline, and the reason that stands beside every event."""

from time import process_time

import pytest

from postmortem.compose import compose
from postmortem.curation.weighing import weigh
from postmortem.evidence import Message, Reaction
from postmortem.people import Person
from postmortem.settings import SettingsError, read_settings
from postmortem.timeline import TimelineEvent
from tests.unit.given import START, alert, bot_said, events, evidence, log, note, said

DEPLOYBOT = Person(id="slack:BDEPLOY", name="ArgoCD", is_bot=True)
NOTHING = "no word of a symptom, finding, decision, action or change of state"

SAYS_SOMETHING = """
api pods OOMing again after 20 minutes
seeing a bunch of 502s at the edge
5% of logins are failing since 09:14
customers report they cannot log in
I'm seeing connection timeouts from the api to redis in eu-west-1
nothing in the logs, but cpu is pegged on all web hosts
found it: the migration took a lock on orders
it was the config change from yesterday
ruled out the network
the feature flag flipped on at 10:30, that lines up with the graph
I bumped the memory limit to 2Gi
rolling back to build 1432
turning off the batch import for now
paged the database team
reverting https://github.com/acme/checkout/pull/123
Failover complete, replica promoted
we're back
restart didn't help
It's worse, latency doubled
rolled back, error rate is dropping
no improvement after the restart
we've decided to fail over to us-east-2
Decision: we stay on the standby until Monday
About 1200 orders were lost between 14:00 and 14:20
all checks passing for 15 minutes, calling it resolved
seeing 500s on checkout, anyone else?
resolved
""".strip().splitlines()

SAYS_NOTHING = """
looking
on it
thanks for jumping on this so quickly
joined #inc-42
who's IC?
do we have logs for that?
should we roll back?
could it be dns?
I can take comms
give me 5 min
zoom link is in the topic
you need to be on the vpn for that
you can find the runbook in the wiki
just use docker compose up, it will install everything you need
I think you need to be in the admins group for that
we should add an alert for this later
we really need better dashboards
imo we should have rolled back
want me to page them?
my laptop keeps rebooting, it's so annoying
brb coffee
haha yeah classic
happy friday :)
see you tomorrow
thanks all, great job
""".strip().splitlines()


def composed(settings: str, *messages: Message) -> tuple[TimelineEvent, ...]:
    told = evidence(*messages, people=(DEPLOYBOT,))
    return compose(told, read_settings(settings), composed_at=START).timeline.events


def one(settings: str, message: Message) -> tuple[bool, str]:
    (event,) = composed(settings, message)
    return event.in_main, event.why


@pytest.mark.parametrize("text", SAYS_SOMETHING)
def test_what_tells_of_the_incident_comes_up(text: str):
    assert weigh(text)[0], weigh(text)


@pytest.mark.parametrize("text", SAYS_NOTHING)
def test_what_tells_nothing_stays_in_the_log(text: str):
    assert not weigh(text)[0], weigh(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("checkout is down", 'says what is wrong ("is down"), speaks of the system ("checkout")'),
        ("ok rolled back", 'says what was done ("rolled back", "rolled")'),
        ("restart didn't help", 'says what came of it ("didn\'t help")'),
        ("turns out the cert expired", 'says what was found ("turns out"), says what is wrong ("expired")'),
        ("latency is at 40%, is that an error?", 'says what is wrong ("latency", "error"), gives a figure ("40%")'),
        ("ok", "an acknowledgement"),
        ("is it related to the failed deploy?", "a question"),
        (
            "I think it's slow",
            'an opinion ("think"), the writer ("i"); too little beside it: says what is wrong ("slow")',
        ),
        ("see you tomorrow", NOTHING),
    ],
)
def test_every_message_says_why_it_is_shown_or_not(text: str, why: str):
    (event,) = events(said("1", 0, text))

    assert event.why == why


def test_every_event_of_every_kind_has_a_reason():
    shown = events(
        alert("a", 0), log("t", 0, "triggered"), log("n", 1, "notified"), note("x", 2, "hm"), said("m", 3, "")
    )

    assert all(event.why for event in shown)


def test_a_message_names_what_the_incident_is_about():
    text = "so I restarted boskos"

    assert 'names what the incident is about ("boskos")' in events(said("1", 0, text), title="Boskos Outage")[0].why
    assert "boskos" not in events(said("1", 0, text), title="Outage")[0].why


def test_a_word_of_every_title_is_not_what_the_incident_is_about():
    (event,) = events(said("1", 0, "so I went out with Tom"), title="Trouble with checkout")

    assert (event.in_main, "about" in event.why) == (False, False)


def test_a_reason_repeats_nothing_that_could_be_active_elsewhere():
    (event,) = events(said("1", 0, "<img/onerror=x>: **db** <b>is</b> down [x](javascript:y) `z`"))

    assert not set("<>[]*`") & set(event.why)


def test_one_line_of_several_is_enough():
    text = (
        "hi all, sorry I am late\nwhat a morning, lol\nthe primary is down and writes are failing\nthanks for waiting"
    )
    (event,) = events(said("1", 0, text))

    assert event.in_main


def test_code_that_is_pasted_says_nothing_by_itself():
    (event,) = events(said("1", 0, "```\nerror: timed out, connection refused, 503\n```"))

    assert (event.in_main, event.why) == (False, NOTHING)


def test_a_message_sent_twice_comes_up_once_but_a_service_that_flaps_each_time():
    words = ["checkout is down", "checkout is down", "checkout is back up", "checkout is down"]
    shown = events(*(said(f"{place}", 60 * place, text) for place, text in enumerate(words)))

    assert [event.in_main for event in shown] == [True, False, True, True]
    assert shown[1].why == "a repeat of what was just said"


def test_the_same_words_of_somebody_else_or_an_hour_later_are_no_repeat():
    text = "checkout is down"
    shown = events(said("1", 0, text), said("2", 9, text, person_id="slack:UCARL"), said("3", 4000, text))

    assert [event.in_main for event in shown] == [True, True, True]


@pytest.mark.parametrize("text", ["joined #ops", "bea has joined #inc-1.", "left #ops"])
def test_joins_that_an_export_writes_as_text_are_housekeeping(text: str):
    (event,) = events(said("1", 0, text))

    assert (event.in_main, event.why) == (False, "channel housekeeping")


def test_an_emoji_of_the_settings_brings_a_message_up_or_leaves_it_in_the_log():
    settings = "timeline: {promote_emoji: [pushpin], hide_emoji: [':see_no_evil:']}"
    pin, monkey = Reaction(emoji="pushpin"), Reaction(emoji="see_no_evil")

    assert one(settings, said("1", 0, "hm", reactions=(pin,))) == (
        True,
        "marked with :pushpin: (timeline.promote_emoji)",
    )
    hidden = said("1", 0, "checkout is down", reactions=(monkey,))
    assert one(settings, hidden) == (False, "hidden by timeline.hide_emoji: :see_no_evil:")
    assert one(settings, said("1", 0, "hm", reactions=(monkey, pin)))[0]


def test_words_of_the_settings_are_whole_words_in_any_capitals():
    settings = "timeline: {promote_words: [Big Red Button], hide_words: [lunch]}"

    assert one(settings, said("1", 0, "the big  red button")) == (
        True,
        "promoted by timeline.promote_words: Big Red Button",
    )
    assert one(settings, said("1", 0, "LUNCH is down")) == (False, "hidden by timeline.hide_words: lunch")
    assert one(settings, said("1", 0, "lunchbox-api is down"))[0]


def test_words_of_the_settings_are_never_patterns():
    assert one("timeline: {hide_words: ['.*', 'c(', '[drill]']}", said("1", 0, "checkout is down"))[0]
    assert not one("timeline: {hide_words: ['[drill]']}", said("1", 0, "[drill] checkout is down"))[0]


def test_marks_go_before_words_and_promoting_before_hiding():
    settings = "timeline: {hide_emoji: [monkey], promote_words: [failover], hide_words: [drill]}"

    assert one(settings, said("1", 0, "failover drill"))[0]
    assert not one(settings, said("1", 0, "failover drill", reactions=(Reaction(emoji="monkey"),)))[0]
    assert one(settings, said("1", 0, "drill", is_pinned=True)) == (True, "pinned in Slack")


def test_what_was_deleted_stays_in_the_log_whatever_was_chosen():
    message = said("1", 0, "", is_deleted=True, reactions=(Reaction(emoji="pushpin"),))

    assert one("timeline: {promote_emoji: [pushpin]}", message) == (False, "deleted in Slack")


@pytest.mark.parametrize("name", ["argocd", "BDEPLOY", "slack:BDEPLOY"])
def test_a_trusted_bot_brings_up_its_deploys(name: str):
    deploy = said("1", 0, "checkout-api: deployment 1432 is live", person_id=DEPLOYBOT.id, is_bot=True)

    in_main, why = one(f"timeline: {{trusted_bots: ['{name}']}}", deploy)

    assert in_main
    assert why.endswith(f"by a bot that timeline.trusted_bots names: {name}")


def test_the_chatter_of_a_trusted_bot_and_all_of_another_stay_in_the_log():
    settings = "timeline: {trusted_bots: [ArgoCD]}"
    chatter = said("1", 0, "Have a nice weekend everybody", person_id=DEPLOYBOT.id, is_bot=True)

    assert not one(settings, chatter)[0]
    assert one(settings, bot_said("2", 0, "Deployed checkout-api", "QOTHER")) == (False, "a bot's message")


def test_a_word_that_promotes_and_hides_is_refused():
    with pytest.raises(SettingsError, match='promotes and hides "failover"'):
        read_settings("timeline: {promote_words: [failover], hide_words: [Failover]}")


def test_an_empty_word_is_refused():
    with pytest.raises(SettingsError, match="is empty"):
        read_settings("timeline: {hide_words: ['  ']}")


@pytest.mark.parametrize(
    "piece", ["a", " ", "\n", "error ", "`", "```", '"', "1.", ":", "down: ", "~ 1", "it's'", "ab\n"]
)
def test_a_message_ten_times_as_long_takes_about_ten_times(piece: str):
    short, long = (piece * (length // len(piece)) for length in (4_000, 40_000))

    assert _seconds(long) < 40 * _seconds(short), "a pattern that goes back and forth takes a hundred times"


def _seconds(text: str) -> float:
    """The least of five, of this process alone; what is too short to measure counts as 20 microseconds."""
    spent: list[float] = []
    for _ in range(5):
        began = process_time()
        weigh(text)
        spent.append(process_time() - began)
    return max(min(spent), 2e-5)

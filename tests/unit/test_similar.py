"""Which earlier incident is like this one, and on what ground: every reason is said in words."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from postmortem.similar import Traits, most_similar, words_of

AT = datetime(2026, 3, 1, tzinfo=UTC)


def traits(incident_id: str, text: str, **more: object) -> Traits:
    told = {"incident_id": incident_id, "title": text, "at": AT, "words": words_of([text])} | more
    return Traits.model_validate(told)


POOL = traits("Q1", "checkout pgbouncer pool exhausted, payments refused", service_id="PCHK")
CERTIFICATE = traits("Q2", "ledger certificate expired, mutual tls handshake refused", service_id="PLED")
DISK = traits("Q3", "kafka broker disk filled by retention", service_id="PKAF", alert_keys=("disk-full",))


def test_shared_rare_words_are_named_as_the_reason():
    now = traits("Q9", "pgbouncer pool on checkout saturated")
    (like,) = most_similar(now, [POOL, CERTIFICATE, DISK])
    assert like.incident_id == "Q1"
    assert like.reasons == ("both speak of checkout, pgbouncer, pool",)


def test_the_same_alert_is_reason_enough_and_named():
    now = traits("Q9", "consumer lag grows", alert_keys=("disk-full", "lag"))
    (like,) = most_similar(now, [POOL, CERTIFICATE, DISK])
    assert (like.incident_id, like.reasons) == ("Q3", ("the same alert fired (disk-full)",))


def test_the_same_service_is_a_reason_too():
    now = traits("Q9", "cart totals wrong", service_id="PCHK")
    (like,) = most_similar(now, [POOL, CERTIFICATE, DISK])
    assert (like.incident_id, like.reasons) == ("Q1", ("the same service",))


def test_an_incident_like_none_has_none():
    assert most_similar(traits("Q9", "elevator music too loud"), [POOL, CERTIFICATE, DISK]) == ()


def test_an_incident_is_not_like_itself():
    assert most_similar(POOL, [POOL]) == ()


def test_an_incident_that_came_later_is_no_past_one():
    later = POOL.model_copy(update={"at": AT + timedelta(seconds=1)})
    assert most_similar(traits("Q9", "pgbouncer pool on checkout saturated"), [later]) == ()


def test_hashes_and_ids_are_no_words():
    said = "rolled back 4fe21ab and a81bd3c0 on checkout-7d9f8b6c5 in us-east-1, id q1x9za77, k8s p99 of http2 pool"
    assert words_of([said]) == ("checkout", "http2", "k8s", "p99", "pool", "rolled", "us-east-1")


def test_words_of_every_incident_make_no_two_alike():
    one, other = (traits(name, "the service was down, errors for customers, resolved after restart") for name in "AB")
    assert most_similar(one, [other]) == ()


@given(st.permutations([POOL, CERTIFICATE, DISK, traits("Q4", "pool of checkout workers stuck", service_id="PCHK")]))
def test_the_order_in_which_they_are_kept_does_not_matter(others: list[Traits]):
    now = traits("Q9", "checkout pool stuck again", service_id="PCHK")
    assert [like.incident_id for like in most_similar(now, others)] == ["Q4", "Q1"]

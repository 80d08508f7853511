"""What must hold, whatever fails: after every call to the outside, and at rest when the faults have stopped.

The numbers are those of the list that the simulation is held to (facts: reliability, 3.3); a `Broken` names the one
that did not hold. 9 (canary secrets) and 11 (sentences of a model) have their own tests: nothing random bears on them.

     1  at most one Jira issue an action key, ever                      invariants_effects.py
     2  in the end exactly one an accepted item, or a reason            invariants_effects.py
     3  at most one document, page, announcement, note, upload, link    invariants_effects.py
     4  no byte that a person wrote is lost                             invariants_words.py
     5  nothing comes of what is forged or too old                      invariants_journeys.py
     6  something comes of everything that was accepted, or a reason    invariants_journeys.py
     7  the same document, in whichever order events arrived            invariants_words.py (`check_same_end`)
     8  the timeline is sorted, and every entry has its source          invariants_words.py
    10  what was said in private stays there                            invariants_words.py
    12  no write is unclear for long without anybody being told         invariants_effects.py
    13  a journey that is run again asks for the same steps             invariants_journeys.py
    14  no storms of requests, and none inside a Retry-After            invariants_calls.py
    15  the document shows what Jira says of its issues                 invariants_words.py
    16  one journey at a time works on an incident (ours)              invariants_leases.py
    17  every writing outside has its record (ours)                    invariants_audit.py

A story says what only it knows: `household.witness.wrote(where, text)` when a person writes, `took_back(text)` when it
is deleted, and a word that begins with "canary-" in what is said in a private channel.
"""

from datetime import datetime, timedelta

from tests.simulation import invariants_audit as audit
from tests.simulation import invariants_calls as calls
from tests.simulation import invariants_effects as effects
from tests.simulation import invariants_journeys as journeys
from tests.simulation import invariants_leases as leases
from tests.simulation import invariants_words as words
from tests.simulation.broken import Broken
from tests.simulation.household import Household
from tests.simulation.invariants_words import check_same_end

__all__ = ["Broken", "check_always", "check_at_rest", "check_same_end", "rests_by"]

AT_REST_WITHIN = timedelta(minutes=15)
"""After the faults have stopped, and after the last moment at which a vendor asked to be left alone."""


def check_always(household: Household) -> None:
    """What holds at any moment. Cheap: it is asked after every call, and looks only at what is new."""
    calls.check(household)
    effects.check_new(household)
    words.check_new(household)
    journeys.check_new(household)
    leases.check_new(household)


def check_at_rest(household: Household) -> None:
    """What holds once everything has come to rest, `rests_by` after the faults have stopped."""
    check_always(household)
    journeys.check_at_rest(household)
    effects.check_at_rest(household)
    words.check_at_rest(household)
    audit.check_at_rest(household)


def rests_by(household: Household) -> datetime:
    """By when everything is done or visibly parked, if nothing fails from now on."""
    now, hint = household.clock.now(), household.witness.latest_hint
    return max(now, hint or now) + AT_REST_WITHIN

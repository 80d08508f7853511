"""What somebody says about a cause: whether they suspect, state, confirm, doubt or rule out. Only their words
decide."""

import re
from typing import Literal

from postmortem.sections.mood import asks, hopes, plans, says_nobody_knows
from postmortem.sections.sentences import CHANGE_LINK
from postmortem.sections.vocabulary import CHANGES, FAULTS, PARTS, RECOVERS, TROUBLE

Stance = Literal["hypothesis", "finding", "confirmed", "ruled out", "doubt", "agreed"]

# Words that suspect by themselves.
_SUSPECTS = re.compile(
    r"\b(?:suspect(?:s|ed|ing)?|suspicion|suspicious of|hunch|(?:my|our|best|current|working|first|"
    r"another) (?:best |current |working )?"
    r"(?:guess|theory|theories|bet|hypothesis|suspicion)|guess (?:is|it'?s|would be)|theory (?:is|that)|theory:|"
    r"hypothesis:?|"
    r"could (?:it|that|this) (?:be|have been)|might (?:it|that|this) (?:be|have been)|i wonder (?:if|whether)|"
    r"wondering (?:if|whether)|"
    r"if i had to guess|(?:i|we) (?:reckon|bet)|possibly (?:maybe )?(?:related|caused|due|because)|would explain|"
    r"could explain|"
    r"might explain|smells? (?:like|of)|prime suspect|(?:likely|probable|possible|potential) (?:root )?(?:cause|"
    r"culprit|reason))\b"
)
# Words that make a statement of a cause a suspicion.
_HEDGE = re.compile(
    r"\b(?:maybe|perhaps|possib(?:ly|le)|probabl[ey]|(?<!un)likely|might|may (?:be|have)|could (?:be|have)|"
    r"must (?:be|have been)|"
    r"i (?:think|guess|believe|assume|suppose|feel)|i'm (?:thinking|guessing)|imo|seems?|seemingly|looks? (?:like|"
    r"to be|related|as if)|looking like|"
    r"appears?|apparently|presumably|sounds like|feels like (?:a|an|the)|(?:everything|all|it|this|that|logs?|"
    r"graphs?|evidence|which|traces?|metrics?) (?:\w+ )?point(?:s|ing)? (?:to|at)|"
    r"not (?:100 ?%|entirely|fully) (?:sure|certain)|"
    r"suggest(?:s|ing))\b"
)
_HEDGED_PART = re.compile(
    rf"\b(?:maybe|perhaps|possibly|probably|most likely|likely|might be|may be|could be|must be|could have been|"
    rf"might have been|"
    rf"must have been|(?:i|we) (?:think|guess|believe|assume|suppose)|seems? (?:like|to be)|looks? (?:like|to be)|"
    rf"sounds like|smells like|imo)"
    rf"(?: (?!(?:done|ok|fine|good)\b)[\w'-]{{1,20}}){{0,4}}? (?:{PARTS})\b"
)
# A cause is stated outright.
_CAUSE = re.compile(
    r"\b(?:root cause|caus(?:e|ed|es|ing) (?:by|the|a|an|this|that|it|was|is|of|all|our|some|most|every)|(?:was|"
    r"were|is|got) caused|cause:|"
    r"turn(?:s|ed) out|culprit|(?:was|were|got|bug|it|regression|which|been|first) introduced|introduced (?:in|by|"
    r"with)|"
    r"(?:broken|triggered|hit|overloaded|overwhelmed|blocked|killed) by|"
    r"(?:the|that|this|a|which|update|deploy|release|upgrade|change|migration|commit|it) (?:broke|regressed)|"
    r"(?:a|the|known|same|nasty|hidden|this) (?:regression|bug)|regression (?:in|from)|bug (?:in|from)|"
    r"correlates? with|stems? from|amplified|compounded|contribut(?:ed|ing|es) to|"
    r"that(?: would)? explains?|explains (?:why|the|it|this|everything)|"
    r"(?:the|main|real|actual) reason|reason (?:is|was|for|why)|reason:|(?:started|began|stopped|broke|failing|"
    r"happening|happens|since|down) (?:right |only |just )?"
    r"(?:with|after|since|when) (?:the|our|that|this|yesterday'?s|today'?s|a|we|i|migration|deploy\w*|upgrad\w*|"
    r"updat\w*|release|v?\d)|"
    r"went from \S{1,30} to|chang(?:ed|es) (?:its|from)|(?:was|were|is|are) (?:never|not) (?:set|renewed|"
    r"configured|deployed|rotated|committed|applied|initiali[sz]ed)|"
    r"fall(?:s|ing)? back to|fell back to|default(?:s|ed|ing) to|due to|owing to|as a result of|result of|"
    r"because of|thanks to the|"
    r"changelink\0* (?:\w+ )?(?:bumped|changed|introduced|broke|added|removed|switched|reduced|raised|dropped|"
    r"renamed)|related to|has to do with|had to do with)\b"
)
_THE_PROBLEM_IS = re.compile(
    r"\b(?:problem|issue|cause|trouble|failure|outage|error) (?:is|was|were|are|comes|came|lies|"
    r"seems to be)(?: (?:in|with|from|on|at|that|because|the|an?|our|some))+ (?!same\b)\S"
)
_BECAUSE = re.compile(r"\b(?:because|bc|cuz|'cause|(?:that|this|which)(?:'s| is) why)\b")
_CONFIRMS = re.compile(
    r"\b(?:(?<!un)(?<!not )(?<!to )(?:confirmed|verified|reproduced)(?! by (?:the )?(?:customer|user)s?)|(?:can|"
    r"could) (?:confirm|reproduce)|confirms? (?:that|it|the|our|this)|"
    r"confirming|indeed|that'?s it|that was it|that is it|definitely|bingo|found it|found the (?:problem|issue|"
    r"cause|bug|culprit)|"
    r"checks out|proven|proves|completes the (?:story|picture)|nailed it|logs? (?:also )?(?:show|"
    r"shows|indicate|confirm|prove)s?|"
    r"(?:it|that|this) (?:really |actually |in fact )?(?:was|is)(?: (?:really|actually|in fact|indeed))? (?:the|a|"
    r"an|our|because|due)|"
    r"it'?s (?:definitely|really|indeed|actually|in fact))\b"
)
_NOT_WHAT = (
    r"(?! (?:first|last|end|same|only|best|right|time|point|big|good|great|worst|blocker|priority|emergency|case|"
    r"way|whole|full|answer)\b)"
)
_NAMED = (
    r"(?: (?:the|a|an|our|this|that(?! (?:i|we|it|bad|much|many|easy|simple|big|often)\b)|their|my|your)\b"
    rf"{_NOT_WHAT}| (?:because|due|caused|related|from)\b| (?:{PARTS}|{CHANGES})\b)"
)
_REFUTES = re.compile(
    rf"\b(?:rul(?:e|es|ed|ing) (?:\S{{1,30}} ){{0,5}}?out|red herring|false (?:lead|trail)|dead end|exonerat\w+|"
    rf"disprov\w+|debunk\w+|(?:just|a|was) coincidence|"
    rf"(?:that|it|this)(?:'s| is| was) not it\b|unrelated(?= to\b|[.,;!)]|\s*\Z)|"
    rf"(?:not|isn'?t|wasn'?t|aren'?t|weren'?t) (?:\w+ ){{0,2}}?(?:related|caused by|due to|because of|"
    rf"the (?:root )?(?:cause|culprit|problem|issue|reason)|to do with)|"
    rf"(?:it|this|that|cause|problem|issue|culprit|reason)(?:'s| is| was| were)(?: (?:definitely|probably|likely|"
    rf"clearly|certainly|apparently|just|really))? not{_NAMED}|"
    rf"(?:is|was|are|were)n'?t (?:it\b|that\b){_NOT_WHAT}|(?<!there )(?:is|was|are|were)n'?t{_NAMED}|"
    rf"can(?:'?t|not) (?:be|have been){_NAMED}|could(?:n'?t| not) (?:be|have been){_NAMED}|"
    rf"nothing to do with|no (?:correlation|relation|link|connection) (?:with|to|between)|(?:does|did)(?:n'?t|"
    rf" not) (?:explain|match|line up|add up|correlate)|"
    rf"timing (?:is|was|'s|does|seems)? ?(?:\w+ )?(?:off|wrong|n't match|not match))\b|"
    rf"\A\W*(?:(?:no|nope|nah|negative)\b\W{{0,4}})?(?:it'?s |that'?s |so |but |and )?not{_NAMED}|"
    rf"\bnot{_NAMED}[\s.!]*\Z|, not{_NAMED}"
)
_STARTS_WITH_A_HEDGE = re.compile(r"\A\W*(?:maybe|perhaps|possibly|probably|could be|might be)\b")
_IN_THE_END = re.compile(
    r"\b(?:turn(?:s|ed) out|it was (?:the|a|an|our)|root cause (?:is|was|:)|root cause:|found (?:it|the))"
)
_POSITIVE_AFTER = re.compile(
    r"(?:[,;:]|\s[–—-]) *(?:but |and |so )?((?:(?:it|that|this|cause|problem|root cause|culprit)(?:'s| is| was)|"
    r"turn(?:s|ed) out) .+)"
)
_AGREES = re.compile(
    r"\A\W*(?:yes|yep|yup|yeah|correct|exactly|right|indeed|plausible|makes sense|same (?:conclusion|here)|agreed)\b"
)
_DENIES = re.compile(r"\A\W*(?:no|nope|nah|negative)\b")
_OTHER_WAY = re.compile(
    r"\b(?:don'?t|do not|doesn'?t|didn'?t) (?:think|believe|look|seem|suspect|feel|appear)|\bunlikely\b|"
    r"\bdoubt(?:s|ful)?\b|\btiming\b"
)
_THING = re.compile(rf"\b(?:{PARTS}|{CHANGES}|{CHANGE_LINK}|{FAULTS})\b")
_FAULT = re.compile(rf"\b(?:{FAULTS})\b")
_CHANGE = re.compile(rf"\b(?:{CHANGES}|{CHANGE_LINK})\b")
_WHEN = re.compile(r"\b(?:when|after|since|as soon as)\b")
_THANKS = re.compile(r"\A\W*(?:(?:many |big )?thanks|thank you|thx|kudos|props|great|nice|good) ")
_TROUBLE = re.compile(rf"\b(?:{TROUBLE})\b")
_RECOVERS = re.compile(rf"\b(?:{RECOVERS})\b")
_SHORT = 8  # words of an answer that says yes or no and no more


def stance_of(plain: str) -> Stance | None:
    """How a sentence (as rules read it) stands to a cause; None where it speaks of none, asks or plans."""
    suspects = bool(_SUSPECTS.search(plain))
    if says_nobody_knows(plain) or (asks(plain) and not (suspects or _doubts_in_a_question(plain))):
        return None
    if (plans(plain) and not suspects) or _THANKS.search(plain):
        return None
    if _REFUTES.search(plain) or _OTHER_WAY.search(plain):
        return _refutation(plain)
    if suspects:
        return "hypothesis"
    return _statement(plain)


def answers_only(plain: str) -> Stance | None:
    """A yes, a no or a "confirmed" that says of nothing what it speaks of."""
    if asks(plain) or plans(plain) or len(plain.split()) > _SHORT or _RECOVERS.search(plain):
        return None
    if _CONFIRMS.search(plain):
        return "confirmed"
    if _AGREES.search(plain):
        return "agreed"
    return "doubt" if _DENIES.search(plain) and len(plain.split()) <= 3 else None


def names_a_cause(plain: str) -> bool:
    """Whether it can stand alone: it names a cause, a fault or a change, beside saying yes or no."""
    return bool(_CAUSE.search(plain) or _THING.search(plain) or _THE_PROBLEM_IS.search(plain))


def states_a_cause(plain: str) -> bool:
    """Whether it says what came of what, or names a fault; a state that somebody verified is no cause."""
    return bool(_CAUSE.search(plain) or _FAULT.search(plain) or _THE_PROBLEM_IS.search(plain))


def split_refutation(plain: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """ "an optic, not the gateway", "not the gateway, it was an optic": where it states, and where it refutes."""
    refuted = _REFUTES.search(plain)
    if refuted is None or asks(plain) or plans(plain) or hopes(plain) or _HEDGE.search(plain):
        return None
    before, after = plain[: refuted.start()], _POSITIVE_AFTER.search(plain, refuted.end())
    if after:
        return (after.start(1), len(plain)), (0, after.start())
    is_aside = refuted.group().startswith(", ") or before.rstrip().endswith((",", ";", ":", "-", "–", "—"))
    is_stated = len(before.split()) > 2 and (names_a_cause(before) or _TROUBLE.search(before))
    return ((0, refuted.start()), (refuted.start(), len(plain))) if is_aside and is_stated else None


def tells_what_it_was(plain: str) -> bool:
    """Whether a finding says what it was in the end, and so may answer a hypothesis."""
    return bool(_IN_THE_END.search(plain))


def _doubts_in_a_question(plain: str) -> bool:
    """ "maybe the pool?" is a hypothesis with a mark; "is it the pool?" is a question."""
    return bool(_STARTS_WITH_A_HEDGE.search(plain) and _THING.search(plain))


def _refutation(plain: str) -> Stance | None:
    if _RECOVERS.search(plain) and not _CAUSE.search(plain):
        return None
    if not _REFUTES.search(plain):
        return "doubt" if names_a_cause(plain) or "timing" in plain else None
    is_sure = not (_HEDGE.search(plain) or hopes(plain) or "timing" in plain)
    return "ruled out" if is_sure else "doubt"


def _statement(plain: str) -> Stance | None:
    """Stated or hedged; a state that got better is neither."""
    is_cause = bool(
        _CAUSE.search(plain) or _THE_PROBLEM_IS.search(plain) or (_BECAUSE.search(plain) and _is_of_the_system(plain))
    )
    if _RECOVERS.search(plain) and not is_cause:
        return None
    if _HEDGE.search(plain):
        is_named = is_cause or _FAULT.search(plain) or _CHANGE.search(plain) or _HEDGED_PART.search(plain)
        is_named = is_named or (_WHEN.search(plain) and _TROUBLE.search(plain))
        return "hypothesis" if is_named else None
    if _CONFIRMS.search(plain) and (is_cause or _THING.search(plain)):
        return "confirmed"
    return "finding" if is_cause or _FAULT.search(plain) else None


def _is_of_the_system(plain: str) -> bool:
    return bool(_THING.search(plain) or _TROUBLE.search(plain))

"""Words that blame, and what to write instead. Deterministic: a phrase, its reason, and a better wording.

After the blameless guides of the field: etsy.com/codeascraft/blameless-postmortems, and PagerDuty's and Google's
pages on blameless postmortems (postmortems.pagerduty.com/culture/blameless, sre.google/sre-book/postmortem-culture;
read 2026-11-21). What people said is quoted, never rewritten: in a quotation the same words are a note.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from postmortem.lint.finding import Finding, Rule


class Phrase(NamedTuple):
    """A rule in words: `found` matches, `why` and `better` are said."""

    rule: Rule
    found: re.Pattern[str]
    why: str
    better: str


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


_ROLE = r"(?:team|developer|engineer|operator|user|admin|reviewer|colleague|human)"
_PEOPLE = (
    r"I|we|he|she|they|you|somebody|someone|nobody|anyone|everyone|people|engineers?|developers?|devs?|operators?|"
    r"users?|responders?|reviewers?|admins?|sres?|on-?calls?|colleagues?|the team|teams?|(?-i:[A-Z][a-z]{2,})"
)
_NOT_DONE = (
    r"forgot|failed to|neglected to|omitted to|overlooked|ignored|did(?:n['’]?t| not) (?:bother|think|care|check|"
    r"notice|test|read|follow|pay attention|realise|realize)|was(?:n['’]?t| not) paying attention|"
    r"messed up|screwed up|botched|fat-?fingered|wrongly assumed|assumed wrongly|made an? (?:\w+ )?mistake|was at fault"
)
# A participle after "have": "should have alerting" is a wish for the future, "should have alerted" is not.
_PARTICIPLE = (
    r"(?:not |never |also |at least |already |probably |really |only |just |then )*(?:been|had|done|gone|known|seen|"
    r"caught|thought|taken|made|given|got(?:ten)?|found|held|kept|left|read|run|sent|set|shown|told|written|begun|"
    r"broken|built|come|felt|paid|put|said|sought|spoken|understood|used|drawn|driven|fallen|forgotten|risen|woken|"
    r"\w{2,}ed)"
)

PHRASES: tuple[Phrase, ...] = (
    Phrase(
        "human-error",
        _words(
            r"(?:human|operator|user|engineer(?:ing)?|developer|manual|pilot|admin\w*)(?:['’]s)? "
            r"(?:error|mistake|failure)s?|errors? (?:by|of) (?:an? |the )?(?:human|operator|engineer|developer|user)s?"
        ),
        "“human error” ends the search where it should begin: the same slip will happen to the next person",
        "say what made the action look right at that moment, and what let its effect through",
    ),
    Phrase(
        "blame",
        _words(rf"(?:{_PEOPLE}) (?:\w+ly |also |just |simply )?(?:{_NOT_DONE})"),
        "it judges a person by what they did not do, and does not say what they did see and do",
        "say what was visible then, and which check, default or alert was missing: “the tool gave no warning that …”",
    ),
    Phrase(
        "blame",
        _words(
            r"careless(?:ly|ness)?|negligen(?:t|ce|tly)|incompeten(?:t|ce)|sloppy|sloppiness|stupid(?:ly|ity)?|lazy|"
            r"laziness|reckless(?:ly)?|irresponsible|thoughtless(?:ly)?|inexcusable|idiot\w*|lack of (?:care|attention|"
            r"discipline)|poor judg(?:e)?ment|bad decision"
        ),
        "it judges a person, which no fix can follow from",
        "describe the action and the conditions around it, without an adjective",
    ),
    Phrase(
        "blame",
        _words(
            r"(?:to|is|are|was|were) (?:to )?blame|blam(?:ed|ing)|culprit was (?-i:[A-Z][a-z]+)|"
            r"(?:\w+['’]s|his|her|their|my|our|your) (?:fault|mistake|error)|"
            rf"(?:mistakes?|errors?) (?:made )?by (?:(?-i:[A-Z][a-z]+)|the {_ROLE}s?|an? {_ROLE})|"
            r"accidentally|by accident|by mistake|(?:was|is) an? mistake|"
            r"(?:this|that|the) mistake|(?:was|been) forgotten"
        ),
        "it looks for somebody who is guilty; a postmortem looks for conditions",
        "say what happened and what allowed it: “the command ran on all machines; nothing asked for a confirmation”",
    ),
    Phrase(
        "counterfactual",
        _words(
            rf"(?:should|could|ought to|must)(?:n['’]?t| not| never)? (?:\w+ly )?(?:have|of) {_PARTICIPLE}(?! an? )|"
            rf"(?:should|could)['’]?ve {_PARTICIPLE}(?! an? )|but should(?:n['’]t| not)? have|if only|"
            r"had (?:we|they|he|she|someone) (?:only )?\w+ed|"
            r"would(?: not|n['’]t)? have (?:\w+ly )?(?:been )?(?:avoided|prevented|caught|noticed|avoidable|happened)|"
            r"(?:was|were|been|is) (?:easily |entirely )?(?:avoidable|preventable)"
        ),
        "it tells of something that did not happen, and explains nothing about what did",
        "say what did happen and why it made sense then; put the wish into an action item",
    ),
    Phrase(
        "hindsight",
        _words(
            r"in hindsight|with hindsight|in retrospect|obviously|of course|clearly should|as (?:everyone|everybody) "
            r"knows|common sense|should have known|never again"
        ),
        "it judges with what is known now; nobody knew it then",
        "say what was known at that moment, with its time and source",
    ),
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|`[^`]*`")


def check_words(text: str, line: int) -> Iterator[Finding]:
    """Every phrase in one stretch of text. Words inside quotation marks are somebody's: a note, not a mistake."""
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    taken: list[tuple[int, int]] = []
    for phrase in PHRASES:
        for match in phrase.found.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            is_quote = any(start <= match.start() and match.end() <= end for start, end in quoted)
            yield _finding(phrase, match[0], line, is_quote=is_quote)


def _finding(phrase: Phrase, words: str, line: int, *, is_quote: bool) -> Finding:
    better = (
        "these are somebody's words: leave them as they are, or quote another sentence of theirs"
        if is_quote
        else phrase.better
    )
    return Finding(line=line, rule=phrase.rule, words=words, why=phrase.why, better=better, is_note=is_quote)

"""What a sentence says about the impact: whom it hit, what it cost, how long, how bad.

It decides the heading only; the sentence itself is quoted, so "no data was lost" stays a denial. Sentences come as
`Sentence.plain` gives them.
"""

import re
from typing import NamedTuple

from postmortem.sections.headings import BUSINESS, DATA, DOWNTIME, OVER_TIME, USERS

# "Paying customers", "half of the Frankfurt office"; parts of a system that are called so are not meant.
_PARTIES = (
    r"customers|(?:a|one|the|each|every) customer|users|(?:a|one|each|every) user|clients|merchants?|tenants|"
    r"visitors|shoppers|buyers|sellers|subscribers|players|students?|"
    r"teachers?|patients?|guests|passengers|partners|viewers|developers|contributors|employees|colleagues|offices?|"
    r"accounts|organi[sz]ations|workspaces|people|everyone|everybody|nobody|no one|the public|citizens|residents|"
    r"class(?:es)?|schools?|hospitals?|stores|branches|regions?|countries|[a-z]{2,20} teams"
)
_HARM = (
    r"can(?:no|')?t|can not|couldn't|could not|unable|not able|not working|fail(?:s|ed|ing|ures?)?|errors?|"
    r"[45]\d\ds?(?! ?(?:ms|%|s|sec\w*|min\w*|[kmg]?b|k|m)\b)|"
    r"slow(?:er|ly|ness)?|down|offline|block(?:ed|ing)|affect(?:s|ed|ing)|impact(?:s|ed|ing)|degraded|degradation|"
    r"lost|"
    r"losing|complain(?:s|ed|ing|ts?)?|report(?:s|ed|ing|s that)?|stuck|time(?:s|d)? ?out|timing out|timeouts?|"
    r"locked out|logged out|kicked out|missing|unavailable|inaccessible|unreachable|broken|crash(?:es|ed|ing)?|"
    r"hangs?|"
    r"hung|hanging|wait(?:s|ed|ing)?|delay(?:s|ed)?|charged (?:\S+ ){0,4}twice|blank|white screens?|"
    r"empty (?:pages?|screens?)|double[- ]charged|disconnect(?:s|ed)?|drop(?:s|"
    r"ped)|"
    r"refused|reject(?:s|ed)|out of stock|queu(?:e|ed|eing|ing)|interrupted|interruption|unusable|"
    r"without (?:access|service)|pending|breach(?:ed|es)?|missed|violated"
)
_RELIEF = (
    r"fine|unaffected|recovered|no longer|did not notice|didn't notice|(?:works?|working|ok(?:ay)?|back|"
    r"normal) again|"
    r"back (?:to normal|online|up)|able to|no impact"
)
_ACTS = (
    r"attempts?|log-?ins?|sign-?(?:ins?|ups?)|sessions?|uploads?|downloads?|requests?|page ?(?:loads|views)|calls?|"
    r"searches|messages|e-?mails|notifications|jobs?|builds?|tests?|runs?|prs?|pull requests?|connections?|"
    r"redemptions?|reservations?|submissions?|registrations?|deliveries|spawns?|failures"
)
_NUMBER = (
    r"(?<![\w.:/-])[~≈<>]?\d[\d.,]*\+?(?![\d:/]|-\w) ?(?:%|percent|k\b|m\b|million|thousand)?|"
    r"\b(?:half|a third|a quarter|two thirds|one (?:in|out of) \w+|every (?:second|third|fourth|fifth|tenth|other|"
    r"single)|"
    r"dozens|hundreds|thousands|millions|most|majority|all|every|none|two|three|four|five|six|seven|eight|nine|ten)\b"
)
_TRADE = (
    r"revenue|sales|orders|payments?|transactions?|checkouts?|bookings?|invoices?|purchases?|refunds?|charge-?backs?|"
    r"subscriptions|payouts?|settlements?|trades|shipments?|slas?|slos?|error budget|contracts?|penalt(?:y|ies)|"
    r"service credits|compliance|regulators?|reputation|(?:support|customer) (?:tickets?|calls|requests)|"
    r"support queue|"
    r"tickets|payroll|donations|exams?|deadlines?"
)
_MONEY = (
    r"[$€£¥₹] ?\d[\d.,]*(?:k|m|bn)?|\d[\d.,]* ?(?:k|m|bn|million|thousand)? ?(?:usd|eur|gbp|chf|dollars|euros|"
    r"pounds)\b"
)
_MONEY_WENT = r"lost|loss(?:es)?|cost(?:s|ing)?|revenue|refund\w*|missed|worth|paid|charged|sales"
_STATE_DOWN = (
    r"(?:is|are|was|were|been|be|went|gone|go(?:es)?|completely|fully|totally|hard) (?:all |completely |fully |"
    r"hard )?down\b"
    r"(?! (?:to|by|from|from|the|a)\b)|downtime|outage|offline|unavailable|unreachable|inaccessible|unresponsive|"
    r"died|dead|unusable|degraded|not (?:responding|reachable|available)|(?:out of|no) service"
)
_DOWN = r"(?:down|dead|offline|unavailable|unreachable|inaccessible|unresponsive|unusable|degraded)\b(?! (?:to|by)\b)"
_HOW = r"(?:completely|all|fully|hard|now|totally|still|again|to|be|have|gone|been|also|currently|partly|partially)"
_SPAN = (
    r"(?:since|from|for|until|till|between|at|before|around|after|lasted|by|of)\b[^.;]{0,24}?(?:\d|midnight|noon|"
    r"morning|"
    r"evening|night|yesterday|minutes?|hours?|days?)|\d ?(?:min\b|mins\b|minutes?|h\b|hours?|hrs?\b|days?)"
)
_RECORDS = (
    r"data|rows?|records?|files?|backups?|documents?|messages|events|orders|transactions|writes|updates|commits|"
    r"history|"
    r"tables?|objects|snapshots?|uploads?|entries|replicas?|everything|nothing|anything|results|writes|volumes?|"
    r"buckets?"
)
_LOSS = (
    r"lost|losing|corrupt(?:ed|ion)?|wiped|overwritten|truncated|missing|leaked|exposed|exfiltrated|breached|stale|"
    r"inconsistent|unrecoverable|intact|consistent|preserved|safe|dropped|gone|duplicated|"
    r"(?:were|was|been|got|are|is|accidentally) (?:deleted|removed)"
)
_LOST = r"lost|lose|losing|corrupted|leaked|exposed|wiped|missing|dropped"
_HIT = r"failed|stuck|affected|blocked|dropped|broken|rejected"
_FAILS = r"fails?|failed|failing|errors?|timed? out|breaks?"
_SEEN = r"seeing|see|sees|getting|hitting|happening|happens|failing|fails|broken|affects|affecting|hits|down"
_IS = r"is|are|was|were|been|went|gone|seems?|looks?|completely|fully|totally"
_NOT_DATA = (
    r"(?! (?:the |our |its |all |my )?(?:connection|connectivity|contact|quorum|leader|access|power|track|sight|"
    r"heartbeats?|network|visibility|time|link))"
)
_RATES = (
    r"errors?|error rates?|failure rates?|failures?|latency|latencies|p\d\d(?:\.\d+)?|[a-z0-9]+ rates?|"
    r"response times?|throughput|"
    r"success rates?|availability|timeouts?|packet loss|5xxs?|4xxs?|[45]\d\ds?|backlog|queue (?:depth|length|"
    r"size)|lag|behind|"
    r"load times?|drop rate|retries|requests per second"
)
_MEASURE = (
    r"(?<![\w.:/-])\d[\d.,]* ?(?:%|percent|ms\b|s\b|secs?\b|seconds?|min\b|mins\b|minutes?|h\b|hours?|x\b|times\b|/s|"
    r"per (?:second|minute|hour)|a (?:second|minute|hour)|rps\b|qps\b|k\b)|"
    r"\b(?:at|to|near|is|are) (?:zero|none|0)\b|\b\d[\d.,]* ?(?:->|→|=>) ?\d"
)
_RANKED = r"\b(?:p|sev|severity|s|priority)[ -]?[0-5]\b"
_RANKING = (
    r"\b(?:call(?:ing|ed)?|declar(?:e|ed|ing)|rais(?:e|ed|ing)|upgrad(?:e|ed|ing)|downgrad(?:e|ed|ing)|mak(?:e|"
    r"ing)|this is|now|bump(?:ed|ing)?|lower(?:ed|ing)?)\b"
)

# What might have been, and what is to be prevented, did not happen.
_NOT_SO = re.compile(
    r"\b(?:if|in case|unless|whether|make sure|to avoid|to prevent|avoid(?:s|ing)|prevent(?:s|ing|ed)?|so that|"
    r"will be|expected|scheduled|estimated|worst case|might have|could have|would have|would be|would|risk(?:s|"
    r"ing)?|dry[- ]run|next time|should|need to|"
    r"alert(?:s|ing)? (?:on|for)|dashboard|runbook|test case)\b|\A\W*(?:action|todo|action item|ai|follow-?up)\s*:"
)


def _both(one: str, other: str, within: int = 80) -> str:
    """Either before the other, not far from it, in one sentence."""
    first, second = rf"(?<![\w-])(?:{one})(?![\w-])", rf"(?<![\w-])(?:{other})(?![\w-])"
    return rf"(?:{first}.{{0,{within}}}?{second}|{second}.{{0,{within}}}?{first})"


class _Rule(NamedTuple):
    """`weight` orders the sentences under one heading when not all can be shown."""

    group: str
    words: re.Pattern[str]
    weight: int


# The first that fits decides.
_RULES = tuple(
    _Rule(group, re.compile(words), weight)
    for group, words, weight in (
        (DATA, r"\b(?:data[- ]?(?:loss|leak|breach|corruption|integrity)|loss of data|split[- ]brain)\b", 3),
        (DATA, rf"\b(?:{_RECORDS})\b.{{0,60}}?\b(?:{_LOSS})\b", 2),
        (DATA, rf"\b(?:{_LOST})\b{_NOT_DATA}.{{0,30}}?\b(?:{_RECORDS})\b", 2),
        (DATA, r"\b(?:customer|user|personal|private|sensitive|patient|card) data\b", 2),
        (DATA, r"\bno \w{1,20} (?:was|were|is|are|got|has been|have been) (?:lost|leaked|exposed|corrupted)\b", 2),
        (DOWNTIME, rf"(?:{_STATE_DOWN})\b.{{0,40}}?(?:{_SPAN})|(?:{_SPAN}) (?:of )?(?:{_STATE_DOWN})", 3),
        (USERS, _both(_PARTIES, f"{_HARM}|{_RELIEF}"), 2),
        (BUSINESS, _both(_MONEY, _MONEY_WENT), 3),
        (BUSINESS, _both(_TRADE, f"{_HARM}|{_RELIEF}|(?:go|goes|going|went) through"), 1),
        (USERS, rf"(?:{_NUMBER})(?: \w[\w'-]*){{0,4}}? (?:{_ACTS})\b.{{0,60}}?(?<!\w)(?:{_HARM})(?!\w)", 2),
        (USERS, rf"(?:{_NUMBER})(?: [\w'-]+){{0,2}} (?:{_HIT}) (?:{_ACTS})\b", 3),
        (USERS, rf"\b(?:every|all|each|most|half(?: of)?)\b(?: [\w'-]+){{1,3}} (?:{_FAILS})\b", 2),
        (USERS, r"(?<![\w.])\d[\d.,]* (?:\w+ ){0,2}failures\b", 1),
        (OVER_TIME, _both(_RANKING, _RANKED, 30), 3),
        (OVER_TIME, r"(?<![\w.])\d[\d.,]* ?(?:%|percent) of (?:all |the |our )?[a-z]{3}", 2),
        (OVER_TIME, _both(_RATES, _MEASURE, 30), 1),
        (DOWNTIME, rf"\b(?:{_IS})(?: {_HOW}){{0,3}}? (?:{_DOWN})|\bdied\b", 1),
        (USERS, r"\bimpossible to \w+|\bnobody (?:can|could)\b", 2),
        (USERS, r"\b(?:no|without|minimal|little|zero|customer|user)[- ](?:customer |user )?(?:facing )?impact\b", 2),
        (USERS, r"\bimpact (?:is|was|limited)\b", 2),
        (USERS, rf"\b(?:{_SEEN})(?: (?:this|that|it|them|these))? (?:on|for|in|across)? ?(?:all|every|most|many)\b", 2),
        (USERS, rf"\b(?:none|few|some|many|most|all|half) of (?:our|the|their) (?:[\w-]+ )?(?:{_PARTIES})\b", 2),
    )
)  # fmt: skip
_COUNTS = re.compile(_NUMBER)
_CUSTOMERS = re.compile(rf"\b(?:{_PARTIES})\b")


class ImpactFound(NamedTuple):
    group: str
    weight: int


def find_impact(plain: str) -> ImpactFound | None:
    """What a plain sentence says about the impact, if it does; what only might be is none."""
    if _NOT_SO.search(plain):
        return None
    rule = next((rule for rule in _RULES if rule.words.search(plain)), None)
    return ImpactFound(rule.group, rule.weight + has_figure(plain)) if rule else None


def has_figure(plain: str) -> bool:
    return bool(_COUNTS.search(plain))


def names_a_party(plain: str) -> bool:
    """Whether it tells of customers, users or others who depend on the service."""
    return bool(_CUSTOMERS.search(plain))


_FIELD_GROUPS = (
    (DATA, re.compile(r"\bdata\b(?!cent|base)|\brecords?\b", re.IGNORECASE)),
    (DOWNTIME, re.compile(r"\b(downtime|outage|duration|unavailab\w+)\b", re.IGNORECASE)),
    (BUSINESS, re.compile(r"\b(business|revenue|cost|money|sla|slo|financial\w*|orders?|payments?)\b", re.IGNORECASE)),
    (
        USERS,
        re.compile(
            rf"\b(customers?|users?|{_PARTIES}|audience|impact\w*|affected|scope|reach|environment|region)\b",
            re.IGNORECASE,
        ),
    ),
    (OVER_TIME, re.compile(r"\b(severity|sev|priority|urgency|rating)\b", re.IGNORECASE)),
)


def group_of_field(name: str) -> str | None:
    """Where a custom field of this name belongs; None where its name tells of no impact."""
    return next((group for group, words in _FIELD_GROUPS if words.search(name.replace("_", " "))), None)

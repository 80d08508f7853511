"""What people say came of something: it helped, it made things worse, it made no difference. Only their words
decide."""

import re
from typing import Literal

from postmortem.sections.mood import asks, hopes

Effect = Literal["helped", "hurt", "no effect"]

_HURT = re.compile(
    r"\b(?:(?<!not )(?<!n't )(?<!nothing )(?:made|makes|making|got|gets|getting|is|are|went|became|even|much|"
    r"things|now) (?:it |things |everything |them |this )?(?:even |much |way |a lot |far )?worse|"
    r"worsened|worsening|backfired|broke (?:more|everything|even|other|another)|that broke|took (?:down|"
    r"out) (?:the|all|another|more)|"
    r"(?:errors?|latency|error rate|failures|load|timeouts?|5xx|queue|p9\d|lag)(?: \w+){0,3}? (?:doubled|tripled|"
    r"jumped|shot up|spiked|went up|going up|climbing|rising|increased|increasing|exploded)|"
    r"(?:doubled|tripled) the|now (?:also|everything|nothing|even) \w+)\b"
)
_NO_EFFECT = re.compile(
    r"\b(?:no (?:change|effect|difference|improvement|impact on|luck|dice|joy|help|success|avail|visible)|(?:did|"
    r"does|do|has|have|is|was|were|are|wo)(?:n'?t| not) (?:\w+ )?(?:help\w*|fix\w*|chang\w*|solv\w*|"
    r"make a difference|made a difference|"
    r"do anything|done anything|work\w*|resolv\w*|improv\w*|recover\w*|enough|better|it)|didnt (?:help|work|fix|"
    r"change)|(?:made|makes|making) no difference|nothing (?:chang\w+|happen\w+|improv\w+)|"
    r"(?:same|identical) (?:errors?|results?|problem|behaviou?r|picture|symptoms?|issue)|still (?:fail\w*|down|"
    r"broken|see\w*|error\w*|slow|high|the same|happening|tim\w+ out|[45]\d\ds?|not|stuck|crash\w*|there|elevated|"
    r"bad|getting|red|flapping|throwing|"
    r"unreachable|unavailable|degraded|dropping|up)|to no avail|in vain|unchanged|insufficient|(?:errors?|problem|"
    r"issue|latency|alerts?|timeouts?|lag) (?:is|are) back(?! (?:to|under|below|down|in)\b)|not enough|"
    r"without (?:success|effect)|wasn'?t enough|(?:back|failing|down|crashing|broken|flapping|it happens|"
    r"happening) again|(?:it|issue|problem) persists|persists|it is back|it'?s back\Z)\b"
)
_HELPED = re.compile(
    r"\b(?:(?:that|this|it|which|rollback|restart\w*|revert\w*|fail-?over|\w+ing(?: \w+){0,4}?) (?:has |have |"
    r"seems to have |appears to have )?(?:fixed|fixes|solved|solves|resolved|resolves|helped|helps|worked|cured|"
    r"sorted|unblocked)|fix(?:ed|es) (?:it|this|that|the (?:issue|problem|outage)|both|everything|this)|"
    r"(?:did|does|done) the trick|that did it|(?:it|that) works|works? (?:again|now|fine|for me)|(?:are|is|'s|"
    r"things|everything|now|all) working(?! (?:on|to|with|through)\b)(?: again| now| fine)?|working (?:again|now|fine)|"
    r"(?<!\bit )(?<!\bthem )back (?:to normal|up|online|in business|to (?:green|healthy|baseline)|under|below|"
    r"in \d)|recover(?:ed|ing|s)|restored|resumed|halved|bec(?:a|o)mes? normal|(?:is|are) back\b|coming (?:back|"
    r"down)|(?:errors?|latency|p9\d|error rate|rates?|lag|"
    r"queue|backlog|load(?! balancer)|memory|cpu|failures|timeouts|5xx|waiting connections)(?: \w+){0,4}? "
    r"(?:dropp\w+|falling|fell|down|declin\w+|decreas\w+|gone|stopped|shrinking|draining|clear\w*|at zero|at 0|"
    r"improv\w+|went away|better|subsid\w+|normal|ok|going down)|(?:dropping|dropped|fell|went down|"
    r"came down) (?:to|from|fast|again|nicely|quickly)|"
    r"looks? (?:good|better|healthy|stable|much better|ok)|(?:is|are|looks?|all|now|marked|back) (?:\w+ )?healthy|"
    r"healthy (?:again|now)|(?:all|are|is|back to|to) green|green (?:again|now)|improv(?:ed|ing|ement)|better now|"
    r"much better|"
    r"no (?:more|longer|new|further) (?:errors?|failures?|failing|alerts?|timeouts?|5xx|crashes|seeing|restarts)|"
    r"stabili[sz](?:ed|ing)|stable (?:again|now)|subsid\w+|catching up|caught up|(?:errors?|alerts?|it|"
    r"they) (?:have |has |are |is )?(?:all )?(?:cleared|gone|stopped)|"
    r"mitigated|unblocked|(?:immediately|successfully) (?:restored|recovered)|quiet (?:since|for|now)|"
    r"go(?:es)? through again|go through|passing again|at zero)\b"
)
_QUIET = re.compile(r"\W*quiet\b")
_NOT_YET = re.compile(
    r"\b(?:not|hardly|barely|n't) (?:\w+ )?(?:yet|fixed|recovered|better|healthy|resolved|"
    r"working)\b"
)


def effect_of(plain: str) -> Effect | None:
    """What a sentence (as rules read it) says came of something; None for a question, a hope, a plan."""
    if asks(plain) or hopes(plain):
        return None
    if _HURT.search(plain):
        return "hurt"
    if _NO_EFFECT.search(plain) or _NOT_YET.search(plain):
        return "no effect"
    return "helped" if _HELPED.search(plain) or _QUIET.match(plain) else None


def may_tell_an_effect(plain: str) -> bool:
    """Whether any of its words could: a quick look before a close one."""
    return bool(_HELPED.search(plain) or _NO_EFFECT.search(plain) or _HURT.search(plain) or "quiet" in plain)


def where_told(plain: str) -> int:
    """Where the part of the sentence begins that tells the effect."""
    found = min((match.start() for words in _ALL if (match := words.search(plain))), default=0)
    begins = [begin.end() for begin in _BEGINS.finditer(plain, 0, found)]
    start = begins[-1] if begins else 0
    return start + len(plain[start:]) - len(plain[start:].lstrip(" ,;:.!-–—"))


def speaks_of_what_was_done(plain: str) -> bool:
    """Whether it says outright that something done had this effect ("that fixed it", "no change"), and not only
    a state."""
    return bool(_OUTRIGHT.search(plain))


_ALL = (_HURT, _NO_EFFECT, _NOT_YET, _HELPED)
_BEGINS = re.compile(r"[,;:.] | [–—-]{1,2} |\b(?:and|but|so) ")
_OUTRIGHT = re.compile(
    r"\b(?:(?:that|this|it|which) (?:has |seems to have |appears to have )?(?:fixed|solved|resolved|helped|worked|"
    r"did it|did the trick|broke)|did the trick|no (?:change|effect|difference|improvement|luck|dice|joy)|"
    r"(?:did|does)(?:n'?t| not) (?:\w+ )?(?:help|fix|change|solve|work|make a difference|do anything)|"
    r"didnt (?:help|work)|made (?:no difference|it worse|things worse)|(?:worse|better) (?:now|after|since)|"
    r"to no avail|still (?:the same|failing|broken|down)|unchanged|backfired)\b"
)

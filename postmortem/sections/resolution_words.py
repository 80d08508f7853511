"""What a sentence says about the end: what ended it, a temporary fix, a permanent one, a step of recovery.

Sentences come as `Sentence.plain` gives them. The words decide the heading only: the sentence itself is quoted.
"""

import re

from postmortem.sections.mood import asks
from postmortem.sections.sentences import CHANGE_LINK

_DEEDS = (
    r"roll(?:ed|ing)?[- ]?back|revert(?:ed|ing)?|restart(?:ed|ing)|reboot(?:ed|ing)|redeploy(?:ed|ing)|"
    r"deploy(?:ed|ing)|"
    r"ship(?:ped|ping)|fail(?:ed|ing)[- ]?over|failover|scal(?:ed|ing)|disabl(?:ed|ing)|enabl(?:ed|ing)|"
    r"turn(?:ed|ing)|manually \w+ed|pinn(?:ed|ing)|switch(?:ed|ing)|drain(?:ed|ing)|cordon(?:ed|ing)|block(?:ed|ing)|"
    r"unblock(?:ed|ing)|rais(?:ed|ing)|increas(?:ed|ing)|lower(?:ed|ing)|reduc(?:ed|ing)|bump(?:ed|ing)|"
    r"delet(?:ed|ing)|"
    r"remov(?:ed|ing)|purg(?:ed|ing)|flush(?:ed|ing)|clear(?:ed|ing)|upgrad(?:ed|ing)|downgrad(?:ed|ing)|"
    r"patch(?:ed|ing)|fix(?:ed|ing)|replac(?:ed|ing)|renew(?:ed|ing)|rotat(?:ed|ing)|re-?issu(?:ed|ing)|issu(?:ed|"
    r"ing)|"
    r"rebuil[dt](?:ing)?|restor(?:ed|ing)|recreat(?:ed|ing)|re-created|mov(?:ed|ing)|add(?:ed|ing)|chang(?:ed|ing)|"
    r"updat(?:ed|ing)|merg(?:ed|ing)|push(?:ed|ing)|appl(?:ied|ying)|kill(?:ed|ing)|stopp(?:ed|ing)|"
    r"bounc(?:ed|ing)|recycl(?:ed|ing)|throttl(?:ed|ing)|rate[- ]?limit(?:ed|ing)|rerout(?:ed|ing)|re-routed|"
    r"swapp(?:ed|ing)|reset(?:ting)?|unlock(?:ed|ing)|releas(?:ed|ing)|provision(?:ed|ing)|resiz(?:ed|ing)|"
    r"expand(?:ed|ing)|freed|cleaned|invalidat(?:ed|ing)|took|taken out|taking|brought|start(?:ed|ing)|set|cut over|"
    r"re-?configur(?:ed|ing)|correct(?:ed|ing)|work(?:ed|ing) around|whitelist(?:ed|ing)|allow(?:ed|ing|listed)"
)
_EFFECTS = (
    r"(?:works?|working|healthy|green|stable|fine|ok(?:ay)?|normal|up|online|reachable|served|serving|running|"
    r"passing|"
    r"good|live|"
    r"quiet|responding|balanced|consistent|steady|succeed(?:s|ing)?|through) (?:again|now)|back (?:to normal|up|"
    r"online|in service|in business|under|"
    r"below)|recovered|recovers|mitigated|errors? (?:have |has )?(?:stopped|gone|went away|cleared|disappeared|"
    r"ceased)|"
    r"(?:are|is|at|to) (?:zero|0)\b|(?:alerts?|problems?|issues?|symptoms?|failures?|timeouts?|latency) (?:is|"
    r"are) gone|no (?:more|longer|new|further) \w+|all (?:clear|green|good|healthy)|"
    r"(?:that|this|it|which) (?:did it|did the trick|solved (?:it|the \w+)|fixed (?:it|the \w+|things)|helped|"
    r"worked)|"
    r"(?:is|are|was|were|now|been|all) (?:resolved|solved|restored|healthy|fixed)|resolves (?:it|the \w+)|"
    r"(?:fixes|solves) (?:it|the \w+|both|all)|service (?:is )?restored|problem (?:is )?(?:gone|solved)|"
    r"declared (?:as )?(?:resolved|over|fixed|mitigated)|without (?:a single |any )?(?:errors?|flaps?|failures?|"
    r"alerts?)|quiet(?: for| since|(?=\W*$))|"
    r"(?:errors?|issues?|problems?|outage) (?:is |are |was |were )?(?:resolved|solved)"
)
_DENIED = (
    r"not|n't|never|no (?:effect|change|difference|luck)|still|yet(?! another)|without effect|(?:fail|break|down|"
    r"happen)\w* again|"
    r"except|unless|only (?:some|half|part)|partly|partially|most of|some of|canary|first"
)
_TEMPORARY = re.compile(
    r"\b(?:work-?arounds?|work(?:ed|ing|s)? around|band-?aids?|stop-?gaps?|hot-?fix(?:es|ed)?|duct[- ]tape|interim|"
    r"quick(?: and dirty)? fix|short[- ]term (?:fix|solution|measure|mitigation)|provisional(?:ly)?|dirty hack|"
    r"hack(?:y|ed)|"
    r"temp(?:orary)? (?:fix|solution|measure|change|config\w*|limit|patch|mitigation|rule|override|increase)|"
    r"(?:not|isn't|no) (?:a |the )?(?:permanent|proper|real|long[- ]term|lasting|final) (?:fix|solution|one)|"
    r"not fixed (?:properly|for good|permanently)|buys? (?:us )?(?:some )?time|"
    r"mitigated but not fixed|mitigation, not a fix)\b"
)
# Weak by themselves ("stable for now"): they tell of a fix only beside a deed.
_MEANWHILE = re.compile(
    r"\b(?:for now|for the (?:time being|moment|night|weekend)|temporar(?:y|ily)|"
    r"until (?:we|the|a|an|it|they|that|then|tomorrow|monday|\w+ (?:is|are|has|can|lands|ships|merges)))\b"
)
_PERMANENT = re.compile(
    r"\b(?:(?:permanent|proper|real|long[- ]term|lasting|durable|final|actual|complete|correct|systematic|"
    r"root[- ]cause) "
    r"(?:fix(?:es)?|solution|change|repair|remedy)|permanently (?:fix\w*|solv\w*|resolv\w*|chang\w*|remov\w*|"
    r"disabl\w*)|"
    r"(?:fix\w*|solv\w*|resolv\w*|done) (?:it |this |that )?(?:permanently|for good|properly|once and for all)|"
    r"follow-?up (?:fix|pr|patch|change)|long[- ]term,? (?:we|the|this|it)|fix(?:ed)? forward|(?:fix|"
    r"patch) release)\b"
)
_DENIED_PERMANENT = re.compile(
    r"\b(?:not|isn't|wasn't|no) (?:a |the |yet |really )*(?:permanent|proper|real|long[- ]term|lasting|final|"
    r"complete)\b|"
    r"\bnot (?:fixed|solved|resolved) (?:permanently|for good|properly)"
)
_RECOVERY = re.compile(
    r"\b(?:back-?fill(?:ed|ing|(?: job)? (?:is|has|was) (?:done|complete\w*|finished|running|started))|re-?r(?:a|"
    r"u)n(?:ning)?|re-?play(?:ed|ing|s)?|re-?process(?:ed|ing)|re-?index(?:ed|ing)|"
    r"re-?queued?|re-?sent|re-?send(?:ing)?|re-?tr(?:ied|ying|)|re-?sync(?:ed|ing|hronized)?|"
    r"re-?import(?:ed|ing)?|re-?conciled?|reconciliation|queue (?:is |has )?(?:empty|drained|cleared)|"
    r"(?:drain|work|clear|process)(?:ed|ing) (?:off |through )?(?:the )?(?:\w+ )?(?:queue|backlog)|backlog (?:is|"
    r"has|was)|"
    r"catch(?:ing|es)? up|caught up|(?<!still )warm(?:ed|ing)(?: up)?|cache(?:s)? (?:is|are|was|were)? ?(?:warm\w*|"
    r"re-?fill\w*|filling)|"
    r"fail(?:ed|ing)[- ]?back|failback|(?:switch|mov|shift|bring|brought|rout)\w* \w*(?: \w+)? ?back (?:to|"
    r"on|into|in)|"
    r"re-?enabl(?:ed|ing)|re-?add(?:ed|ing)|flush(?:ed|ing)|clean(?:ed|ing|s)?[- ]?up|scal(?:ed|ing) (?:back|"
    r"down again)|"
    r"remov(?:ed|ing) the (?:\w+ )?(?:work-?around|block|override|silence|limit|throttle|banner|hotfix)|un-?pinned|"
    r"refund(?:ed|ing|s)?|notif(?:ied|ying) (?:all |the |affected |our )*(?:customers|users|merchants|partners)|"
    r"verif(?:ied|ying) (?:the |all |that )|checksums? (?:\w+ ){0,4}(?:pass\w*|ok|fine|match\w*|good)|"
    r"re-?balanc(?:ed|ing)|data (?:was |is |"
    r"has been )?(?:restored|repaired)|"
    r"restor(?:ed|ing) (?:the |all |from )|repair(?:ed|ing) (?:the |all )|un-?snoozed|"
    r"\d[\d.,]* \w+ (?:went out|were (?:sent|delivered|processed|re-?\w+|recovered|restored)))\b"
)
_DONE = re.compile(
    r"\b(?:is|are|was|were|been|has|have|i|we|already|now|just|got|pr|fix)? ?(?:merged|deployed|shipped|released|"
    r"landed|"
    r"rolled out|live|done|in place|applied)\b"
)
_AHEAD = re.compile(
    r"\b(?:will|won't|'ll|going to|gonna|plan(?:s|ned|ning)?|should|shall|must|need(?:s)?(?: to)?|want to|have to|"
    r"has to|"
    r"todo|to-do|to do|tomorrow|next (?:week|sprint|month|quarter|release|step|days?)|later (?:today|this|on)|let's|"
    r"to follow|to come|in progress|working on|(?:not|n't|no) .{0,40}\byet|still (?:missing|open|to be|needed|"
    r"needs|pending|"
    r"to do)|would|ought|once|could|if|needed|can we|propos\w+|pending|by (?:monday|tuesday|wednesday|thursday|"
    r"friday|"
    r"end of)|eta|"
    r"(?:fix|solution) (?:would|needs|is to)|action item|coming)\b"
)
# What bounds a deed in time is no plan: "disabled until the fix ships next week" was done.
_UNTIL = re.compile(r"\b(?:until|till|while|as long as|pending|so that|for now)\b[^,;]*")
_FIX_OF_A_CHANGE = re.compile(
    r"\b(?:fix(?:es|ed|ing)?|hot-?fix(?:ed)?|revert(?:s|ed|ing)?|roll(?:ed|ing|s)?[- ]?back|patch(?:es|ed)?|"
    r"(?:opened|raised|created|made|merged|merging|submitted|put up|shipped|deployed)|could use a|review|approve|"
    r"lgtm|"
    r"pr (?:for|with|to|is|:)|here'?s (?:the|a|my)|mitigation|remedy|resolves?|resolved)\b"
)
_CAUSED_BY_A_CHANGE = re.compile(
    r"\b(?:looks like|caused|cause|culprit|introduced|since|suspect\w*|broke|broken|because|due to|bumped|regression|"
    r"blame|started with)\b"
)
_DEED = re.compile(rf"\b(?:{_DEEDS})\b")
_NOUNS = r"(?:re-?)?deploy(?:ment)?|restart|reboot|roll-?back|revert|failover|fix|patch|reset"
_DEED_AS_NOUN = re.compile(rf"\b(?:{_NOUNS})\b")
_BY_A_DEED = re.compile(rf"\b(?:by|after|with|thanks to|via|following) (?:[\w-]+ ){{0,4}}(?:{_NOUNS})\b")
_DONE_FORM = re.compile(r"ed\b|\A(?:rebuilt|took|reset|set|brought|roll-?back|failover|cut over)\Z")
_SOON = 30  # characters: a subject and what goes with it
_EFFECT = re.compile(rf"(?<!\w)(?:{_EFFECTS})(?!\w)")
_DENIAL = re.compile(rf"(?:\b|(?<=\w))(?:{_DENIED})\b")
_SUPPOSED = re.compile(r"\W*(?:if|unless|in case)\b")
_NOT_YET = re.compile(r"\b(?:no|not|don't|haven't|isn't|doesn't|without)\b.{0,60}\byet\b")
_NAMED_AHEAD = re.compile(r"\s*(?::|is to\b|-\s|would\b)")
_TO_BE = re.compile(r"\b(?:be|will|get) \w")
_CLAUSE_ENDS = re.compile(r"[,;]\s| (?:and|but|then|while) ")
_FIELD = re.compile(r"\b(resol\w+|fix(ed)?|work-?around|remediation|mitigation|remedy|solution)\b", re.IGNORECASE)


def tells_a_deed(plain: str) -> bool:
    deed = _DEED.search(plain)
    return deed is not None and not _is_ahead(_clause(plain, deed))


def names_a_deed(plain: str) -> bool:
    """A deed as a verb, or as a noun before what it brought about: "a local redeploy fixes it"."""
    effect = _EFFECT.search(plain)
    before = effect and _DEED_AS_NOUN.search(plain, 0, effect.start())
    return tells_a_deed(plain) or bool(before or _BY_A_DEED.search(plain))


def reports_a_deed(plain: str) -> bool:
    """A sentence whose point is a deed that was done: "reverted the change", "we've rebuilt replica 2"."""
    deed = _DEED.search(plain)
    return deed is not None and deed.start() <= _SOON and _DONE_FORM.search(deed.group()) is not None


def tells_an_end(plain: str) -> bool:
    """That something worked: an effect, and nothing in the sentence that takes it back."""
    is_so = not _DENIAL.search(plain) and not _is_ahead(plain) and not asks(plain)
    return bool(_EFFECT.search(plain)) and is_so


def find_temporary(plain: str) -> re.Match[str] | None:
    return _TEMPORARY.search(plain) or (_MEANWHILE.search(plain) if tells_a_deed(_UNTIL.sub("", plain)) else None)


def find_permanent(plain: str) -> re.Match[str] | None:
    """A permanent fix; what only bounds something else ("until the proper fix ships") names none."""
    return None if _DENIED_PERMANENT.search(plain) else _PERMANENT.search(_UNTIL.sub(_blank, plain))


def find_recovery(plain: str) -> re.Match[str] | None:
    return None if _SUPPOSED.match(plain) else _RECOVERY.search(plain)


def how_far(plain: str, found: re.Match[str]) -> str | None:
    """ "planned" for what lies ahead, "not yet" for what is said to be missing, None for a deed."""
    if _NOT_YET.search(plain):
        return "not yet"
    clause = _clause(plain, found)
    is_only_named = _NAMED_AHEAD.match(plain, found.end()) and not _DEED.search(clause)
    return "planned" if is_only_named or _is_ahead(clause) else None


def _is_ahead(clause: str) -> bool:
    """What is bounded by something that lies ahead does not lie ahead itself."""
    head = _UNTIL.sub("", clause)
    return bool(_AHEAD.search(head)) and not (_DONE.search(head) and not _TO_BE.search(head))


def _clause(plain: str, found: re.Match[str]) -> str:
    """The part of a sentence that something was found in."""
    start = max((end.end() for end in _CLAUSE_ENDS.finditer(plain, 0, found.start())), default=0)
    end = _CLAUSE_ENDS.search(plain, found.end())
    return plain[start : end.start() if end else len(plain)]


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def names_a_fix(plain: str) -> bool:
    """The link of a change, called a fix; not one that is called the cause."""
    is_fix = CHANGE_LINK in plain and _FIX_OF_A_CHANGE.search(plain)
    return bool(is_fix) and not _CAUSED_BY_A_CHANGE.search(plain)


def is_field_of_resolution(name: str) -> bool:
    """Whether a custom field of this name tells how it was resolved."""
    return bool(_FIELD.search(name.replace("_", " ")))

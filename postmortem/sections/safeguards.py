"""What people said of safeguards that did not hold, of process and of organisation: which group a cause stands in."""

import re

from postmortem.sections.headings import HUMAN, PROCESS, SAFEGUARDS, TECHNICAL
from postmortem.sections.mood import plans

GROUPS = (TECHNICAL, PROCESS, HUMAN, SAFEGUARDS)

_GUARD = (
    r"alert\w*|alarms?|pages?|paging|monitor(?:ing|s)?|dashboards?|tests?|testing|test coverage|coverage|"
    r"canar(?:y|ies)|staging|review\w*|"
    r"runbooks?|playbooks?|limits?|quotas?|health ?checks?|probes?|circuit breakers?|rate limit\w*|validation|"
    r"lint\w*|ci|presubmits?|"
    r"backups?|fail-?over|fallback|watchdog|synthetics?|smoke tests?|load tests?|slo|pre-?flight checks?|"
    r"budget alerts?|guard ?rails?|checks?|documentation"
)
_FAILED = re.compile(
    rf"\b(?:"
    rf"(?:no|without|lack(?:s|ed|ing)? (?:of )?|missing|zero|any) (?!(?:\w+ ){{0,2}}?review)(?:an? |any |"
    rf"working |good |"
    rf"proper )?(?:\w+ )?(?:{_GUARD})\b(?! (?:since|now|for \d|in the last|any ?more|firing|left))|"
    rf"(?:{_GUARD})(?: \w+){{0,4}}? (?:did(?:n'?t| not)|does(?:n'?t| not)|do(?:n'?t| not)|never|has(?:n'?t| not)|"
    rf"have(?:n'?t| not)|was(?:n'?t| not)|were(?:n'?t| not)|is(?:n'?t| not)|"
    rf"are(?:n'?t| not)|failed to|cannot|can'?t|couldn'?t) (?:even |ever |actually |really |yet |have )?(?:fir\w+|"
    rf"alert\w*|pag\w+|trigger\w*|catch\w*|caught|cover\w*|notic\w+|go off|went off|work\w*|"
    rf"detect\w*|set|configured|run|exist\w*|in place|enabled|ask\w*|include\w*|mention\w*|know|fail|test\w*|"
    rf"check\w*|watch\w*|routed|sent|followed|show\w*|up to date|there)|"
    rf"(?:alert\w*|alarms?|pages?|monitor\w*|checks?|probes?|pager|page[rd]?)(?: \w+){{0,3}}? (?:was|were|is|are|"
    rf"got|had been|has been|went|been) (?:\w+ )?(?:muted|silenced|disabled|snoozed|suppressed|off|ignored|"
    rf"turned off|too (?:noisy|high|late|slow|low)|routed|broken|misrouted|dropped|auto-?resolved)|"
    rf"(?:thresholds?|limits?)(?: \w+){{0,4}}? (?:was|were|is|are) (?:\w+ )?(?:too (?:high|low|late|lax)|"
    rf"never set|not set|unset|missing)|"
    rf"(?:no one|nobody|noone|none of us) (?:\w+ )?(?:notic\w+|was paged|got paged|was alerted|reviewed|tested|"
    rf"looked at|saw|checked|caught|watched|was watching|realised|realized)|"
    rf"only (?:noticed|found out|learned|learnt|knew|saw|heard|realised|realized)|(?:found|"
    rf"find) out (?:\w+ ){{0,4}}?(?:from|because|via|when) (?:\w+ )?(?:customers?|users?|support|twitter|"
    rf"merchants?|clients?|students?)|"
    rf"(?:customers?|users?|support|merchants?|clients?) (?:told|noticed|reported it|found) (?:us|it|first|before)|"
    rf"(?:was|were|been|is|are|got)(?:n'?t| not| never) (?:\w+ )?(?:tested|covered|monitored|caught|alerted|"
    rf"reviewed|noticed|detected|validated|load[- ]tested|rehearsed|backed up|canaried)|"
    rf"never (?:been )?(?:load[- ]|stress[- ]|unit[- ])?(?:tested|covered|monitored|alerted|reviewed|validated|"
    rf"rehearsed|exercised|fired|paged)|"
    rf"not (?:been |being )?(?:tested|covered|monitored|caught|alerted on|noticed|detected|validated|reviewed)|"
    rf"should(?:n'?t| not)? have (?:been )?(?:caught|alerted|paged|noticed|detected|fired|gone off|blocked)|"
    rf"(?:slipped|slip|got) (?:through|past)|went unnoticed|unnoticed|"
    rf"passed (?:ci|the tests?|all tests?|staging|the canary|review|validation|presubmits?)|(?:tests?|canary|ci|"
    rf"staging|checks?) (?:passed|were green|was green)|review\w* (?:\w+ )?missed|"
    rf"(?:runbooks?|playbooks?|documentation|docs)(?: \w+){{0,4}}? (?:still|is|are|was|were) (?:\w+ )?(?:names?|"
    rf"says?|points?|refers?|outdated|out of date|wrong|old|stale|missing|incomplete|describes?)|"
    rf"(?:outdated|stale|old|wrong|incomplete) (?:runbook|playbook|documentation|docs)|(?:logs?|"
    rf"logged) at (?:warning|info|debug)|alert on (?:errors?|\w+) only|"
    rf"(?:skipped|bypassed|disabled|ignored) (?:the |our |that )?(?:{_GUARD})|(?:{_GUARD}) (?:was|were|is|"
    rf"are) (?:\w+ )?(?:skipped|bypassed)"
    rf")\b"
)
_PROCESS = re.compile(
    r"\b(?:without (?:a |an |any |the )?(?:\w+ )?(?:review\w*|approval|sign-?off|announc\w+|ticket|telling|notice|"
    r"rollback plan|coordinat\w+|handover|hand-?off)|"
    r"(?:was|were|is|are|been|be|had|has|have|did)(?:n'?t| not| never) (?:\w+ )?(?:approved|documented|announced|"
    r"communicated|handed (?:over|off)|committed|pushed|"
    r"written down|followed|coordinated|scheduled|completed|automated)|never (?:documented|announced|communicated|"
    r"handed over|committed|pushed|written down|followed|finished)|"
    r"(?:skipped|bypassed|missed) (?:the |a |an |our |that |this )?(?:\w+ )?(?:step|checklist|process|approval|"
    r"procedure)|important step|change freeze|code freeze|"
    r"(?:no|missing|unclear|manual|outdated|old|broken) (?:\w+ )?(?:process|procedure|checklist|policy|policies|"
    r"hand-?over|escalation path)|(?:procedure|polic(?:y|ies)|(?:review|deploy\w*|release|change|hand-?over|"
    r"approval|incident) process)(?: \w+){0,3}? (?:was|were|is|are|did|does)(?:n'?t| not)?\b|"
    r"(?:handled|done|deployed|applied|rolled out|made|changed|updated|edited) (?:manually|by hand)|on a friday|"
    r"after hours|outside (?:of )?(?:working|business|office) hours|"
    r"review failure|not part of the (?:process|rollout|release|pipeline))\b"
)
_HUMAN = re.compile(
    r"\b(?:(?:no one|nobody|noone) (?:\w+ )?(?:knew|knows|owns|owned|was on (?:call|shift)|told|remember\w*|"
    r"understood|had access|was around|was awake)|"
    r"(?:on-?call|responder|we|i|he|she|they|everyone|everybody)(?: \w+){0,2}? (?:was|were|am|had been|"
    r"are) (?:\w+ )?(?:asleep|sleeping|in bed|tired|on holiday|on vacation|on pto|on leave|sick|new to|unaware|"
    r"overloaded|travelling|traveling|"
    r"offline|unavailable|not aware|not trained|confused|alone)|(?:went|gone) to bed|"
    r"(?:i|we|they|he|she|somebody|someone) (?:\w+ )?(?:(?:forgot|forgotten) (?:to|about|that|the)|misread|"
    r"misunderstood|"
    r"mistyped|mixed up|overlooked)|(?:we|they|everybody|everyone|each of us) (?:\w+ )?(?:assumed|thought) (?:that )?"
    r"(?:\w+ ){1,3}?(?:had|was|were|would|did)|(?:we|they|he|she|on-?call|the team) (?:\w+ )?didn'?t (?:know|realise|"
    r"realize|notice|tell|expect)|"
    r"(?:my|our|his|her|their) (?:mistake|fault|oversight)|(?:human|operator) error|miscommunicat\w+|"
    r"misunderst\w+|only (?:one|a single) (?:person|engineer)|single (?:person|engineer)|"
    r"only \w+ (?:knows|knew|has access|had access|understands)|bus factor|under-?staffed|short-?staffed|"
    r"ownership (?:is|was)|no (?:clear )?owner|unclear who|not clear who|(?:pager|alert|on-?call) fatigue|"
    r"(?:wasn'?t|weren'?t|not|never) (?:told|informed|trained|aware|onboarded)|language barrier|"
    r"handed over without|told only|only told|had no idea)\b"
)
_CLAUSES = re.compile(r"[,;:]\s|\s[–—-]\s|\b(?:but|so|and)\b")


def group_of(plain: str) -> str:
    """The group under which people would look for it."""
    if speaks_of_a_safeguard(plain):
        return SAFEGUARDS
    if _HUMAN.search(plain):
        return HUMAN
    return PROCESS if _PROCESS.search(plain) else TECHNICAL


def speaks_of_a_safeguard(plain: str) -> bool:
    """Whether a safeguard is said not to have held, to be missing, or to have been passed; a plan for one does
    not."""
    return any(_is_stated(match, plain) for match in _FAILED.finditer(plain))


def speaks_of_people_or_process(plain: str) -> bool:
    """Whether process or organisation is said to have played a part."""
    return any(_is_stated(match, plain) for words in (_HUMAN, _PROCESS) for match in words.finditer(plain))


def _is_stated(match: re.Match[str], plain: str) -> bool:
    """Its own part of the sentence plans nothing."""
    starts = [end.end() for end in _CLAUSES.finditer(plain, 0, match.start())]
    stop = _CLAUSES.search(plain, match.end())
    clause = plain[starts[-1] if starts else 0 : stop.start() if stop else len(plain)]
    return not plans(clause)

"""Whether an action item repairs what the incident left behind, or keeps it from happening again. Its words decide."""

import re
from typing import Literal

Nature = Literal["corrective", "preventive"]

# What undoes, repairs or makes good: said so, it is corrective whatever it is done to.
_REPAIRS = re.compile(
    r"\b(?:undo|un-?mute|un-?pause|re-?enable|restore|recover|repair|clean ?up|back-?fill|re-?process|re-?play|"
    r"re-?run|re-?send|re-?sync|"
    r"re-?build|re-?import|re-?index|reconcile|refund|compensate|apologi[sz]e|re-?add|put back|bring back|"
    r"roll forward|re-?deploy|re-?apply|"
    r"(?:remove|delete|drop|take out|get rid of|revert) (?:the |our |that |this )?(?:\w+ )?(?:temporary|workaround|"
    r"hot-?fix|work-around|hack|override|"
    r"debug|extra|test|duplicate|orphan\w*|leftover|stale|manual)|make (?:the |our |this |that )?(?:\w+ )?(?:fix|"
    r"workaround|change|hotfix) permanent|"
    r"permanent fix|lost (?:orders|data|messages|records|events|payments)|(?:failed|missing|corrupt\w*) (?:orders|"
    r"jobs|payments|records|rows|messages|invoices))\b",
    re.IGNORECASE,
)
# What detects sooner, limits, checks, teaches.
_PREVENTS = re.compile(
    r"\b(?:prevent\w*|avoid\w*|so that it (?:does not|doesn't|never)|never again|alert\w*|alarms?|monitor\w*|"
    r"dashboards?|watch|detect\w*|notif(?:y|ication\w*)|page (?:on|when|if)|"
    r"metrics?|slos?|probes?|health ?checks?|synthetics?|tracing|logging|log (?:when|if|the)|tests?|testing|"
    r"canar(?:y|ies)|staging|rehears\w+|game ?days?|drills?|chaos|"
    r"review\w*|checklists?|lint\w*|validat\w+|verif(?:y|ies|ication)|guard\w*|limits?|quotas?|caps?|throttl\w+|"
    r"rate[- ]limit\w*|circuit breakers?|time-?outs?|retr(?:y|ies)|back-?off|"
    r"fallback|fail-?over|redundan\w+|replica(?:s|tion)?|back-?ups?|auto-?scal\w+|capacity|headroom|automat\w+|"
    r"runbooks?|playbooks?|document\w*|docs|write (?:down|up)|"
    r"train\w*|onboard\w*|polic(?:y|ies)|process|procedure|rotat\w+|expir\w+|renew\w*|lock ?files?|pin (?:the |"
    r"all )?|versioned|upgrade|migrate|move .{1,60} to|require|enforce|"
    r"forbid|ban|block|audit|investigate|consider|make sure|ensure|raise|increase|add (?:a|an|more)|contract tests?|"
    r"ownership|escalation)\b",
    re.IGNORECASE,
)
# What mends, where nothing else is said.
_MENDS = re.compile(
    r"\b(?:fix|patch|replace|correct|revert|roll ?back|restart|merge|deploy|remove|delete|update|"
    r"resolve|close)\b",
    re.IGNORECASE,
)


def nature_of(task: str) -> Nature | None:
    """ "Add an alert" is preventive, "Backfill the lost orders" corrective, "Talk to Bob" neither."""
    if _REPAIRS.search(task):
        return "corrective"
    if _PREVENTS.search(task):
        return "preventive"
    return "corrective" if _MENDS.search(task) else None

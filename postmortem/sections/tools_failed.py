"""Tools of the response that failed: only what people said, quoted, and never what we think of it."""

import re
from collections.abc import Iterator

from postmortem.citations import cite_event
from postmortem.line import Line
from postmortem.sections.quoting import ask, said_by_people
from postmortem.sections.roles import SERVICE_OWNER
from postmortem.timeline import TimelineEvent, names_its_author
from postmortem.told import Told

_TOOL = (
    r"(?:dashboards?|grafana|kibana|prometheus|alertmanager|datadog|splunk|graphs?|metrics|monitoring|run ?books?|"
    r"playbooks?|"
    r"documentation|docs|wiki|vpn|bastion|jump ?(?:host|box)|ssh|kubectl|terraform|consoles?|pagers?|pagerduty|"
    r"on-?call phone|"
    r"slack|zoom|conference|bridge|status ?page|sso|okta|log ?in|logins?|permissions?|credentials|yubikey|ci|"
    r"pipelines?|jenkins|"
    r"argo ?cd|deploy(?:ment)? (?:tool|script|job)|logs?|logging|tracing|alerts?|alerting|feature flags?|"
    r"admin (?:tool|page|panel))"
)
_FAILS = (
    r"(?:(?:is|are|was|were|['’]s|['’]re) (?:also |still |all |currently |just )?(?:down|broken|out of date|"
    r"outdated|stale|wrong|empty|"
    r"blank|missing|unavailable|unreachable|inaccessible|useless|silent|muted|gone|no help|timing out|erroring|dead|"
    r"not (?:loading|working|available|reachable|up to date|showing|updating|there))|"
    r"(?:does|do|did|is|was|are|were|wo|would|could|has|have)(?:n['’]?t| not) (?:even )?(?:work\w*|load\w*|open\w*|"
    r"fire\w*|page\w*|alert\w*|"
    r"ring\w*|respond\w*|cover\w*|mention\w*|show\w*|trigger\w*|go off|help\w*|updat\w*)|"
    r"never (?:fired|paged|rang|alerted|went off|arrived|came)|(?:still )?(?:names|points (?:to|at)|mentions|"
    r"refers to|lists) "
    r"(?:the|an|our) (?:old|wrong|dead)|(?:hangs?|keeps? (?:crashing|timing out)|timed out|times out|kicked me out|"
    r"went down)|"
    r"(?:must|needs? to|has to) be (?:brought up to date|updated))"
)
_NO_WAY_IN = (
    r"(?:(?:no|lost|without|do(?:n['’]?t| not) have|did(?:n['’]?t| not) have) (?:access|permissions?) (?:to|on|for)|"
    r"locked out of|"
    r"(?:can(?:not|['’]?t)|could(?:n['’]?t| not)|unable to) (?:even )?(?:log ?in|connect|get in(?:to)?|reach|open|"
    r"access|find|see) "
    r"(?:to |on |in |into |the |any |a |our |my )*)"
)
_TOOL_FAILED = re.compile(
    rf"\b{_TOOL}\b(?:[ ,]+[\w'’/-]+){{0,4}}? {_FAILS}\b|\b{_NO_WAY_IN}\s?(?:\w+ ){{0,2}}?{_TOOL}\b|"
    rf"\b(?:without a|no) (?:page|alert|run ?book|dashboard)\b(?! (?:since|for|left|anymore|so far|now|yet|"
    rf"is firing|are firing))",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
_MOST = 5


def list_failed_tools(told: Told) -> Iterator[Line]:
    """Statements of people that a tool of theirs did not work, each quoted by its sentence; questions state nothing."""
    found = [
        _quoted(event, sentence, told)
        for event in said_by_people(told)
        for sentence in _SENTENCES.split(event.text)
        if _TOOL_FAILED.search(sentence) and not sentence.rstrip().endswith("?")
    ]
    yield from found[:_MOST]
    if len(found) > _MOST:
        more = found[_MOST]
        text = f"{len(found) - _MOST} more of this kind are in the full log from here on."
        yield Line(text=text, label="tool, as told", citations=more.citations)
    if found:
        yield ask("Which of the tools named above work again, and who sees to the others?", SERVICE_OWNER)


def _quoted(event: TimelineEvent, sentence: str, told: Told) -> Line:
    speaker = told.identities.name(event.who) or "Somebody"
    said = f"“{sentence.strip()}”"
    text = said if names_its_author(event, speaker) else f"{speaker}: {said}"
    return Line(text=text, label="tool, as told", citations=(cite_event(event),))

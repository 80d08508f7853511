"""What is shown above the fold. Every event carries its reason; nothing is removed, only folded into the full log."""

import re
from collections.abc import Iterator, Sequence

from postmortem.evidence import Evidence, Message
from postmortem.noun import Noun
from postmortem.timeline import TimelineEvent


class Curation(Noun):
    """The choices that the settings make: emoji (without colons) that lift a message into the timeline."""

    lifting_emoji: tuple[str, ...] = ()


_ALWAYS = {
    "triggered": "PagerDuty: the incident was triggered",
    "alert": "an alert fired",
    "acknowledged": "PagerDuty: acknowledged",
    "escalated": "PagerDuty: escalated",
    "reopened": "PagerDuty: reopened",
    "merged": "PagerDuty: merged",
    "resolved": "PagerDuty: resolved",
    "role": "a role was assigned",
    "responder": "a responder was asked or answered",
    "status_update": "a status update was published",
    "note": "a person wrote a note",
    "deploy": "a change that PagerDuty relates to the incident",
    "unrecognised": "a kind that Debrief does not know",
}
_IN_LOG_ONLY = {
    "notified": "notification, in the full log",
    "assigned": "assignment, in the full log",
    "changed": "a field changed, in the full log",
    "task": "PagerDuty task, in the full log",
}

# Words by which people report what is happening. Each group is a reason that can be read in the draft.
_CUES = {
    "says what is wrong": (
        r"fail(s|ed|ing|ures?)?|errors?|(?<!way )down|outage|broken|crash\w*|timed? ?outs?|spik\w+|latency|degraded|"
        r"unavailable|stuck|5\d\ds?|unresponsive|not (working|responding)|went wrong|seeing|exhausted|full|expired|"
        r"alert(s|ing|ed)?|paged?|impact\w*|customers?|died|hang(s|ing)?|hung|slow"
    ),
    "says what was found": (
        r"root cause|caused? by|because|due to|turns out|found|identified|confirmed|suspect\w*|culprit|related to|"
        r"looks like|seems? (to|like)|bug|regression|introduced|affect(s|ed|ing)?|guess is|hypothesis"
    ),
    "says what was done or decided": (
        r"roll(ed|ing)?[- ]?back|revert(ed|ing)?|restart(ed|ing)?|redeploy\w*|deploy(ed|ing)|scal(ed|ing)|"
        r"fail(ed|ing) ?over|merged|pushed|upgrad(ed|ing)|disabl(ed|ing)|enabl(ed|ing)|delet(ed|ing)|drain\w*|"
        r"patch(ed|ing)|fix(ed|ing)|mitigat\w+|paging|escalat\w+|we('ll| will| should)|decid(ed|ing)|decision|"
        r"i('ll| will|'m going to| am going to)|going to|switch(ed|ing)|block(ed|ing)|rais(ed|ing)|increas(ed|ing)"
    ),
    "says that the state changed": (
        r"resolved|recover(ed|ing|y|s)?|back (up|to normal|online)|healthy|green again|stable|all clear|passing|"
        r"work(s|ing)? (again|now)|should be (good|ok|fine|fixed)|no longer|monitoring|cleared"
    ),
}
_CUE_PATTERNS = {why: re.compile(rf"\b({words})\b", re.IGNORECASE) for why, words in _CUES.items()}
_CHATTER = re.compile(
    r"\W*(thanks?( you)?|thx|ty|ack|\+1|ok(ay)?|k|yes|yep|yup|no|nope|nice|great|cool|looking|on it|lol|heh|ha+|hm+|"
    r"morning|hi|hey|hello|same|agreed|sure|np|done|ah+|oh+)\b(?P<rest>.{0,12})",
    re.IGNORECASE | re.DOTALL,
)
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
_AFTER_A_MARK = " \t)\"'*_!.:;…”"
_OPINION = re.compile(r"\W*(imo|imho|ideally|(it )?would be nice|in theory|i wish|i guess)\b", re.IGNORECASE)
# Quoted words, code, an address or a figure: something was seen.
_REPORTED = re.compile(r"[\"“`].{8,200}[\"”`]|https?://|\d ?(%|ms\b|s\b|min)|\b[45]\d\ds?\b", re.IGNORECASE | re.DOTALL)
_HOUSEKEEPING = ("_join", "_leave", "_topic", "_purpose", "_name", "_archive", "_unarchive", "bot_add", "bot_remove")


def curate(events: Sequence[TimelineEvent], evidence: Evidence, curation: Curation) -> Iterator[TimelineEvent]:
    """Say of every event whether it is shown above the fold, and why."""
    messages = {message.id: message for message in evidence.messages}
    for event in events:
        message = messages.get(event.id)
        in_main, why = _judge_message(message, curation) if message else _judge_kind(event)
        yield event.model_copy(update={"in_main": in_main, "why": why})


def _judge_kind(event: TimelineEvent) -> tuple[bool, str]:
    if event.kind in _IN_LOG_ONLY:
        return False, _IN_LOG_ONLY[event.kind]
    return True, _ALWAYS[event.kind]


def _judge_message(message: Message, curation: Curation) -> tuple[bool, str]:
    if message.is_pinned:
        return True, "pinned in Slack"
    lifted = next((r.plain_emoji for r in message.reactions if r.plain_emoji in curation.lifting_emoji), None)
    if lifted:
        return True, f"marked with :{lifted}:"
    if hidden := _why_hidden(message):
        return False, hidden
    why = next((why for why, words in _CUE_PATTERNS.items() if words.search(message.text)), None)
    return (True, why) if why else (False, "no word of a symptom, finding, action or change of state")


def _why_hidden(message: Message) -> str | None:
    if message.is_deleted:
        return "deleted in Slack"
    if message.vendor_kind.endswith(_HOUSEKEEPING):
        return "channel housekeeping"
    if message.is_bot:
        return "a bot's message"
    chatter = _CHATTER.fullmatch(message.text)
    if chatter and not any(words.search(chatter["rest"]) for words in _CUE_PATTERNS.values()):
        return "an acknowledgement"
    return _why_no_statement(message.text)


def _why_no_statement(text: str) -> str | None:
    """A question that quotes nothing reports nothing, and neither does a wish."""
    if _REPORTED.search(text):
        return None
    if all(sentence.rstrip(_AFTER_A_MARK).endswith("?") for sentence in _SENTENCES.split(text.strip())):
        return "a question"
    return "an opinion" if _OPINION.match(text) else None

"""How an owner can tell that an item is done: a hint by the nature of its words, for the owner to adjust."""

import re

from postmortem.action_items.nature import nature_of

_HINTS = (
    (
        r"investigate|find out|look into|understand|figure out|analy[sz]e|clarify|why|evaluate|consider|decide|discuss",
        "the answer is written down here, and whatever follows from it has an issue of its own.",
    ),
    (
        r"alert\w*|alarms?|page (?:on|when|if|us)|paging|notify|notification\w*",
        "the alert has fired once in a test, has reached whoever is on call, and says what to do.",
    ),
    (
        r"dashboards?|metrics?|graphs?|slos?|log(?:s|ging)?|trac(?:e|ing)|probes?|health ?checks?|monitor\w*",
        "it shows the state that this incident was in, and responders know where to find it.",
    ),
    (
        r"runbooks?|playbooks?|document\w*|docs?|write (?:up|down)|wiki|checklists?|guides?|train\w*|onboard\w*",
        "it is where responders look, and somebody who did not write it has followed it once.",
    ),
    (
        r"tests?|testing|canar(?:y|ies)|lint\w*|validat\w+|ci|game ?days?|drills?|rehears\w+",
        "it fails on what went wrong in this incident and passes without it, and runs by itself or on a set date.",
    ),
    (
        r"back-?ups?|restore|fail-?over|redundan\w+|replica\w*",
        "it has been tried for real once, and the time that it took is written down here.",
    ),
    (
        r"(?:remove|delete|drop|revert|undo|clean ?up)\b.{0,60}\b(?:temporary|work-?around|hot-?fix|hack|override)",
        "it is gone everywhere, and what it stood in for works without it.",
    ),
)
_PATTERNS = tuple((re.compile(rf"\b(?:{words})\b", re.IGNORECASE), hint) for words, hint in _HINTS)
_BY_NATURE = {
    "corrective": "what the incident left behind is put right where it happened, and somebody has checked it there.",
    "preventive": "the change is live, and it is shown how it would have prevented or shortened this incident.",
}
_OTHERWISE = "the result can be seen by somebody who was not there; link it here."


def done_when(task: str) -> str:
    """How "Done when ..." may go on for this task. The earliest of the words that tell decides."""
    found = [(match.start(), hint) for words, hint in _PATTERNS if (match := words.search(task))]
    return min(found)[1] if found else _BY_NATURE.get(nature_of(task) or "", _OTHERWISE)

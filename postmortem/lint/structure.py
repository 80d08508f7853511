"""What a postmortem must hold: its sections, evidence for its claims, and items that somebody does by a day."""

import re
from collections.abc import Iterator

from postmortem.lint.finding import Finding
from postmortem.lint.parts import Document, Part

# A heading names a section when it holds one of these words: teams rename them.
SECTIONS: dict[str, re.Pattern[str]] = {
    "Summary": re.compile(r"summary|overview|what happened|tl;?dr|abstract", re.IGNORECASE),
    "Impact": re.compile(r"impact|affected|customers?|blast radius", re.IGNORECASE),
    "Timeline": re.compile(r"timeline|chronology|sequence of events", re.IGNORECASE),
    "Root cause and contributing factors": re.compile(r"cause|contributing|trigger|why|5 whys", re.IGNORECASE),
    "Resolution and recovery": re.compile(r"resol|recover|mitigat|\bfix", re.IGNORECASE),
    "Lessons": re.compile(r"lesson|learn|went well|retrospective|reflection", re.IGNORECASE),
    "Action items": re.compile(r"action|follow[- ]?ups?|next steps|corrective|remediation|to-?dos?", re.IGNORECASE),
}
_CLAIMING = ("Summary", "Impact", "Root cause and contributing factors", "Resolution and recovery")
# A source without an address: "(chat)", "(#inc-42)", "(PagerDuty log)"; or an issue's key, or a bare address.
_SOURCED = re.compile(
    r"\((?:chat|record|#[\w-]+|PagerDuty[\w ]*|Slack|Jira)[^()]{0,200}\)|https?://|\b[A-Z]{2,10}-\d+\b"
)
_ASKED = re.compile(r"^\s*❓")
_ROLE = re.compile(r"^[^:?.]{1,60}:\s+")
_MOST_SOURCES = 9
_NOBODY = re.compile(r"^\W*$|❓|\b(nobody|no one|unowned|unassigned|tbd|tba|todo|none|n/?a)\b", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_DATED = re.compile(
    rf"\d{{4}}-\d{{2}}-\d{{2}}|\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b|\b{_MONTH}[a-z]* \d|\b\d{{1,2}}\.? {_MONTH}|"
    r"\bQ[1-4]\b|\b(?:by|until|before) \w+",
    re.IGNORECASE,
)
_OWNED = re.compile(
    r"@\w|\bowners?:\s*\S|\bassignee:\s*\S|\(\s*[A-Z][\w.]+[^()]{0,40}\)|[-–—:]\s*@?[A-Z][a-z]+\b", re.ASCII
)
_FIRST_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
_NOT_A_VERB = re.compile(
    r"(?:the|an?|better|more|new|no|missing|some|all|any|our|their|this|that|these|those|for|of|in|on|with|and|or|"
    r"alerts?|alerting|monitoring|documentation|docs|tests?|runbooks?|dashboards?|logs?|logging|metrics?|process|"
    r"communication|training|timeouts?|limits?|permissions?|access|capacity|automation|\w+(?:tion|ment|ness|ity|ance|"
    r"ence|ship|ism))",
    re.IGNORECASE,
)
# Words that are verbs all the same, though they end like nouns or stand in the list above.
_VERBS = re.compile(
    r"(?:test|document|implement|log|limit|access|mention|question|position|transition|condition|partition|"
    r"alert|complement|supplement|experiment|comment|increment|decrement|balance|enhance|finance|reference|sequence)",
    re.IGNORECASE,
)


def check_structure(document: Document) -> Iterator[Finding]:
    """Missing and empty sections, claims without a source, open questions, and unfinished action items."""
    yield from _missing(document)
    asked = set[str]()
    for part in document.parts:
        name = section_named(part.heading)
        if _ASKED.match(part.text):
            words = _words_asked(part)
            if not asked & words:  # the review asks again what a section asks
                yield _open_question(part)
            asked |= words
        elif name == "Action items":
            yield from _check_item(part)
        elif name in _CLAIMING and not part.is_quote:
            yield from _check_claim(part)


def section_named(heading: str) -> str | None:
    return next((name for name, words in SECTIONS.items() if words.search(heading)), None)


def _missing(document: Document) -> Iterator[Finding]:
    filled = {section_named(part.heading) for part in document.parts}
    lines = {section_named(heading): line for heading, line in reversed(document.headings)}
    for name in SECTIONS:
        if name not in lines:
            why = "a postmortem without it leaves its readers asking"
            yield Finding(line=0, rule="missing-section", words=name, why=why, better=f"add a section “{name}”")
        elif name not in filled:
            why = "the heading stands over nothing"
            better = "write what is known, or who is going to find it out"
            yield Finding(line=lines[name], rule="empty-section", words=name, why=why, better=better)


def _words_asked(part: Part) -> set[str]:
    """What is asked, with and without the role that it begins with, and without the sources that it ends with."""
    words = _ASKED.sub("", part.text).strip()
    for _ in range(_MOST_SOURCES):
        words = words.rpartition("(")[0].rstrip() or words if words.endswith(")") else words
    return {words, _ROLE.sub("", words)}


def _open_question(part: Part) -> Finding:
    return Finding(
        line=part.line,
        rule="open-question",
        words=_short(part.text),
        why="nobody has answered it yet",
        better="answer it in its place, or take it to the review",
        is_note=True,
    )


def _check_claim(part: Part) -> Iterator[Finding]:
    if part.has_link or _SOURCED.search(part.text) or len(part.text.split()) < 4:
        return
    why = "a reader cannot check it"
    better = "link the message, alert, graph or log that shows it"
    yield Finding(line=part.line, rule="no-evidence", words=_short(part.text), why=why, better=better)


def _check_item(part: Part) -> Iterator[Finding]:
    if part.cells:
        yield from _check_row(part)
    elif part.is_list_item:
        yield from _check_words_of_item(part)


def _check_row(part: Part) -> Iterator[Finding]:
    if any(head.startswith("suggest") for head in part.cells):
        return  # nobody has said yet that it is one
    task = _cell(part, "action", "item", "task", "what") or next(iter(part.cells.values()), "")
    if _NOBODY.search(_cell(part, "owner", "assignee", "who", "responsible")):
        yield _item(part, task, "item-owner")
    if not _DATED.search(_cell(part, "due", "date", "when", "deadline", "eta")):
        yield _item(part, task, "item-date")
    if not _begins_with_a_verb(task):
        yield _item(part, task, "item-verb")


def _check_words_of_item(part: Part) -> Iterator[Finding]:
    task = part.text.removeprefix("[ ]").removeprefix("[x]").strip()
    if not _OWNED.search(task):
        yield _item(part, task, "item-owner")
    if not _DATED.search(task):
        yield _item(part, task, "item-date")
    if not _begins_with_a_verb(re.sub(r"^(?:@?[\w.]+:|\*\*.*?\*\*|[A-Z]{2,10}-\d+[:\s])\s*", "", task)):
        yield _item(part, task, "item-verb")


_ITEM_WORDS: dict[str, tuple[str, str]] = {
    "item-owner": ("an item of nobody is done by nobody", "name one person, in the owner's column or with an @"),
    "item-date": ("without a day it is always for later", "give a date, such as 2026-03-31"),
    "item-verb": (
        "it names a thing, and not what is done about it",
        "begin with a verb: “Add …”, “Remove …”, “Test …”",
    ),
}


def _item(part: Part, task: str, rule: str) -> Finding:
    why, better = _ITEM_WORDS[rule]
    return Finding.model_validate(
        {"line": part.line, "rule": rule, "words": _short(task), "why": why, "better": better}
    )


def _cell(part: Part, *names: str) -> str:
    return next((text for head, text in part.cells.items() if any(name in head for name in names)), "")


def _begins_with_a_verb(task: str) -> bool:
    """English gives no sign of a verb; what certainly is none at the start of a task is told instead."""
    word = _FIRST_WORD.search(task)
    return word is not None and (bool(_VERBS.fullmatch(word[0])) or not _NOT_A_VERB.fullmatch(word[0]))


def _short(text: str, longest: int = 60) -> str:
    return text if len(text) <= longest else text[: longest - 1].rsplit(" ", 1)[0] + " …"

"""Roles and teams that are named in place of a person: "on-call of checkout", "incident commander", "SRE team"."""

import re

from postmortem.noun import Noun

_LONGEST = 80  # characters of a role, its article and all
_ARTICLE = re.compile(r"(?:the|our|current|today['’]s|whoever is|whoever['’]s)\s+", re.IGNORECASE)
# "Ask the database on-call to look" and "every team to look" name no role.
_NO_THING = (
    r"(?:ask|tell|have|get|let|page|ping|remind|notify|train|move|make|check|contact|call|give|find|add|a|an|each|every|"
    r"whole|entire|all|any|some|another|other|which|what|this|that|my|their|your)\b"
)
_WORD = r"(?!(?:the|a|an|our|to|of|for)\b)[\w&./']+"
_THING = rf"(?:the\s+|our\s+)?(?P<of>(?!{_NO_THING}){_WORD}(?:[ -]{_WORD}){{0,3}}?)"
_ON_CALL = (
    r"(?:(?:primary|secondary|backup|first|second|next)\s+)?on[- ]?call(?:er)?"
    r"(?:\s+(?:engineer|person|responder|developer|dev|sre|dba|primary|secondary))?"
)
_KIND = (
    r"(?:deputy|acting|incident|major incident|technical|tech|ops|operations|comms?|communications?|customer|support|"
    r"planning|logistics|engineering|team|release|product|project|service|duty|shift|database|security|network|"
    r"platform|problem|change|delivery|internal|external)"
)
_DUTY = rf"(?:(?:{_KIND}\s+){{1,2}}(?:commander|lead|leader|manager|owner|officer|liaison|coordinator)|scribe)"
_GROUP = r"(?:team|squad|crew|guild|tribe|group)"
# Teams that nobody calls a team.
_KNOWN_GROUP = (
    r"(?:sres?|dbas?|dev-?ops|sys-?ops|net-?ops|sec-?ops|ops|infra(?:structure)?|noc|soc|qa|operations|security|platform|"
    r"support|customer support|networking|data engineering)"
)
_ROLES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("on-call", rf"{_ON_CALL}(?:\s+(?:(?:of|for|in|from|at|on)\s+)?{_THING}(?:\s+{_GROUP})?)?"),
        ("on-call", rf"{_THING}(?:\s+{_GROUP})?(?:['’]s)?\s+{_ON_CALL}"),
        ("duty", rf"{_DUTY}(?:\s+(?:of|for)\s+{_THING})?"),
        ("team", rf"{_THING}\s+{_GROUP}"),
        ("team", rf"team\s+{_THING}"),
        ("team", rf"(?P<of>{_KNOWN_GROUP})"),
    )
)
_COMMANDER = re.compile(r"IC|I/C")  # in capitals only


class Role(Noun):
    """`words` as they were said, without an article. `of` is the team or service that it is a role of, where said.

    `kind` is "on-call", "team" (all of it), or "duty": a role in the incident or of a team.
    """

    words: str
    kind: str
    of: str | None = None


def read_role(words: str) -> Role | None:
    """The role that these words are, from first to last; None where they are anything else."""
    said = " ".join(words[: _LONGEST + 1].replace("_", " ").split())
    said = _ARTICLE.sub("", said, count=1) if _ARTICLE.match(said) else said
    if len(said) > _LONGEST:
        return None
    if _COMMANDER.fullmatch(said):
        return Role(words="incident commander", kind="duty")
    spaced = said if " " in said else said.replace("-", " ").replace("on call", "on-call")
    for kind, pattern in _ROLES:
        if match := pattern.fullmatch(spaced):
            return Role(words=said, kind=kind, of=match.groupdict().get("of"))
    return None

"""As much JQL as Debrief and its tests ask: clauses joined by AND, then ORDER BY."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.vendors.jira_rules import Refused

_VALUE = r"""(?:"[^"]*"|'[^']*'|[\w.-]+)"""
_CLAUSE = re.compile(
    rf"(\w+)\s*(!=|=|>=|<=|in\b|not in\b)\s*({_VALUE}|\(\s*{_VALUE}(?:\s*,\s*{_VALUE})*\s*\))", re.IGNORECASE
)
_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}

type Issue = dict[str, Any]


def found_by(jql: str, issues: list[Issue], now: float, known: Callable[[str], Issue | None]) -> list[Issue]:
    """The issues that the query finds, in its order. Raises Refused as Jira does: for an unbounded query, and for a
    key that no issue has or had (`known` finds it), whatever else the query names."""
    where, _, order = re.sub(r"\s+", " ", jql).strip().partition(" ORDER BY ")
    if not where or where.upper().startswith("ORDER BY"):
        raise Refused(400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
    tests = [_test(clause, now, known) for clause in re.split(r"\s+AND\s+", where, flags=re.IGNORECASE)]
    chosen = [issue for issue in issues if all(test(issue) for test in tests)]
    field, _, direction = order.strip().partition(" ")
    if field not in ("", "key", "created", "updated"):
        raise Refused(400, f"Field '{field}' does not exist or you do not have permission to view it.")
    descends = direction.upper() == "DESC" if order else True
    return sorted(chosen, key=lambda issue: _place(issue, field), reverse=descends)


def _place(issue: Issue, field: str) -> Any:
    project, _, number = issue["key"].rpartition("-")
    return (project, int(number)) if field == "key" else (issue["fields"][field or "created"], int(issue["id"]))


def _test(clause: str, now: float, known: Callable[[str], Issue | None]) -> Callable[[Issue], bool]:
    match = _CLAUSE.fullmatch(clause.strip())
    if match is None:
        raise Refused(400, f"Error in the JQL Query: expecting an operator and a value at '{clause[:40]}'.")
    field, operator, values = match[1], match[2].lower(), [_bare(value) for value in re.findall(_VALUE, match[3])]
    if operator in (">=", "<="):
        return _time_test(field, operator, values[0], now)
    if field.lower() in ("key", "id", "issuekey"):
        return _issue_test(values, operator, known)
    wanted = {value.casefold() for value in values}
    if operator in ("!=", "not in"):
        return lambda issue: not wanted & _values_of(issue, field) and bool(_values_of(issue, field))
    return lambda issue: bool(wanted & _values_of(issue, field))


def _issue_test(values: list[str], operator: str, known: Callable[[str], Issue | None]) -> Callable[[Issue], bool]:
    found = {value: known(value) for value in values}
    for value, issue in found.items():
        if issue is None:
            raise Refused(400, f"An issue with key '{value}' does not exist for field 'key'.")
    ids = {issue["id"] for issue in found.values() if issue}
    wants = operator in ("=", "in")
    return lambda issue: (issue["id"] in ids) == wants


def _time_test(field: str, operator: str, value: str, now: float) -> Callable[[Issue], bool]:
    relative = re.fullmatch(r"-(\d+)([mhdw])", value)
    if relative is None or field not in ("created", "updated"):
        raise Refused(400, f"Date value '{value}' for field '{field}' is invalid.")
    bound = now - int(relative[1]) * _UNITS[relative[2]]

    def test(issue: Issue) -> bool:
        at = datetime.fromisoformat(issue["fields"][field]).timestamp()
        return at >= bound if operator == ">=" else at <= bound

    return test


def _values_of(issue: Issue, field: str) -> set[str]:
    fields = issue["fields"]
    readers: dict[str, Callable[[], list[str]]] = {
        "project": lambda: [fields["project"]["key"], fields["project"]["id"], fields["project"]["name"]],
        "labels": lambda: list(fields.get("labels") or ()),
        "status": lambda: [fields["status"]["name"]],
        "statuscategory": lambda: [
            fields["status"]["statusCategory"]["name"],
            fields["status"]["statusCategory"]["key"],
        ],
        "assignee": lambda: [fields["assignee"]["accountId"]] if fields.get("assignee") else [],
        "issuetype": lambda: [fields["issuetype"]["name"]],
    }
    if field.lower() not in readers:
        raise Refused(400, f"Field '{field}' does not exist or you do not have permission to view it.")
    return {value.casefold() for value in readers[field.lower()]()}


def _bare(value: str) -> str:
    return value[1:-1] if value[:1] in "\"'" else value

"""Reading what became of followed issues, from Jira's database and not from its search index.

An issue is asked for by its id, which no move changes. Jira leaves out of a bulk answer what is gone or hidden.
"""

from collections.abc import Collection, Sequence
from typing import Any

from connectors.errors import NotFound
from connectors.jira.api import JiraApi

FIELDS = ("status", "assignee", "duedate", "summary", "project", "labels", "resolutiondate")

type Issue = dict[str, Any]


def read_issues(jira: JiraApi, ids: Sequence[str], known_gone: Collection[str] = ()) -> dict[str, Issue | None]:
    """Id to issue, up to 100; None where Jira says that there is none, or none for us.

    One call, and one more for each that is not in its answer, but for those of `known_gone`. Raises ConnectorError
    where anything is not known: then nothing is.
    """
    found = {str(issue.get("id")): issue for issue in jira.bulk_fetch(ids, FIELDS, ())}
    asked_alone = [id_ for id_ in ids if id_ not in found and id_ not in known_gone]
    return dict.fromkeys(ids) | found | {id_: read_issue(jira, id_) for id_ in asked_alone}


def read_issue(jira: JiraApi, id_: str) -> Issue | None:
    """One issue; None where Jira says that there is none, or none for us."""
    try:
        return jira.get_issue(id_, FIELDS)
    except NotFound:
        return None

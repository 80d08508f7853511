"""Is there more than one issue for one action item? Looked for by label, in the search index; nothing is ever deleted.

A person's copy of an issue carries its label, too, but not the entity property that we wrote: it is no double.
"""

from collections.abc import Sequence

from connectors.jira.api import JiraApi
from connectors.jira.open_issue import REQUEST_KEY
from connectors.jira.translate import PROPERTY, key_from_issue, labels_from_issue

MOST_KEYS = 50
"""Keys in one search: 30 letters each, in an address that servers cut at about 8,000."""


def find_doubles(jira: JiraApi, keys: Sequence[str]) -> dict[str, list[str]]:
    """Of up to MOST_KEYS request keys those with more than one issue, and these, by their keys, oldest first.

    Raises ConnectorError.
    """
    asked = [key for key in keys if REQUEST_KEY.fullmatch(key)]
    if not asked:
        return {}
    labels = ", ".join(f'"{key}"' for key in asked)
    found: dict[str, list[str]] = {key: [] for key in asked}
    for issue in jira.search(f"labels in ({labels}) ORDER BY key ASC", ("labels",)):
        for label in found.keys() & set(labels_from_issue(issue)):
            found[label].append(str(issue.get("key", "")))
    return {key: doubles for key, issues in found.items() if len(doubles := _made_by_us(jira, key, issues)) > 1}


def _made_by_us(jira: JiraApi, key: str, issues: list[str]) -> list[str]:
    if len(issues) < 2:
        return []
    read = jira.bulk_fetch(issues[:100], ("labels",), (PROPERTY,))
    ours = {str(issue.get("key", "")) for issue in read if key_from_issue(issue) == key}
    return [issue for issue in issues if issue in ours]

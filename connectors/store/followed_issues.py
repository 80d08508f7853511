"""Which issues are followed, asked by their ids alone. Standard library only: the receiver loads this.

Written by `following.py`. Most webhooks of a Jira site are about issues of others: they start nothing.
"""

from connectors.store.port import Store

ISSUES = "ACTIONS_BY_ISSUE"


def is_followed(store: Store, issue_id: str) -> bool:
    return store.read(ISSUES, issue_id) is not None

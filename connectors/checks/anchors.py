"""Whether each backlog has an issue by which an unclear create is settled, and whether that issue is fit for it."""

from collections.abc import Iterator
from typing import Any

from connectors.checks.finding import Said, failure, warning
from connectors.errors import NotFound
from connectors.jira.api import JiraApi
from connectors.jira.translate import ANCHOR_FIELD, ANCHOR_LINK, Screen

# Jira Cloud takes 2,000 linked issues on an issue:
# https://actonic.de/en/understanding-atlassian-jira-cloud-issue-limits-and-how-to-manage-them (read 2026-11-21)
MANY_LINKS = 1_500
_WITHOUT = (
    "no issue is named in jira.anchor_issues.{project}: where the answer to a create is lost, nothing proves whether "
    "the issue was made, and its action item waits for a person."
)
_NOT_LINKED = (
    "Issues cannot be linked to {anchor} as they are made, so that it proves nothing: the field Linked Issues is not "
    "on the create screen of {title}."
)
_AGAIN = "Correct jira.anchor_issues.{project}"


def check_anchor(jira: JiraApi, project: str, anchor: str | None) -> Iterator[Said]:
    """Nothing where it is fit. Raises ConnectorError where Jira does not answer."""
    if anchor is None:
        yield warning(_WITHOUT.format(project=project), f"Make an issue in {project} that stays open, and name it.")
        return
    again = _AGAIN.format(project=project)
    try:
        fields: dict[str, Any] = jira.get_issue(anchor, ("project", "status", ANCHOR_FIELD)).get("fields") or {}
    except NotFound:
        yield failure(f"Jira shows no issue {anchor}.", f"{again}, or give the account of JIRA_EMAIL access to it.")
        return
    yield from _of_fields(fields, project, anchor, again)


def check_linking(screen: Screen, anchor: str | None) -> Iterator[Said]:
    """Whether issues can be linked to it in the moment in which they are made."""
    if anchor is not None and screen.field(ANCHOR_FIELD) is None:
        yield warning(_NOT_LINKED.format(anchor=anchor, title=screen.title), "Add it there.")


def check_link_type(jira: JiraApi) -> Iterator[Said]:
    """Whether the kind of link exists by which new issues are tied to their anchor."""
    try:
        names = [str(kind.get("name")) for kind in jira.list_issue_link_types()]
    except NotFound:
        yield failure("issue linking is switched off, so that no anchor proves anything.", "Switch it on in Jira.")
        return
    if ANCHOR_LINK not in names:
        there = ", ".join(names[:8]) or "none"
        said = f"there is no issue link type {ANCHOR_LINK} (there is: {there}), so that no anchor proves anything."
        yield failure(said, f"Add it in Jira: Settings, Issues, Issue linking: name {ANCHOR_LINK}.")


def _of_fields(fields: dict[str, Any], project: str, anchor: str, again: str) -> Iterator[Said]:
    where: dict[str, Any] = fields.get("project") or {}
    if where.get("key") not in (project, None):
        yield failure(f"{anchor} lies in {where['key']}, and not in {project}.", f"{again}.")
    if where.get("archived") is True:
        yield failure(f"{anchor} lies in an archived project, where nothing can be linked to.", f"{again}.")
    status: dict[str, Any] = fields.get("status") or {}
    if (status.get("statusCategory") or {}).get("key") == "done":
        yield warning(f"{anchor} is done, and some workflows let nothing be linked to it then.", "Open it again.")
    links = len(fields.get(ANCHOR_FIELD) or ())
    if links >= MANY_LINKS:
        yield warning(f"{anchor} has {links:,} links, and Jira takes 2,000.", "Name a new issue in its place.")

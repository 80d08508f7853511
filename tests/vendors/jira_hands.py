"""What people do in Jira with their own hands. A person is always right: nothing of this is refused.

    fake.person_closes("OPS-1")
    fake.person_moves("OPS-1", "SRE")        # to another project; the old key goes on finding it
    fake.person_reassigns("OPS-1", "acc-ada", by="acc-bea")

Every one takes `by`, the account id of who does it; without it, somebody whom nobody knows here.
"""

from typing import Any

from tests.vendors.jira_issues import Issues
from tests.vendors.jira_shapes import fields_as_shown, reference

SOMEBODY = "5b10a2844c20165700ede22h"


class Hands(Issues):
    """Each method changes one issue, dates it, and tells the listeners of it."""

    def person_transitions(self, key: str, status: str, *, by: str = SOMEBODY) -> None:
        """Along the workflow to a status of that name ("In Progress")."""
        issue = self.issue(key)
        names = {one["name"]: one for one in self._project_of(issue).workflow}
        assert status in names, f"the workflow of {key} has {list(names)}, not {status}"
        before, after = issue["fields"]["status"], names[status]
        is_done = after["statusCategory"]["key"] == "done"
        issue["fields"]["resolution"] = {"id": "10000", "name": "Done"} if is_done else None
        issue["fields"]["resolutiondate"] = self._time() if is_done else None
        if before["statusCategory"] != after["statusCategory"]:
            issue["fields"]["statuscategorychangedate"] = self._time()
        self._changes(issue, "status", after, (before["name"], status), by)

    def person_starts(self, key: str, *, by: str = SOMEBODY) -> None:
        """To the first status that is in progress."""
        self.person_transitions(key, self._first(key, "indeterminate"), by=by)

    def person_closes(self, key: str, *, by: str = SOMEBODY) -> None:
        """To the first status that is done."""
        self.person_transitions(key, self._first(key, "done"), by=by)

    def person_reopens(self, key: str, *, by: str = SOMEBODY) -> None:
        """Back to the first status that is to do."""
        self.person_transitions(key, self._first(key, "new"), by=by)

    def person_renames(self, key: str, summary: str, *, by: str = SOMEBODY) -> None:
        issue = self.issue(key)
        self._changes(issue, "summary", summary, (issue["fields"]["summary"], summary), by)

    def person_reassigns(self, key: str, account_id: str | None, *, by: str = SOMEBODY) -> None:
        """To somebody, or to nobody."""
        issue = self.issue(key)
        user = self._directory.users[account_id] if account_id else None
        before = issue["fields"].get("assignee") or {}
        words = (before.get("displayName", ""), user["displayName"] if user else "")
        self._changes(issue, "assignee", user, words, by)

    def person_reschedules(self, key: str, due_on: str | None, *, by: str = SOMEBODY) -> None:
        """To another due date, as 2026-12-01, or to none."""
        issue = self.issue(key)
        self._changes(issue, "duedate", due_on, (issue["fields"].get("duedate") or "", due_on or ""), by)

    def person_labels(self, key: str, *labels: str, by: str = SOMEBODY) -> None:
        """Gives the issue these labels and no others."""
        issue = self.issue(key)
        before = " ".join(issue["fields"]["labels"])
        self._changes(issue, "labels", list(labels), (before, " ".join(labels)), by)

    def person_strips_label(self, key: str, label: str | None = None, *, by: str = SOMEBODY) -> None:
        """Takes a label off; all that begin with pm- where none is named."""
        left = [one for one in self.issue(key)["fields"]["labels"] if not _is_stripped(one, label)]
        self.person_labels(key, *left, by=by)

    def person_moves(self, key: str, project: str, *, by: str = SOMEBODY) -> str:
        """To another project: the id stays, the key is new and the old one goes on finding it. Returns the new key."""
        issue, to = self.issue(key), self._directory.projects[project]
        to.last_number += 1
        old, issue["key"] = issue["key"], f"{to.key}-{to.last_number}"
        issue["former_keys"].append(old)
        if old in self.remote_links:
            self.remote_links[issue["key"]] = self.remote_links.pop(old)
        issue["fields"]["project"] = to.record()
        item = {"field": "Key", "fieldtype": "jira", "from": None, "fromString": old, "to": None}
        self._tell("jira:issue_updated", issue, [item | {"toString": issue["key"]}], by)
        return issue["key"]

    def person_comments(self, key: str, text: str, *, by: str = SOMEBODY) -> None:
        issue = self.issue(key)
        paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
        body: dict[str, Any] = {"type": "doc", "version": 1, "content": [paragraph]}
        self._new_comment(issue, body, self._directory.somebody(by))
        self._tell("comment_created", issue, [], by)

    def person_opens(self, project: str, summary: str, *, by: str = SOMEBODY) -> str:
        """An issue that has nothing to do with us, such as an epic. Returns its key."""
        to = self._directory.projects[project]
        kind = next(iter(to.issue_types.values()))
        fields = {"summary": summary, "labels": []}
        issue = self._new_issue(to, fields_as_shown(fields, to, kind, self._directory.users, self._time()))
        self._tell("jira:issue_created", issue, [], by)
        return issue["key"]

    def keeps_anchors(self) -> dict[str, str]:
        """In every project an issue for others to be linked to, which no search finds: the keys, by project."""
        for project in self._directory.projects.values():
            self.keeps_an_anchor(f"{project.key}-900")
        return {anchor["fields"]["project"]["key"]: anchor["key"] for anchor in self.anchors}

    def keeps_an_anchor(self, key: str) -> None:
        project = self._directory.projects[key.rpartition("-")[0]]
        kind = next(iter(project.issue_types.values()))
        fields = fields_as_shown({"summary": "Incidents"}, project, kind, self._directory.users, self._time())
        self.anchors.append(self._issue_of(fields, key, str(9000 + len(self.anchors))))

    def person_copies(self, key: str, *, by: str = SOMEBODY) -> str:
        """Clones the issue, labels and all, without its entity properties. Returns the copy's key."""
        issue = self.issue(key)
        project = self._project_of(issue)
        copied = self._new_issue(project, issue["fields"] | {"labels": list(issue["fields"]["labels"])})
        self._tell("jira:issue_created", copied, [], by)
        return copied["key"]

    def person_deletes(self, key: str, *, by: str = SOMEBODY) -> None:
        issue = self.issue(key)
        self.issues.remove(issue)
        for other in (*self.issues, *self.anchors):
            other["fields"]["issuelinks"] = [
                link for link in other["fields"]["issuelinks"] if reference(issue) not in link.values()
            ]
        self._tell("jira:issue_deleted", issue, [], by)

    def person_hides(self, key: str) -> None:
        """Puts the issue where our account may not see it: to us it is as if it were deleted."""
        self.issues.remove(self.issue(key))

    def closes(self, key: str) -> None:
        self.person_closes(key)

    def deletes(self, key: str) -> None:
        self.person_deletes(key)

    def leaves(self, account_id: str) -> None:
        """Somebody leaves: their account is deactivated."""
        self._directory.users[account_id]["active"] = False

    def hides_email(self, account_id: str) -> None:
        """Somebody hides their e-mail: it is no longer shown, and found only by the whole of it."""
        self._directory.hidden.add(account_id)

    def archives(self, project: str, *, is_archived: bool = True) -> None:
        self._directory.projects[project].archived = is_archived

    def refuses_to_assign(self, project: str, *account_ids: str) -> None:
        """From now on these people, or nobody at all, can be assigned issues of this project."""
        self._directory.projects[project].unassignable.update(account_ids or self._directory.users)

    def drops_assignees(self, project: str, *, also_when_put: bool = False) -> None:
        """An assignee that comes with a create is silently dropped there, as on some sites (facts 5.1); with
        `also_when_put` PUT /assignee answers 204 and does nothing either."""
        self._directory.projects[project].drops_assignees = {"POST", "PUT"} if also_when_put else {"POST"}

    def _first(self, key: str, category: str) -> str:
        workflow = self._project_of(self.issue(key)).workflow
        return next(status["name"] for status in workflow if status["statusCategory"]["key"] == category)


def _is_stripped(label: str, wanted: str | None) -> bool:
    return label == wanted if wanted else label.startswith("pm-")

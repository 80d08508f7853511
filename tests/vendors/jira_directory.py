"""The part of a fake Jira that nobody writes to: projects, their create screens, and people."""

from typing import Any

from tests.vendors.jira_projects import IssueType, Project, project_from_script, user_from_script
from tests.vendors.jira_rules import Refused
from tests.vendors.jira_shapes import is_asked_for, link_type, page_of, permission
from tests.vendors.wire import Reply, Request, json_reply

BOT = "5b10a2844c20165700ede21g"


class Directory:
    """`projects` by key, `users` by account id; the first user is the token's own account. `links` are the kinds of
    links between issues, None where linking is switched off."""

    def __init__(self, email: str) -> None:
        self.projects: dict[str, Project] = {}
        bot = {"accountId": BOT, "displayName": "Debrief", "emailAddress": email}
        self.users = {BOT: user_from_script(bot)}
        self.hidden = set[str]()
        self.links: list[str] | None = ["Blocks", "Relates"]

    def learn(self, jira: dict[str, Any]) -> None:
        for described in jira.get("projects", ()):
            project = project_from_script(described, len(self.projects))
            self.projects.setdefault(project.key, project)
        self.users |= {user["accountId"]: user_from_script(user) for user in jira.get("users", ())}
        self.hidden |= {user["accountId"] for user in jira.get("users", ()) if user.get("hides_email")}

    def may_have(self, account_id: str, project: Project) -> bool:
        user = self.users.get(account_id)
        return user is not None and user["active"] and account_id not in project.unassignable

    def somebody(self, account_id: str | None) -> dict[str, Any]:
        """Who does something: the token's own account, a user, or somebody unknown here."""
        account_id = account_id or BOT
        unknown = {"accountId": account_id, "displayName": "A Person"}
        return self._shown(self.users.get(account_id) or user_from_script(unknown))

    def _shown(self, user: dict[str, Any]) -> dict[str, Any]:
        """A user, without the e-mail that they hide."""
        return {name: value for name, value in user.items() if name != "emailAddress" or self._shows_email(user)}

    def _shows_email(self, user: dict[str, Any]) -> bool:
        return user["accountId"] not in self.hidden

    def myself(self, request: Request) -> Reply:
        return json_reply(self.users[BOT])

    def permissions(self, request: Request) -> Reply:
        """What the token's account may do in a project: all but what `may_browse`, `may_create`, `denied` say."""
        project = self._visible(request.query.get("projectKey", [""])[0])
        asked = [name for names in request.query.get("permissions", []) for name in names.split(",")]
        if not asked:
            raise Refused(400, "The 'permissions' query parameter is required.")
        denied = project.denied | (set() if project.may_create else {"CREATE_ISSUES"})
        return json_reply({"permissions": {name: permission(name, had=name not in denied) for name in asked}})

    def link_types(self, request: Request) -> Reply:
        if self.links is None:
            raise Refused(404, "Issue linking is currently disabled.")
        return json_reply({"issueLinkTypes": [link_type(*one) for one in enumerate(self.links, 10000)]})

    def issue_types(self, request: Request, key: str) -> Reply:
        project = self._open(key)
        kinds = [kind.record() for kind in project.issue_types.values()] if project.may_create else []
        return json_reply(page_of("issueTypes", kinds, request))

    def fields(self, request: Request, key: str, type_id: str) -> Reply:
        project = self._open(key)
        kind: IssueType | None = project.issue_types.get(type_id)
        if kind is None or not project.may_create:
            raise Refused(404, "The issue type selected is invalid.")
        return json_reply(page_of("fields", list(kind.screen.values()), request))

    def project(self, request: Request, key: str) -> Reply:
        project = self._visible(key)
        return json_reply(project.record() | ({"archived": True} if project.archived else {}))

    def assignable(self, request: Request) -> Reply:
        asked = {name: values[0] for name, values in request.query.items()}
        if "project" not in asked or ("query" in asked) == ("accountId" in asked):
            raise Refused(400, "Give a project, and either query or accountId.")
        project = self._open(asked["project"])
        users = [user for user in self.users.values() if self.may_have(user["accountId"], project)]
        return json_reply(self._asked_for(users, asked))

    def find_users(self, request: Request) -> Reply:
        asked = {name: values[0] for name, values in request.query.items()}
        if ("query" in asked) == ("accountId" in asked):
            raise Refused(400, "Give either query or accountId.")
        return json_reply(self._asked_for([user for user in self.users.values() if user["active"]], asked))

    def user(self, request: Request) -> Reply:
        account_id = request.query.get("accountId", [""])[0]
        if account_id not in self.users:
            raise Refused(404, "Specified user does not exist or you do not have required permissions")
        return json_reply(self._shown(self.users[account_id]))

    def _asked_for(self, users: list[dict[str, Any]], asked: dict[str, str]) -> list[dict[str, Any]]:
        chosen = [user for user in users if is_asked_for(user, asked, whole_email=not self._shows_email(user))]
        return [self._shown(user) for user in chosen]

    def _visible(self, key: str) -> Project:
        project = next((one for one in self.projects.values() if key in (one.key, one.id)), None)
        if project is None or not project.may_browse:
            raise Refused(404, f"No project could be found with key '{key}'.")
        return project

    def _open(self, key: str) -> Project:
        project = self._visible(key)
        if project.archived:
            raise Refused(404, f"No project could be found with key '{key}'.")
        return project

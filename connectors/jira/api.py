"""Speaking to Jira Cloud, REST v3, through the official `jira` client: one short method per endpoint.

The client's own retries are off, because they repeat a create after a dropped connection (measured: one lost answer,
up to four issues). `connectors/retrying.py` decides instead.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any, cast
from urllib.parse import quote

from jira import JIRA, JIRAError
from requests import RequestException, Session
from requests.adapters import BaseAdapter

from connectors.atlassian import (
    Answer,
    Connections,
    NoAnswer,
    answer_from_reply,
    asked_quietly,
    silence_from_error,
    site_from_url,
)
from connectors.errors import BadReply, NotFound, Rejected
from connectors.jira.replies import (
    judge,
    judge_administered,
    judge_commented,
    judge_created,
    judge_webhook_made,
    list_from,
    numbered_page,
    object_from,
    token_page,
)
from connectors.retrying import Budget, Quiet, endpoint_of

MOST_PAGES = 200
"""Paging ends, whatever Jira says."""

# 100 issues a call: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/ (2026-11-20)
MOST_AT_ONCE = 100

REST = ("rest", "api", "3")
# Administrators' webhooks. /rest/api/3/webhook is for Connect and OAuth apps alone, and expires after 30 days.
# https://developer.atlassian.com/cloud/jira/platform/webhooks/ (read 2026-11-21)
WEBHOOKS = ("rest", "webhooks", "1.0", "webhook")


class JiraApi:
    """Jira Cloud's endpoints in Jira's own words. Construction does no I/O.

    `timeout` is (connect, read) in seconds. `base_url` is where the API answers if not at the site (tests); links keep
    the site's. `transport` stands in for the network in simulations.
    Thread-safe: a session is borrowed for one request and given back, so no two threads ever share one.
    Every method raises a ConnectorError; none of them holds the token or a body.
    """

    def __init__(
        self,
        site_url: str,
        email: str,
        token: str,
        budget: Budget,
        *,
        timeout: tuple[float, float] = (3.05, 20.0),
        base_url: str | None = None,
        transport: BaseAdapter | None = None,
    ) -> None:
        self.site_url = site_from_url(site_url, "jira.site")
        self._base_url = site_from_url(base_url, "jira.base_url") if base_url else self.site_url
        self._email, self._token, self._budget = email, token, budget
        self._timeout, self._transport = timeout, transport
        self._clients = Connections(self._new_client)
        self._quiet = Quiet(budget.now)

    def close(self) -> None:
        """Close the idle connections."""
        self._clients.close()

    def get_myself(self) -> dict[str, Any]:
        return self._get_object("Asking Jira who we are", "myself")

    def list_my_permissions(self, project: str, names: Sequence[str]) -> set[str]:
        """Those of these project permissions ("CREATE_ISSUES") that this account has in the project.

        Raises NotFound where it may not know of the project.
        """
        tried, query = f"Reading our permissions in {project}", {"projectKey": project, "permissions": ",".join(names)}
        found = object_from(tried, object_from(tried, self._get(tried, ("mypermissions",), query)).get("permissions"))
        return {name for name in names if object_from(tried, found.get(name) or {}).get("havePermission") is True}

    def list_issue_link_types(self) -> list[dict[str, Any]]:
        """Every kind of link between issues. Raises NotFound where linking is switched off."""
        tried = "Reading the kinds of links between issues"
        return list_from(tried, self._get_object(tried, "issueLinkType").get("issueLinkTypes"))

    def get_project(self, project: str) -> dict[str, Any]:
        return self._get_object(f"Reading the Jira project {project}", "project", project)

    def list_issue_types(self, project: str) -> list[dict[str, Any]]:
        """Issue types that this account may create in the project; empty where it may create nothing."""
        tried = f"Reading the issue types of {project}"
        return self._get_pages(tried, ("issueTypes",), "issue", "createmeta", project, "issuetypes")

    def list_fields(self, project: str, issue_type_id: str) -> list[dict[str, Any]]:
        """The fields on the create screen of an issue type."""
        tried = f"Reading the create screen of {project}"
        parts = ("issue", "createmeta", project, "issuetypes", issue_type_id)
        return self._get_pages(tried, ("fields", "results"), *parts)

    def create_issue(self, payload: dict[str, Any]) -> dict[str, Any]:
        """POST once; answers {"id", "key", "self"}. Asked again only where surely nothing happened.

        Raises OutcomeUnknown where the answer was lost: the issue may exist.
        """
        tried = "Creating a Jira issue"
        return self._budget.writing(lambda: judge_created(tried, self._send("POST", ("issue",), body=payload)))

    def get_issue(self, key: str, fields: Sequence[str], properties: Sequence[str] = ()) -> dict[str, Any]:
        """One issue, read from the database and not from the index. `key` may be the numeric id."""
        query = {"fields": ",".join(fields), "properties": ",".join(properties)}
        return self._get_object(f"Reading {key}", "issue", key, query=query)

    def bulk_fetch(self, keys: Sequence[str], fields: Sequence[str], properties: Sequence[str]) -> list[dict[str, Any]]:
        """Up to 100 issues by key; those that do not exist are simply not among them."""
        tried = "Reading issues by their keys"
        if len(keys) > MOST_AT_ONCE:
            raise Rejected(tried, f"{len(keys)} keys are more than Jira takes in one call ({MOST_AT_ONCE})")
        body = {"issueIdsOrKeys": list(keys), "fields": list(fields), "properties": list(properties)}
        value = self._budget.reading(lambda: judge(tried, self._send("POST", ("issue", "bulkfetch"), body=body)))
        return list_from(tried, object_from(tried, value).get("issues"))

    def upsert_remote_link(self, key: str, remote_link: dict[str, Any]) -> None:
        """Link an issue to a page elsewhere. The same `globalId` again changes that link: safe to repeat."""
        tried = f"Linking {key} to its postmortem"
        self._budget.reading(lambda: judge(tried, self._send("POST", ("issue", key, "remotelink"), body=remote_link)))

    def assign(self, key: str, account_id: str) -> None:
        """Give an issue to somebody. The same again changes nothing: safe to repeat."""
        tried, body = f"Assigning {key}", {"accountId": account_id}
        self._budget.reading(lambda: judge(tried, self._send("PUT", ("issue", key, "assignee"), body=body)))

    def edit_issue(self, key: str, fields: dict[str, Any]) -> None:
        """Change these fields and no others. The same again changes nothing: safe to repeat. Not for the assignee,
        which some sites forget here without a word: see `assign`."""
        tried = f"Changing {key}"
        self._budget.reading(lambda: judge(tried, self._send("PUT", ("issue", key), body={"fields": fields})))

    def add_comment(self, key: str, body: dict[str, Any]) -> dict[str, Any]:
        """Write a comment (an Atlassian document); answers {"id", ...}. Repeated only where surely nothing happened.

        Raises OutcomeUnknown where the answer was lost: look with `list_comments`.
        """
        tried = f"Commenting on {key}"
        send = partial(self._send, "POST", ("issue", key, "comment"), body={"body": body})
        return self._budget.writing(lambda: judge_commented(tried, send()))

    def list_comments(self, key: str) -> list[dict[str, Any]]:
        """Every comment of an issue, oldest first, read from the database."""
        return self._get_pages(f"Reading the comments of {key}", ("comments",), "issue", key, "comment")

    def search(self, jql: str, fields: Sequence[str], *, most: int | None = None) -> list[dict[str, Any]]:
        """Issues by JQL, page after page, at most `most`. The index lags seconds to minutes behind a write."""
        tried, found, token = "Searching Jira", list[dict[str, Any]](), None
        for _ in range(MOST_PAGES):
            query = {"jql": jql, "fields": ",".join(fields), "maxResults": str(min(most or 100, 100))}
            value = self._get(tried, ("search", "jql"), query | ({"nextPageToken": token} if token else {}))
            issues, following = token_page(tried, value)
            found += issues
            if following is None or (most is not None and len(found) >= most):
                return found[:most]
            if following == token:
                break
            token = following
        raise BadReply(tried, "Jira's pages do not come to an end")

    def assignable(self, project: str, account_id: str) -> bool:
        """Whether this account may be given issues of the project."""
        return self.assignable_user(project, account_id) is not None

    def assignable_user(self, project: str, account_id: str) -> dict[str, Any] | None:
        """This account as Jira shows it, where it may be given issues of the project; None where it may not."""
        tried, query = f"Asking who can be assigned in {project}", {"project": project, "accountId": account_id}
        users = list_from(tried, self._get(tried, ("user", "assignable", "search"), query))
        return next((user for user in users if user.get("accountId") == account_id), None)

    def find_users(self, query: str) -> list[dict[str, Any]]:
        """Active users whose name or e-mail matches. Empty also where this account may not browse users."""
        tried = "Searching Jira's users"
        return list_from(tried, self._get(tried, ("user", "search"), {"query": query}))

    def get_user(self, account_id: str) -> dict[str, Any]:
        """One user, also one who is no longer active. Raises NotFound where nobody has this account id."""
        return self._get_object("Reading a Jira user", "user", query={"accountId": account_id})

    def list_webhooks(self) -> list[dict[str, Any]]:
        """The webhooks that administrators made, everybody's; not paged, at most 100 are active."""
        tried = "Listing Jira's webhooks"
        value = self._budget.reading(lambda: judge_administered(tried, self._send("GET", (), root=WEBHOOKS)))
        return list_from(tried, value)

    def create_webhook(self, webhook: dict[str, Any]) -> dict[str, Any]:
        """POST once; answers the webhook with its address in Jira as `self`, and without its secret.

        Raises OutcomeUnknown where the answer was lost: look with `list_webhooks`.
        """
        tried = "Creating a webhook in Jira"
        send = partial(self._send, "POST", (), body=webhook, root=WEBHOOKS)
        return self._budget.writing(lambda: judge_webhook_made(tried, send()))

    def update_webhook(self, webhook_id: str, webhook: dict[str, Any]) -> None:
        """Replace a webhook whole; a secret that is left out stays. The same again changes nothing: safe to repeat."""
        tried = f"Changing Jira's webhook {webhook_id}"
        send = partial(self._send, "PUT", (webhook_id,), body=webhook, root=WEBHOOKS)
        self._budget.reading(lambda: judge_administered(tried, send()))

    def delete_webhook(self, webhook_id: str) -> None:
        """What is gone already is deleted: safe to repeat."""
        tried = f"Deleting Jira's webhook {webhook_id}"
        send = partial(self._send, "DELETE", (webhook_id,), root=WEBHOOKS)
        with suppress(NotFound):
            self._budget.reading(lambda: judge_administered(tried, send()))

    def _get(self, tried: str, parts: tuple[str, ...], query: dict[str, str]) -> Any:
        return self._budget.reading(lambda: judge(tried, self._send("GET", parts, query=query)))

    def _get_object(self, tried: str, *parts: str, query: dict[str, str] | None = None) -> dict[str, Any]:
        return object_from(tried, self._get(tried, parts, query or {}))

    def _get_pages(self, tried: str, names: tuple[str, ...], *parts: str) -> list[dict[str, Any]]:
        records, start = list[dict[str, Any]](), 0
        for _ in range(MOST_PAGES):
            value = self._get(tried, parts, {"startAt": str(start), "maxResults": "200"})
            page, following = numbered_page(tried, value, *names)
            records += page
            if following is None:
                return records
            if following <= start:
                break
            start = following
        raise BadReply(tried, "Jira's pages do not come to an end")

    def _send(
        self,
        method: str,
        parts: tuple[str, ...],
        *,
        query: dict[str, str] | None = None,
        body: Any = None,
        root: tuple[str, ...] = REST,
    ) -> Answer | NoAnswer:
        """One HTTP request, or none while Jira wants none of this kind."""
        endpoint = endpoint_of(method, "/".join(parts if root == REST else (*root, *parts)))
        return asked_quietly(self._quiet, "Jira", endpoint, lambda: self._sent(method, (*root, *parts), query, body))

    def _sent(self, method: str, parts: tuple[str, ...], query: dict[str, str] | None, body: Any) -> Answer | NoAnswer:
        """Exactly one HTTP request. Never follows a redirect: the token stays with its own host."""
        url = f"{self._base_url}/" + "/".join(quote(part, safe="") for part in parts)
        content = None if body is None else json.dumps(body)
        with self._clients.borrowed() as client:
            try:
                reply = _session(client).request(method, url, params=query, data=content, allow_redirects=False)
            except JIRAError as error:  # the client raises for every status from 400 on
                reply = error.response
            except RequestException as error:
                return silence_from_error(error)
        if reply is None:
            return NoAnswer("no answer", sent=True)
        return answer_from_reply(reply, self._email, self._token, "[JIRA_TOKEN]")

    def _new_client(self) -> JIRA:
        client = JIRA(
            self._base_url,
            basic_auth=(self._email, self._token),
            get_server_info=False,
            max_retries=0,
            timeout=self._timeout,
            logging=False,
        )
        client.deploymentType = "Cloud"
        if self._transport is not None:
            _session(client).mount(self._base_url, self._transport)
        return client


def _session(client: JIRA) -> Session:
    """The client's own session, logged in: its methods cannot post `properties`, nor look up without extra calls."""
    return cast("Session", client._session)  # noqa: SLF001 (there is no public way)

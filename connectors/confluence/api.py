"""Speaking to Confluence Cloud, REST v2: one short method per endpoint, over `requests`.

There is no official client, and what there is repeats creates by itself. `connectors/retrying.py` decides that.
"""

import json
from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import quote

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
from connectors.confluence.replies import judge, judge_written, object_from, page_of_results
from connectors.errors import BadReply
from connectors.retrying import Budget, Quiet, endpoint_of

MOST_PAGES = 100
"""Paging ends, whatever Confluence says."""

_V2 = "/wiki/api/v2"
# Version 2 reads labels and cannot write them: https://developer.atlassian.com/cloud/confluence/rest/v2/ (2026-11-21)
_V1 = "/wiki/rest/api"


class ConfluenceApi:
    """Confluence Cloud's endpoints in Confluence's own words. Construction does no I/O.

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
        timeout: tuple[float, float] = (3.05, 30.0),
        base_url: str | None = None,
        transport: BaseAdapter | None = None,
    ) -> None:
        self.site_url = site_from_url(site_url, "confluence.site")
        self._base_url = site_from_url(base_url, "confluence.base_url") if base_url else self.site_url
        self._email, self._token, self._budget = email, token, budget
        self._timeout, self._transport = timeout, transport
        self._sessions = Connections(self._new_session)
        self._quiet = Quiet(budget.now)

    def close(self) -> None:
        """Close the idle connections."""
        self._sessions.close()

    def get_page(self, page_id: str, version: int | None = None) -> dict[str, Any]:
        """A page with its body as Confluence keeps it, now or as it was in an earlier version.

        One in the trash is NotFound; an archived one has that `status`.
        """
        query = {"body-format": "storage"} | ({"version": str(version)} if version is not None else {})
        tried = f"Reading the Confluence page {page_id}"
        path = f"{_V2}/pages/{quote(page_id, safe='')}"
        return object_from(tried, self._get(tried, path, query))

    def list_spaces(self, key: str) -> list[dict[str, Any]]:
        """The space of this key, if this account may see it."""
        return self._get_results(f"Looking for the Confluence space {key}", f"{_V2}/spaces", {"keys": key})

    def list_space_operations(self, space_id: str) -> set[tuple[str, str]]:
        """What this account may do in the space: ("create", "page") and the like."""
        tried = "Reading what we may do in the Confluence space"
        value = object_from(tried, self._get(tried, f"{_V2}/spaces/{quote(space_id, safe='')}/operations", {}))
        operations = value.get("operations")
        if not isinstance(operations, list):
            raise BadReply(tried, "Confluence's answer lists no operations")
        records = [object_from(tried, one) for one in cast("list[Any]", operations)]
        return {(str(one.get("operation")), str(one.get("targetType"))) for one in records}

    def list_pages(self, space_id: str, title: str) -> list[dict[str, Any]]:
        """Current and archived pages of the space that are called exactly so: one at the most."""
        query = {"space-id": space_id, "title": title, "limit": "25"}
        return self._get_results("Looking for a Confluence page by its title", f"{_V2}/pages", query)

    def list_properties(self, page_id: str, key: str) -> list[dict[str, Any]]:
        """The page's content property of this key, if it has one."""
        tried = f"Reading a property of the Confluence page {page_id}"
        return self._get_results(tried, f"{_V2}/pages/{quote(page_id, safe='')}/properties", {"key": key})

    def create_page(self, payload: dict[str, Any]) -> dict[str, Any]:
        """POST once; answers the page. Asked again only where surely nothing happened.

        Raises OutcomeUnknown where the answer was lost, and Rejected with the field `title` where the title is taken.
        """
        return self._write("Creating a Confluence page", "POST", f"{_V2}/pages", payload)

    def update_page(self, page_id: str, payload: dict[str, Any]) -> dict[str, Any]:
        """PUT once the whole page as its next version. Raises Rejected with the field `version` where that exists."""
        path = f"{_V2}/pages/{quote(page_id, safe='')}"
        return self._write(f"Writing the Confluence page {page_id}", "PUT", path, payload)

    def create_property(self, page_id: str, key: str, value: Any) -> dict[str, Any]:
        """POST once; a page has at most one property of a key."""
        path = f"{_V2}/pages/{quote(page_id, safe='')}/properties"
        return self._write(f"Marking the Confluence page {page_id} as ours", "POST", path, {"key": key, "value": value})

    def add_labels(self, page_id: str, names: Sequence[str]) -> None:
        """Label a page. The same label again changes nothing: safe to repeat."""
        tried = f"Labelling the Confluence page {page_id}"
        path = f"{_V1}/content/{quote(page_id, safe='')}/label"
        labels = [{"prefix": "global", "name": name} for name in names]
        self._budget.reading(lambda: judge(tried, self._send("POST", path, body=labels)))

    def _write(self, tried: str, method: str, path: str, payload: dict[str, Any]) -> dict[str, Any]:
        return self._budget.writing(lambda: judge_written(tried, self._send(method, path, body=payload)))

    def _get(self, tried: str, path: str, query: dict[str, str]) -> Any:
        return self._budget.reading(lambda: judge(tried, self._send("GET", path, query=query)))

    def _get_results(self, tried: str, path: str, query: dict[str, str]) -> list[dict[str, Any]]:
        found, cursor = list[dict[str, Any]](), None
        for _ in range(MOST_PAGES):
            value = self._get(tried, path, query | ({"cursor": cursor} if cursor else {}))
            records, following = page_of_results(tried, value)
            found += records
            if following is None:
                return found
            if following == cursor:
                break
            cursor = following
        raise BadReply(tried, "Confluence's pages do not come to an end")

    def _send(
        self, method: str, path: str, *, query: dict[str, str] | None = None, body: Any = None
    ) -> Answer | NoAnswer:
        """One HTTP request, or none while Confluence wants none of this kind."""
        endpoint = endpoint_of(method, path)
        return asked_quietly(self._quiet, "Confluence", endpoint, lambda: self._sent(method, path, query, body))

    def _sent(self, method: str, path: str, query: dict[str, str] | None, body: Any) -> Answer | NoAnswer:
        """Exactly one HTTP request. Never follows a redirect: the token stays with its own host."""
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        with self._sessions.borrowed() as session:
            try:
                reply = session.request(
                    method,
                    self._base_url + path,
                    params=query,
                    data=content,
                    timeout=self._timeout,
                    allow_redirects=False,
                )
            except RequestException as error:
                return silence_from_error(error)
        return answer_from_reply(reply, self._email, self._token, "[CONFLUENCE_TOKEN]")

    def _new_session(self) -> Session:
        session = Session()
        session.auth = (self._email, self._token)
        session.headers.update({"Accept": "application/json", "Content-Type": "application/json"})
        if self._transport is not None:
            session.mount(self._base_url, self._transport)
        return session

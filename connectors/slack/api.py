"""The one place that talks to Slack: a short method per endpoint, in Slack's words. Retries are the budget's alone."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connectors.calls import sending
from connectors.errors import BadReply, NotAllowed, RateLimited, Unreachable
from connectors.retrying import Budget, Quiet, unix_date
from connectors.slack import replies
from connectors.slack.markup import escape, scrub
from connectors.slack.replies import Raw
from connectors.slack.translate import OUR_EVENT

if TYPE_CHECKING:
    from connectors.slack.client import Client, Send

# https://docs.slack.dev/reference/methods/conversations.history (read 2026-11-20): at most 999.
MOST_MESSAGES = 999
# https://docs.slack.dev/reference/methods/conversations.list (read 2026-11-20): under 1,000.
MOST_CHANNELS = 999
_UPLOADS = "file upload"


class SlackApi:
    """Slack's Web API with one bot token. Making one does no I/O; it may be used from many threads.

    Every method returns Slack's own JSON, or raises one of `connectors/errors.py`. `timeout` is in seconds, for each
    attempt. `send` replaces the network, for a run in one process. After a 429 no call of that method leaves before
    its time.
    """

    def __init__(
        self,
        token: str,
        budget: Budget,
        *,
        base_url: str = "https://slack.com/api/",
        timeout: float = 10,
        send: "Send | None" = None,
    ) -> None:
        token = token.strip()
        if not token.isascii() or not token.isprintable() or " " in token:
            raise NotAllowed("Using the Slack token", "it holds characters that no token has", replies.TOKEN_REMEDY)
        self._budget = budget
        self._made_of = token, base_url, timeout, send
        self._host = urlsplit(base_url).hostname or ""
        self._quiet = Quiet(budget.now)
        self._answered: str | None = None

    @cached_property
    def _client(self) -> "Client":
        """Loaded with the first request: of those who could ask Slack, many never do."""
        from connectors.slack.client import Client

        return Client(*self._made_of)

    @property
    def clock(self) -> datetime | None:
        """What time it was at Slack when it last answered, to the second; None where it has not said."""
        at = unix_date(self._answered or "")
        return None if at is None else datetime.fromtimestamp(at, UTC)

    def auth_test(self) -> Raw:
        return self._read("auth.test")

    def auth_test_with_headers(self) -> tuple[Raw, dict[str, str]]:
        """The same with the answer's headers, by lower-case names: `x-oauth-scopes` are the scopes of the token."""
        return self._budget.reading(lambda: self._asked("auth.test", {}, writes=False))

    def conversations_history(
        self, channel: str, *, oldest: str | None = None, latest: str | None = None, cursor: str | None = None
    ) -> Raw:
        """One page, newest first, both bounds included. `oldest` and `latest` are ts."""
        return self._messages("conversations.history", channel=channel, oldest=oldest, latest=latest, cursor=cursor)

    def conversations_replies(
        self, channel: str, ts: str, *, oldest: str | None = None, latest: str | None = None, cursor: str | None = None
    ) -> Raw:
        """One page of a thread, the parent first on every page."""
        method = "conversations.replies"
        return self._messages(method, channel=channel, ts=ts, oldest=oldest, latest=latest, cursor=cursor)

    def conversations_info(self, channel: str) -> Raw:
        return self._read("conversations.info", channel=channel)

    def conversations_list(
        self, *, cursor: str | None = None, limit: int = MOST_CHANNELS, types: str = "public_channel"
    ) -> Raw:
        return self._read("conversations.list", cursor=cursor, limit=limit, types=types)

    def conversations_join(self, channel: str) -> Raw:
        """Joining twice is joining once, so it is repeated like a reading."""
        return self._read("conversations.join", channel=channel)

    def users_info(self, user: str) -> Raw:
        return self._read("users.info", user=user)

    def users_lookup_by_email(self, email: str) -> Raw:
        return self._read("users.lookupByEmail", email=email)

    def pins_list(self, channel: str) -> Raw:
        return self._read("pins.list", channel=channel)

    def chat_post_message(self, channel: str, text: str, *, blocks: list[Raw] | None = None, key: str = "") -> Raw:
        """Post. `text` is Slack's markup (`markup.escape` what is not ours), `key` is what `find_announcement` seeks.

        Raises OutcomeUnknown where the answer was lost.
        """
        return self._write(
            "chat.postMessage",
            channel=channel,
            text=text,
            blocks=json.dumps(blocks) if blocks else None,
            metadata=json.dumps({"event_type": OUR_EVENT, "event_payload": {"key": key}}),
            parse="none",
            link_names=False,
            unfurl_links=False,
            unfurl_media=False,
        )

    def chat_update(self, channel: str, ts: str, text: str, *, blocks: list[Raw] | None = None, key: str = "") -> Raw:
        """Replace a message of our own; `text` and `key` as in `chat_post_message`.

        Saying the same again changes nothing, so it is repeated like a reading.
        """
        return self._read(
            "chat.update",
            channel=channel,
            ts=ts,
            text=text,
            blocks=json.dumps(blocks or []),
            metadata=json.dumps({"event_type": OUR_EVENT, "event_payload": {"key": key}}),
            parse="none",
            link_names=False,
        )

    def chat_post_ephemeral(self, channel: str, user: str, text: str) -> Raw:
        """Say something that only this user sees. `text` is Slack's markup. It may not arrive: nothing hangs on it."""
        return self._write("chat.postEphemeral", channel=channel, user=user, text=text, parse="none", link_names=False)

    def conversations_open(self, users: str) -> Raw:
        """The direct message with this user. Opening twice is opening once, so it is repeated like a reading."""
        return self._read("conversations.open", users=users)

    def views_open(self, trigger_id: str, view: Raw) -> Raw:
        """Show a form to who made the trigger, within three seconds of it. A trigger opens one form."""
        return self._write("views.open", trigger_id=trigger_id, view=json.dumps(view))

    def files_upload(self, channel: str, name: str, content: bytes, *, title: str = "", comment: str = "") -> Raw:
        """Share a file in a channel: the address, the bytes, then the sharing, which alone is seen by people.

        https://docs.slack.dev/messaging/working-with-files (read 2026-11-20). The address must be Slack's own.
        `comment` is plain text. Raises OutcomeUnknown where the last answer was lost.
        """
        place = self._read("files.getUploadURLExternal", filename=scrub(name), length=len(content))
        self._budget.reading(lambda: self._upload(str(place.get("upload_url")), content))
        return self._write(
            "files.completeUploadExternal",
            files=json.dumps([{"id": place.get("file_id"), "title": title or name}]),
            channel_id=channel,
            initial_comment=escape(comment) or None,
        )

    def _messages(self, method: str, **arguments: Any) -> Raw:
        return self._read(method, **arguments, limit=MOST_MESSAGES, inclusive=True, include_all_metadata=True)

    def _read(self, method: str, **arguments: Any) -> Raw:
        return self._budget.reading(lambda: self._once(method, arguments, writes=False))

    def _write(self, method: str, **arguments: Any) -> Raw:
        return self._budget.writing(lambda: self._once(method, arguments, writes=True))

    def _once(self, method: str, arguments: dict[str, Any], *, writes: bool) -> Raw:
        return self._asked(method, arguments, writes=writes)[0]

    def _asked(self, method: str, arguments: dict[str, Any], *, writes: bool) -> tuple[Raw, dict[str, str]]:
        where = arguments.get("channel") or arguments.get("channel_id") or arguments.get("user")
        tried = f"Slack {method}" + (f" for {where}" if where else "")
        self._quiet.check(method, tried)
        client = self._client
        with sending("Slack", f"POST {method}", self._budget.now) as sent:
            status, headers, data = self._answer(tried, lambda: client.api_call(method, params=arguments), writes)
            sent.status = status
        try:
            answer = replies.judge(tried, status, headers, data, writes=writes, now=self._budget.now())
        except RateLimited as limit:
            self._quiet.keep(method, limit.retry_after)
            raise
        lower = {name.lower(): value for name, value in headers.items()}
        self._answered = lower.get("date")
        return answer, lower

    def _answer(self, tried: str, call: Callable[[], Any], writes: bool) -> tuple[int, dict[str, str], object]:
        from slack_sdk.errors import SlackApiError

        try:
            reply = call()
        except SlackApiError as refusal:
            reply = refusal.response
        except (OSError, HTTPException) as error:
            # Without its cause: urllib's and slack_sdk's errors hold the request, and that holds the token.
            raise replies.failure(tried, error, writes=writes) from None
        except RecursionError:
            raise replies.broken(tried, "an answer that is nested too deeply to read", writes=writes) from None
        return reply.status_code, dict(reply.headers), reply.data

    def _upload(self, url: str, content: bytes) -> None:
        tried = "Slack file upload"
        host = urlsplit(url).hostname or ""
        if host != self._host and not host.endswith(".slack.com"):
            raise BadReply(tried, "Slack named an upload address that is not its own", "Try again later.")
        self._quiet.check(_UPLOADS, tried)
        with sending("Slack", f"POST {_UPLOADS}", self._budget.now) as sent:
            try:
                status, headers, _ = self._client.post(url, content)
            except (OSError, HTTPException) as error:
                raise replies.failure(tried, error, writes=False) from None
            sent.status = status
        if status == 429:
            hint = replies.hint_from(headers, self._budget.now())
            self._quiet.keep(_UPLOADS, hint)
            raise RateLimited(tried, "HTTP 429", "Try again later.", retry_after=hint)
        if status != 200:
            raise Unreachable(tried, f"HTTP {status}", "Try again later.")

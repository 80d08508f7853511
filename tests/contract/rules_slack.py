"""Slack, as the ten rules see it."""

import urllib.request
from pathlib import Path
from typing import Any

from connectors.errors import BadReply, ConnectorError, OutcomeUnknown, RateLimited
from connectors.retrying import Budget
from connectors.slack.announcement import announce, blocks_from_paragraphs, find_announcement
from connectors.slack.api import SlackApi
from connectors.slack.channel import Found
from connectors.slack.clicks import ItemRef, item_buttons
from connectors.slack.collect import collect
from connectors.slack.translate import Place, messages_from_slack, people_in, person_from_slack
from postmortem.action_items.item import Span
from tests.contract.rules_kit import CANARY, Connector, Endless, Size, Write
from tests.vendors.pagerduty_setup import PlainSteps
from tests.vendors.slack import FAKE_TOKEN
from tests.vendors.slack_world import A_VIEW, TRIGGER, a_world, moment, said, ts
from tests.vendors.wire import Reply, Request, Vendor, json_reply, request_from_url

_CHANNEL = "C00INC042"
_PLACE = Place(_CHANNEL, "inc-42", "https://acme.slack.com/")


def _inside(vendor: Vendor, budget: Budget, timeouts: list[Any]) -> SlackApi:
    def send(request: urllib.request.Request, timeout: float) -> tuple[int, dict[str, str], bytes]:
        timeouts.append(timeout)
        headers = {name: str(value) for name, value in request.header_items()}
        body = request.data if isinstance(request.data, bytes) else b""
        reply = vendor.answer(request_from_url(request.get_method(), request.full_url, headers, body))
        if reply.dropped:
            raise ConnectionResetError(f"dropped, after {FAKE_TOKEN}")
        return reply.status, reply.headers, reply.body

    return SlackApi(FAKE_TOKEN, budget, base_url="http://127.0.0.1/api/", send=send)


def _outside(url: str, budget: Budget, timeout: float) -> SlackApi:
    return SlackApi(FAKE_TOKEN, budget, base_url=f"{url}/api/", timeout=timeout)


def _means(status: int, writes: bool) -> type[ConnectorError] | None:
    """Slack says everything else in words, with 200: those are in test_slack_api.py."""
    if status == 429:
        return RateLimited
    return OutcomeUnknown if writes else BadReply


def _read_everything(api: SlackApi) -> list[str]:
    found = Found(_CHANNEL, "inc-42", "you named it")
    more: dict[str, Any] = {"since": moment(0), "until": moment(80_000), "at_once": 1}
    return collect(api, PlainSteps(), lambda name, _: name, found, **more)


def _page(number: int, **more: Any) -> Reply:
    """A page with a message of its own and the promise of another."""
    cursor = {"next_cursor": f"bmV4dDo{number}"}
    return json_reply({"ok": True, "has_more": True, "response_metadata": cursor, "messages": [said(5)]} | more)


def _endpoint(request: Request) -> str:
    method = request.path.rsplit("/api/", 1)[-1]
    return "the bytes go to the address it names" if "upload/v1" in method else f"| `{method}` |"


def _text_posted(text: str) -> int:
    world = a_world()
    announce(world.api, _CHANNEL, text, None, "k")
    return len(world.slack.calls[-1][1]["text"])


def _blocks(text: str) -> list[dict[str, Any]]:
    return blocks_from_paragraphs([(Span(text=text), Span(text=text, link="https://a.example"))] * 100)


def _button(text: str) -> dict[str, Any]:
    row = item_buttons(("drop",), ItemRef("Q1", "slack/C1/1.2#1"), text)
    assert row
    return row["elements"][0]


def _longest_block(text: str) -> int:
    """In characters that people see, which is what Slack counts."""
    return max(len("".join(_texts(block))) for block in _blocks(text))


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for entry in value for text in _texts(entry)]
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + _texts(value.get("elements"))
    return []


SLACK = Connector(
    name="slack",
    api=SlackApi,
    readme=Path("connectors/slack/README.md"),
    reads={
        "auth_test": lambda api: api.auth_test(),
        "auth_test_with_headers": lambda api: api.auth_test_with_headers(),
        "conversations_history": lambda api: api.conversations_history(_CHANNEL),
        "conversations_replies": lambda api: api.conversations_replies(_CHANNEL, ts(0)),
        "conversations_info": lambda api: api.conversations_info(_CHANNEL),
        "conversations_list": lambda api: api.conversations_list(),
        "conversations_join": lambda api: api.conversations_join(_CHANNEL),
        "users_info": lambda api: api.users_info("U0000001"),
        "users_lookup_by_email": lambda api: api.users_lookup_by_email("p1@acme.example"),
        "pins_list": lambda api: api.pins_list(_CHANNEL),
        "conversations_open": lambda api: api.conversations_open("U0000001"),
        "chat_update": lambda api: api.chat_update(_CHANNEL, ts(10), CANARY, key="k"),
    },
    writes={
        "chat_post_message": Write(
            call=lambda api: api.chat_post_message(_CHANNEL, CANARY, key="k"),
            where=r"chat\.postMessage",
            find=lambda api: find_announcement(api, _CHANNEL, "k", moment(0)),
        ),
        "chat_post_ephemeral": Write(
            call=lambda api: api.chat_post_ephemeral(_CHANNEL, "U0000001", CANARY),
            where=r"chat\.postEphemeral",
        ),
        "views_open": Write(
            call=lambda api: api.views_open(TRIGGER, A_VIEW | {"private_metadata": CANARY}),
            where=r"views\.open",
        ),
        "files_upload": Write(
            call=lambda api: api.files_upload(_CHANNEL, "draft.md", CANARY.encode(), comment=CANARY),
            where=r"files\.completeUploadExternal",
        ),
    },
    fake=lambda: a_world().slack,
    inside=_inside,
    outside=_outside,
    secrets=(FAKE_TOKEN,),
    means=_means,
    limited=lambda wait: json_reply({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(wait)}),
    endless={
        "the same cursor": Endless(_read_everything, "history", lambda _: _page(7), 2),
        "cursors for ever": Endless(_read_everything, "history", _page, 1_000),
        "a thread for ever": Endless(_read_everything, "replies", _page, 1_000),
        "the announcement": Endless(lambda api: find_announcement(api, _CHANNEL, "k", moment(0)), "history", _page, 20),
    },
    endpoint=_endpoint,
    records={
        "message": (
            lambda raw: messages_from_slack([raw], _PLACE, {}),
            said(5, bot_id="B1", blocks=[], attachments=[]),
        ),
        "people": (lambda raw: people_in([raw]), said(5, reactions=[], files=[])),
        "person": (lambda raw: person_from_slack({**raw, "id": "U1"}), {"profile": {}, "name": "x", "tz": "UTC"}),
    },
    sizes={
        "the text of a message": Size(40_000, _text_posted),
        "the blocks of a message": Size(50, lambda text: len(_blocks(text))),
        "one block": Size(3_000, _longest_block),
        "the words of a button": Size(75, lambda text: len(_button(text)["accessibility_label"])),
        "the question of a button": Size(300, lambda text: len(_button(text)["confirm"]["text"]["text"])),
    },
)

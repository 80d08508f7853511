"""People at the fake Slack: they press buttons and send forms, and Slack tells the app, signed, as it would.

https://docs.slack.dev/reference/interaction-payloads (read 2026-11-21). The shapes are those of the documented
examples; whoever does not answer within three seconds fails the test.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from tests.vendors.slack_memory import APP_ID, BOT_USER_ID, Channel, Raw
from tests.vendors.slack_modals import direct_channel

if TYPE_CHECKING:
    from tests.vendors.slack import FakeSlack

ANSWER_WITHIN = 3.0
"""Seconds: https://docs.slack.dev/interactivity/handling-user-interaction (read 2026-11-21)"""

type Deliver = Callable[[bytes, dict[str, str]], tuple[int, str]]
"""Hands a body and its headers to the app; gives the status and the body of its answer."""


@dataclass
class Answered:
    """What the app answered. `errors` are those of a form, by field."""

    status: int
    body: str
    seconds: float

    @property
    def errors(self) -> dict[str, str]:
        answer = json.loads(self.body) if self.body else {}
        return answer.get("errors", {}) if answer.get("response_action") == "errors" else {}


@dataclass
class UserTalk:
    """How tests speak of one person. `home` is the id of another organisation's workspace for a guest from there."""

    slack: "FakeSlack"
    user: Raw
    home: str | None = None
    _sent: list[tuple[bytes, dict[str, str]]] = field(default_factory=list[tuple[bytes, dict[str, str]]])

    def clicks(self, button: str, *, on: str = "", channel: str | None = None, sure: bool = True) -> Answered:
        """Press the button under the words `on`. Not `sure`: say no where Slack asks again."""
        place, message, block, element = self._button(button, on, channel)
        if "confirm" in element and not sure:
            return Answered(200, "", 0.0)
        return self._delivers(self._block_actions(place, message, block, element))

    def clicks_first(self, button: str) -> Answered:
        """Press the first of all buttons so called."""
        return self._delivers(self._block_actions(*next(self._found(button, "", None))))

    def clicks_old(self, message: Raw, button: str, *, on: str = "", channel: str) -> Answered:
        """Press a button of a message as it once was, on a screen that was never refreshed."""
        place = self.slack.workspace.named(channel)
        found = list(_buttons(message, button, on))
        assert found, f"the old message has no {button!r} under {on!r}"
        return self._delivers(self._block_actions(place, message, *found[0]))

    def sees(self, button: str, *, on: str = "", channel: str | None = None) -> bool:
        return bool(list(self._found(button, on, channel)))

    def form(self) -> Raw:
        """The form that lies open before them."""
        mine = [view for view in self.slack.workspace.views.values() if view["for"] == self.user["id"]]
        assert mine, f"no form is open before {self.user['name']}"
        return mine[-1]

    def submits(self, **values: str | None) -> Answered:
        """Fill these fields in, by their ids, and send the form. None empties a field. It closes unless refused."""
        view = self.form()
        answer = self._delivers(self._view_submission(view, values))
        if not answer.errors:
            del self.slack.workspace.views[view["id"]]
        return answer

    def sends_again(self) -> Answered:
        """The last request once more, byte for byte."""
        return self._hands_over(*self._sent[-1])

    def is_told(self, *words: str) -> bool:
        """Whether they alone were told this in a channel."""
        told = (each for each in self.slack.workspace.ephemerals if each["user"] == self.user["id"])
        return any(all(word in each["text"] for word in words) for each in told)

    def expects(self, *words: str) -> Raw:
        """Exactly one direct message with all these words came; it counts as expected from now on."""
        return self.slack.channel(direct_channel(self.slack.workspace, self.user).info["id"]).expects(*words)

    def _button(self, button: str, on: str, channel: str | None) -> tuple[Channel, Raw, Raw, Raw]:
        found = list(self._found(button, on, channel))
        assert found, f"there is no button {button!r} under {on!r}"
        assert len(found) == 1, f"there are {len(found)} buttons {button!r} under {on!r}"
        return found[0]

    def _found(self, button: str, on: str, channel: str | None) -> Iterator[tuple[Channel, Raw, Raw, Raw]]:
        world = self.slack.workspace
        for place in [world.named(channel)] if channel else list(world.channels.values()):
            for ts in place.order:
                message = place.messages[ts]
                if message.get("user") == BOT_USER_ID:
                    yield from ((place, message, *each) for each in _buttons(message, button, on))

    def _block_actions(self, channel: Channel, message: Raw, block: Raw, element: Raw) -> Raw:
        container = {"type": "message", "message_ts": message["ts"], "channel_id": channel.info["id"]}
        name = "directmessage" if channel.info.get("is_im") else channel.info["name"]
        action = {key: element[key] for key in ("action_id", "text", "value", "type") if key in element}
        return self._common("block_actions") | {
            "container": container | {"is_ephemeral": False},
            "trigger_id": self._trigger(),
            "channel": {"id": channel.info["id"], "name": name},
            "message": _with_block_ids(message),
            "state": {"values": {}},
            "response_url": f"https://hooks.slack.com/actions/{self.slack.workspace.team['id']}/1/abc",
            "actions": [action | {"block_id": block.get("block_id", "b1"), "action_ts": self._action_ts()}],
        }

    def _view_submission(self, view: Raw, values: dict[str, str | None]) -> Raw:
        shown = {key: value for key, value in view.items() if key != "for"}
        unknown = set(values) - {block.get("block_id") for block in view["blocks"]}
        assert not unknown, f"the form has no {unknown}"
        state = {block["block_id"]: _state_of(block, values) for block in view["blocks"] if block["type"] == "input"}
        return self._common("view_submission") | {
            "trigger_id": self._trigger(),
            "view": shown | {"state": {"values": state}},
            "response_urls": [],
        }

    def _common(self, kind: str) -> Raw:
        team = self.slack.workspace.team
        user = {"id": self.user["id"], "username": self.user["name"], "name": self.user["name"]}
        return {
            "type": kind,
            "user": user | {"team_id": self.home or team["id"]},
            "api_app_id": APP_ID,
            "token": "no longer used",
            "team": {"id": team["id"], "domain": team["domain"]},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _trigger(self) -> str:
        trigger_id = f"{len(self.slack.workspace.triggers) + 1}.{self.user['id']}.fake"
        self.slack.workspace.triggers[trigger_id] = {"at": self.slack.now(), "user": self.user["id"], "used": False}
        return trigger_id

    def _action_ts(self) -> str:
        """No two presses have the same."""
        return f"{self.slack.now() + len(self.slack.workspace.triggers) / 1000:.6f}"

    def _delivers(self, payload: Raw) -> Answered:
        body = f"payload={quote_plus(json.dumps(payload))}".encode()
        self._sent.append((body, signed(body, self.slack.signing_secret, self.slack.now())))
        return self._hands_over(*self._sent[-1])

    def _hands_over(self, body: bytes, headers: dict[str, str]) -> Answered:
        assert self.slack.delivers, "nobody said where Slack reaches the app: slack.delivers"
        began = self.slack.now()
        status, answer = self.slack.delivers(body, headers)
        taken = self.slack.now() - began
        assert taken <= ANSWER_WITHIN, f"Slack waited {taken:.1f} s for an answer"
        return Answered(status, answer, taken)


def signed(body: bytes, secret: str, now: float) -> dict[str, str]:
    """The headers of a request as Slack signs it."""
    timestamp = str(int(now))
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {
        "content-type": "application/x-www-form-urlencoded",
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": f"v0={digest}",
    }


def _buttons(message: Raw, button: str, on: str) -> Iterator[tuple[Raw, Raw]]:
    """Each button so called whose row stands under a block with these words."""
    above = ""
    for block in message.get("blocks", ()):
        if block["type"] != "actions":
            above = json.dumps(block, ensure_ascii=False)
            continue
        for element in block["elements"]:
            if element["text"]["text"] == button and on in above:
                yield block, element


def _with_block_ids(message: Raw) -> Raw:
    blocks = [{"block_id": f"b{place}"} | block for place, block in enumerate(message.get("blocks", ()))]
    return message | {"blocks": blocks}


def _state_of(block: Raw, values: dict[str, str | None]) -> Raw:
    """One field as it is sent: as it was shown, or as it was filled in; Slack itself refuses what is required."""
    element, name = block["element"], block["block_id"]
    value = values[name] if name in values else _initial(element)
    assert value or block.get("optional"), f"Slack does not send a form without {name}"
    assert len(value or "") <= element.get("max_length", 3000), f"Slack does not send so long a text in {name}"
    return {element["action_id"]: {"type": element["type"]} | _chosen(element, value)}


def _initial(element: Raw) -> str | None:
    chosen = [*element.get("initial_options", ()), element.get("initial_option")]
    option = next((option["value"] for option in chosen if option), None)
    return option or next(
        (element[key] for key in ("initial_value", "initial_user", "initial_date") if key in element), None
    )


def _chosen(element: Raw, value: str | None) -> Raw:
    options = [option for option in element.get("options", ()) if option["value"] == value]
    match element["type"]:
        case "plain_text_input":
            return {"value": value}
        case "users_select":
            return {"selected_user": value}
        case "datepicker":
            return {"selected_date": value}
        case "static_select":
            assert options or not value, f"{value!r} is none of the options"
            return {"selected_option": options[0] if options else None}
        case _:
            return {"selected_options": options}

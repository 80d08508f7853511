"""A Confluence, a client for it, what is remembered of a page, and a clock that only moves when somebody sleeps."""

from dataclasses import dataclass, field
from typing import Any

from connectors.confluence.api import ConfluenceApi
from connectors.confluence.editions import Editions
from connectors.confluence.translate import PageDraft
from connectors.retrying import Budget
from tests.vendors.confluence import FakeConfluence
from tests.vendors.jira_wire import InProcess
from tests.vendors.wire import Reply, Request

KEY = "local/Q2"
TITLE = "Postmortem: The pool is down (Q2)"


@dataclass
class ConfluenceWorld:
    """`slept` is every wait that was asked for, in seconds; `exchanges` all that was said in process."""

    at: float = 1_790_000_000.0
    slept: list[float] = field(default_factory=list)
    exchanges: list[tuple[Request, Reply]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fake = FakeConfluence(now=lambda: self.at)
        self.api = self.client()
        self.editions = Editions(self.files.get, self.files.__setitem__)

    def client(self, token: str | None = None) -> ConfluenceApi:
        fake, budget = self.fake, Budget(self.sleep, lambda: self.at)
        return ConfluenceApi(fake.site, fake.email, token or fake.token, budget, transport=InProcess(self))

    def answer(self, request: Request) -> Reply:
        reply = self.fake.answer(request)
        self.exchanges.append((request, reply))
        return reply

    def state(self) -> dict[str, Any]:
        return self.fake.state()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds

    def calls(self, where: str = "") -> list[str]:
        lines = [f"{request.method} {request.path}" for request, _ in self.exchanges]
        return [line for line in lines if line.startswith(where)]


def draft_of(*items: str, **changes: Any) -> PageDraft:
    body = f"<h2>Timeline</h2><ul>{''.join(f'<li><p>{item}</p></li>' for item in items)}</ul>"
    given: dict[str, Any] = {
        "key": KEY,
        "space": "OPS",
        "title": TITLE,
        "other_title": f"{TITLE} (Debrief, local)",
        "body": body,
        "label": "postmortem",
    }
    return PageDraft(**given | changes)

"""People who accept what was suggested, in Slack or on the page, and try again where nobody answers."""

import http.client
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from random import Random
from urllib.parse import urlencode, urlsplit

from postmortem.action_items.item import short_name
from postmortem.document import read_postmortem
from tests.contract.serving import Visitor, csrf_of
from tests.e2e.town import Town
from tests.simulation.kills.incidents import SUGGESTED_BY, Incident

AGAIN_AFTER = (0.1, 0.5)
TWICE = 0.2
"""So many press once more, with a press of its own, though the first was answered."""


class NotYet(Exception):
    """There is nothing to press, or it was not taken."""


@dataclass
class People:
    """`decides` returns at once. `decided` are the incidents whose suggestion somebody was told is accepted."""

    town: Town
    chance: Random
    address: str | None = None
    decided: set[str] = field(default_factory=set[str])
    figures: Counter[str] = field(default_factory=Counter[str])

    def __post_init__(self) -> None:
        self._at_work: list[threading.Thread] = []
        self._stop, self._hand = threading.Event(), threading.Lock()
        self.town.slack.delivers = self._delivers

    def decides(self, incident: Incident) -> None:
        press = self.chance.choice([self._clicks, self._sends_the_form])
        person = threading.Thread(target=self._until_it_is_taken, args=(incident, press), daemon=True)
        self._at_work.append(person)
        person.start()

    def is_idle(self) -> bool:
        return not any(person.is_alive() for person in [*self._at_work])

    def stop(self) -> None:
        self._stop.set()
        for person in self._at_work:
            person.join()

    def _until_it_is_taken(self, incident: Incident, press: Callable[[Incident, str], None]) -> None:
        while not self._stop.wait(self.chance.uniform(*AGAIN_AFTER)):
            try:
                self._presses(incident, press)
            except (OSError, HTTPException, NotYet):
                continue
            if incident.id in self.decided and self.chance.random() > TWICE:
                return

    def _presses(self, incident: Incident, press: Callable[[Incident, str], None]) -> None:
        if self.address is None or incident.suggestion is None:
            raise NotYet
        if incident.id in self.decided:  # once more, where the button or the form is still there
            self.figures["decided once more"] += 1
        with self._hand:
            press(incident, incident.suggestion)
        self.decided.add(incident.id)

    def _clicks(self, incident: Incident, suggestion: str) -> None:
        person = self.town.slack.user(SUGGESTED_BY.handle)
        if not person.sees("Accept", on=suggestion, channel=incident.channel):
            if incident.id in self.decided:
                return
            raise NotYet
        self.figures["pressed"] += 1
        if person.clicks("Accept", on=suggestion, channel=incident.channel).status != 200:
            raise NotYet

    def _sends_the_form(self, incident: Incident, suggestion: str) -> None:
        name, address = self._name_of(incident, suggestion), self.address
        if address is None:
            raise NotYet
        visitor, page = Visitor(int(address.rpartition(":")[2])), f"/postmortems/{incident.id}"
        there = visitor.gets(page)
        if there.status != 200:
            raise NotYet
        form = urlencode({"csrf": csrf_of(there.text), "do": "accept", "by": SUGGESTED_BY.name})
        self.figures["forms sent"] += 1
        if visitor.posts(f"{page}/actions/{name}", form.encode()).status != 303:
            raise NotYet

    def _name_of(self, incident: Incident, suggestion: str) -> str:
        file = self.town.machine.home / "files" / "postmortems" / f"{incident.id}.json"
        kept = read_postmortem(file.read_bytes()) if file.exists() else None
        items = [item for item in kept.action_items if suggestion in item.text] if kept else []
        if not items:
            raise NotYet
        return short_name(items[0].id)

    def _delivers(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """Slack hands a press over, and waits three seconds."""
        if self.address is None:
            raise ConnectionRefusedError
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=2.5)
        try:
            connection.request("POST", "/slack", body, headers)
            reply = connection.getresponse()
            return reply.status, reply.read().decode()
        finally:
            connection.close()

"""The site of one machine on a real port, and a visitor with a browser's habits."""

import http.client
import re
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser

from handlers.serve import listening, web_server
from handlers.web import Site, app_of
from tests.world import World


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


@dataclass
class Visitor:
    """Keeps cookies, as a browser does. `port` is where the site is."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def gets(self, path: str, **headers: str) -> Answer:
        return self.sends("GET", path, b"", headers)

    def posts(self, path: str, body: bytes = b"", **headers: str) -> Answer:
        return self.sends("POST", path, body, headers)

    def sends(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body, {"cookie": cookie} | dict(headers))
            reply = connection.getresponse()
            text = reply.read().decode()
        finally:
            connection.close()
        for line in reply.headers.get_all("set-cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(reply.status, {name.lower(): value for name, value in reply.headers.items()}, text)


@contextmanager
def visited(world: World) -> Generator[Visitor]:
    """Serve the world's site; yields somebody who visits it."""
    site = Site(world.store, world.engine, world.doorway(), world.desk, world.house.settings, world.clock.now)
    server = web_server(app_of(site))
    with listening(0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield Visitor(listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()


class Seen(HTMLParser):
    """What a browser makes of a page: its tags, its attributes, its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data

    def links(self) -> list[str]:
        return [value for tag, name, value in self.attributes if (tag, name) == ("a", "href")]


def csrf_of(page: str) -> str:
    """The token of the page's form."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert found, "the page has no form"
    return found[1]

"""A page of a Confluence whose process can be killed around any write, whose answers get lost, and in which somebody
else can write in between."""

from connectors.confluence.editions import Editions
from connectors.confluence.keep_page import bring_up_to_date, create, find, keep_as_kept, mark
from tests.simulation.edits.page_view import Editor, storage_of
from tests.simulation.edits.weather import Weather
from tests.vendors.confluence import KeptPage
from tests.vendors.confluence_world import ConfluenceWorld, draft_of
from tests.vendors.wire import Reply, Request


class PageWeather(Weather):
    """`wiki` is reached through our client, as in production."""

    def __init__(self) -> None:
        super().__init__()
        self._wiki, self._editor, self._lost = _Wiki(self), Editor(), 0
        self._wiki.editions = Editions(self._wiki.files.get, self._remembers)

    @property
    def remembered(self) -> dict[str, bytes]:
        """What is kept of the page elsewhere, by name."""
        return self._wiki.files

    def read(self) -> bytes | None:
        page = self._page()
        return self._editor.text(page.body).encode() if page else None

    def puts(self, content: bytes | None) -> None:
        """A page that is deleted is not made again (docs/decisions): nobody deletes it here."""
        page = self._page()
        if page is None or content is None:
            return
        body = self._editor.body(content.decode(), page.body)
        if body != page.body:
            self._wiki.fake.edits(page, lambda _: body)

    def publishes(self, content: str) -> None:
        api, editions = self._wiki.api, self._wiki.editions
        draft = draft_of().model_copy(update={"body": storage_of(content)})
        if page := self._page():
            bring_up_to_date(api, page.id, draft, editions)
            return
        made = find(api, draft) or create(api, draft, editions)
        mark(api, made.page_id, draft)
        keep_as_kept(api, made.page_id, 1, editions)

    def loses_an_answer(self) -> None:
        self._lost += 1
        self._wiki.fake.fails_next("PUT", Reply(dropped=True), after_effect=bool(self._lost % 2))

    def answers(self, request: Request) -> Reply:
        """Somebody writes right before our version arrives; the process ends before or after it does."""
        if request.method != "PUT":
            return self._wiki.fake.answer(request)
        if self.meanwhile:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        replies: list[Reply] = []
        self._write(lambda: replies.append(self._wiki.fake.answer(request)))
        return replies[0]

    def _page(self) -> KeptPage | None:
        pages = self._wiki.fake.ours()
        return pages[0] if pages else None

    def _remembers(self, name: str, content: bytes) -> None:
        self._write(lambda: self._wiki.files.__setitem__(name, content))


class _Wiki(ConfluenceWorld):
    def __init__(self, weather: PageWeather) -> None:
        super().__init__()
        self._weather = weather

    def answer(self, request: Request) -> Reply:
        return self._weather.answers(request)

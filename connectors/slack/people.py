"""Reading people: one users.info for each who is not known yet, side by side, also from steps that run side by side."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

from connectors.errors import ConnectorError, NotAllowed, NotFound, RateLimited
from connectors.logs import carried
from connectors.slack.api import SlackApi
from connectors.slack.gaps import gap, gap_from_error
from connectors.slack.translate import person_from_slack, spoken_name
from postmortem.evidence import Gap
from postmortem.people import Person, id_in


def side_by_side[I, T](items: Sequence[I], function: Callable[[I], T], at_once: int) -> list[T]:
    """Results in the order of the items. With `at_once` 1, one after the other and without threads."""
    if at_once <= 1 or len(items) <= 1:
        return [function(item) for item in items]
    with ThreadPoolExecutor(min(at_once, len(items)), thread_name_prefix="slack") as pool:
        return list(pool.map(carried(function), items))


class People:
    """Everybody met so far. `known` are people whom nobody needs to ask Slack about."""

    def __init__(self, api: SlackApi, known: Iterable[Person], at_once: int) -> None:
        self._api, self._at_once = api, at_once
        self._lock = Lock()
        self._asked: dict[str, Future[Person | None]] = {}
        self._refused: ConnectorError | None = None
        self._fresh: list[Person] = []
        self.learn(known)

    def learn(self, known: Iterable[Person]) -> None:
        """Take over people whom somebody else has read."""
        with self._lock:
            for person in known:
                if slack_id := id_in("slack", person.id):
                    self._asked.setdefault(slack_id, _done(person))

    def fresh(self) -> list[Person]:
        """Who was read since this was last asked: a step keeps them, so that nobody asks for them after a restart."""
        with self._lock:
            fresh, self._fresh = self._fresh, []
        return fresh

    def read(self, user_ids: Iterable[str]) -> tuple[Person, ...]:
        """Who these are, without those who are hidden or gone. Raises RateLimited; asking again then goes on."""
        wanted = tuple(dict.fromkeys(user_ids))
        with self._lock:
            mine = [user_id for user_id in wanted if user_id not in self._asked]
            for user_id in mine:
                self._asked[user_id] = Future()
            futures = {user_id: self._asked[user_id] for user_id in wanted}
        try:
            side_by_side(mine, self._ask, self._at_once)
        finally:
            self._let_go(user_id for user_id in mine if not futures[user_id].done())
        found = [future.result() for future in futures.values()]
        return tuple(person for person in found if person is not None)

    def gaps(self, wanted: Iterable[str], found: Iterable[Person]) -> tuple[Gap, ...]:
        """What is missing of these people, and why."""
        if self._refused:
            return (gap_from_error("the names of people in Slack", self._refused),)
        missing = sorted({f"slack:{user_id}" for user_id in wanted} - {person.id for person in found})
        if not missing:
            return ()
        names = ", ".join(person_id.removeprefix("slack:") for person_id in missing[:5])
        remedy = "Look them up in Slack: they left, or are hidden from this app."
        return (gap(f"who {names} is" if len(missing) == 1 else f"who {names} are", "Slack does not tell.", remedy),)

    def _let_go(self, user_ids: Iterable[str]) -> None:
        """Where something unforeseen ended the asking, nobody who waits side by side may wait for ever."""
        for user_id in user_ids:
            with self._lock:
                self._asked.pop(user_id).set_result(None)

    def _ask(self, user_id: str) -> None:
        future = self._asked[user_id]
        try:
            future.set_result(None if self._refused else self._person(user_id))
        except RateLimited as limit:
            with self._lock:
                del self._asked[user_id]
            future.set_exception(limit)
        except NotFound:
            future.set_result(None)
        except ConnectorError as error:
            if isinstance(error, NotAllowed):
                self._refused = error
            future.set_result(None)

    def _person(self, user_id: str) -> Person | None:
        raw = self._api.users_info(user_id).get("user")
        if not isinstance(raw, dict):
            return None
        person = person_from_slack(raw | {"id": user_id})
        with self._lock:
            self._fresh.append(person)
        return person


def names_of(people: Iterable[Person]) -> dict[str, str]:
    """What follows an @, by Slack id."""
    return {person.id.removeprefix("slack:"): spoken_name(person) for person in people}


def _done(person: Person) -> Future[Person | None]:
    future: Future[Person | None] = Future()
    future.set_result(person)
    return future

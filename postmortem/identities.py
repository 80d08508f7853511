"""Who is the same human in two systems: by the people map of the settings, then by e-mail; never by a likely name."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from postmortem.people import Person, id_in
from postmortem.settings import PersonEntry

_SPACES = re.compile(r"[\s._]+")
_SURE = ("email:", "known:")  # keys of humans who are known beyond one system
_NOT_SEEN = ("Mn", "Me", "Cf")  # accents, and the invisible marks that right-to-left names carry


class Identities:
    """Looks people up by id and by what others call them. Built once for one incident; never changes."""

    def __init__(self, people: Iterable[Person], known: Iterable[PersonEntry]) -> None:
        known = tuple(known)
        self._people: Mapping[str, Person] = {person.id: person for person in people}
        self._known: Mapping[str, PersonEntry] = _known_by_person_id(self._people.values(), known)
        self._by_name = _ids_by_name(self._people.values(), self._known)
        self._unseen = _known_by_name(known)
        self._entries = _known_by_human(known)
        self._accounts = self._by_human()
        self._telling_apart = self._marks()

    def name(self, person_id: str | None) -> str | None:
        """The name to print: the settings', else the vendor's; the bare id where we know no more.

        Where two people of this incident are called so, what tells them apart follows it: "Sam Lee (sam2)".
        """
        mark = self._telling_apart.get(person_id or "")
        return f"{self._called(person_id)} ({mark})" if mark else self._called(person_id)

    def known_name(self, person_id: str | None) -> str | None:
        """The name to print of somebody who is known here; None for everybody else."""
        return self.name(person_id) if person_id in self._people or person_id in self._known else None

    def _called(self, person_id: str | None) -> str | None:
        if person_id is None:
            return None
        if known := self._known.get(person_id):
            return known.name
        person = self._people.get(person_id)
        return person.name if person else person_id.partition(":")[2]

    def _marks(self) -> dict[str, str]:
        """What stands after the name of each who shares it: the same for all the accounts of one human."""
        named: dict[str, dict[str, list[Person]]] = {}
        for _, person in sorted(self._people.items()):
            if not person.is_bot:
                humans = named.setdefault(plain_name(self._called(person.id) or ""), {})
                humans.setdefault(self.human(person.id), []).append(person)
        shared = (list(humans.values()) for humans in named.values() if _are_apart(humans))
        pairs = (pair for humans in shared for pair in zip(humans, _told_apart(humans), strict=True))
        return {person.id: mark for accounts, mark in pairs for person in accounts}

    def _by_human(self) -> Mapping[str, tuple[Person, ...]]:
        found: dict[str, tuple[Person, ...]] = {}
        for person_id, person in sorted(self._people.items()):
            human = self.human(person_id)
            found[human] = (*found.get(human, ()), person)
        return found

    def vendor_names(self, person_id: str) -> tuple[str, ...]:
        """What may stand after an @ where the record comes from."""
        person = self._people.get(person_id)
        return tuple(name for name in (person.name, person.handle) if name) if person else ()

    def human(self, person_id: str) -> str:
        """One key per human: equal for the two accounts of one person."""
        if known := self._known.get(person_id):
            return f"known:{known.name}"
        person = self._people.get(person_id)
        return f"email:{person.email.casefold()}" if person and person.email else person_id

    def of_human(self, key: str) -> tuple[Person, ...]:
        """Every account of this human (a key of `human`), in the order of their ids."""
        return self._accounts.get(key, ())

    def entry(self, key: str) -> PersonEntry | None:
        """What the settings say of this human (a key of `human`); None where they say nothing, or it is two people."""
        entries = self._entries.get(key, ())
        return entries[0] if len(entries) == 1 else None

    def is_bot(self, person_id: str | None) -> bool:
        person = self._people.get(person_id) if person_id else None
        return bool(person and person.is_bot)

    def account_id(self, person_id: str | None) -> str | None:
        """The Jira account that the settings name for this person, or that the person is ("jira:<account id>")."""
        known = self._known.get(person_id) if person_id else None
        if known and known.jira_account_id:
            return known.jira_account_id
        return id_in("jira", person_id)

    def find(self, called: str) -> str | None:
        """The person whom people here call so, exactly (letter case, dots and accents aside); None where two fit."""
        ids = self._by_name.get(plain_name(called), frozenset())
        humans = {self.human(person_id): person_id for person_id in sorted(ids, reverse=True)}
        return next(iter(humans.values())) if len(humans) == 1 else None

    def find_known(self, called: str) -> PersonEntry | None:
        """Somebody of the people map who took no part in the incident but is called so; None where two are."""
        return self._unseen.get(plain_name(called))


def plain_name(name: str) -> str:
    """A name as it is compared: "@Jean-Luc  PICARD" and "jean-luc picard" are the same."""
    decomposed = unicodedata.normalize("NFKD", name.removeprefix("@"))
    letters = "".join(letter for letter in decomposed if unicodedata.category(letter) not in _NOT_SEEN)
    return _SPACES.sub(" ", letters).strip().casefold()


def _are_apart(humans: Mapping[str, list[Person]]) -> bool:
    """Whether they are surely more than one: two accounts in one system, or two e-mails. Else it may be one human."""
    sources = [{person.id.partition(":")[0] for person in accounts} for accounts in humans.values()]
    in_one_system = any(sum(source in mine for mine in sources) > 1 for source in set[str]().union(*sources))
    surely_others = sum(key.startswith(_SURE) for key in humans)
    return in_one_system or surely_others > 1


def _told_apart(humans: list[list[Person]]) -> list[str]:
    """By handle, else by what stands before the @ of the e-mail; by id where these are missing or alike."""
    marks = [_mark(accounts) for accounts in humans]
    ids = [accounts[0].id.partition(":")[2] for accounts in humans]
    return [mark if mark and marks.count(mark) == 1 else id_ for mark, id_ in zip(marks, ids, strict=True)]


def _mark(accounts: list[Person]) -> str | None:
    handles = (one.handle for one in accounts if one.handle and plain_name(one.handle) != plain_name(one.name))
    local_parts = (one.email.partition("@")[0] for one in accounts if one.email)
    return next(handles, None) or next(local_parts, None)


def _known_by_person_id(people: Iterable[Person], known: tuple[PersonEntry, ...]) -> dict[str, PersonEntry]:
    by_email = {entry.pagerduty_email.casefold(): entry for entry in known if entry.pagerduty_email}
    by_id = {f"slack:{entry.slack_id}": entry for entry in known if entry.slack_id}
    by_id |= {f"jira:{entry.jira_account_id}": entry for entry in known if entry.jira_account_id}
    found: dict[str, PersonEntry] = {}
    for person in people:
        entry = by_id.get(person.id) or by_email.get((person.email or "").casefold())
        if entry:
            found[person.id] = entry
    return found


def _known_by_human(known: tuple[PersonEntry, ...]) -> dict[str, list[PersonEntry]]:
    """By the key of the human, and by that of a Jira account that nobody of the evidence has."""
    entries: dict[str, list[PersonEntry]] = {}
    for entry in known:
        for key in (f"known:{entry.name}", f"jira:{entry.jira_account_id}"):
            entries.setdefault(key, []).append(entry)
    return entries


def _ids_by_name(people: Iterable[Person], known: Mapping[str, PersonEntry]) -> dict[str, frozenset[str]]:
    names: dict[str, set[str]] = {}
    for person in people:
        called = {person.name, person.handle or person.name, *person.name.split()[:1]}
        if entry := known.get(person.id):
            called |= {entry.name, *entry.name.split()[:1], *entry.aliases}
        for name in filter(None, map(plain_name, called)):
            names.setdefault(name, set()).add(person.id)
    return {name: frozenset(ids) for name, ids in names.items()}


def _known_by_name(known: Iterable[PersonEntry]) -> dict[str, PersonEntry]:
    """A name that the people map gives to two is nobody's."""
    entries: dict[str, list[PersonEntry]] = {}
    for entry in known:
        for name in {plain_name(name) for name in (entry.name, *entry.aliases)}:
            entries.setdefault(name, []).append(entry)
    return {name: called[0] for name, called in entries.items() if name and len(called) == 1}

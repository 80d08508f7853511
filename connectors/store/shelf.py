"""What is kept of one incident, by its names: parts of evidence, the evidence, the postmortem, its document, its state.

A document that people edit is written anew with their edits in it (`publishing.py`).
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from connectors.store.following import Following
from connectors.store.life import Life
from connectors.store.port import ABSENT, Conflict, Store
from connectors.store.publishing import MOST_KEPT, Published, Publisher, WillWrite, unheard
from postmortem.action_items.seen import ItemsSeen
from postmortem.document import Postmortem, read_postmortem
from postmortem.evidence import Evidence, Part
from postmortem.follow_up.following import as_in_jira, with_followed
from postmortem.incident import Incident

_INDEX = "POSTMORTEMS"
_EDITIONS = "EDITIONS#"
_PIECE = "PIECE#"
_SMALL = 800
"""Bytes: about what DynamoDB's unit of 1 KB holds beside a key."""
_MOST_BESIDE = 99
_BESIDE = re.compile(r"(-update(-\d+)?)?\.md$")
_ODD = re.compile(r"[^a-z0-9]+")
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,60}")


class Shelf:
    """The shelf of one incident in the store. `drafts` is the folder of documents."""

    def __init__(self, store: Store, incident_id: str, *, drafts: str = "drafts") -> None:
        self._store, self._id, self._drafts = store, incident_id, drafts
        self._partition = f"INC#{incident_id}"
        self._folder = incident_id if _PLAIN.fullmatch(incident_id) else _hash(incident_id.encode())[:40]

    def keep_part(self, name: str, part: Part) -> str:
        """Keep a part of the evidence; returns the name to read it by."""
        content = part.model_dump_json(exclude_defaults=True).encode()
        return self._keep_piece(f"evidence/{self._folder}/parts/{_file_name(name)}", content)

    def parts(self, names: Iterable[str]) -> Iterator[Part]:
        for name in names:
            yield Part.model_validate_json(self._content(name))

    def keep_evidence(self, journey: str, evidence: Evidence) -> str:
        path = f"evidence/{self._folder}/{_file_name(journey)}.json"
        self._store.save(path, evidence.model_dump_json(exclude_defaults=True).encode())
        return path

    def evidence(self, name: str) -> Evidence:
        return Evidence.model_validate_json(self._content(name))

    def keep_round(self, journey: str, name: str, content: bytes) -> str:
        """Keep what one round of a journey goes on with, so that its replay goes on with the same; returns its name."""
        return self._keep_piece(f"rounds/{self._folder}/{_file_name(journey)}/{_file_name(name)}", content)

    def of_round(self, name: str) -> bytes:
        return self._content(name)

    def keep_postmortem(self, postmortem: Postmortem, over: Postmortem | None = None) -> None:
        """Keep the postmortem as data, list it, and remember its action items. `over` is what was loaded just before: a
        file that says the same is not written again."""
        if postmortem != over:
            self._keep_items_seen(postmortem)  # first: where the file is as it should be, the items are, too
            self._store.save(self._postmortem_name, postmortem.model_dump_json(exclude_defaults=True).encode())
        self._list(postmortem)

    def postmortem(self) -> Postmortem | None:
        """As it stands: with the moves of its status, and with what became of its items, which are records of their
        own. None before there is one, and where an older Debrief kept it in another shape."""
        file = self._store.load(self._postmortem_name)
        kept = read_postmortem(file.content) if file else None
        if kept is None:
            return None
        moved = kept.moved(Life(self._store, self._id).history())
        return with_followed(moved, Following(self._store).of_incident(self._id))

    def items_seen(self) -> ItemsSeen:
        """Every action item that any draft of this incident listed, as it stands: what gives them their ordinals."""
        followed = Following(self._store).of_incident(self._id)
        return ItemsSeen(items=as_in_jira(self._items_seen().items, followed))

    def rests_on(self, channels: Iterable[str]) -> list[str]:
        """The private channels, by id, in which any round read words of this incident; these are added for ever."""
        known: list[str] = self.state().get("private_channels", [])
        every = sorted({*known, *channels})
        if every != known:
            self.remember(private_channels=every)
        return every

    def publish(self, incident: Incident, content: bytes, will_write: WillWrite = unheard) -> str:
        """Write the document where it belongs, with everything in it that people made of it; returns its name.

        What lies there and nobody knows (an older Debrief's draft in which people wrote) stays as it is: ours goes
        beside it, once, and is the document from then on; `state()["stays"]` names the other. What became of ours is in
        `state()["edits"]`. Raises Conflict where others keep writing.
        """
        state = self.state()
        chosen = state.get("document") or self._choose_name(incident)
        published = self._first(_places(chosen), lambda place, name: place.publish(name, content), will_write)
        edits: dict[str, Any] = {"edits": {"suggested": published.suggested, "left_out": published.left_out}}
        if published.name != chosen:
            edits |= {"document": published.name, "stays": chosen}
        if not edits.items() <= state.items():
            self.remember(**edits)
        return published.name

    def rehearse(self, incident: Incident, content: bytes) -> Published:
        """What `publish` would do to the document as it lies there; nothing is written."""
        name = self.state().get("document") or self._new_name(incident)
        return self._first(_places(name), lambda place, name: place.rehearse(name, content))

    def document(self) -> tuple[str, str] | None:
        """The document as it lies there, with what people made of it, and as we last wrote it; None without one."""
        name = self.state().get("document")
        return self._publisher(name).read(name) if name else None

    def page_file(self, name: str) -> bytes | None:
        """What is remembered of the incident's page elsewhere, by name; None where nothing is."""
        file = self._store.load(f"pages/{self._folder}/{name}.json")
        return file.content if file else None

    def keep_page_file(self, name: str, content: bytes) -> None:
        self._store.save(f"pages/{self._folder}/{name}.json", content)

    def remember(self, **facts: Any) -> None:
        """Add facts to the incident's state: what became of it, in words."""
        self._change("META", lambda state: state | facts)

    def state(self) -> dict[str, Any]:
        record = self._store.read(self._partition, "META")
        return record.value if record else {}

    @property
    def _postmortem_name(self) -> str:
        return f"postmortems/{self._folder}.json"

    @property
    def _items_name(self) -> str:
        return f"items/{self._folder}.json"

    def _list(self, postmortem: Postmortem) -> None:
        """List it with the status it has by its moves, also where one was made since it was loaded, or just now."""
        life, listed = Life(self._store, self._id), None
        while (history := life.history()) != listed:
            line, record = _listed(postmortem.moved(history)), self._store.read(_INDEX, self._id)
            if record and record.value == line:
                return
            self._store.write(_INDEX, self._id, line)
            listed = history

    def _items_seen(self) -> ItemsSeen:
        """As they were kept."""
        file = self._store.load(self._items_name)
        return ItemsSeen.model_validate_json(file.content) if file else ItemsSeen()

    def _keep_items_seen(self, postmortem: Postmortem) -> None:
        """In a file: a record holds too little for the longest nights."""
        known = self._items_seen()
        seen = known.and_those(postmortem.action_items)
        if seen != known:
            self._store.save(self._items_name, seen.model_dump_json(exclude_defaults=True).encode())

    def _choose_name(self, incident: Incident) -> str:
        """Chosen once: a later change of the title does not move the document."""
        name = self._new_name(incident)
        self.remember(document=name)
        return name

    def _new_name(self, incident: Incident) -> str:
        words = _ODD.sub("-", incident.title.casefold()).strip("-")[:50].strip("-")
        return f"{self._drafts}/{incident.created_at.at:%Y-%m-%d}-{words or 'incident'}-{self._folder}.md"

    def _first(
        self, names: Iterable[str], act: Callable[[Publisher, str], Published | None], will_write: WillWrite = unheard
    ) -> Published:
        """At the first of these names where it can be done."""
        for name in names:
            if published := act(self._publisher(name, will_write), name):
                return published
        raise Conflict(f"there are {_MOST_BESIDE} documents of {self._id} of which nobody knows whose they are")

    def _publisher(self, name: str, will_write: WillWrite = unheard) -> Publisher:
        return Publisher(
            self._store,
            folder=f"editions/{self._folder}",
            names=lambda: self._editions(name),
            remember=lambda edition: self._remember_edition(name, edition),
            is_ours=lambda content: _hash(content) in self.state().get("written", {}).get(name, ()),
            will_write=will_write,
        )

    def _remember_edition(self, document: str, edition: str) -> set[str]:
        """As the document's last; returns those that are no longer named."""

        def with_it(known: dict[str, Any]) -> dict[str, Any]:
            others = [name for name in known.get("names", ()) if name != edition]
            return {"names": [*others, edition][-MOST_KEPT:]}

        before, after = self._change(f"{_EDITIONS}{document}", with_it)
        return {*before.get("names", ())} - {*after["names"]}

    def _editions(self, document: str) -> list[str]:
        """Newest last."""
        record = self._store.read(self._partition, f"{_EDITIONS}{document}")
        return record.value["names"] if record else []

    def _change(
        self, sort: str, change: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Write what `change` makes of a record, where that is another value; returns what it was, and what it is."""
        while True:
            record = self._store.read(self._partition, sort)
            before = record.value if record else {}
            after = change(before)
            if after == before:
                return before, after
            try:
                self._store.write(self._partition, sort, after, expected=record.version if record else ABSENT)
            except Conflict:
                continue
            return before, after

    def _keep_piece(self, name: str, content: bytes) -> str:
        """Named by what it holds: whoever keeps the same finds it there, and nobody writes over another's. A small one
        is a record, which costs an eighth of a file."""
        name = f"{name}-{_hash(content)[:16]}.json"
        if len(content) <= _SMALL:
            self._store.write(self._partition, f"{_PIECE}{name}", {"content": content.decode()})
            return f"{_PIECE}{name}"
        if self._store.load(name) is None:
            self._store.save(name, content)
        return name

    def _content(self, name: str) -> bytes:
        if name.startswith(_PIECE):
            record = self._store.read(self._partition, name)
            content = record.value["content"].encode() if record else None
        else:
            file = self._store.load(name)
            content = file.content if file else None
        if content is None:
            raise FileNotFoundError(f"{name} is not in the store")
        return content


def _listed(postmortem: Postmortem) -> dict[str, Any]:
    return {
        "title": postmortem.title,
        "status": postmortem.status,
        "created_at": postmortem.incident.created_at.at.isoformat(),
        "priority": postmortem.incident.priority,
        "number": postmortem.incident.number,
        "items": sum(item.is_listed and not item.is_gone for item in postmortem.action_items),
    }


def list_postmortems(store: Store) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every postmortem kept here: incident id, and its title, status, created_at and priority."""
    for record in store.list(_INDEX):
        yield record.sort, record.value


def _places(name: str) -> Iterator[str]:
    """The document's name, and those beside it."""
    yield name
    stem = _BESIDE.sub("", name)
    yield from (place for n in range(1, _MOST_BESIDE) if (place := f"{stem}-update{f'-{n}' * (n > 1)}.md") != name)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _file_name(name: str) -> str:
    """A name of the engine's or a collector's as a file name; letters that a file name cannot hold become "-"."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "part"
    return plain if len(plain) <= 80 else f"{plain[:50]}-{_hash(name.encode())[:16]}"

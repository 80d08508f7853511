"""What the steps of one round share: the house, the incident, who holds its lease, and what is kept of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from connectors.effects import Ledger
from connectors.errors import NotFound
from connectors.steps import Steps
from connectors.store.audit import What
from connectors.store.decisions import Decisions
from connectors.store.following import Following
from connectors.store.leases import Leases
from connectors.store.memory import Memory
from connectors.store.shelf import Shelf
from handlers.house import House
from postmortem.action_items.issues import request_issues, with_outcomes
from postmortem.action_items.item import IssueRequest, Owner
from postmortem.action_items.seen import ItemsSeen
from postmortem.document import Postmortem
from postmortem.evidence import Evidence, Gap
from postmortem.follow_up.followed import FollowedItem
from postmortem.follow_up.following import with_followed
from postmortem.incident import Incident
from postmortem.people import Person
from postmortem.places import in_channels, with_the_document
from postmortem.similar import most_similar, recalled, traits_of, with_similar, with_states

AGAIN = "Draft it again: debrief draft INCIDENT."
UNREAD = "It was said in a private channel, which was not read this time."

ANNOUNCEMENT, ISSUES, PAGE = BESIDE_THE_DRAFT = ("announcement", "issues", "page")
"""What an incident gets beside its draft: the message and the note, its Jira issues, its Confluence page."""

# Looked at before every write outside, and kept longer than half of this: so long, at most, another journey waits for
# one that died.
LEASE_FOR = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Work:
    """One round of a journey. `prefix` keeps the names of its steps apart from another round's; `seen` is the
    evidence that an earlier round rested on; `channel`, `since` and `until` are what a person asked for; `beside`
    is what is made of an incident of long ago beside its draft (of BESIDE_THE_DRAFT), None of any other; `owners` are
    those of its items that this round found, by item id: {"owner", "slack_id"}."""

    steps: Steps
    house: House
    incident_id: str
    journey: str
    prefix: str = ""
    seen: str | None = None
    channel: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    beside: frozenset[str] | None = None
    owners: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])

    def makes(self, what: str) -> bool:
        """Whether this of BESIDE_THE_DRAFT is made, too."""
        return self.beside is None or what in self.beside

    def again(self, seen: str) -> "Work":
        return replace(self, prefix="refresh: ", seen=seen)

    def once_more(self, name: str) -> "Work":
        return replace(self, prefix=self.prefix + name)

    def with_owners(self, owners: Mapping[str, Mapping[str, Any]]) -> "Work":
        return replace(self, owners=owners)

    def named(self, step: str) -> str:
        return self.prefix + step

    @property
    def shelf(self) -> Shelf:
        return shelf_of(self.house, self.incident_id)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.house.store, self.incident_id, self.journey, self.house.settings_version)

    @property
    def leases(self) -> Leases:
        return Leases(self.house.store, self.house.now)

    @property
    def decisions(self) -> Decisions:
        return Decisions(self.house.store, self.incident_id)

    @property
    def followed(self) -> tuple[FollowedItem, ...]:
        """What is followed of this incident's items."""
        return Following(self.house.store).of_incident(self.incident_id)

    def will_join(self, channel_id: str) -> None:
        self.ledger.audit.will_send(What.CHANNEL, channel_id, "", self.house.now())

    def will_publish(self, name: str, content: bytes) -> None:
        self.ledger.audit.will_send(What.DOCUMENT, name, content, self.house.now())

    def holds_lease(self, token: int) -> bool:
        """Whether nobody has taken over since. To be asked just before every write outside."""
        return self.leases.holds(self.incident_id, self.journey, token, LEASE_FOR)


def work_of(steps: Steps, bell: dict[str, Any], house: House) -> Work:
    """`bell`: incident_id, journey, and what a person may have asked for: channel, since, until; of an incident of
    long ago "backfill", which lists what is made of it beside its draft."""
    since, until = (datetime.fromisoformat(bell[name]) if bell.get(name) else None for name in ("since", "until"))
    return Work(
        steps,
        house,
        bell["incident_id"],
        bell["journey"],
        channel=bell.get("channel"),
        since=since,
        until=until,
        beside=frozenset(bell["backfill"]) if "backfill" in bell else None,
    )


def shelf_of(house: House, incident_id: str) -> Shelf:
    return Shelf(house.store, incident_id, drafts=house.settings.publish.folder)


def the_postmortem(work: Work) -> Postmortem:
    """With the owners that this round found."""
    return _with_owners(work, kept_postmortem(work))


def kept_postmortem(work: Work) -> Postmortem:
    """Raises NotFound where there is none, or one of an older Debrief, or where what is kept of it cannot be read."""
    tried = f"Reading the draft of {work.incident_id}"
    try:
        postmortem = work.shelf.postmortem()
    except ValidationError:
        raise NotFound(tried, "what is kept of it is damaged", AGAIN) from None
    if postmortem is None:
        raise NotFound(tried, "there is none here, or one of an older Debrief", AGAIN)
    return postmortem


def has_a_draft(work: Work) -> bool:
    """One that can be read."""
    try:
        kept_postmortem(work)
    except NotFound:
        return False
    return True


def as_it_stands(
    work: Work, kept: Postmortem, issues: Mapping[str, Mapping[str, Any]], states: Mapping[str, str]
) -> Postmortem:
    """With the owners, with what became of the issues in this round, and with what Jira says of those that are open."""
    opened = with_outcomes(_with_owners(work, kept), issues)
    told = with_followed(opened, work.followed) if opened != kept else kept  # which was loaded with that
    return with_states(told, states)


def _with_owners(work: Work, postmortem: Postmortem) -> Postmortem:
    items = tuple(
        item.model_copy(update={"owner": Owner.model_validate(one["owner"])})
        if (one := work.owners.get(item.id))
        else item
        for item in postmortem.action_items
    )
    return postmortem.model_copy(update={"action_items": items})


def private_places(collected: dict[str, Any]) -> tuple[str, ...]:
    """How the ids of records begin that lie in a private channel, of this round or an earlier one."""
    found: dict[str, Any] = collected["channel"] or {}
    here = {found["channel_id"]} if found.get("is_private") else set[str]()
    return in_channels(here.union(collected.get("private", ())))


def private_everywhere(work: Work) -> tuple[str, ...]:
    """How the ids of records begin that were read in private channels, in any round, or in a document that tells of
    them."""
    return with_the_document(in_channels(work.shelf.rests_on(())))


def told_to_compose(work: Work, name: str) -> tuple[Evidence, ItemsSeen]:
    """The evidence, and the items of earlier drafts, without those of a private channel that was not read this time:
    who may read what was said there is not known now. Their issues are named among what is missing."""
    evidence = work.shelf.evidence(name)
    read = {*evidence.private_channels, *(message.channel_id for message in evidence.messages)}
    unread = set(work.shelf.rests_on(evidence.private_channels)).difference(read)
    seen, untold = work.shelf.items_seen().apart_from(unread)
    keys = sorted((item.issue_key for item in untold if item.issue_key), key=lambda key: (len(key), key))
    if keys:
        what = f"what was said of {', '.join(keys)}"
        gap = Gap(source="slack", what=what, why=UNREAD, remedy="Draft it again when that channel can be read.")
        evidence = evidence.model_copy(update={"gaps": (*evidence.gaps, gap)})
    return evidence, seen


def met_before(work: Work) -> tuple[Person, ...]:
    """Whom the evidence of the earlier round knows from PagerDuty with their e-mail: they are not asked for again."""
    people = work.shelf.evidence(work.seen).people if work.seen else ()
    return tuple(person for person in people if person.email and person.id.startswith("pagerduty:"))


def recalled_by(work: Work, composed: Postmortem, evidence: Evidence) -> Postmortem:
    """The draft with the incidents that it is like, and remembered itself for those that come."""
    memory = Memory(work.house.store)
    alert_keys = (alert.alert_key for alert in evidence.alerts if alert.alert_key)
    traits = traits_of(composed, alert_keys, evidence.private_channels)
    every = tuple(work.shelf.rests_on(evidence.private_channels))
    memory.keep(traits.model_copy(update={"private_channels": every}))
    found = ((like, shelf_of(work.house, like.incident_id).postmortem()) for like in most_similar(traits, memory.all()))
    links = work.house.document_link
    ours = [recalled(earlier, like, links(like.incident_id)) for like, earlier in found if earlier]
    return with_similar(composed, ours)


def page_file(work: Work, document: str) -> tuple[str, Callable[[], bytes]]:
    """What readers get as a file where they have no page to open: its name, and what makes it when it is sent."""

    def make() -> bytes:
        from postmortem.outputs.html import render_page  # few of those who load this file render a page

        file = work.house.store.load(document)
        if file is None:
            raise FileNotFoundError(f"{document} is no longer in the store")
        return render_page(the_postmortem(work), file.content.decode(errors="replace")).encode()

    return f"{document.rpartition('/')[2].removesuffix('.md')}.html", make


def requests_of(work: Work, postmortem: Postmortem) -> tuple[IssueRequest | None, ...]:
    link = work.house.document_link(work.incident_id)
    return request_issues(
        postmortem,
        install_id=work.house.settings.install_id,
        postmortem_link=link,
        private=private_everywhere(work),
    )


def is_left_undone(work: Work) -> bool:
    """Whether the last round left an item without its issue, no page, or nothing announced: reason for another."""
    outcome: dict[str, Any] = work.shelf.state().get("outcome", {})
    announced: dict[str, Any] = outcome.get("announced", {}) | {"page": outcome.get("page", {})}
    unopened = work.house.jira and any(
        item.accepted and item.route and not item.issue_key for item in the_postmortem(work).action_items
    )
    return bool(unopened) or any("parked" in said for said in announced.values())


def counted(issues: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The outcome as it is remembered: the keys, and how many items were parked for which reason."""
    issues = list(issues)
    parked = Counter(issue["parked"] for issue in issues if "parked" in issue)
    return {"opened": [issue["key"] for issue in issues if "key" in issue], "parked": dict(parked.most_common(10))}


def read_until(work: Work, incident: Incident) -> datetime:
    """Of an incident of long ago the chat is read no further than its refresh would have."""
    now = work.house.now()
    if work.beside is None or incident.resolved_at is None:
        return now
    return min(now, incident.resolved_at.at + work.house.settings.refresh_after)

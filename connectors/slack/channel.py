"""Finding the incident's channel, and getting in: only where that is allowed, and never silently."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from connectors.errors import ConnectorError, NotAllowed, NotFound, RateLimited
from connectors.patience import patiently
from connectors.slack.api import SlackApi
from connectors.slack.gaps import EXPORT, gap, gap_from_error, gap_from_json, gap_json
from connectors.slack.ladder import Candidate
from connectors.slack.markup import scrub
from connectors.slack.replies import Raw, listed, next_cursor
from connectors.steps import Steps
from postmortem.evidence import Gap

MOST_PAGES = 50
"""Of conversations.list: 50,000 channels, at 20 calls a minute (Tier 2). A workspace beyond that names ids."""

_PUBLIC = "public_channel"
_EVERY_TYPE = "public_channel,private_channel"

type Audience = str | Mapping[str, str] | None
"""Who may read what was said in private: in words, or by channel id ("audience" for every one) as in the settings."""


@dataclass(frozen=True, slots=True)
class Found:
    """The incident's channel, which the app may read. `found_by` says how it was found, for people.

    `is_private` where it is not open to everyone here; `audience` then is who may read what was said there, as the
    settings say it. `is_ext_shared` where people of another organisation read it, or soon will.
    """

    channel_id: str
    name: str
    found_by: str
    is_private: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    audience: str | None = None

    @property
    def described(self) -> str:
        """How it was found, and who it is for where that is not everyone."""
        if not self.is_private:
            return self.found_by
        kind = "shared with another organisation" if self.is_ext_shared else "private"
        return f"{self.found_by}; {kind}; for: {self.audience}"


@dataclass(frozen=True, slots=True)
class Nowhere:
    """None of the candidates is there for this app. `gap` says it; only this, never a Gap, lets anybody look on."""

    gap: Gap


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who goes in: where `audience` lets them, telling `will_join` just before."""

    api: SlackApi
    audience: Audience
    will_join: Callable[[str], None]


def find_channel(
    api: SlackApi,
    steps: Steps,
    candidates: Sequence[Candidate],
    *,
    private_audience: Audience = None,
    will_join: Callable[[str], None] = lambda _: None,
) -> Found | Nowhere | Gap:
    """The first candidate that exists, joined where that is needed; or why there is none that may be read. `will_join`
    is told the channel's id before that.

    A channel that exists but may not be read ends the search: another one would be the wrong one.
    """
    visitor = Visitor(api, private_audience, will_join)
    listing: dict[str, Raw] | Gap | None = None
    for candidate in candidates:
        if candidate.channel_id:
            outcome = _looked_at(visitor, steps, candidate)
        else:
            if listing is None:
                wanted = [entry.channel_name for entry in candidates if entry.channel_name]
                listing = _listed_by_name(api, steps, wanted, also_private=bool(private_audience))
            if isinstance(listing, Gap):
                return listing
            info = listing.get(candidate.channel_name or "")
            outcome = _admitted(visitor, steps, info, candidate) if info else {}
        if "gap" in outcome:
            return gap_from_json(outcome["gap"])
        if "found" in outcome:
            return Found(**outcome["found"])
    return Nowhere(_nothing_found(candidates))


def as_it_is_now(api: SlackApi, steps: Steps, known: Found, prefix: str = "") -> Found:
    """The channel with who reads it today. One that Slack does not show any more counts as private; where Slack does
    not answer at all, it is what it was."""

    def look() -> Raw:
        try:
            info = api.conversations_info(known.channel_id).get("channel")
        except (NotFound, NotAllowed):
            return {"is_private": True}
        except RateLimited:
            raise
        except ConnectorError:
            return {"is_private": known.is_private, "is_ext_shared": known.is_ext_shared}
        return _essence(info) if isinstance(info, dict) else {}

    now = patiently(steps, f"{prefix}Slack: who reads {known.channel_id}", look)
    is_ext_shared = bool(now.get("is_ext_shared") or now.get("is_pending_ext_shared"))
    return replace(known, is_private=bool(_guard(now)), is_ext_shared=is_ext_shared)


def audience_of(channel_id: str, private_audience: Audience) -> str | None:
    """Who may read what was said in this private channel; None where nobody decided that."""
    if isinstance(private_audience, Mapping):
        return private_audience.get(channel_id) or private_audience.get("audience") or None
    return private_audience or None


def _looked_at(visitor: Visitor, steps: Steps, candidate: Candidate) -> Raw:
    channel_id = candidate.channel_id or ""

    def look() -> Raw:
        try:
            info = visitor.api.conversations_info(channel_id).get("channel")
            return _admit(visitor, info if isinstance(info, dict) else {}, candidate)
        except NotFound:
            return {}
        except RateLimited:
            raise
        except ConnectorError as error:
            return {"gap": gap_json(gap_from_error(f"Slack channel {channel_id}", error))}

    return patiently(steps, f"Slack: look at {channel_id}", look)


def _admitted(visitor: Visitor, steps: Steps, info: Raw, candidate: Candidate) -> Raw:
    return patiently(steps, f"Slack: enter #{candidate.channel_name}", lambda: _admit(visitor, info, candidate))


def _listed_by_name(api: SlackApi, steps: Steps, names: list[str], *, also_private: bool) -> dict[str, Raw] | Gap:
    """The channels with these names, from the workspace's list, page by page until the most wanted one is met."""
    types = _EVERY_TYPE
    found: dict[str, Raw] = {}
    cursor: str | None = None
    for number in range(1, MOST_PAGES + 1):
        page = patiently(
            steps,
            f"Slack: list of channels, page {number}",
            lambda cursor=cursor, types=types: _list_page(api, names, cursor, types, also_private=also_private),
        )
        if "gap" in page:
            return gap_from_json(page["gap"])
        found |= page["found"]
        cursor, types = page["cursor"], page["types"]
        if cursor is None or names[0] in found:
            break
    return found


def _list_page(api: SlackApi, names: list[str], cursor: str | None, types: str, *, also_private: bool) -> Raw:
    """Private channels are listed even where none may be read: a private one is a gap, and no other channel is it."""
    try:
        answer = api.conversations_list(cursor=cursor, types=types)
    except RateLimited:
        raise
    except ConnectorError as error:
        if isinstance(error, NotAllowed) and types == _EVERY_TYPE and not also_private:
            return _list_page(api, names, cursor, _PUBLIC, also_private=False)
        return {
            "gap": gap_json(gap_from_error(f"the Slack channel {' or '.join('#' + name for name in names)}", error))
        }
    wanted = {info["name"]: _essence(info) for info in listed(answer, "channels") if info.get("name") in names}
    following = next_cursor(answer)
    return {"found": wanted, "cursor": following if following != cursor else None, "types": types}


def _essence(info: Raw) -> Raw:
    """What `_admit` asks about: a step keeps no more."""
    kept = ("id", "name", "is_member", "is_archived", *_GUARDS)
    return {key: info[key] for key in kept if key in info}


_GUARDS = {
    "is_im": "a direct message",
    "is_mpim": "a group message",
    "is_ext_shared": "shared with another organisation",
    "is_pending_ext_shared": "about to be shared with another organisation",
    "is_private": "private",
}


def _admit(visitor: Visitor, info: Raw, candidate: Candidate) -> Raw:
    channel_id, name = scrub(info.get("id")), scrub(info.get("name")) or scrub(info.get("id"))
    what = f"the Slack channel #{name}"
    guard, readers = _guard(info), audience_of(channel_id, visitor.audience)
    if guard and not readers:
        remedy = f"Name its audience under slack.private_channels ({channel_id}: who may read it), or {EXPORT}."
        return {"gap": gap_json(gap(what, f"It is {guard}, and the settings name no audience for it.", remedy))}
    is_archived = bool(info.get("is_archived"))
    if not info.get("is_member"):
        if is_archived:
            remedy = f"Unarchive it and invite the app with /invite, or {EXPORT}."
            return {"gap": gap_json(gap(what, "It is archived and the app is not in it.", remedy))}
        try:
            visitor.will_join(channel_id)
            visitor.api.conversations_join(channel_id)
        except RateLimited:
            raise
        except ConnectorError as error:
            return {"gap": gap_json(gap_from_error(what, error))}
    found = Found(
        channel_id,
        name,
        candidate.found_by,
        is_private=bool(guard),
        is_archived=is_archived,
        is_ext_shared=bool(info.get("is_ext_shared") or info.get("is_pending_ext_shared")),
        audience=readers if guard else None,
    )
    return {"found": asdict(found)}


def _guard(info: Raw) -> str | None:
    """In what way it is not open to everyone here; what Slack does not say counts as closed."""
    for key, words in _GUARDS.items():
        if info.get(key):
            return words
    return None if info.get("is_private") is False else "of a kind that Slack does not tell"


def _nothing_found(candidates: Sequence[Candidate]) -> Gap:
    what = "the incident's Slack channel"
    remedy = f"Name it with --channel or under slack.bindings, invite the app if it is private, or {EXPORT}."
    if not candidates:
        return gap(what, "Nothing on the incident points to a channel, and no name for it is set.", remedy)
    tried = ", ".join(entry.channel_id or f"#{entry.channel_name}" for entry in candidates[:5])
    return gap(what, f"None of these is there for this app: {tried}.", remedy)

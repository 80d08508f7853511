"""What a sweep does in Slack: one reminder a person and day, one digest a channel and week, each exactly once."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from connectors.effects import Ledger
from connectors.errors import ConnectorError
from connectors.patience import patiently
from connectors.reminding import Notice, Voice, find_contact, say_once, tell_person_once
from connectors.slack.api import SlackApi
from connectors.slack.channel import Found, as_it_is_now
from connectors.steps import Json, Steps
from connectors.store.following import Following
from connectors.store.leases import Leases
from connectors.store.reminded import Reminded
from handlers.house import House
from handlers.watching import followed_here
from handlers.work import LEASE_FOR
from postmortem.announcement import Paragraphs
from postmortem.follow_up.contact import zone_of
from postmortem.follow_up.digest import digest_channels, digest_week, team_digest
from postmortem.follow_up.followed import Assignee
from postmortem.follow_up.reminder_message import reminder_message
from postmortem.follow_up.reminders import Duty, Memory, choose_mentions, duties, is_ready, owner_of, remembered

ASK_AGAIN_AFTER = timedelta(days=1)
"""People move, leave, and change their e-mail."""
MOST_AT_ONCE = 400
"""People who are looked for in one sweep, and items one of them is told of."""
SHARED = "{channel} is shared with another organisation: name another digest_channel in routing."
MOST_CHARACTERS = 150_000
"""Of what one step keeps, which may be 200 KB."""


def remind_people(steps: Steps, house: House, journey: str) -> dict[str, Any]:
    """Find out who is who in Slack, then remind everybody whose time it is. How many were told, and what failed."""
    slack = house.slack
    if slack is None or not house.settings.follow_up.remind:
        return {"reminded": 0}
    unknown = steps.run("who is asked for in Slack", lambda: _unknown_people(house))
    steps.each("find people", unknown, lambda child, known: _find_person(child, house, slack, _assignee_in(known)))
    waiting = steps.run("who is reminded now", lambda: _whose_time_it_is(house))
    outcomes = steps.each("remind", waiting, lambda child, chosen: _remind(child, house, slack, journey, chosen))
    return _counted("reminded", outcomes)


def post_digests(steps: Steps, house: House, journey: str) -> dict[str, Any]:
    """Each team's digest, in the first sweep of its time."""
    slack = house.slack
    if slack is None:
        return {"digests": 0}
    due = steps.run("which digests are due", lambda: _digests_due(house))
    outcomes = steps.each(
        "post a digest", due, lambda child, channel: _post_digest(child, house, slack, journey, str(channel))
    )
    return _counted("digests", outcomes)


def _unknown_people(house: House) -> list[Json]:
    """Who owns something that is open, or stands in for its owner, and was not asked for lately; with what the items
    know of them."""
    items = [item for item in followed_here(house) if item.is_open]
    wanted = {account for item in items for account in (owner_of(item), item.default_owner) if account}
    contacts, latest = Reminded(house.store).contacts(), house.now() - ASK_AGAIN_AFTER
    fresh = {id_ for id_, contact in contacts.items() if contact.asked_at and contact.asked_at > latest}
    known = {account: Assignee(account_id=account) for account in sorted(wanted - fresh)}
    for assignee in (item.assignee for item in items):
        before = known.get(assignee.account_id or "")
        if before and _tells(assignee) > _tells(before):
            known[before.account_id or ""] = assignee
    return [one.model_dump(mode="json", exclude_defaults=True) for one in [*known.values()][:MOST_AT_ONCE]]


def _tells(assignee: Assignee) -> tuple[bool, bool, bool]:
    return (bool(assignee.slack_id), bool(assignee.email), bool(assignee.name))


def _assignee_in(known: Any) -> Assignee:
    return Assignee.model_validate(known)


def _find_person(steps: Steps, house: House, slack: SlackApi, assignee: Assignee) -> str | None:
    """Where Slack does not answer, what was known of them goes on to count."""

    def find() -> str | None:
        contact = find_contact(slack, house.jira, house.settings, assignee, house.now())
        Reminded(house.store).keep_contact(contact)
        return contact.slack_id

    try:
        return patiently(steps, "ask Slack", find)
    except ConnectorError:
        return None


def _whose_time_it_is(house: House) -> list[Json]:
    """Who is told now, on which day of theirs, of which items: {"slack_id", "on", "mentions": [incident, key, why]}."""
    reminded, now = Reminded(house.store), house.now()
    items, contacts, memories = followed_here(house), reminded.contacts(), reminded.memories()
    found, incidents = list[Json](), {item.key: item.incident_id for item in items}
    by_slack_id = {contact.slack_id: contact for contact in contacts.values()}
    for slack_id, their in sorted(duties(items, contacts, memories, house.settings, now).items()):
        contact, memory = by_slack_id[slack_id], memories.get(slack_id, Memory(slack_id=slack_id))
        mentions = choose_mentions(their, contact, memory, house.settings, now)
        if mentions:
            here = now.astimezone(zone_of(contact, house.settings.timezone))
            told = list[Json]([[incidents[one.item_key], one.item_key, one.why] for one in mentions[:MOST_AT_ONCE]])
            found.append({"slack_id": slack_id, "on": here.date().isoformat(), "mentions": told})
    return _fitting(found)


def _fitting(found: list[Json]) -> list[Json]:
    """As many as a step may keep; whoever is left out is reminded an hour later."""
    kept, room = list[Json](), MOST_CHARACTERS
    for one in found:
        room -= len(json.dumps(one))
        if room > 0:
            kept.append(one)
    return kept


def _remind(steps: Steps, house: House, slack: SlackApi, journey: str, chosen: Any) -> dict[str, Any]:
    """Say it to one person once, and remember it."""
    slack_id, on = str(chosen["slack_id"]), str(chosen["on"])

    def tell(voice: Voice) -> dict[str, Any]:
        if not steps.run("is it still so", lambda: _is_still_so(house, slack_id, on)):
            return {}
        quiet = house.settings.follow_up.snooze if house.hears_clicks else None
        notice = Notice(f"remind/{slack_id}/{on}", lambda: _reminder(house, chosen), quiet)
        said = tell_person_once(steps, voice, slack_id, notice)
        steps.run("remember", lambda: _remember(house, chosen, said, voice.ledger.read(notice.key).state))
        return said

    return _alone(steps, house, slack, journey, f"remind:{slack_id}", tell)


def _is_still_so(house: House, slack_id: str, on: str) -> bool:
    """Whether nobody told them meanwhile, and they did not ask for quiet."""
    return is_ready(Reminded(house.store).memory(slack_id), date.fromisoformat(on), house.now())


def _post_digest(steps: Steps, house: House, slack: SlackApi, journey: str, channel: str) -> dict[str, Any]:

    def post(voice: Voice) -> dict[str, Any]:
        week = steps.run("which week", lambda: digest_week(house.settings, house.now()))
        if week is None:
            return {}
        if as_it_is_now(slack, steps, Found(channel, channel, "the settings")).is_ext_shared:
            return {"parked": SHARED.format(channel=channel)}
        return say_once(steps, voice, channel, Notice(week, lambda: _digest(house, channel)))

    return _alone(steps, house, slack, journey, f"digest:{channel}", post)


def _alone(
    steps: Steps, house: House, slack: SlackApi, journey: str, what: str, act: Callable[[Voice], dict[str, Any]]
) -> dict[str, Any]:
    """Act while no other sweep does the same. A refusal of one thing ends no other."""
    leases = Leases(house.store, house.now)
    token = steps.run("take the lease", lambda: leases.take(what, journey, LEASE_FOR))
    if token is None:
        return {"busy": what}
    voice = Voice(
        slack=slack,
        ledger=Ledger(house.store, what, journey, house.settings_version),
        token=token,
        holds_lease=lambda: leases.holds(what, journey, token, LEASE_FOR),
        now=house.now,
        unclear_wait=house.settings.slack.unclear_wait,
    )
    try:
        outcome = act(voice)
    except ConnectorError as error:
        outcome = {"parked": str(error)}
    steps.run("give the lease back", lambda: leases.release(what, journey))
    return outcome


def _said(house: House, chosen: dict[str, Any]) -> list[Duty]:
    """The items that are told of, as they are now; what is done by now is left out."""
    following = Following(house.store)
    found = ((following.one(incident_id, key), why) for incident_id, key, why in chosen["mentions"])
    return [(item, why) for item, why in found if item and item.is_open]


def _reminder(house: House, chosen: dict[str, Any]) -> Paragraphs:
    contacts = Reminded(house.store).contacts() if any(why == "unreached" for *_, why in chosen["mentions"]) else {}
    whys = {id_: contact.why or "" for id_, contact in contacts.items()}
    return reminder_message(_said(house, chosen), date.fromisoformat(chosen["on"]), whys)


def _remember(house: House, chosen: dict[str, Any], said: dict[str, Any], state: str) -> None:
    """What was said; or that Slack refuses this person, so that whoever stands in for them hears of it."""
    reminded, every = Reminded(house.store), house.settings.follow_up.remind_every
    if "made" in said:
        mentioned, on = _said(house, chosen), date.fromisoformat(chosen["on"])
        reminded.change(chosen["slack_id"], lambda memory: remembered(memory, mentioned, on, every))
    elif state == "parked":  # else it is still unclear, or somebody else's by now
        for contact in reminded.contacts().values():
            if contact.slack_id == chosen["slack_id"]:
                reminded.keep_contact(contact.model_copy(update={"slack_id": None, "why": said["parked"]}))


def _digests_due(house: House) -> list[Json]:
    now, items = house.now(), followed_here(house)
    week = digest_week(house.settings, now)
    if week is None:
        return []
    contacts = Reminded(house.store).contacts()
    return [
        channel
        for channel in digest_channels(items, house.settings, now)
        if Ledger(house.store, f"digest:{channel}").read(week).state not in ("done", "parked")
        and team_digest(items, channel, contacts, house.settings, now)
    ]


def _digest(house: House, channel: str) -> Paragraphs:
    contacts = Reminded(house.store).contacts()
    return team_digest(followed_here(house), channel, contacts, house.settings, house.now())


def _counted(what: str, outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    parked = [str(outcome["parked"]) for outcome in outcomes if "parked" in outcome]
    return {what: sum("made" in outcome for outcome in outcomes)} | ({f"{what}_refused": parked[:10]} if parked else {})

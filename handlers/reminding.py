"""What a sweep does in Slack: one reminder a person and day, one digest a channel and week, each exactly once."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from connectors.effects import TAKEN_OVER, Ledger
from connectors.errors import ConnectorError
from connectors.patience import patiently
from connectors.reminding import Notice, Voice, find_contact, say_once, tell_person_once
from connectors.slack.api import SlackApi
from connectors.steps import Json, Steps
from connectors.store.following import Following
from connectors.store.leases import Leases
from connectors.store.reminded import Reminded
from handlers.house import House
from handlers.watching import followed_here
from postmortem.announcement import Paragraphs
from postmortem.follow_up.contact import zone_of
from postmortem.follow_up.digest import digest_channels, digest_week, team_digest
from postmortem.follow_up.followed import Assignee
from postmortem.follow_up.reminder_message import reminder_message
from postmortem.follow_up.reminders import Duty, choose_mentions, duties, owner_of, remembered

ASK_AGAIN_AFTER = timedelta(days=1)
"""People move, leave, and change their e-mail."""
LEASE_FOR = timedelta(minutes=20)


def remind_people(steps: Steps, house: House, journey: str) -> dict[str, Any]:
    """Find out who is who in Slack, then remind everybody whose time it is. How many were told, and what failed."""
    slack = house.slack
    if slack is None or not house.settings.follow_up.remind:
        return {"reminded": 0}
    unknown = steps.run("who is asked for in Slack", lambda: _unknown_accounts(house))
    steps.each("find people", unknown, lambda child, account_id: _find_person(child, house, slack, str(account_id)))
    waiting = steps.run("who is reminded now", lambda: _whose_time_it_is(house))
    outcomes = steps.each(
        "remind", waiting, lambda child, slack_id: _remind(child, house, slack, journey, str(slack_id))
    )
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


def _unknown_accounts(house: House) -> list[Json]:
    """Who owns something that is open, or stands in for its owner, and was not asked for lately."""
    items = [item for item in followed_here(house) if item.is_open]
    wanted = {account for item in items for account in (owner_of(item), item.default_owner) if account}
    contacts, latest = Reminded(house.store).contacts(), house.now() - ASK_AGAIN_AFTER
    fresh = {id_ for id_, contact in contacts.items() if contact.asked_at and contact.asked_at > latest}
    return list[Json](sorted(wanted - fresh))


def _find_person(steps: Steps, house: House, slack: SlackApi, account_id: str) -> str | None:
    """Where Slack does not answer, what was known of them goes on to count."""

    def find() -> str | None:
        assignee = _assignee(house, account_id)
        contact = find_contact(slack, house.jira, house.settings, account_id, assignee, house.now())
        Reminded(house.store).keep_contact(contact)
        return contact.slack_id

    try:
        return patiently(steps, "ask Slack", find)
    except ConnectorError:
        return None


def _assignee(house: House, account_id: str) -> Assignee:
    """What the items know of this account."""
    known = [item.assignee for item in Following(house.store).all() if item.assignee.account_id == account_id]
    best = max(known, key=lambda one: (bool(one.slack_id), bool(one.email)), default=Assignee())
    return best.model_copy(update={"account_id": account_id})


def _duties(house: House) -> dict[str, list[Duty]]:
    reminded = Reminded(house.store)
    items, contacts = followed_here(house), reminded.contacts()
    return duties(items, contacts, reminded.memories(), house.settings, house.now())


def _whose_time_it_is(house: House) -> list[Json]:
    return list[Json](sorted(id_ for id_, their in _duties(house).items() if _chosen(house, id_, their)["mentions"]))


def _chosen(house: House, slack_id: str, their: list[Duty]) -> dict[str, Any]:
    """What a person is told now, and on which day of theirs."""
    reminded, now = Reminded(house.store), house.now()
    contact = next(one for one in reminded.contacts().values() if one.slack_id == slack_id)
    mentions = choose_mentions(their, contact, reminded.memory(slack_id), house.settings, now)
    here = now.astimezone(zone_of(contact, house.settings.timezone))
    return {"on": here.date().isoformat(), "mentions": [[one.item_key, one.why] for one in mentions]}


def _remind(steps: Steps, house: House, slack: SlackApi, journey: str, slack_id: str) -> dict[str, Any]:
    """One person: choose what is said, say it once, remember it."""

    def tell(voice: Voice) -> dict[str, Any]:
        chosen = steps.run("choose what is said", lambda: _chosen(house, slack_id, _duties(house).get(slack_id, [])))
        if not chosen["mentions"]:
            return {}
        quiet = house.settings.follow_up.snooze if house.hears_clicks else None
        notice = Notice(f"remind/{slack_id}/{chosen['on']}", lambda: _reminder(house, chosen), quiet)
        said = tell_person_once(steps, voice, slack_id, notice)
        steps.run("remember", lambda: _remember(house, slack_id, chosen, said, voice.ledger.read(notice.key).state))
        return said

    return _alone(steps, house, slack, journey, f"remind:{slack_id}", tell)


def _post_digest(steps: Steps, house: House, slack: SlackApi, journey: str, channel: str) -> dict[str, Any]:

    def post(voice: Voice) -> dict[str, Any]:
        week = steps.run("which week", lambda: digest_week(house.settings, house.now()))
        return {} if week is None else say_once(steps, voice, channel, Notice(week, lambda: _digest(house, channel)))

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
        ledger=Ledger(house.store, what),
        token=token,
        holds_lease=lambda: leases.take(what, journey, LEASE_FOR) == token,
        now=house.now,
        unclear_wait=house.settings.slack.unclear_wait,
    )
    try:
        outcome = act(voice)
    except ConnectorError as error:
        outcome = {"parked": str(error)}
    steps.run("give the lease back", lambda: leases.release(what, journey))
    return outcome


def _reminder(house: House, chosen: dict[str, Any]) -> Paragraphs:
    by_key = {item.key: item for item in Following(house.store).all()}
    their: list[Duty] = [(by_key[key], why) for key, why in chosen["mentions"] if key in by_key]
    whys = {id_: contact.why or "" for id_, contact in Reminded(house.store).contacts().items()}
    return reminder_message(their, date.fromisoformat(chosen["on"]), whys)


def _remember(house: House, slack_id: str, chosen: dict[str, Any], said: dict[str, Any], state: str) -> None:
    """What was said; or that Slack refuses this person, so that whoever stands in for them hears of it."""
    reminded, every = Reminded(house.store), house.settings.follow_up.remind_every
    if "made" in said:
        items = {item.key: item for item in Following(house.store).all() if item.is_open}
        mentioned: list[Duty] = [(items[key], why) for key, why in chosen["mentions"] if key in items]
        on = date.fromisoformat(chosen["on"])
        reminded.change(slack_id, lambda memory: remembered(memory, mentioned, on, items, every))
    elif state != "sent":  # what is still unclear was perhaps said
        for contact in reminded.contacts().values():
            if contact.slack_id == slack_id and said["parked"] != TAKEN_OVER:
                reminded.keep_contact(contact.model_copy(update={"slack_id": None, "why": said["parked"]}))


def _digests_due(house: House) -> list[Json]:
    now, items = house.now(), followed_here(house)
    week = digest_week(house.settings, now)
    if week is None:
        return []
    contacts = Reminded(house.store).contacts()
    return [
        channel
        for channel in digest_channels(items)
        if Ledger(house.store, f"digest:{channel}").read(week).state not in ("done", "parked")
        and team_digest(items, channel, contacts, house.settings, now)
    ]


def _digest(house: House, channel: str) -> Paragraphs:
    contacts = Reminded(house.store).contacts()
    return team_digest(followed_here(house), channel, contacts, house.settings, house.now())


def _counted(what: str, outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    parked = [str(outcome["parked"]) for outcome in outcomes if "parked" in outcome]
    return {what: sum("made" in outcome for outcome in outcomes)} | ({f"{what}_refused": parked[:10]} if parked else {})

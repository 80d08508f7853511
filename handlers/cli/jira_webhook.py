"""`debrief jira webhook`: the webhook by which Jira tells of changed issues, made and looked after from a terminal.

The secret is made here and kept before Jira hears of it: after a crash between the two, the next try goes on with it.
"""

import secrets
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.errors import OutcomeUnknown
from connectors.jira.api import JiraApi
from connectors.jira.webhooks import (
    Wanted,
    Webhook,
    left_behind,
    ours_among,
    strangers_at,
    webhook_body,
    webhook_from_jira,
)
from connectors.retrying import Budget
from connectors.secrets.keeping import SecretKeeper
from handlers import vendors
from handlers.cli.exits import Ended, Exit
from handlers.place import Place, find_place
from handlers.webhooks.recording import will_change
from handlers.wiring import utc_now
from postmortem.settings import Settings, entries_of, version_of

SECRET = "JIRA_WEBHOOK_SECRET"  # noqa: S105 (its name)
PREVIOUS = f"{SECRET}_PREVIOUS"
# Jira's deliveries can be half an hour late: https://developer.atlassian.com/cloud/jira/platform/webhooks/
# (read 2026-11-21). The same again, to be sure.
GRACE = timedelta(hours=1)
_ROTATED = ("WEBHOOKS", "JIRA")
PATIENCE = 20.0
"""Seconds for each question: a person waits."""


@dataclass(frozen=True, slots=True)
class Side:
    """One installation and its site: what the commands work with."""

    place: Place
    keeper: SecretKeeper
    wanted: Wanted
    api: JiraApi
    settings_version: str

    def webhooks(self) -> tuple[Webhook, ...]:
        return tuple(webhook_from_jira(raw) for raw in self.api.list_webhooks())

    def ours(self) -> Webhook:
        """Raises Ended where there is none."""
        found = ours_among(self.webhooks(), self.wanted)
        if found is None:
            remedy = f"make it with debrief jira webhook create{self.where}"
            raise Ended(Exit.USAGE, f"Jira has no webhook {self.wanted.name} to {self.wanted.url}: {remedy}.")
        return found

    def records(self, did: str, target: str) -> None:
        """What is about to be changed in Jira: "delete", "3". Raises as the store does."""
        with closing(self.place.store()) as store:
            change = f"{did} Jira webhook {target}"
            will_change(store, self.settings_version, "debrief jira webhook", change, utc_now())

    def update(self, did: str, ours: Webhook, secret: str | None) -> None:
        self.records(did, ours.webhook_id)
        self.api.update_webhook(ours.webhook_id, webhook_body(self.wanted, secret))

    def delete(self, webhook_id: str) -> None:
        self.records("delete", webhook_id)
        self.api.delete_webhook(webhook_id)

    @property
    def where(self) -> str:
        """What a command that follows is to be told of the place."""
        return stage_option(self.place)


def stage_option(place: Place) -> str:
    stage = getattr(place, "stage", None)
    return f" --stage {stage}" if stage else ""


@contextmanager
def side_of(stage: str | None, region: str | None) -> Generator[Side]:
    """Everything a command needs, or one sentence that says what is missing. Raises Ended, ConnectorError."""
    place = find_place(stage, region)
    settings = place.settings()
    wanted = wanted_by(place, settings)
    api = _api(place, settings)
    with closing(api):
        yield Side(place, place.keeper(), wanted, api, version_of(settings, place.templates(settings)))


def wanted_by(place: Place, settings: Settings) -> Wanted:
    """What the webhook of this installation has to be. Raises Ended."""
    projects = tuple(sorted({entry.project for entry in entries_of(settings)}))
    if not projects:
        raise Ended(Exit.USAGE, "The settings route nothing to Jira: set default_route.project in debrief.yml.")
    base = place.base_url()
    if base is None:
        sentence = "Nobody knows where Jira is to deliver: set publish.public_base_url in debrief.yml"
        raise Ended(Exit.USAGE, f"{sentence}, or name a stage with --stage.")
    name = getattr(place, "stage", None) or settings.install_id
    return Wanted(f"Debrief {name}", f"{base}/jira", projects)


def _api(place: Place, settings: Settings) -> JiraApi:
    if settings.jira.site is None:
        raise Ended(Exit.USAGE, "No Jira site is set: set jira.site in debrief.yml.")
    found, budget = place.secrets(), Budget(time.sleep, lambda: utc_now().timestamp(), PATIENCE)
    api = vendors.jira_api(settings, found, budget)
    if api is None:
        missing = "JIRA_EMAIL" if vendors.has_secret(found, "JIRA_TOKEN") else "JIRA_TOKEN"
        remedy = f"debrief secret set {missing}{stage_option(place)}"
        raise Ended(Exit.USAGE, f"{missing} is not set for {place.name}: {remedy} asks for it.")
    return api


def create(side: Side, *, adopt: bool) -> tuple[Webhook, bool]:
    """Make ours, or bring it to what it should be; the webhook, and whether it is new.

    Always with the secret that is kept, so that a second try heals whatever a first one left. Raises Ended where a
    stranger delivers to our door, unless it is to be adopted.
    """
    must_be_public(side.wanted)
    webhooks = side.webhooks()
    ours, strangers = ours_among(webhooks, side.wanted), strangers_at(webhooks, side.wanted)
    if strangers and not (adopt and ours is None and len(strangers) == 1):
        raise Ended(Exit.USAGE, _stranger_sentence(strangers, ours))
    ours = ours or (strangers[0] if strangers else None)
    secret = kept_secret(side.keeper)
    if ours is not None:
        side.update("mend", ours, secret)
        return side.ours(), False
    side.records("create", side.wanted.name)
    try:
        return webhook_from_jira(side.api.create_webhook(webhook_body(side.wanted, secret))), True
    except OutcomeUnknown:
        made = ours_among(side.webhooks(), side.wanted)
        if made is None:
            raise
        return made, True


def must_be_public(wanted: Wanted) -> None:
    """Raises Ended for an address that Jira never delivers to."""
    if not wanted.url.startswith("https://"):
        remedy = "set publish.public_base_url in debrief.yml to its address on the internet"
        raise Ended(Exit.USAGE, f"Jira delivers to https alone, and {wanted.url} is for this machine: {remedy}.")


def _stranger_sentence(strangers: tuple[Webhook, ...], ours: Webhook | None) -> str:
    names = ", ".join(f'"{one.name}" (id {one.webhook_id})' for one in strangers)
    sentence = f"Another webhook of Jira delivers to {strangers[0].url} already: {names}; everything would come twice"
    if ours is None and len(strangers) == 1:
        return f"{sentence}. Take it over with --adopt, or delete it in Jira under System, WebHooks."
    return f"{sentence}. Delete it in Jira under System, WebHooks."


def kept_secret(keeper: SecretKeeper) -> str:
    """The secret that is kept; a new one, kept at once, where there is none."""
    known = keeper.known(SECRET)
    if known:
        return known
    fresh = secrets.token_urlsafe(32)
    keeper.keep({SECRET: fresh})
    return fresh


@dataclass(frozen=True, slots=True)
class Rotated:
    """Where a rotation stands: `until` is when the old secret may go, None where it is gone."""

    until: datetime | None
    went_on: bool = False
    """Whether an earlier try was gone on with."""


def rotate(side: Side, now: datetime, *, at_once: bool) -> Rotated:
    """A new secret; the old one is still accepted for GRACE. Called again, it goes on where the last one stopped.

    The order makes every crash harmless: both are accepted before Jira signs with the new one, and the moment from
    which the grace counts is written after that.
    """
    ours = side.ours()
    went_on = bool(side.keeper.known(PREVIOUS))
    if not went_on:
        _begin(side)
    told_at = rotated_at(side) if went_on else None
    if told_at is None:
        side.update("rotate the secret of", ours, side.keeper.known(SECRET))
        _remember(side, now)
        told_at = now
    if not at_once and now < told_at + GRACE:
        return Rotated(told_at + GRACE, went_on)
    side.keeper.keep({PREVIOUS: None})
    _remember(side, None)
    return Rotated(None, went_on)


def _begin(side: Side) -> None:
    current = side.keeper.known(SECRET)
    if not current:
        raise Ended(Exit.USAGE, f"{SECRET} is not kept: debrief jira webhook create{side.where} makes one.")
    _remember(side, None)
    side.keeper.keep({SECRET: secrets.token_urlsafe(32), PREVIOUS: current})


def rotated_at(side: Side) -> datetime | None:
    """When Jira was given the newer of two secrets that are kept; None where it was not, as far as is known."""
    with closing(side.place.store()) as store:
        record = store.read(*_ROTATED)
    told = record.value.get("rotated_at") if record else None
    return datetime.fromisoformat(told) if told else None


def _remember(side: Side, at: datetime | None) -> None:
    with closing(side.place.store()) as store:
        store.write(*_ROTATED, {"rotated_at": at.isoformat() if at else None})


def enable(side: Side) -> bool:
    """Whether it was disabled. Raises Ended where there is none."""
    ours = side.ours()
    if not ours.enabled:
        side.update("enable", ours, None)
    return not ours.enabled


def chosen_to_delete(side: Side, webhook_id: str | None) -> tuple[Webhook, ...]:
    """What is to be deleted: ours; or the one of this id, which may be ours at an older address.

    Raises Ended where that one is not ours: a stranger's is never touched.
    """
    webhooks = side.webhooks()
    ours = ours_among(webhooks, side.wanted)
    all_ours = (*((ours,) if ours else ()), *left_behind(webhooks, side.wanted))
    if webhook_id is None:
        return (ours,) if ours else ()
    chosen = tuple(one for one in all_ours if one.webhook_id == webhook_id)
    if not chosen:
        known = ", ".join(one.webhook_id for one in all_ours) or "none"
        sentence = f"Jira's webhook {webhook_id[:20]} is not Debrief's, so it stays as it is: ours are {known}"
        raise Ended(Exit.USAGE, f"{sentence}. Delete it in Jira under System, WebHooks.")
    return chosen


SHORTEST = 16
"""Characters of a secret that a person made: shorter ones can be guessed."""


def steps_by_hand(wanted: Wanted, settings: Settings) -> tuple[str, ...]:
    """What an administrator does in Jira's pages. No secret is in it."""
    site = settings.jira.site or "your site"
    events = "Issue: updated, deleted"
    return (
        f"Sign in to {site} as an administrator; open {site}/plugins/servlet/webhooks (System, WebHooks).",
        f"Create a WebHook. Name: {wanted.name}. Status: enabled. URL: {wanted.url}",
        "Secret: make one there with Generate secret, or with openssl rand -hex 32, and copy it.",
        f"JQL: {wanted.jql}. Events: {events}. Exclude body: no. Create.",
    )


def keep_by_hand(keeper: SecretKeeper, secret: str) -> bool:
    """The secret that was entered in Jira; one that it replaces is still accepted, and whether there is one.

    Raises Ended.
    """
    if len(secret) < SHORTEST:
        raise Ended(Exit.USAGE, f"A secret needs {SHORTEST} characters or more: make one with openssl rand -hex 32.")
    before = keeper.known(SECRET)
    has_another = bool(before) and before != secret
    keeper.keep({SECRET: secret} | ({PREVIOUS: before} if has_another else {}))
    return has_another

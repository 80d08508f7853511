"""The form of the Edit button: the item as it stands, shown within Slack's three seconds, or a sentence why not."""

import logging

from connectors.errors import ConnectorError
from connectors.slack.clicks import ItemRef
from connectors.slack.markup import escape
from connectors.slack.modal import edit_view
from connectors.slack.webhook import Click
from connectors.store.shelf import Shelf
from handlers.desk import Desk
from postmortem.action_items.item import ActionItem
from postmortem.places import in_channels, with_the_document
from postmortem.settings import team_names

NOT_THERE = "This action item is not there any more: its words were edited or deleted."
DROPPED = "This action item was dropped by {by}: accept it again with debrief actions, or on the page of the draft."
NOT_HERE = "It was said in a private channel: edit it there, on the page of the draft, or with debrief actions."
NOT_IN_TIME = "Slack did not let the form open in time: press Edit once more."

log = logging.getLogger("debrief")


def open_form(click: Click, desk: Desk) -> str:
    """Show the form to who pressed. What became of it, for the log."""
    if click.item is None or desk.slack is None:
        return "no form: Slack is not configured"
    item = _item(desk, click.item)
    why_not = _why_not(item) or (NOT_HERE if item and _is_for_others(desk, item, click) else None)
    if item is None or why_not:
        return refuse(click, desk, why_not or NOT_THERE)
    try:
        desk.slack.views_open(click.trigger_id, edit_view(item, click.item, team_names(desk.settings)))
    except ConnectorError as error:
        log.warning("a form did not open: %s", error)
        return refuse(click, desk, NOT_IN_TIME)
    return "the form is open"


def _item(desk: Desk, ref: ItemRef) -> ActionItem | None:
    try:
        seen = Shelf(desk.store, ref.incident_id).items_seen()
    except ValueError:  # an id that no store could keep is one that we do not have
        return None
    return next((item for item in seen.items if item.id == ref.item_id), None)


def _why_not(item: ActionItem | None) -> str | None:
    if item is None or (item.is_gone and not item.issue_key):
        return NOT_THERE
    return DROPPED.format(by=item.decision.by) if item.is_dropped and item.decision else None


def _is_for_others(desk: Desk, item: ActionItem, click: Click) -> bool:
    """Whether it rests on a private channel, and the button was pressed in another, where an old screen shows it."""
    private = Shelf(desk.store, click.item.incident_id if click.item else "").rests_on(())
    places = in_channels(channel for channel in private if channel != click.channel_id)
    return item.rests_on(with_the_document(places))


def refuse(click: Click, desk: Desk, sentence: str) -> str:
    """Say so to who pressed and to nobody else, as far as Slack lets us. What became of it, for the log."""
    if desk.slack and click.channel_id:
        try:
            desk.slack.chat_post_ephemeral(click.channel_id, click.person.slack_id, escape(sentence))
        except ConnectorError as error:
            log.warning("a refusal was not told: %s", error)
    return f"refused {click.choice}"  # the sentence may name a person

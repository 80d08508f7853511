"""Saying what came of a round: in the incident's channel and on the incident, and what may be said where."""

from collections.abc import Callable
from functools import partial
from typing import Any

from connectors.announcing import Post, announce_in_channel, note_on_incident
from connectors.effects import Waits
from connectors.slack.channel import Found
from connectors.steps import Steps
from handlers.confluence import links_to_it, said_of_page
from handlers.work import ANNOUNCEMENT, Work, page_file, private_places, the_postmortem
from postmortem.announcement import announce_and_ask, announce_draft
from postmortem.places import in_channel, with_the_document

NOT_SHARED = "The draft is not shared here: some of it was said in a private channel."


def announce(work: Work, token: int, collected: dict[str, Any], document: str, page: dict[str, Any]) -> dict[str, Any]:
    """Say it in the channel and on the incident, once each: links, what is missing, who owns what.

    What was said in a private channel, in any round, is not repeated elsewhere; another organisation gets no texts.
    """
    postmortem, house = the_postmortem(work), work.house
    links, name, said = links_to_it(house, work.incident_id), document.rpartition("/")[2], said_of_page(page)
    channel = Found(**collected["channel"]) if collected["channel"] else None
    is_ext_shared = channel is not None and channel.is_ext_shared
    private = private_places(collected)
    elsewhere = tuple(place for place in private if channel is None or place != in_channel(channel.channel_id))
    shared = None if links or is_ext_shared or elsewhere else page_file(work, document)
    said_there = (*said, NOT_SHARED) if elsewhere and not links else said
    name_there = shared[0] if shared else name
    told = partial(announce_and_ask, postmortem, links=links, asks=house.hears_clicks)
    post = Post(
        incident_id=work.incident_id,
        lines=told(
            draft=name_there, said=said_there, withheld=("",) if is_ext_shared else with_the_document(elsewhere)
        ),
        note=announce_draft(postmortem, links=links, draft=name, said=said, withheld=with_the_document(private)),
        key=f"{house.settings.install_id}/{work.incident_id}/announcement",
        draft=shared,
        since=postmortem.incident.created_at.at,
        ledger=work.ledger,
        token=token,
        holds_lease=lambda: work.holds_lease(token),
        now=house.now,
    )
    return _say_it(work, post, channel.channel_id if channel else None)


def _say_it(work: Work, post: Post, channel_id: str | None) -> dict[str, Any]:
    """In both places side by side, as far as the settings want it: what became of it, by place."""
    slack, pagerduty, settings = work.house.slack, work.house.pagerduty, work.house.settings
    ways: dict[str, Callable[[Steps], dict[str, Any]]] = {}
    if not work.makes(ANNOUNCEMENT):
        return {}
    if slack and channel_id and settings.slack.announce:
        waits = Waits.consistent(settings.slack.unclear_wait)
        ways["slack"] = lambda steps: announce_in_channel(steps, slack, channel_id, post, work.prefix, waits)
    if pagerduty and settings.pagerduty.write_note:
        rests = Waits.consistent(settings.pagerduty.unclear_wait)
        ways["pagerduty"] = lambda steps: note_on_incident(steps, pagerduty, work.incident_id, post, work.prefix, rests)
    said = work.steps.each(work.named("announce"), list(ways), lambda steps, place: ways[place](steps))
    return dict(zip(ways, said, strict=True))

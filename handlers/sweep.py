"""Every hour: what became of the items, and who is to hear of what.

It decides by what is kept, not by when it last ran: a sweep that was missed is made up for by the next.
"""

from datetime import datetime
from typing import Any

from connectors.steps import Json, Steps
from connectors.store.following import Following
from connectors.store.news import News
from connectors.store.reminded import Reminded
from handlers.house import House
from handlers.reminding import post_digests, remind_people
from handlers.start_again import start_again
from handlers.watching import followed_here, mark_what_may_close, read_followed_issues, show_news

_READ = "read every issue"


def sweep_name(now: datetime) -> str:
    """ "fu-2026-11-21-14", which names the sweep of one hour (UTC) for ever."""
    return f"fu-{now:%Y-%m-%d-%H}"


def sweep(steps: Steps, bell: dict[str, Any], house: House) -> dict[str, Any]:
    """Read Jira once a day, show what is new, try again what is parked, remind people, post digests."""
    begun = steps.run("begin", lambda: _begin(bell, house))
    if "stopped" in begun:
        return begun
    journey, outcome = begun["journey"], dict[str, Any]()
    if begun["reads"]:
        outcome |= read_followed_issues(steps, house)
    news = steps.run("what is new", lambda: _news(house, begun["day"], is_read="read" in outcome))
    shown = show_news(steps, house, journey, [*map(str, news)])
    retried = steps.run("try again what is parked", lambda: try_parked_again(house))
    outcome["shown"] = sum("failed" not in one for one in shown)
    outcome |= {"closed": sum(one.get("closed", False) for one in shown), "retried": retried}
    outcome |= remind_people(steps, house, journey) | post_digests(steps, house, journey)
    for figure, number in (("RemindersSent", outcome["reminded"]), ("DigestsPosted", outcome["digests"])):
        if number:
            house.meter.count(figure, number)
    return outcome


def try_parked_again(house: House) -> int:
    """Take up again the incidents of items without an issue, at most every six hours. How many were started."""
    parked = [item.incident_id for item in followed_here(house) if item.standing == "parked"]
    house.meter.count("ItemsParked", len(parked))
    if house.jira is None:
        return 0
    return sum(start_again(house, {"incident_id": incident_id, "retry": True}) for incident_id in sorted({*parked}))


def _begin(bell: dict[str, Any], house: House) -> dict[str, Any]:
    """One that was started by name is the only one of its hour; a scheduler's tick may come twice."""
    now, reminded = house.now(), Reminded(house.store)
    name, day = sweep_name(now), now.date().isoformat()
    if "journey" not in bell and not reminded.begin(name):
        return {"stopped": f"{name} was begun before"}
    reads = house.jira is not None and reminded.done_on(_READ) != day and bool(Following(house.store).all())
    return {"journey": bell.get("journey", name), "day": day, "reads": reads}


def _news(house: House, day: str, *, is_read: bool) -> list[Json]:
    """The incidents to show. What may be closed is looked for once a day, after every issue was read."""
    if is_read:
        mark_what_may_close(house)
        Reminded(house.store).mark_done(_READ, day)
    return list[Json](sorted(News(house.store).all()))

"""A story becomes a Script: PagerDuty's incident, Slack's channel, Jira's backlog. No clock, no chance."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.incidents.cast import DOMAIN, PAGERDUTY_APP, TEAM_ID, Actor
from tests.incidents.jira_side import jira_side, project
from tests.incidents.pagerduty_side import PagerDutySide
from tests.incidents.script import Script
from tests.incidents.slack_side import Channel


class Story:
    """Tell it in the order in which it happens: `story.pagerduty.triggers(story.at("14:02:11"), "ada", ...)`.

    `day` is the UTC day that clock times are on; "2026-03-29 00:10:00" names another.
    """

    def __init__(
        self,
        name: str,
        title: str,
        *,
        day: str,
        number: int,
        cast: tuple[Actor, ...],
        service: str,
        team: str | None = None,
        channel: str | None = None,
        private: bool = False,
    ) -> None:
        self.name, self.title, self.day = name, title, date.fromisoformat(day)
        self.cast = {actor.handle: actor for actor in (*cast, PAGERDUTY_APP)}
        self.pagerduty = PagerDutySide(name, title, self.cast, number=number, service=service, team=team)
        created = datetime.combine(self.day, datetime.min.time(), UTC)
        self.channel = Channel(channel or f"inc-{number}", self.cast, created, private=private)
        self.projects: tuple[dict[str, Any], ...] = (project("OPS", "Operations"),)
        self.has_dedicated_channel = True

    def at(self, clock: str) -> datetime:
        """ "14:02:11" on the story's day, or "2026-03-29 00:10:00"; UTC."""
        text = clock if " " in clock else f"{self.day} {clock}"
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    def chat(self, text: str) -> None:
        """See `tests/incidents/slack_side.py` for how a chat is written."""
        self.channel.tells(text, self.day)

    def app_posts(self, at: datetime, headline: str, *, as_blocks: bool = False) -> None:
        """PagerDuty's own app tells the channel; its text is empty, the content is in the attachment or the blocks."""
        link = self.pagerduty.reference()["html_url"]
        title = f"<{link}|{self.pagerduty.summary}>"
        if as_blocks:
            section = {"type": "section", "text": {"type": "mrkdwn", "text": f"*{headline}*\n{title}"}}
            self.channel.says("pagerduty", at + timedelta(seconds=1), "", blocks=[section])
            return
        attachment = {"id": 1, "color": "a30200", "fallback": f"{headline}: {self.pagerduty.summary}"}
        attachment |= {"title": self.pagerduty.summary, "title_link": link, "text": headline, "pretext": title}
        self.channel.says("pagerduty", at + timedelta(seconds=1), "", attachments=[attachment])

    def script(self) -> Script:
        """What every vendor holds after it is over."""
        people = [actor for actor in self.cast.values() if actor.in_pagerduty and not actor.is_bot]
        side = self.pagerduty
        return Script(
            name=self.name,
            title=self.title,
            pagerduty={
                "incident": side.incident(),
                "alerts": side.alerts,
                "log_entries": side.log_entries,
                "notes": side.notes,
                "related_change_events": side.changes,
                "users": [actor.pagerduty_user() for actor in people],
                "dedicated_channel": self._dedicated_channel(),
            },
            slack={
                "team": {"id": TEAM_ID, "domain": DOMAIN, "url": f"https://{DOMAIN}.slack.com/"},
                "users": [actor.slack_user() for actor in self.cast.values() if actor.in_slack],
                "channels": [self.channel.info()],
            },
            jira=jira_side(self.cast, self.projects),
            webhooks=tuple(sorted(side.webhooks, key=lambda body: body["event"]["occurred_at"])),
        )

    def _dedicated_channel(self) -> dict[str, Any] | None:
        if not self.has_dedicated_channel:
            return None
        link = f"https://slack.com/app_redirect?channel={self.channel.id}&team={TEAM_ID}"
        deep_link = f"slack://channel?id={self.channel.id}&team={TEAM_ID}"
        shown = {"id": self.channel.id, "name": self.channel.name, "slack_team_id": TEAM_ID}
        return {**shown, "link": link, "deep_link": deep_link}

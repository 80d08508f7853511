"""The people of a script, as each vendor shows them."""

from dataclasses import dataclass
from typing import Any

from tests.incidents.ids import account_id, object_id, slack_id

DOMAIN = "acme"
TEAM_ID = slack_id("T", DOMAIN)
_OFFSETS = {"UTC": 0, "Europe/London": 0, "Europe/Berlin": 3600, "Asia/Jerusalem": 7200, "America/New_York": -18000}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who takes part. `handle` is what the script calls them, and their @name in Slack.

    The switches say in which systems they have an account.
    """

    handle: str
    name: str
    timezone: str = "Europe/Berlin"
    title: str = "Engineer"
    in_pagerduty: bool = True
    in_slack: bool = True
    in_jira: bool = True
    is_bot: bool = False

    @property
    def email(self) -> str:
        return f"{self.handle}@acme.example"

    @property
    def pagerduty_id(self) -> str:
        return object_id("user", self.handle)

    @property
    def slack_id(self) -> str:
        return slack_id("U", self.handle)

    @property
    def account_id(self) -> str:
        return account_id("jira", self.handle)

    def reference(self) -> dict[str, Any]:
        return reference(self.pagerduty_id, "user", self.name)

    def pagerduty_user(self) -> dict[str, Any]:
        return {
            **reference(self.pagerduty_id, "user", self.name),
            "type": "user",
            "name": self.name,
            "email": self.email,
            "time_zone": self.timezone,
            "color": "green",
            "avatar_url": "https://secure.gravatar.com/avatar/blank.png",
            "role": "user",
            "description": None,
            "invitation_sent": False,
            "job_title": self.title,
            "teams": [],
            "contact_methods": [],
            "notification_rules": [],
        }

    def slack_user(self) -> dict[str, Any]:
        user: dict[str, Any] = {
            "id": self.slack_id,
            "team_id": TEAM_ID,
            "name": self.handle,
            "deleted": False,
            "color": "9f69e7",
            "real_name": self.name,
            "tz": self.timezone,
            "tz_label": self.timezone,
            "tz_offset": _OFFSETS.get(self.timezone, 0),
            "profile": {
                "title": self.title,
                "real_name": self.name,
                "real_name_normalized": self.name,
                "display_name": self.handle,
                "display_name_normalized": self.handle,
                "avatar_hash": "0123456789ab",
                "team": TEAM_ID,
            },
            "is_admin": False,
            "is_owner": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 1767225600,
        }
        if self.is_bot:
            user["profile"] |= {"bot_id": slack_id("B", self.handle), "api_app_id": slack_id("A", self.handle)}
        else:
            user["profile"]["email"] = self.email
        return user

    def jira_user(self) -> dict[str, Any]:
        return {
            "self": f"https://{DOMAIN}.atlassian.net/rest/api/3/user?accountId={self.account_id}",
            "accountId": self.account_id,
            "accountType": "atlassian",
            "displayName": self.name,
            "emailAddress": self.email,
            "active": True,
            "timeZone": self.timezone,
        }


_PLACES = {"service": "service-directory", "priority": None, "user": "users", "team": "teams", "incident": "incidents"}
_PLURALS = {"priority": "priorities", "escalation_policy": "escalation_policies", "incident": "incidents"}


def reference(id_: str, kind: str, summary: str) -> dict[str, Any]:
    """How PagerDuty points to a thing: {"id", "type", "summary", "self", "html_url"}."""
    plural = _PLURALS.get(kind, f"{kind}s")
    place = _PLACES.get(kind, plural)
    page = f"{place}/{id_}" if place else "account/incident_priorities"
    return {
        "id": id_,
        "type": f"{kind}_reference",
        "summary": summary,
        "self": f"https://api.pagerduty.com/{plural}/{id_}",
        "html_url": f"https://{DOMAIN}.pagerduty.com/{page}",
    }


PAGERDUTY_APP = Actor(
    "pagerduty", "PagerDuty", timezone="UTC", title="", in_pagerduty=False, in_jira=False, is_bot=True
)

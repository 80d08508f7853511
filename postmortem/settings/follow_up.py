"""The settings of the follow-up: who is reminded when, and which days are worked."""

from datetime import timedelta
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from postmortem.settings.kinds import BusinessHours, Duration, PositiveDuration
from postmortem.settings.public_holidays import Country, DayOff, check_subdivision
from postmortem.settings.section import Section


class Holidays(Section):
    """Days on which nobody works, beside the weekend: no item falls due on one by its priority, and nobody is reminded.

    The weekend is Saturday and Sunday, or what the country has instead.
    """

    country: Country | None = None
    """Country of the public holidays, as ISO 3166 writes it, such as DE. Without it there are none."""
    subdivision: str | None = None
    """State or province, where holidays differ, such as BE for Berlin."""
    days: tuple[DayOff, ...] = ()
    """Further days off as dates, such as 2026-12-24."""

    @field_validator("subdivision")
    @classmethod
    def _is_of_the_country(cls, subdivision: str | None, info: ValidationInfo) -> str | None:
        if subdivision is None or "country" not in info.data:  # a wrong country is a problem of its own
            return subdivision
        return check_subdivision(info.data["country"], subdivision)


class FollowUpSettings(Section):
    """How action items are followed after the draft. Reminders are direct messages in Slack, one a day at most."""

    remind: bool = True
    """Whether owners are reminded at all."""
    remind_before: Duration = timedelta(days=2)
    """How long before the due date the owner is reminded for the first time; then on the day itself."""
    remind_every: PositiveDuration = timedelta(days=7)
    """How often the owner is reminded of what is overdue."""
    snooze: PositiveDuration = timedelta(days=3)
    """How long the Snooze button keeps an owner's reminders back."""
    business_hours: BusinessHours = "09:00-17:00"
    """Hours of the owner's own time zone in which they are reminded."""
    escalate_after: int = Field(default=2, ge=1, le=50)
    """After so many reminders of an overdue item without an answer its team's default owner is told."""
    digest_day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "never"] = "monday"
    """When each team's channel (routing.digest_channel) gets the list of what is open."""
    close: Literal["always", "reviewed", "never"] = "always"
    """Whether a postmortem is closed when all of its items are done: always, only if it was reviewed, or never."""

"""The settings of the timeline: what people choose to see first, and what not."""

from datetime import timedelta

from pydantic import model_validator

from postmortem.settings.kinds import Emoji, PlainWord, PositiveDuration, wrong
from postmortem.settings.section import Section


class TimelineSettings(Section):
    """What comes up into the main timeline beside what Debrief finds itself. The full log keeps everything.

    Marks go before words, promoting before hiding. PagerDuty's own records and deleted messages are not touched.
    """

    promote_emoji: tuple[Emoji, ...] = ()
    """Reactions that bring a message up, such as pushpin."""
    hide_emoji: tuple[Emoji, ...] = ()
    """Reactions that leave a message in the full log, such as see_no_evil."""
    promote_words: tuple[PlainWord, ...] = ()
    """Plain words or phrases that bring a message up, such as failover. Capitals do not matter."""
    hide_words: tuple[PlainWord, ...] = ()
    """Plain words or phrases that leave a message in the full log, such as lunch. Capitals do not matter."""
    trusted_bots: tuple[PlainWord, ...] = ()
    """Bots by name or Slack id whose deploys and changes of state come up, such as ArgoCD. Others stay in the log."""
    silence_after: PositiveDuration = timedelta(minutes=15)
    """How long nothing may be on record while an incident is open before it is told as a silence; four times that where
    the urgency is low."""

    @model_validator(mode="after")
    def _promotes_or_hides(self) -> "TimelineSettings":
        for promoted, hidden in ((self.promote_emoji, self.hide_emoji), (self.promote_words, self.hide_words)):
            both = {word.casefold() for word in promoted} & {word.casefold() for word in hidden}
            if both:
                raise wrong(f'promotes and hides "{min(both)}"', "Take it out of one of the two.")
        return self

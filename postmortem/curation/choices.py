"""What settings and people choose themselves: marks on a message, words, and bots that are listened to."""

import re
from collections.abc import Sequence
from functools import lru_cache

from postmortem.evidence import Message
from postmortem.noun import Noun
from postmortem.people import Person
from postmortem.settings import Settings


class Curation(Noun):
    """The choices that the settings make; emoji without colons, words plain.

    `lifting_emoji` are those that mark action items (`slack.action_item_emoji`); the others are the settings of
    `timeline` by the same names.
    """

    lifting_emoji: tuple[str, ...] = ()
    promote_emoji: tuple[str, ...] = ()
    hide_emoji: tuple[str, ...] = ()
    promote_words: tuple[str, ...] = ()
    hide_words: tuple[str, ...] = ()
    trusted_bots: tuple[str, ...] = ()


def curation_from_settings(settings: Settings) -> Curation:
    return Curation(
        lifting_emoji=settings.slack.action_item_emoji, **settings.timeline.model_dump(exclude={"silence_after"})
    )


def by_choice(message: Message, curation: Curation) -> tuple[bool, str] | None:
    """Whether somebody chose that it is shown, or not shown, and who says so. Showing wins over hiding."""
    return _by_mark(message, curation) or _by_word(message.text, curation)


def _by_mark(message: Message, curation: Curation) -> tuple[bool, str] | None:
    if message.is_pinned:
        return True, "pinned in Slack"
    emoji = {reaction.plain_emoji for reaction in message.reactions}
    for setting, chosen, in_main in (
        ("slack.action_item_emoji", curation.lifting_emoji, True),
        ("timeline.promote_emoji", curation.promote_emoji, True),
        ("timeline.hide_emoji", curation.hide_emoji, False),
    ):
        mark = next((one for one in chosen if one in emoji), None)
        if mark:
            return in_main, f"marked with :{mark}: ({setting})" if in_main else f"hidden by {setting}: :{mark}:"
    return None


def _by_word(text: str, curation: Curation) -> tuple[bool, str] | None:
    if word := _first_word(text, curation.promote_words):
        return True, f"promoted by timeline.promote_words: {word}"
    if word := _first_word(text, curation.hide_words):
        return False, f"hidden by timeline.hide_words: {word}"
    return None


def _first_word(text: str, chosen: tuple[str, ...]) -> str | None:
    """The first of the words, as the settings write it, that stands in the text as a whole, capitals apart."""
    return next((word for word in chosen if _as_a_whole(word).search(text)), None)


@lru_cache(maxsize=1024)
def _as_a_whole(word: str) -> re.Pattern[str]:
    """A literal: nothing in the word has a meaning of its own, and white space of any width is the same."""
    literal = r"\s+".join(map(re.escape, word.split()))
    before = r"(?<!\w)" if word.strip()[0].isalnum() else ""
    after = r"(?!\w)" if word.strip()[-1].isalnum() else ""
    return re.compile(f"{before}{literal}{after}", re.IGNORECASE)


def trusted_name(bot: Person | None, trusted_bots: Sequence[str]) -> str | None:
    """The bot as the settings name it: by its name, its handle or its Slack id; capitals do not matter."""
    if bot is None:
        return None
    known = {name.casefold() for name in (bot.name, bot.handle, bot.id, bot.id.partition(":")[2]) if name}
    return next((name for name in trusted_bots if name.casefold() in known), None)

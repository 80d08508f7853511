"""Places: how the ids of records begin that were said in one channel, or stand in the document. Who may read one place
may not read every other, and what is kept from readers is kept from them by these."""

from collections.abc import Iterable

IN_CHAT = "slack/"
IN_THE_DOCUMENT = "document/"
"""What a person wrote into the document itself."""


def in_channel(channel_id: str) -> str:
    """ "slack/C042/" """
    return f"{IN_CHAT}{channel_id}/"


def in_channels(channel_ids: Iterable[str]) -> tuple[str, ...]:
    """Each channel's place, in their order by id."""
    return tuple(map(in_channel, sorted(channel_ids)))


def with_the_document(private: tuple[str, ...]) -> tuple[str, ...]:
    """What people write into a draft that tells of private channels goes no further than what was said there."""
    return (*private, IN_THE_DOCUMENT) if private else ()

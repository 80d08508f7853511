"""Putting the document where people find it."""

from collections.abc import Mapping
from typing import Any

from handlers.telling import count_draft
from handlers.work import Work, as_it_stands, kept_postmortem
from postmortem.document import Postmortem
from postmortem.outputs.markdown import render_markdown

NOT_LOOKED_AT: Mapping[str, str] = {}
NOT_OPENED: Mapping[str, dict[str, Any]] = {}
FIRST_PUBLISHED = "publish"


def publish(
    work: Work, name: str, issues: Mapping[str, dict[str, Any]] = NOT_OPENED, states: Mapping[str, str] = NOT_LOOKED_AT
) -> str:
    """Put the document where people find it, with everything in it that people made of it. Returns its name."""

    def put() -> str:
        kept = kept_postmortem(work)
        postmortem = as_it_stands(work, kept, issues, states)
        work.shelf.keep_postmortem(postmortem, over=kept)
        document = work.shelf.publish(postmortem.incident, _as_markdown(work, postmortem), work.will_publish)
        if work.named(name) == FIRST_PUBLISHED:
            count_draft(work, postmortem.incident)
        return document

    return work.steps.run(work.named(name), put)


def _as_markdown(work: Work, postmortem: Postmortem) -> bytes:
    """The document in the organisation's layout for this incident."""
    return render_markdown(postmortem, work.house.layout(postmortem.incident)).encode()

"""Where the document stands as a Confluence page."""

from datetime import timedelta

from pydantic import model_validator

from postmortem.settings.kinds import BaseUrl, ConfluenceLabel, Email, PageId, PositiveDuration, Site, SpaceKey, wrong
from postmortem.settings.section import Section


class ConfluenceSettings(Section):
    """Where the document stands as a page. The token is CONFLUENCE_TOKEN in debrief.env."""

    site: Site | None = None
    """Address of the Confluence site, such as https://acme.atlassian.net. Without it no page is made."""
    base_url: BaseUrl | None = None
    """Another address of the REST API, for tests; links keep the site's."""
    email: Email | None = None
    """E-mail of the Atlassian account that the token belongs to."""
    space: SpaceKey | None = None
    """Key of the space that pages are made in, such as OPS."""
    parent_page: PageId | None = None
    """Id of the page under which pages are made; the number in its address. Without it: the space's home page."""
    label: ConfluenceLabel = "postmortem"
    """The label that each page gets."""
    may_hold_private_channels: bool = False
    """Whether everybody who may read the space may also read what was said in private channels. Without it an incident
    that was spoken of in one gets no page."""
    unclear_wait: PositiveDuration = timedelta(seconds=120)
    """How long an unclear answer to the creation of a page rests before it is looked into."""

    @model_validator(mode="after")
    def _says_where(self) -> "ConfluenceSettings":
        if self.site is None or self.space is not None:
            return self
        raise wrong("names no space", "Set confluence.space to the key of a space, such as OPS.")

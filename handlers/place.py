"""Where Debrief runs, as the commands of ops see it: this machine and its folder, or a stage on AWS.

`handlers.wiring.Machine` is one, `handlers.stage.Stage` the other. Nothing is opened before it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from connectors.secrets.keeping import SecretKeeper
    from connectors.secrets.port import Secrets
    from connectors.store.port import Store
    from handlers.house import House
    from postmortem.settings import Settings


class Place(Protocol):
    """One installation."""

    @property
    def name(self) -> str:
        """In words, within a sentence: "this machine", "the stage prod in eu-west-1"."""
        ...

    def settings(self) -> Settings:
        """Raises SettingsError."""
        ...

    def templates(self, settings: Settings) -> dict[str, str]:
        """Those that the settings name and that are there, name to text."""
        ...

    def secrets(self) -> Secrets: ...

    def keeper(self) -> SecretKeeper:
        """The writing side of its secrets."""
        ...

    def store(self) -> Store:
        """The caller closes it."""
        ...

    def house(self, store: Store, /, **options: Any) -> House:
        """With connectors to every vendor whose secrets are there; the options are those of `build_house`."""
        ...

    def base_url(self) -> str | None:
        """Where vendors reach it, without a final slash, as "https://abc.execute-api.eu-west-1.amazonaws.com"; None
        where nobody said so: publish.public_base_url in debrief.yml. Its doors are /pagerduty, /slack and /jira."""
        ...


def find_place(stage: str | None, region: str | None) -> Place:
    """This machine, or with a name that stage on AWS. Raises as `find_stage` does."""
    if stage is None:
        from handlers.wiring import machine

        return machine()
    from handlers.stage import find_stage

    return find_stage(stage, region)

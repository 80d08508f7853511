"""What every part of the settings is built from."""

from pydantic import ConfigDict, model_validator

from postmortem.noun import Noun
from postmortem.settings.kinds import wrong

type Names = tuple[str, ...]


class Section(Noun):
    """A part of the settings; the text below each field is its description."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Match(Section):
    """Which incidents a rule is for: any of the services or teams, and one of the priorities where there are any."""

    services: Names = ()
    """PagerDuty services by id or name."""
    teams: Names = ()
    """PagerDuty teams by id or name."""
    priorities: Names = ()
    """Priorities by name."""

    @model_validator(mode="after")
    def _names_something(self) -> "Match":
        if self.services or self.teams or self.priorities:
            return self
        raise wrong("matches no incident", "Name services, teams or priorities, or leave the rule out.")

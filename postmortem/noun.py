"""The one shape of every noun: immutable, strict, and saved with its schema number where it is saved."""

from pydantic import BaseModel, ConfigDict


class Noun(BaseModel):
    """A fact that never changes. Collections inside are tuples; an unknown field is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")

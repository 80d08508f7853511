"""What every line of the log carries beside its sentence, and whose lines are not heard. Standard library only.

A line says what happened; which incident, delivery, journey and step it belongs to is bound around the work and carried
into its threads. On AWS Lambda the fields stand beside the message (the runtime writes JSON, `extra` at its top level);
on one machine they follow it in brackets.
"""

import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from types import MappingProxyType
from typing import Any, override

from connectors.steps import Json

FIELDS = ("incident", "delivery", "journey", "step")

# Each failure is said once, by our own error, without content. These would repeat addresses with e-mails in them
# (urllib3), bodies (slack_sdk, jira, botocore), or what a step keeps (the durable SDK). Whatever the level is set to.
_NEVER_HEARD = ("httpcore", "httpcore2", "httpx", "httpx2", "jira", "pagerduty", "requests", "slack_sdk", "urllib3")
_WARNINGS_ONLY = ("aws_durable_execution_sdk_python", "boto3", "botocore", "s3transfer")

_bound: ContextVar[Mapping[str, str]] = ContextVar("bound", default=MappingProxyType({}))


class _Carrying(logging.Filter):
    """Puts what is bound onto every record."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        vars(record).update(_bound.get())
        return True


log = logging.getLogger("debrief")
log.addFilter(_Carrying())
for name in _NEVER_HEARD:
    logging.getLogger(name).setLevel(logging.CRITICAL + 1)
for name in _WARNINGS_ONLY:
    logging.getLogger(name).setLevel(logging.WARNING)


def bind(**fields: str | None) -> None:
    """From here on, until the `bound` around it ends, lines carry these as well. Names are those of FIELDS."""
    _bound.set({**_bound.get(), **{name: value for name, value in fields.items() if value}})


@contextmanager
def bound(**fields: str | None) -> Generator[None]:
    """Lines written inside carry these as well."""
    token = _bound.set(_bound.get())
    bind(**fields)
    try:
        yield
    finally:
        _bound.reset(token)


def bound_now() -> Mapping[str, str]:
    return _bound.get()


def fields_of(payload: Json) -> dict[str, str | None]:
    """What a journey is started with that its lines carry: ids and names."""
    told: dict[str, Any] = payload if isinstance(payload, dict) else {}
    found = {"incident": told.get("incident_id"), "journey": told.get("journey")}
    return {name: value if isinstance(value, str) else None for name, value in found.items()}


def carried[**P, T](function: Callable[P, T]) -> Callable[P, T]:
    """The function as another thread may call it, once: its lines carry what is bound here."""
    context = copy_context()

    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        return context.copy().run(function, *args, **kwargs)

    return call

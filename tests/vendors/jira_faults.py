"""Faults on demand: which request fails next, how often, and whether the work was done before the answer was lost."""

import re
from dataclasses import dataclass

from tests.vendors.wire import Reply, Request


@dataclass
class Fault:
    """`where` is searched in "POST /path". With `after_effect` the request is carried out first."""

    where: re.Pattern[str]
    reply: Reply
    times: int
    after_effect: bool


def next_fault(faults: list[Fault], request: Request) -> Fault | None:
    """The first fault that is due for this request; it is used up by that."""
    for fault in faults:
        if fault.times > 0 and fault.where.search(f"{request.method} {request.path}"):
            fault.times -= 1
            return fault
    return None

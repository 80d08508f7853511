"""Faults on demand of a fake PagerDuty: which request fails, how often, and after how many that went well."""

import re
from dataclasses import dataclass

from tests.vendors.wire import Reply, Request


@dataclass
class Fault:
    """`where` is searched in "GET /path". With `after_effect` the request is carried out first. `after` so many."""

    where: re.Pattern[str]
    reply: Reply
    times: int
    after_effect: bool
    after: int


def next_fault(faults: list[Fault], request: Request) -> Fault | None:
    """The first fault that is due for this request; it is used up by that."""
    for fault in faults:
        if fault.times > 0 and fault.where.search(f"{request.method} {request.path}"):
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            return fault
    return None

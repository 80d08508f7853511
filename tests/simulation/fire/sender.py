"""PagerDuty as it sends: on time, answered or not; again after whatever is no answer; those of an incident in order.

Latency counts from the moment at which a delivery was due: no slow answer hides behind the one before it.
"""

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.fire.traffic import Delivery, Kind, Traffic

ANSWER_SECONDS = 5.0
"""PagerDuty waits no longer. https://developer.pagerduty.com/docs/webhooks-behavior (read 2026-11-20)"""
FIRST_PAUSE, LONGEST_PAUSE, LONGEST_SECONDS = 0.2, 2.0, 120.0


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one delivery. Moments are of the monotonic clock; `failed` says why it had to be sent again."""

    number: int
    kind: Kind
    incident_id: str
    event_id: str
    due: float
    answered: float
    status: int
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """So many deliveries, `rate` a second, from `begins` (monotonic) on."""

    traffic: Traffic
    count: int
    port: int
    begins: float


def send_all(plan: Plan) -> list[Sent]:
    """In a process of its own, so that nothing but the network lies between it and the receiver."""
    return asyncio.run(_send_all(plan))


async def _send_all(plan: Plan) -> list[Sent]:
    sender, tasks = _Sender(plan.port), list[asyncio.Task[Sent]]()
    for number in range(plan.count):
        delivery = plan.traffic.delivery(number)
        due = plan.begins + number / plan.traffic.rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        tasks.append(asyncio.create_task(sender.sends(number, delivery, due)))
    return list(await asyncio.gather(*tasks))


type _Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class _Sender:
    port: int
    idle: list[_Connection] = field(default_factory=list[Any])
    queues: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def sends(self, number: int, delivery: Delivery, due: float) -> Sent:
        """Until it is answered. A forged one is sent once: nobody sends it again."""
        failed, pause, until = list[str](), FIRST_PAUSE, due + LONGEST_SECONDS
        is_forged = delivery.kind == "forged"
        async with asyncio.Lock() if is_forged else self.queues[delivery.incident_id]:
            while True:
                status = await self._status(delivery)
                if isinstance(status, int) and (status < 500 or is_forged):
                    break
                failed.append(str(status))
                if time.monotonic() > until or is_forged:
                    status = 0
                    break
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        ids = (delivery.kind, delivery.incident_id, delivery.event_id)
        return Sent(number, *ids, due, time.monotonic(), status, tuple(failed))

    async def _status(self, delivery: Delivery) -> int | str:
        """The answer's status, or in a word why there was none."""
        connection = None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                connection = self.idle.pop() if self.idle else await asyncio.open_connection("127.0.0.1", self.port)
                status = await _asked(connection, delivery)
        except TimeoutError:
            status = "no answer in time"
        except (OSError, EOFError) as error:
            status = "refused" if isinstance(error, ConnectionRefusedError) else "reset"
        if isinstance(status, int):
            self.idle.append(connection)  # pyright: ignore[reportArgumentType]
        elif connection:
            connection[1].close()
        return status


async def _asked(connection: _Connection, delivery: Delivery) -> int:
    reader, writer = connection
    lines = [f"{name}: {value}" for name, value in delivery.headers.items()]
    head = "\r\n".join(["POST /pagerduty HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(delivery.body)}", *lines])
    writer.write(f"{head}\r\n\r\n".encode() + delivery.body)
    answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = next(int(line.split(":")[1]) for line in answer.split("\r\n") if line.startswith("content-length:"))
    await reader.readexactly(length)
    return int(answer.split(" ", 2)[1])

"""A load client that costs little: raw HTTP/1.1 over kept connections, each waiting for its answer.

It runs in a process of its own, so that it neither shares the interpreter of what it measures nor its own
figures with the bench.
"""

import asyncio
import multiprocessing
import resource
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle

import uvloop


@dataclass(frozen=True, slots=True)
class Load:
    """Which bodies go where, over how many connections, for how long; a rate paces them all together."""

    port: int
    path: str
    workspace_id: str
    key: str
    bodies: Sequence[bytes]
    connections: int
    seconds: float
    rate_per_s: float | None = None


@dataclass(slots=True)
class Figures:
    """What came of a load. `latencies_s` in the order of the answers."""

    answered: int = 0
    refused: int = 0
    seconds: float = 0.0
    client_cpu_s: float = 0.0
    latencies_s: list[float] = field(default_factory=list[float])

    @property
    def per_s(self) -> float:
        return self.answered / self.seconds

    def percentile_ms(self, percent: float) -> float:
        ordered = sorted(self.latencies_s)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def drive(load: Load) -> Figures:
    """Put the load on from another process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_run, load).result()


def _run(load: Load) -> Figures:
    return uvloop.run(_drive(load))


async def _drive(load: Load) -> Figures:
    token = b64encode(f"{load.workspace_id}:{load.key}".encode()).decode()
    head = (
        f"POST {load.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    ).encode()
    requests = [b"%s%d\r\n\r\n%s" % (head, len(body), body) for body in load.bodies]
    figures = Figures()
    turns = _paced(cycle(requests), load.connections, load.rate_per_s)
    spent, started = _cpu_s(), time.perf_counter()
    until = started + load.seconds
    await asyncio.gather(*(_connection(load.port, turn, until, figures) for turn in turns))
    figures.seconds = time.perf_counter() - started
    figures.client_cpu_s = _cpu_s() - spent
    return figures


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one connection sends, and how long it rests between two requests."""

    requests: Iterator[bytes]
    every_s: float
    offset_s: float


def _paced(requests: Iterator[bytes], connections: int, rate_per_s: float | None) -> Iterator[_Turn]:
    every_s = connections / rate_per_s if rate_per_s else 0.0
    for number in range(connections):
        yield _Turn(requests, every_s, every_s * number / connections)


async def _connection(port: int, turn: _Turn, until: float, figures: Figures) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    due = time.perf_counter() + turn.offset_s
    try:
        while True:
            if turn.every_s:
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                due += turn.every_s
            sent = time.perf_counter()
            if sent > until:
                return
            writer.write(next(turn.requests))
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            await reader.readexactly(length)
            if answer.startswith(b"HTTP/1.1 200"):
                figures.answered += 1
                figures.latencies_s.append(time.perf_counter() - sent)
            else:
                figures.refused += 1
    finally:
        writer.close()

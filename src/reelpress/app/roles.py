"""The roles a process can play: HTTP server, worker, scheduler, mailbox."""

import asyncio
import gc
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager

import uvicorn
import uvloop

from reelpress.app.assembly import build_app, build_registry
from reelpress.engage.channels.email.mailbox import serve_mailbox
from reelpress.platform.config import Settings
from reelpress.platform.context import Platform, open_platform
from reelpress.platform.jobs import Scheduler, Worker
from reelpress.platform.telemetry import configure_logging, log

LANES = ("io", "render")
GRACEFUL_STOP_S = 20
GARBAGE_THRESHOLDS = (20_000, 20, 50)
LATEST_STOP_S = 24.0  # then the process ends whatever hangs; its jobs are taken up again by their lease

Role = Callable[[Platform, asyncio.Event], Awaitable[None]]


def run_role(name: str, settings: Settings) -> None:
    """Play one role until SIGTERM or SIGINT; what is under way ends first."""
    configure_logging(json=settings.log_json, level=settings.log_level, role=name)
    run = uvloop.run if name == "api" else asyncio.run
    run(_play(ROLES[name], settings))


async def _play(role: Role, settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    deadline = asyncio.create_task(_end_in_time(stop))
    async with open_platform(settings) as platform:
        log.info("role started")
        await role(platform, stop)
        log.info("role stopped")
    deadline.cancel()


async def _end_in_time(stop: asyncio.Event) -> None:
    """From the stop on, a clock of its own: a hanging connection or render cannot keep the process."""
    await stop.wait()
    last = threading.Timer(LATEST_STOP_S, _give_up)
    last.daemon = True
    last.start()


def _give_up() -> None:
    log.error("something did not end; the process ends without it", after_s=LATEST_STOP_S)
    os._exit(1)


async def _serve_http(platform: Platform, stop: asyncio.Event) -> None:
    app = build_app(platform)
    _collect_less_garbage()
    config = uvicorn.Config(
        app,
        host=platform.settings.host,
        port=platform.settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_STOP_S,
    )
    server = _QuietServer(config)
    serving = asyncio.create_task(server.serve())
    await _first_of(serving, stop)
    server.should_exit = True
    await serving


def _collect_less_garbage() -> None:
    """What is there now stays; a bulk call makes tens of thousands of objects, none of them in a circle."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)


async def _work(platform: Platform, stop: asyncio.Event) -> None:
    registry = build_registry()
    settings = platform.settings
    at_once = {"io": settings.worker_concurrency, "render": settings.render_processes}
    workers = [Worker(platform, registry, lane, at_once=at_once[lane]) for lane in LANES]
    running = [asyncio.create_task(worker.run()) for worker in workers]
    await _first_of(asyncio.ensure_future(_any_ends(running)), stop)
    for worker in workers:
        worker.stop()
    await asyncio.gather(*running)


async def _schedule(platform: Platform, stop: asyncio.Event) -> None:
    scheduler = Scheduler(platform, build_registry())
    running = asyncio.create_task(scheduler.run())
    await _first_of(running, stop)
    scheduler.stop()
    await running


async def _keep_mailbox(platform: Platform, stop: asyncio.Event) -> None:
    async with serve_mailbox(platform):
        await stop.wait()


async def _first_of(running: "asyncio.Future[None]", stop: asyncio.Event) -> None:
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    stop.set()  # a role that falls by itself ends like one that was told to


async def _any_ends(tasks: list["asyncio.Task[None]"]) -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


class _QuietServer(uvicorn.Server):
    """Leaves signals to us: one handler decides for the whole process."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Nothing: see `_play`."""
        yield


ROLES: dict[str, Role] = {
    "api": _serve_http,
    "worker": _work,
    "scheduler": _schedule,
    "mailbox": _keep_mailbox,
}

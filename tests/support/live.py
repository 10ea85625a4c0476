"""A live server in the test's own event loop."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import uvicorn

from reelpress.app import build_app, build_registry
from reelpress.app.roles import LANES
from reelpress.engage.channels.email.mailbox import serve_mailbox
from reelpress.platform.context import Platform
from reelpress.platform.jobs import Worker


@dataclass(frozen=True)
class LiveServer:
    """Where the server under test answers."""

    url: str


@asynccontextmanager
async def start_live(platform: Platform) -> AsyncGenerator[LiveServer]:
    """Serve the whole program; stops worker, mailbox and server at the end."""
    config = uvicorn.Config(
        build_app(platform), host="127.0.0.1", port=platform.settings.port, log_config=None, lifespan="off"
    )
    server = uvicorn.Server(config)
    registry = build_registry()
    workers = [Worker(platform, registry, lane, at_once=8) for lane in LANES]
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serve_mailbox(platform))
        tasks = [
            asyncio.create_task(server.serve()),
            *(asyncio.create_task(worker.run()) for worker in workers),
        ]
        while not server.started:
            if tasks[0].done():
                tasks[0].result()
            await asyncio.sleep(0.01)
        try:
            yield LiveServer(platform.settings.public_url)
        finally:
            for worker in workers:
                worker.stop()
            server.should_exit = True
            await asyncio.wait(tasks, timeout=20)

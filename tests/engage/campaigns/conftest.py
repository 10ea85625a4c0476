"""A running program with a connector endpoint it may reach."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest
from tests.conftest import TestWorkspace
from tests.engage.campaigns.support import Api, Endpoint, serve_endpoint
from tests.support.live import LiveServer
from tests.support.ports import free_port

from reelpress.platform.config import Settings


@pytest.fixture
async def endpoint() -> AsyncGenerator[Endpoint]:
    async with serve_endpoint(free_port()) as endpoint:
        yield endpoint


@pytest.fixture
def smtp_ports() -> tuple[int, int]:
    """Ports of mail servers of the workspace's own."""
    return free_port(), free_port()


@pytest.fixture
def settings(settings: Settings, endpoint: Endpoint, smtp_ports: tuple[int, int]) -> Settings:
    """The endpoint and those mail servers are the only other inside addresses that may be reached."""
    return settings.model_copy(
        update={
            "http_allow": (*settings.http_allow, endpoint.origin),
            "smtp_allow": tuple(f"127.0.0.1:{port}" for port in smtp_ports),
        }
    )


@pytest.fixture
async def api(server: LiveServer, workspace: TestWorkspace, http: aiohttp.ClientSession) -> Api:
    return Api(server.url, workspace, http)

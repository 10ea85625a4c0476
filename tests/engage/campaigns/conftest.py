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
def settings(settings: Settings, endpoint: Endpoint) -> Settings:
    """The endpoint is the one other inside address that may be reached."""
    return settings.model_copy(update={"http_allow": (*settings.http_allow, endpoint.origin)})


@pytest.fixture
async def api(server: LiveServer, workspace: TestWorkspace, http: aiohttp.ClientSession) -> Api:
    return Api(server.url, workspace, http)

"""Fixtures of everything that fetches tokens: an allow-listed endpoint and a saved configuration."""

from collections.abc import AsyncGenerator

import pytest
from tests.conftest import TestWorkspace
from tests.engage.oauth.endpoint import SECRET, Endpoint, serve_endpoint

from reelpress.engage import oauth
from reelpress.engage.oauth import Configuration, OAuthInput
from reelpress.platform.auth import Principal, Role
from reelpress.platform.config import Settings
from reelpress.platform.context import Platform


def given_for(endpoint: Endpoint, **changes: object) -> OAuthInput:
    """The configuration of the guide: POST, raw JSON body, keys as the endpoint answers them."""
    return OAuthInput.model_validate(
        {
            "name": "Studio tokens",
            "token_type": "Opaque",
            "method": "POST",
            "url": endpoint.token_url,
            "headers": [["Content-Type", "application/json"]],
            "body_type": "Raw",
            "body": f'{{"client_id": "lantern", "client_secret": "{SECRET}"}}',
            "response": {
                "access_token_key": "access_token",
                "expiry_key": "expires_in",
                "expiry_unit": "Seconds",
                "prefix": "Bearer",
                "error_codes": [401, 403],
            },
            **changes,
        }
    )


@pytest.fixture
async def endpoint() -> AsyncGenerator[Endpoint]:
    async with serve_endpoint() as serving:
        yield serving


@pytest.fixture
def settings(settings: Settings, endpoint: Endpoint) -> Settings:
    """The usual settings, with the endpoint's origin allow-listed by the operator."""
    return settings.model_copy(update={"http_allow": (*settings.http_allow, endpoint.origin)})


@pytest.fixture
def principal(workspace: TestWorkspace) -> Principal:
    return Principal(workspace.id, Role.marketer, "a test")


@pytest.fixture
async def configuration(platform: Platform, principal: Principal, endpoint: Endpoint) -> Configuration:
    """Saved and active; the one call of its saving is not counted."""
    saved = await oauth.create(platform, principal, given_for(endpoint))
    endpoint.token_calls.clear()
    return saved

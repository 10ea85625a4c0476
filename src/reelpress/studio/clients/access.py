"""The access of Studio's contract routes: a Bearer token, an API key, or both of one client."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.params import Depends as DependsParam

from reelpress.platform.auth import Access
from reelpress.platform.context import Platform
from reelpress.platform.web import caller_address
from reelpress.studio.clients import store
from reelpress.studio.clients.addresses import address_allowed
from reelpress.studio.clients.contract import ContractRefusal
from reelpress.studio.clients.model import Caller, ClientPrincipal


class StudioClient(Access):
    """Gives a ClientPrincipal. Raises ContractRefusal: put the route on a router of `ContractRoute`."""

    summary = "a client with a Bearer token or an API key"

    async def __call__(self, request: Request) -> ClientPrincipal:
        platform: Platform = request.app.state.platform
        token, api_key = _bearer(request), request.headers.get("x-api-key", "").strip() or None
        if token is None and api_key is None:
            raise ContractRefusal(
                401, "send `Authorization: Bearer <access_token>` or `x-api-key`", field="Authorization"
            )
        async with platform.db.connection() as conn:
            found = await store.callers(
                conn,
                platform.keys.digest(token) if token else None,
                platform.keys.digest(api_key) if api_key else None,
                platform.clock.now(),
            )
        caller = _agreed(found, token, api_key)
        if not address_allowed(caller_address(request, platform), caller.ip_allow):
            raise ContractRefusal(403, "this client may not call from this IP address")
        return caller.principal


def studio_client() -> Any:
    """Only an authenticated client may call this route; gives the ClientPrincipal."""
    return DependsParam(StudioClient())


def _bearer(request: Request) -> str | None:
    given = request.headers.get("authorization")
    if given is None:
        return None
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise ContractRefusal(401, "Authorization must be `Bearer <access_token>`", field="Authorization")
    return token.strip()


def _agreed(found: dict[str, Caller], token: str | None, api_key: str | None) -> Caller:
    if token is not None and "token" not in found:
        raise ContractRefusal(
            401, "the access token is unknown, expired or revoked: get a new one", field="Authorization"
        )
    if api_key is not None and "key" not in found:
        raise ContractRefusal(401, "the API key is unknown or revoked", field="x-api-key")
    callers = list(found.values())
    if any(caller.principal != callers[0].principal for caller in callers):
        raise ContractRefusal(
            401, "the access token and the API key belong to two clients", field="x-api-key"
        )
    return callers[0]

"""`/api/v1/clients` and the contract's token calls."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from reelpress.platform.auth import Principal, Role, member, public
from reelpress.platform.web import PlatformDep, caller_address
from reelpress.studio.clients import service, store, tokens
from reelpress.studio.clients.contract import ContractRefusal, ContractRoute
from reelpress.studio.clients.credentials import MAX_BODY_BYTES, presented
from reelpress.studio.clients.model import Client, Credentials

Viewer = Annotated[Principal, member(Role.viewer)]
Admin = Annotated[Principal, member(Role.admin)]
ClientName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]

router = APIRouter(prefix="/api/v1/clients", tags=["clients"])
contract_router = APIRouter(route_class=ContractRoute, tags=["studio tokens"])


class NewClient(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: ClientName
    ip_allow: list[str] = Field(default=[], description="Addresses or networks; empty: every address")
    allow_get_token: bool = Field(
        default=False, description="Allow GET /getToken, which puts the secret in a URL"
    )
    api_key: bool = Field(default=False, description="Also make an API key for `x-api-key`")


class ClientChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: ClientName | None = None
    ip_allow: list[str] | None = None
    allow_get_token: bool | None = None


class Rotation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    api_key: bool | None = Field(default=None, description="Whether to have an API key; left out: as before")


class ClientView(BaseModel):
    client_id: UUID
    name: str
    ip_allow: list[str]
    allow_get_token: bool
    has_api_key: bool
    created_at: datetime
    rotated_at: datetime | None
    revoked_at: datetime | None


class CredentialsView(ClientView):
    """`client_secret` and `api_key` are shown this once."""

    client_secret: str
    api_key: str | None


class ClientList(BaseModel):
    clients: list[ClientView]


@router.post("", status_code=201)
async def create_client(platform: PlatformDep, principal: Admin, body: NewClient) -> CredentialsView:
    async with platform.db.transaction() as conn:
        made = await service.create(
            conn,
            platform,
            principal,
            name=body.name,
            ip_allow=body.ip_allow,
            allow_get_token=body.allow_get_token,
            with_api_key=body.api_key,
        )
    return _credentials_view(made)


@router.get("")
async def list_clients(platform: PlatformDep, principal: Viewer) -> ClientList:
    async with platform.db.connection() as conn:
        found = await store.clients(conn, principal.workspace_id)
    return ClientList(clients=[_view(client) for client in found])


@router.get("/{client_id}")
async def get_client(platform: PlatformDep, principal: Viewer, client_id: UUID) -> ClientView:
    async with platform.db.connection() as conn:
        return _view(await service.one(conn, principal.workspace_id, client_id))


@router.patch("/{client_id}")
async def change_client(
    platform: PlatformDep, principal: Admin, client_id: UUID, body: ClientChange
) -> ClientView:
    async with platform.db.transaction() as conn:
        changed = await service.change(
            conn,
            principal,
            client_id,
            name=body.name,
            ip_allow=body.ip_allow,
            allow_get_token=body.allow_get_token,
        )
    return _view(changed)


@router.post("/{client_id}/rotate")
async def rotate_client(
    platform: PlatformDep, principal: Admin, client_id: UUID, body: Rotation | None = None
) -> CredentialsView:
    async with platform.db.transaction() as conn:
        made = await service.rotate(
            conn, platform, principal, client_id, with_api_key=body.api_key if body else None
        )
    return _credentials_view(made)


@router.post("/{client_id}/revoke")
async def revoke_client(platform: PlatformDep, principal: Admin, client_id: UUID) -> ClientView:
    async with platform.db.transaction() as conn:
        return _view(await service.revoke(conn, platform, principal, client_id))


@contract_router.post("/getToken/token", dependencies=[public("the body carries the client's own secret")])
@contract_router.post("/auth/token", dependencies=[public("the body carries the client's own secret")])
async def post_token(platform: PlatformDep, request: Request) -> JSONResponse:
    return await _answer(platform, request, await _limited_body(request), in_url=False)


@contract_router.get("/getToken", dependencies=[public("the query carries the client's own secret")])
async def get_token(platform: PlatformDep, request: Request) -> JSONResponse:
    return await _answer(platform, request, b"", in_url=True)


async def _answer(platform: PlatformDep, request: Request, body: bytes, *, in_url: bool) -> JSONResponse:
    given = presented(body, request.headers.get("content-type", ""), request.query_params)
    token = await tokens.issue(platform, given, caller_address(request, platform), in_url=in_url)
    return JSONResponse(
        {"access_token": token.access_token, "token_type": "Bearer", "expires_in": token.expires_in},
        headers={"Cache-Control": "no-store"},
    )


async def _limited_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise ContractRefusal(413, f"the body is larger than {MAX_BODY_BYTES // 1024} KB")
    return bytes(body)


def _view(client: Client) -> ClientView:
    return ClientView(
        client_id=client.id,
        name=client.name,
        ip_allow=list(client.ip_allow),
        allow_get_token=client.allow_get_token,
        has_api_key=client.has_api_key,
        created_at=client.created_at,
        rotated_at=client.rotated_at,
        revoked_at=client.revoked_at,
    )


def _credentials_view(made: Credentials) -> CredentialsView:
    return CredentialsView(
        **_view(made.client).model_dump(), client_secret=made.client_secret, api_key=made.api_key
    )

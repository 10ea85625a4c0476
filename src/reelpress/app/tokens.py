"""`/api/v1/tokens`: workspace tokens for the management API."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from reelpress.platform.auth import Principal, Role, audit, member, service, store
from reelpress.platform.errors import not_found
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/api/v1/tokens", tags=["workspaces"])

Admin = Annotated[Principal, member(Role.admin)]


class NewToken(BaseModel):
    model_config = ConfigDict(extra="forbid")

    label: str = Field(min_length=1, max_length=100, description="Which system will use it.")
    role: Literal["viewer", "marketer", "admin"] = "marketer"


class TokenView(BaseModel):
    id: UUID
    label: str
    role: str
    created_at: datetime
    revoked_at: datetime | None


class MadeToken(BaseModel):
    """The token is shown this once."""

    token: str


class TokenList(BaseModel):
    tokens: list[TokenView]


@router.post("", status_code=201)
async def create_token(body: NewToken, platform: PlatformDep, principal: Admin) -> MadeToken:
    """A new token with a role; it is kept as a keyed hash."""
    async with platform.db.transaction() as conn:
        token = await service.create_token(
            conn, platform, principal.workspace_id, body.label, Role[body.role]
        )
        await audit(conn, principal, "token.created", body.label, {"role": body.role})
    return MadeToken(token=token)


@router.get("")
async def list_tokens(platform: PlatformDep, principal: Admin) -> TokenList:
    """The workspace's tokens, without the secrets."""
    async with platform.db.connection() as conn:
        rows = await store.tokens(conn, principal.workspace_id)
    return TokenList(tokens=[TokenView(**dict(row.items())) for row in rows])


@router.post("/{token_id}/revoke", status_code=204)
async def revoke_token(token_id: UUID, platform: PlatformDep, principal: Admin) -> None:
    """End a token; the next call with it is refused."""
    async with platform.db.transaction() as conn:
        if not await store.revoke_token(conn, principal.workspace_id, token_id):
            raise not_found("token", token_id)
        await audit(conn, principal, "token.revoked", token_id)

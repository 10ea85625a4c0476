"""Every route names who may call it, with exactly one `Access` dependency."""

import hmac
from typing import Any

from fastapi import Request
from fastapi.params import Depends as DependsParam

from reelpress.platform.auth import sessions, store
from reelpress.platform.auth.model import Principal, Role
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.storable import require_storable_request

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Access:
    """A dependency that lets a caller in or refuses. Subclass it for each kind of caller."""

    summary = "nobody"

    async def __call__(self, request: Request) -> Any:
        raise NotImplementedError


class Public(Access):
    """Everybody; the reason is stated where the route is."""

    def __init__(self, why: str) -> None:
        self.summary = f"everybody: {why}"

    async def __call__(self, request: Request) -> None:
        del request


class Operator(Access):
    """The holder of the operator token of this installation."""

    summary = "the operator's token"

    async def __call__(self, request: Request) -> None:
        given = _bearer(request)
        expected: str = request.app.state.operator_token
        if given is None or not hmac.compare_digest(given.encode(), expected.encode()):
            raise Refusal(
                401, "unauthorized", "this call needs the operator token",
                fix="send `Authorization: Bearer <token>`; it is in operator.token in the data directory",
            )  # fmt: skip


class Member(Access):
    """A person signed in to the console or the holder of a workspace token, with at least a role.

    A call with text that cannot be kept is refused here, for every route alike.
    """

    def __init__(self, least: Role) -> None:
        self.least = least
        self.summary = f"{least.name} of the workspace"

    async def __call__(self, request: Request) -> Principal:
        platform: Platform = request.app.state.platform
        principal = await self._principal(request, platform)
        if principal.role < self.least:
            raise Refusal(
                403, "forbidden", f"this needs the role {self.least.name}; yours is {principal.role.name}",
                fix="ask an admin of the workspace",
            )  # fmt: skip
        await require_storable_request(request)
        return principal

    async def _principal(self, request: Request, platform: Platform) -> Principal:
        if (token := _bearer(request)) is not None:
            async with platform.db.connection() as conn:
                principal = await store.principal_by_token(conn, platform.keys.digest(token))
            if principal is not None:
                return principal
            raise Refusal(
                401,
                "unauthorized",
                "this token is unknown or revoked",
                fix="an admin makes one with POST /api/v1/tokens",
            )
        principal = await sessions.principal(request, platform)
        if principal is None:
            raise Refusal(
                401, "unauthorized", "this call needs a workspace token or a session",
                fix="send `Authorization: Bearer <token>` or sign in at /console",
            )  # fmt: skip
        if request.method not in SAFE_METHODS:
            sessions.require_same_origin(request, platform)
        return principal


def public(why: str) -> Any:
    """Everybody may call this route, because ..."""
    return DependsParam(Public(why))


def operator() -> Any:
    """Only the operator of this installation may call this route."""
    return DependsParam(Operator())


def member(least: Role) -> Any:
    """Who is signed in or holds a workspace token, with at least this role; gives the Principal."""
    return DependsParam(Member(least))


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None

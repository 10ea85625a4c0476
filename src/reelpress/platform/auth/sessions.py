"""Console sessions: a cookie with 256 random bits, stored hashed, with idle and absolute limits."""

from uuid import UUID

from fastapi import Request, Response

from reelpress.platform import ids
from reelpress.platform.auth import store
from reelpress.platform.auth.model import ABSOLUTE_LIMIT, IDLE_LIMIT, Principal
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal


def cookie_name(platform: Platform) -> str:
    """`__Host-` where the console is served over https, as RFC 6265bis asks."""
    return "__Host-reelpress" if platform.settings.public_url.startswith("https://") else "reelpress"


async def start(
    conn: Connection, platform: Platform, response: Response, workspace_id: str, user_id: UUID
) -> None:
    """Sign a person in: a fresh id each time."""
    token = ids.new_token()
    await store.insert_session(conn, workspace_id, user_id, platform.keys.digest(token))
    response.set_cookie(
        cookie_name(platform),
        token,
        max_age=int(ABSOLUTE_LIMIT.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=platform.settings.public_url.startswith("https://"),
        path="/",
    )


async def end(conn: Connection, platform: Platform, request: Request, response: Response) -> None:
    """Sign out."""
    if token := request.cookies.get(cookie_name(platform)):
        await store.delete_session(conn, platform.keys.digest(token))
    response.delete_cookie(cookie_name(platform), path="/")


async def principal(request: Request, platform: Platform) -> Principal | None:
    """Who holds this request's session cookie, None without a live session."""
    token = request.cookies.get(cookie_name(platform))
    if not token:
        return None
    async with platform.db.connection() as conn:
        return await store.principal_by_session(
            conn, platform.keys.digest(token), platform.clock.now(), IDLE_LIMIT, ABSOLUTE_LIMIT
        )


def require_same_origin(request: Request, platform: Platform) -> None:
    """Refuse an unsafe request that another site made the browser send."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    own = {platform.settings.own_origin, f"{request.url.scheme}://{request.headers.get('host', '')}"}
    if site in ("same-origin", "none") or (site is None and origin in own):
        return
    raise Refusal(
        403, "cross_origin", "this request came from another site", fix="use the console's own pages"
    )

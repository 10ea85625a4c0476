"""Make, change, rotate and revoke clients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from reelpress.platform import ids
from reelpress.platform.auth import Principal, audit
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal, not_found
from reelpress.studio.clients import store
from reelpress.studio.clients.addresses import parse_networks
from reelpress.studio.clients.model import Client, Credentials

SECRET_PREFIX = "rps_"  # noqa: S105 - lets secret scanners recognise ours
API_KEY_PREFIX = "rpk_"


async def create(
    conn: Connection,
    platform: Platform,
    principal: Principal,
    *,
    name: str,
    ip_allow: Sequence[str] = (),
    allow_get_token: bool = False,
    with_api_key: bool = False,
) -> Credentials:
    """A client with fresh credentials, which are not kept in the clear. Raises Refusal."""
    secret, api_key = _fresh_secret(), _fresh_api_key() if with_api_key else None
    client = Client(
        workspace_id=principal.workspace_id,
        id=ids.new_uuid(),
        name=name,
        secret_digest=platform.keys.digest(secret),
        has_api_key=with_api_key,
        ip_allow=_networks(ip_allow),
        allow_get_token=allow_get_token,
        created_at=platform.clock.now(),
        rotated_at=None,
        revoked_at=None,
    )
    await store.insert_client(
        conn, principal.workspace_id, client, platform.keys.digest(api_key) if api_key else None
    )
    await audit(conn, principal, "client.created", client.id, {"name": name})
    return Credentials(client, secret, api_key)


async def change(
    conn: Connection,
    principal: Principal,
    client_id: UUID,
    *,
    name: str | None,
    ip_allow: Sequence[str] | None,
    allow_get_token: bool | None,
) -> Client:
    """Change what is given, keep the rest. Raises Refusal."""
    client = await _live(conn, principal.workspace_id, client_id)
    changed = replace(
        client,
        name=client.name if name is None else name,
        ip_allow=client.ip_allow if ip_allow is None else _networks(ip_allow),
        allow_get_token=client.allow_get_token if allow_get_token is None else allow_get_token,
    )
    await store.update_settings(
        conn,
        principal.workspace_id,
        client_id,
        changed.name,
        changed.ip_allow,
        changed.allow_get_token,
    )
    await audit(conn, principal, "client.changed", client_id, {"name": changed.name})
    return changed


async def rotate(
    conn: Connection,
    platform: Platform,
    principal: Principal,
    client_id: UUID,
    *,
    with_api_key: bool | None = None,
) -> Credentials:
    """New secret, new API key (where there was one or one is asked for); every old token ends."""
    client = await _live(conn, principal.workspace_id, client_id)
    keep_key = client.has_api_key if with_api_key is None else with_api_key
    secret, api_key = _fresh_secret(), _fresh_api_key() if keep_key else None
    now = platform.clock.now()
    await store.replace_secrets(
        conn,
        principal.workspace_id,
        client_id,
        platform.keys.digest(secret),
        platform.keys.digest(api_key) if api_key else None,
        now,
    )
    await store.delete_tokens_of(conn, principal.workspace_id, client_id)
    await audit(conn, principal, "client.rotated", client_id)
    return Credentials(replace(client, has_api_key=keep_key, rotated_at=now), secret, api_key)


async def revoke(conn: Connection, platform: Platform, principal: Principal, client_id: UUID) -> Client:
    """End the client and all its tokens at once. The row stays, for the record."""
    client = await _live(conn, principal.workspace_id, client_id)
    now = platform.clock.now()
    await store.revoke(conn, principal.workspace_id, client_id, now)
    await store.delete_tokens_of(conn, principal.workspace_id, client_id)
    await audit(conn, principal, "client.revoked", client_id)
    return replace(client, has_api_key=False, revoked_at=now)


async def one(conn: Connection, workspace_id: str, client_id: UUID) -> Client:
    """Raises Refusal 404."""
    client = await store.client(conn, workspace_id, client_id)
    if client is None:
        raise not_found("client", client_id)
    return client


async def _live(conn: Connection, workspace_id: str, client_id: UUID) -> Client:
    client = await store.client(conn, workspace_id, client_id, lock=True)
    if client is None:
        raise not_found("client", client_id)
    if client.revoked_at is not None:
        raise Refusal(409, "revoked", "this client is revoked", fix="make a new client")
    return client


def _networks(entries: Sequence[str]) -> tuple[str, ...]:
    try:
        return parse_networks(entries)
    except ValueError as fault:
        raise Refusal(422, "bad_address", str(fault), field="ip_allow") from fault


def _fresh_secret() -> str:
    return SECRET_PREFIX + ids.new_token()


def _fresh_api_key() -> str:
    return API_KEY_PREFIX + ids.new_token()

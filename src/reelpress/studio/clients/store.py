"""SQL of clients and their tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from reelpress.platform.db import Connection, Record
from reelpress.studio.clients.model import Caller, Client, ClientPrincipal

_COLUMNS = """id, workspace_id, name, secret_digest, api_key_digest IS NOT NULL AS has_api_key,
       ip_allow::text[] AS ip_allow, allow_get_token, created_at, rotated_at, revoked_at"""


async def insert_client(
    conn: Connection, workspace_id: str, client: Client, api_key_digest: bytes | None
) -> None:
    await conn.execute(
        """
        INSERT INTO studio_clients
            (id, workspace_id, name, secret_digest, api_key_digest, ip_allow, allow_get_token, created_at)
        VALUES ($1, $2, $3, $4, $5, $6::text[]::cidr[], $7, $8)
        """,
        client.id,
        workspace_id,
        client.name,
        client.secret_digest,
        api_key_digest,
        list(client.ip_allow),
        client.allow_get_token,
        client.created_at,
    )


async def clients(conn: Connection, workspace_id: str) -> list[Client]:
    rows = await conn.fetch(
        f"SELECT {_COLUMNS} FROM studio_clients WHERE workspace_id = $1 ORDER BY created_at, id",  # noqa: S608 - fixed columns
        workspace_id,
    )
    return [_client(row) for row in rows]


async def client(
    conn: Connection, workspace_id: str, client_id: UUID, *, lock: bool = False
) -> Client | None:
    row = await conn.fetchrow(
        f"""SELECT {_COLUMNS} FROM studio_clients WHERE workspace_id = $1 AND id = $2
            {"FOR UPDATE" if lock else ""}""",  # noqa: S608 - fixed text
        workspace_id,
        client_id,
    )
    return _client(row) if row else None


async def client_of_any_workspace(conn: Connection, client_id: UUID | None) -> Client | None:
    """For the token call, whose caller knows only the client id. Revoked ones are not found."""
    row = await conn.fetchrow(
        f"SELECT {_COLUMNS} FROM studio_clients WHERE id = $1 AND revoked_at IS NULL",  # noqa: S608 - fixed columns
        client_id,
    )
    return _client(row) if row else None


async def update_settings(
    conn: Connection,
    workspace_id: str,
    client_id: UUID,
    name: str,
    ip_allow: Sequence[str],
    allow_get_token: bool,
) -> None:
    await conn.execute(
        """
        UPDATE studio_clients SET name = $3, ip_allow = $4::text[]::cidr[], allow_get_token = $5
        WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL
        """,
        workspace_id,
        client_id,
        name,
        list(ip_allow),
        allow_get_token,
    )


async def replace_secrets(
    conn: Connection,
    workspace_id: str,
    client_id: UUID,
    secret_digest: bytes,
    api_key_digest: bytes | None,
    now: datetime,
) -> None:
    await conn.execute(
        """
        UPDATE studio_clients SET secret_digest = $3, api_key_digest = $4, rotated_at = $5
        WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL
        """,
        workspace_id,
        client_id,
        secret_digest,
        api_key_digest,
        now,
    )


async def revoke(conn: Connection, workspace_id: str, client_id: UUID, now: datetime) -> None:
    await conn.execute(
        """
        UPDATE studio_clients SET revoked_at = $3, api_key_digest = NULL
        WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL
        """,
        workspace_id,
        client_id,
        now,
    )


async def insert_token(
    conn: Connection, workspace_id: str, client_id: UUID, digest: bytes, expires_at: datetime
) -> None:
    await conn.execute(
        "INSERT INTO studio_tokens (workspace_id, client_id, digest, expires_at) VALUES ($1, $2, $3, $4)",
        workspace_id,
        client_id,
        digest,
        expires_at,
    )


async def delete_tokens_of(conn: Connection, workspace_id: str, client_id: UUID) -> None:
    await conn.execute(
        "DELETE FROM studio_tokens WHERE workspace_id = $1 AND client_id = $2", workspace_id, client_id
    )


async def delete_expired_tokens(conn: Connection, now: datetime) -> None:
    await conn.execute("DELETE FROM studio_tokens WHERE expires_at < $1", now)


async def callers(
    conn: Connection, token_digest: bytes | None, api_key_digest: bytes | None, now: datetime
) -> dict[str, Caller]:
    """Whose live token (`token`) and whose API key (`key`) these are."""
    rows = await conn.fetch(
        """
        SELECT 'token' AS how, c.workspace_id, c.id, c.ip_allow::text[] AS ip_allow
        FROM studio_tokens t JOIN studio_clients c ON c.id = t.client_id
        WHERE t.digest = $1 AND t.expires_at > $3 AND c.revoked_at IS NULL
        UNION ALL
        SELECT 'key', c.workspace_id, c.id, c.ip_allow::text[]
        FROM studio_clients c WHERE c.api_key_digest = $2 AND c.revoked_at IS NULL
        """,
        token_digest,
        api_key_digest,
        now,
    )
    return {
        row["how"]: Caller(ClientPrincipal(row["workspace_id"], row["id"]), tuple(row["ip_allow"]))
        for row in rows
    }


def _client(row: Record) -> Client:
    return Client(
        workspace_id=row["workspace_id"],
        id=row["id"],
        name=row["name"],
        secret_digest=row["secret_digest"],
        has_api_key=row["has_api_key"],
        ip_allow=tuple(row["ip_allow"]),
        allow_get_token=row["allow_get_token"],
        created_at=row["created_at"],
        rotated_at=row["rotated_at"],
        revoked_at=row["revoked_at"],
    )

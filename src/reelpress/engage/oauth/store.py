"""SQL of authorization configurations and their cached tokens."""

from datetime import datetime
from typing import Any

from reelpress.engage.oauth.model import (
    CachedToken,
    Configuration,
    ConfigurationStatus,
    OAuthInput,
    Usage,
)
from reelpress.engage.oauth.secrets import seal, unseal
from reelpress.platform.crypto import Keyring
from reelpress.platform.db import Connection, Record

_SELECT = """
    SELECT workspace_id, id, name, token_type, method, url, body_type, sealed, response, allow_http,
           status, status_reason, status_at, created_at, updated_at,
           token, token_refresh_at, token_expires_at
    FROM engage_oauth_configurations
"""


async def insert(conn: Connection, keys: Keyring, configuration: Configuration) -> None:
    await conn.execute(
        """
        INSERT INTO engage_oauth_configurations
            (workspace_id, id, name, token_type, method, url, body_type, sealed, response, allow_http,
             status, status_reason, status_at, created_at, updated_at,
             token, token_refresh_at, token_expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        """,
        *_columns(configuration, keys),
    )


async def replace(conn: Connection, keys: Keyring, configuration: Configuration) -> bool:
    """Write an edited configuration over its row; False when the row is gone."""
    done = await conn.execute(
        """
        UPDATE engage_oauth_configurations
        SET name = $3, token_type = $4, method = $5, url = $6, body_type = $7, sealed = $8, response = $9,
            allow_http = $10, status = $11, status_reason = $12, status_at = $13, created_at = $14,
            updated_at = $15, token = $16, token_refresh_at = $17, token_expires_at = $18
        WHERE workspace_id = $1 AND id = $2
        """,
        *_columns(configuration, keys),
    )
    return done == "UPDATE 1"


async def delete(conn: Connection, workspace_id: str, configuration_id: str) -> bool:
    done = await conn.execute(
        "DELETE FROM engage_oauth_configurations WHERE workspace_id = $1 AND id = $2",
        workspace_id,
        configuration_id,
    )
    return done == "DELETE 1"


async def name_is_taken(conn: Connection, workspace_id: str, name: str, but_by: str | None) -> bool:
    return bool(
        await conn.fetchval(
            """
            SELECT count(*) FROM engage_oauth_configurations
            WHERE workspace_id = $1 AND lower(name) = lower($2) AND id IS DISTINCT FROM $3
            """,
            workspace_id,
            name,
            but_by,
        )
    )


async def one(
    conn: Connection, keys: Keyring, workspace_id: str, configuration_id: str
) -> Configuration | None:
    row = await conn.fetchrow(_SELECT + "WHERE workspace_id = $1 AND id = $2", workspace_id, configuration_id)
    return _configuration(row, keys) if row else None


async def one_locked(
    conn: Connection, keys: Keyring, workspace_id: str, configuration_id: str
) -> Configuration | None:
    """The row, locked until the transaction ends: whoever holds it is the one that fetches a token."""
    row = await conn.fetchrow(
        _SELECT + "WHERE workspace_id = $1 AND id = $2 FOR UPDATE", workspace_id, configuration_id
    )
    return _configuration(row, keys) if row else None


async def every(conn: Connection, keys: Keyring, workspace_id: str) -> list[Configuration]:
    rows = await conn.fetch(_SELECT + "WHERE workspace_id = $1 ORDER BY created_at DESC, id", workspace_id)
    return [_configuration(row, keys) for row in rows]


async def save_token(
    conn: Connection, workspace_id: str, configuration_id: str, token: CachedToken, at: datetime
) -> None:
    """Cache a token; a configuration that gives one is active."""
    await conn.execute(
        """
        UPDATE engage_oauth_configurations
        SET token = $3, token_refresh_at = $4, token_expires_at = $5,
            status = 'ACTIVE', status_reason = NULL,
            status_at = CASE WHEN status = 'ACTIVE' THEN status_at ELSE $6 END
        WHERE workspace_id = $1 AND id = $2
        """,
        workspace_id,
        configuration_id,
        token.sealed,
        token.refresh_at,
        token.expires_at,
        at,
    )


async def postpone_refresh(
    conn: Connection, workspace_id: str, configuration_id: str, until: datetime
) -> None:
    """Keep the cached token, which is still good, and ask for another later."""
    await conn.execute(
        """
        UPDATE engage_oauth_configurations SET token_refresh_at = $3
        WHERE workspace_id = $1 AND id = $2
        """,
        workspace_id,
        configuration_id,
        until,
    )


async def save_failure(
    conn: Connection, workspace_id: str, configuration_id: str, reason: str, at: datetime
) -> None:
    """The token URL gives no token: forget the cached one, say why."""
    await conn.execute(
        """
        UPDATE engage_oauth_configurations
        SET token = NULL, token_refresh_at = NULL, token_expires_at = NULL,
            status = 'FAILED', status_reason = $3, status_at = $4
        WHERE workspace_id = $1 AND id = $2
        """,
        workspace_id,
        configuration_id,
        reason,
        at,
    )


async def usages(conn: Connection, workspace_id: str, configuration_ids: list[str]) -> dict[str, list[Usage]]:
    """Campaigns whose newest version sends with one of these configurations and that are not over."""
    rows = await conn.fetch(
        """
        SELECT v.content -> 'authorization' ->> 'configuration_id' AS configuration_id,
               c.id, v.name, c.status
        FROM engage_campaigns c JOIN engage_campaign_versions v ON v.id = c.version_id
        WHERE c.workspace_id = $1 AND c.status NOT IN ('SENT', 'STOPPED')
          AND v.content -> 'authorization' ->> 'configuration_id' = ANY ($2::text[])
        ORDER BY v.name, c.id
        """,
        workspace_id,
        configuration_ids,
    )
    found: dict[str, list[Usage]] = {}
    for row in rows:
        found.setdefault(row["configuration_id"], []).append(Usage(row["id"], row["name"], row["status"]))
    return found


def _columns(configuration: Configuration, keys: Keyring) -> tuple[Any, ...]:
    given, cached = configuration.given, configuration.cached
    return (
        configuration.workspace_id,
        configuration.id,
        given.name,
        given.token_type.value,
        given.method,
        given.url,
        given.body_type.value,
        seal(given, keys),
        given.response.model_dump(mode="json"),
        given.allow_http,
        configuration.status.value,
        configuration.status_reason,
        configuration.status_at,
        configuration.created_at,
        configuration.updated_at,
        cached.sealed if cached else None,
        cached.refresh_at if cached else None,
        cached.expires_at if cached else None,
    )


def _configuration(row: Record, keys: Keyring) -> Configuration:
    columns = ("name", "token_type", "method", "url", "body_type", "response", "allow_http")
    given = OAuthInput.model_validate(
        {**{column: row[column] for column in columns}, **unseal(row["sealed"], keys)}
    )
    cached = None
    if row["token"] is not None:
        cached = CachedToken(row["token"], row["token_refresh_at"], row["token_expires_at"])
    return Configuration(
        row["workspace_id"],
        row["id"],
        given,
        ConfigurationStatus(row["status"]),
        row["status_reason"],
        row["status_at"],
        row["created_at"],
        row["updated_at"],
        cached,
    )

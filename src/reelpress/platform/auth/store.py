"""SQL of workspaces, people, tokens and sessions."""

from datetime import datetime, timedelta
from uuid import UUID

from reelpress.platform.auth.model import Principal, Role, Workspace
from reelpress.platform.db import Connection, Record


async def insert_workspace(conn: Connection, workspace: Workspace) -> None:
    await conn.execute(
        "INSERT INTO workspaces (id, name, time_zone) VALUES ($1, $2, $3)",
        workspace.id,
        workspace.name,
        workspace.time_zone,
    )


async def workspace(conn: Connection, workspace_id: str) -> Workspace | None:
    row = await conn.fetchrow("SELECT id, name, time_zone FROM workspaces WHERE id = $1", workspace_id)
    return Workspace(row["id"], row["name"], row["time_zone"]) if row else None


async def workspaces(conn: Connection) -> list[Workspace]:
    rows = await conn.fetch("SELECT id, name, time_zone FROM workspaces ORDER BY created_at")
    return [Workspace(row["id"], row["name"], row["time_zone"]) for row in rows]


async def set_state(conn: Connection, workspace_id: str, state: str) -> bool:
    """False when there is no such workspace."""
    done = await conn.execute("UPDATE workspaces SET state = $2 WHERE id = $1", workspace_id, state)
    return done != "UPDATE 0"


async def insert_user(
    conn: Connection, workspace_id: str, user_id: UUID, email: str, name: str, role: Role, password_hash: str
) -> None:
    await conn.execute(
        """
        INSERT INTO users (id, workspace_id, email, name, role, password_hash)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        user_id,
        workspace_id,
        email,
        name,
        role.name,
        password_hash,
    )


async def user_by_email(conn: Connection, email: str) -> Record | None:
    """id, workspace_id, name, role, password_hash of an enabled person."""
    return await conn.fetchrow(
        """
        SELECT id, workspace_id, name, role, password_hash FROM users
        WHERE lower(email) = lower($1) AND disabled_at IS NULL
        """,
        email,
    )


async def insert_token(
    conn: Connection, workspace_id: str, token_id: UUID, label: str, role: Role, digest: bytes
) -> None:
    await conn.execute(
        "INSERT INTO api_tokens (id, workspace_id, label, role, digest) VALUES ($1, $2, $3, $4, $5)",
        token_id,
        workspace_id,
        label,
        role.name,
        digest,
    )


async def tokens(conn: Connection, workspace_id: str) -> list[Record]:
    """id, label, role, created_at, revoked_at; the newest first."""
    return await conn.fetch(
        """
        SELECT id, label, role, created_at, revoked_at FROM api_tokens
        WHERE workspace_id = $1 ORDER BY created_at DESC
        """,
        workspace_id,
    )


async def revoke_token(conn: Connection, workspace_id: str, token_id: UUID) -> bool:
    """Whether there was such a token in this workspace."""
    done = await conn.execute(
        """
        UPDATE api_tokens SET revoked_at = coalesce(revoked_at, now())
        WHERE workspace_id = $1 AND id = $2
        """,
        workspace_id,
        token_id,
    )
    return done == "UPDATE 1"


async def principal_by_token(conn: Connection, digest: bytes) -> Principal | None:
    row = await conn.fetchrow(
        "SELECT workspace_id, role, label FROM api_tokens WHERE digest = $1 AND revoked_at IS NULL", digest
    )
    return Principal(row["workspace_id"], Role[row["role"]], f"token {row['label']}") if row else None


async def insert_session(conn: Connection, workspace_id: str, user_id: UUID, digest: bytes) -> None:
    await conn.execute(
        "INSERT INTO sessions (id_digest, workspace_id, user_id) VALUES ($1, $2, $3)",
        digest,
        workspace_id,
        user_id,
    )


async def delete_session(conn: Connection, digest: bytes) -> None:
    await conn.execute("DELETE FROM sessions WHERE id_digest = $1", digest)


async def principal_by_session(
    conn: Connection, digest: bytes, now: datetime, idle: timedelta, absolute: timedelta
) -> Principal | None:
    row = await conn.fetchrow(
        """
        UPDATE sessions s SET seen_at = $2::timestamptz FROM users u
        WHERE s.id_digest = $1 AND u.id = s.user_id AND u.disabled_at IS NULL
          AND s.seen_at > $2::timestamptz - $3::interval AND s.created_at > $2::timestamptz - $4::interval
        RETURNING s.workspace_id, u.id, u.role, u.email
        """,
        digest,
        now,
        idle,
        absolute,
    )
    return Principal(row["workspace_id"], Role[row["role"]], row["email"], row["id"]) if row else None


async def count_failure(conn: Connection, subject_digest: bytes, now: datetime) -> None:
    await conn.execute(
        """
        INSERT INTO auth_failures (subject_digest, minute) VALUES ($1, date_trunc('minute', $2::timestamptz))
        ON CONFLICT (subject_digest, minute) DO UPDATE SET failures = auth_failures.failures + 1
        """,
        subject_digest,
        now,
    )


async def recent_failures(conn: Connection, subject_digest: bytes, since: datetime) -> int:
    return await conn.fetchval(
        "SELECT coalesce(sum(failures), 0) FROM auth_failures WHERE subject_digest = $1 AND minute >= $2",
        subject_digest,
        since,
    )


async def delete_old(conn: Connection, *, sessions: datetime, failures: datetime) -> None:
    await conn.execute("DELETE FROM sessions WHERE created_at < $1", sessions)
    await conn.execute("DELETE FROM auth_failures WHERE minute < $1", failures)

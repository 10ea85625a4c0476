"""The audit trail: who changed what, in the transaction of the change."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reelpress.platform.auth.model import Principal
from reelpress.platform.db import Connection


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing somebody did."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


async def audit(
    conn: Connection,
    principal: Principal,
    action: str,
    subject: object,
    detail: dict[str, object] | None = None,
) -> None:
    """Record an action such as `campaign.published`. The detail holds no secrets and no personal data."""
    await conn.execute(
        """
        INSERT INTO audit_log (workspace_id, actor, action, subject, detail)
        VALUES ($1, $2, $3, $4, $5)
        """,
        principal.workspace_id,
        principal.actor,
        action,
        str(subject),
        detail or {},
    )


async def newest(conn: Connection, workspace_id: str, limit: int) -> list[AuditEntry]:
    """The latest actions of a workspace, newest first."""
    rows = await conn.fetch(
        """
        SELECT at, actor, action, subject, detail FROM audit_log
        WHERE workspace_id = $1 ORDER BY at DESC, id DESC LIMIT $2
        """,
        workspace_id,
        limit,
    )
    return [AuditEntry(**dict(row)) for row in rows]

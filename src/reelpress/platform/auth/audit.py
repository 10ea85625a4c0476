"""The audit trail: who changed what, in the transaction of the change."""

from reelpress.platform.auth.model import Principal
from reelpress.platform.db import Connection


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

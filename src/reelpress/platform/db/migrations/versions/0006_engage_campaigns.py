"""Engage: campaigns, sends, mailbox."""

from reelpress.platform.db.sqlfile import run_sql_beside

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    run_sql_beside(__file__)

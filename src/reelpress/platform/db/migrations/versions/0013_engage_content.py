"""Engage: content blocks and product sets, which templates show."""

from reelpress.platform.db.sqlfile import run_sql_beside

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    run_sql_beside(__file__)

"""Engage: business events and the child campaigns they start."""

from reelpress.platform.db.sqlfile import run_sql_beside

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    run_sql_beside(__file__)

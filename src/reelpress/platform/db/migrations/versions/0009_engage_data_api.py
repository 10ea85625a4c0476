"""Engage: devices, merges, erasures, imports, cohorts, attribution."""

from reelpress.platform.db.sqlfile import run_sql_beside

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run_sql_beside(__file__)

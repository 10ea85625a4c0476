"""Studio: films that melt drew."""

from reelpress.platform.db.sqlfile import run_sql_beside

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    run_sql_beside(__file__)

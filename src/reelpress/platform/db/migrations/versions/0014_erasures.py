"""Studio forgets a customer when a controller asks; Engage tells the studios it sent her to."""

from reelpress.platform.db.sqlfile import run_sql_beside

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    run_sql_beside(__file__)

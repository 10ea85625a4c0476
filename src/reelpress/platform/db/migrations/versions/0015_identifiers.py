"""Attributes that name a customer, beside her e-mail address and mobile number."""

from reelpress.platform.db.sqlfile import run_sql_beside

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    run_sql_beside(__file__)

"""${message}"""

from reelpress.platform.db.sqlfile import run_sql_beside

revision = "${up_revision}"
down_revision = "${down_revision}"


def upgrade() -> None:
    run_sql_beside(__file__)

"""A migration is a .sql file beside its three-line .py."""

from pathlib import Path

from alembic import op
from sqlalchemy import text


def run_sql_beside(module: str) -> None:
    """Emit the statements of the .sql file with the same name."""
    sql = Path(module).with_suffix(".sql").read_text(encoding="utf-8")
    op.execute(text(sql.replace(":", r"\:")))  # a colon is SQL here, never a bound parameter

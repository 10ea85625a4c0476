"""PostgreSQL: the only database, the only coordination."""

from reelpress.platform.db.database import (
    Connection,
    Database,
    Record,
    connect,
    connection_lost,
    open_database,
)

__all__ = ["Connection", "Database", "Record", "connect", "connection_lost", "open_database"]

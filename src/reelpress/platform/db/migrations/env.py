"""Alembic asks for this file; migrations are run by `reelpress.platform.db.migrate` only."""

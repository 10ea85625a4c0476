"""Find existing customers by what a call names them with; nobody is made and nothing is locked."""

from collections.abc import Collection

from reelpress.engage.profiles import store
from reelpress.platform.db import Connection

IDENTIFIER_TYPES = ("customer_id", "id", "moengage_id")
"""`id` and `moengage_id` both mean the MoEngage ID; the pages of the contract use either."""

Named = tuple[str, str]


async def ids_of(conn: Connection, workspace_id: str, named: Collection[Named]) -> dict[Named, str]:
    """MoEngage IDs by (identifier type, identifier); who is unknown is left out."""
    customer_ids = {value for kind, value in named if kind == "customer_id"}
    internal = {value.lower() for kind, value in named if kind != "customer_id"}
    by_customer = await store.ids_by_customer_ids(conn, workspace_id, customer_ids) if customer_ids else {}
    existing = await store.existing_ids(conn, workspace_id, internal) if internal else set[str]()
    found: dict[Named, str] = {}
    for kind, value in named:
        if kind == "customer_id":
            profile_id = by_customer.get(value)
        else:
            profile_id = value.lower() if value.lower() in existing else None
        if profile_id is not None:
            found[kind, value] = profile_id
    return found

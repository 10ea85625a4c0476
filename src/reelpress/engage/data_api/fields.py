"""Fields that several calls of the Data API share (pure)."""

from collections.abc import Collection
from typing import Any, cast

from reelpress.engage.data_api import faults
from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.data_api.parse import plain_text


def read_list(document: dict[str, Any], name: str, most: int, limit_of: str | None = None) -> list[object]:
    """A list of one to `most` items; a breach names `limit_of`. Raises DataApiFault."""
    given = document.get(name)
    if given is None:
        raise faults.missing(name)
    if not isinstance(given, list):
        raise faults.malformed(name)
    items = cast("list[object]", given)
    if not items:
        raise DataApiFault(400, "MissingAttributeError", f"{name} cannot be empty array", name)
    if len(items) > most:
        raise faults.limit_breached(limit_of or name, most)
    return items


def read_identity_pair(fields: dict[str, Any], kinds: Collection[str]) -> tuple[str, str]:
    """`identity_type`, one of the kinds, and `identity_value`. Raises DataApiFault."""
    kind, value = plain_text(fields.get("identity_type")), plain_text(fields.get("identity_value"))
    if not kind:
        raise faults.missing("identity_type")
    if kind not in kinds:
        raise DataApiFault(400, "ValueError", f"identity type can only be in {list(kinds)}", "identity_type")
    if not value:
        raise faults.missing("identity_value")
    return kind, value

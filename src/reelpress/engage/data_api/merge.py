"""Merge Users and Delete User: from their JSON to what they ask for (pure)."""

from typing import Any, cast

from reelpress.engage.data_api import faults
from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.data_api.parse import plain_text
from reelpress.engage.merges.model import Pair
from reelpress.engage.profiles.lookup import IDENTIFIER_TYPES, Named

MOST_PAIRS = 50


def parse_merge(document: dict[str, Any]) -> list[Pair]:
    """The pairs of a merge call in their order. Raises DataApiFault."""
    given = document.get("merge_data")
    if given is None:
        raise faults.missing("merge_data")
    if not isinstance(given, list):
        raise faults.malformed("merge_data")
    pairs = cast("list[object]", given)
    if not pairs:
        raise DataApiFault(400, "MissingAttributeError", "merge_data cannot be empty array", "merge_data")
    if len(pairs) > MOST_PAIRS:
        raise faults.limit_breached("merge_data", MOST_PAIRS)
    return [_pair(one) for one in pairs]


def parse_delete(document: dict[str, Any]) -> Named:
    """Whom a delete call names.

    The schema of the page lists `identifiers`, its operation `identity_type` and `identity_value`; the
    latter is what clients send.
    """
    kind, value = plain_text(document.get("identity_type")), plain_text(document.get("identity_value"))
    if not kind:
        raise faults.missing("identity_type")
    if kind not in IDENTIFIER_TYPES:
        raise DataApiFault(
            400, "ValueError", f"identity type can only be in {list(IDENTIFIER_TYPES)}", "identity_type"
        )
    if not value:
        raise faults.missing("identity_value")
    return kind, value


def _pair(item: object) -> Pair:
    if not isinstance(item, dict):
        raise faults.malformed("merge_data")
    fields = cast("dict[str, Any]", item)
    return Pair(merged=_user(fields, "merged_user"), retained=_user(fields, "retained_user"))


def _user(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None:
        raise faults.missing(name)
    if not isinstance(value, str):
        raise faults.no_text(name)
    return value.replace("\0", "")

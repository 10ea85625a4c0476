"""Merge Users and Delete User: from their JSON to what they ask for (pure)."""

from typing import Any, cast

from reelpress.engage.data_api import faults
from reelpress.engage.data_api.fields import read_identity_pair, read_list
from reelpress.engage.merges.model import Pair
from reelpress.engage.profiles.lookup import IDENTIFIER_TYPES, Named

MOST_PAIRS = 50


def parse_merge(document: dict[str, Any]) -> list[Pair]:
    """The pairs of a merge call in their order. Raises DataApiFault."""
    return [_pair(one) for one in read_list(document, "merge_data", MOST_PAIRS)]


def parse_delete(document: dict[str, Any]) -> Named:
    """Whom a delete call names.

    The schema of the page lists `identifiers`, its operation `identity_type` and `identity_value`; the
    latter is what clients send.
    """
    return read_identity_pair(document, IDENTIFIER_TYPES)


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

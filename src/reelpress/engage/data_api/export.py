"""Get User: which customers, which of their attributes, under the names payloads use (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from reelpress.engage.data_api import faults
from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.data_api.fields import read_list
from reelpress.engage.data_api.parse import plain_text
from reelpress.engage.profiles.lookup import IDENTIFIER_TYPES, Named
from reelpress.engage.profiles.model import Profile
from reelpress.engage.profiles.service import attributes_for_template
from reelpress.engage.profiles.standard import STANDARD_ATTRIBUTES, key_of

MOST_USERS = 20
MOST_FIELDS = 300
_PAYLOAD_NAMES = {one.key: one.payload_names[0] for one in STANDARD_ATTRIBUTES if one.payload_names}
_OWN_NAMES = {"customer_id": "uid", "moengage_id": "id"}


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """The customers asked for; `fields` are the names asked for, None for everything."""

    users: tuple[Named, ...]
    fields: tuple[str, ...] | None


def parse_export(document: dict[str, Any]) -> ExportOrder:
    """Raises DataApiFault."""
    data = document.get("data")
    if data is None:
        raise faults.missing("data")
    if not isinstance(data, dict):
        raise faults.malformed("data")
    wanted = cast("dict[str, Any]", data)
    identifiers = read_list(wanted, "identifiers", MOST_USERS, limit_of="users")
    return ExportOrder(
        tuple(_identifier(one) for one in identifiers), _fields(wanted.get("user_fields_to_export"))
    )


def exported(profile: Profile, fields: tuple[str, ...] | None) -> dict[str, Any]:
    """The attributes of one customer; `id`, her MoEngage ID, is always there."""
    known = attributes_for_template(profile)
    if fields is None:
        return {_payload_name(key): value for key, value in known.items()}
    asked = {name: _OWN_NAMES.get(name) or key_of(name) for name in fields}
    return {name: known[key] for name, key in asked.items() if key in known} | {"id": profile.id}


def answer(order: ExportOrder, found: Mapping[Named, Profile]) -> dict[str, Any]:
    """The body of the answer, customers in the order they were asked for."""
    return {
        "status": "success",
        "type": "export_users",
        "data": {
            "users_not_found": [
                {"identifier_type": kind, "identifier": value}
                for kind, value in order.users
                if (kind, value) not in found
            ],
            "users": [
                {"user_attributes": exported(found[one], order.fields)} for one in order.users if one in found
            ],
        },
    }


def _payload_name(key: str) -> str:
    return "customer_id" if key == "uid" else _PAYLOAD_NAMES.get(key, key)


def _identifier(item: object) -> Named:
    if not isinstance(item, dict):
        raise faults.malformed("identifiers")
    fields = cast("dict[str, Any]", item)
    kind, value = plain_text(fields.get("identifier_type")), plain_text(fields.get("identifier"))
    if kind is None:
        raise faults.missing("identifier_type")
    if kind not in IDENTIFIER_TYPES:
        raise DataApiFault(
            400,
            "ValueError",
            f"identifier type can only be in {list(IDENTIFIER_TYPES)}",
            "identifier_type",
        )
    if value is None:
        raise faults.missing("identifier")
    return kind, value


def _fields(given: object) -> tuple[str, ...] | None:
    if given is None:
        return None
    if not isinstance(given, list):
        raise faults.malformed("user_fields_to_export")
    names = cast("list[object]", given)[:MOST_FIELDS]
    if not all(isinstance(name, str) for name in names):
        raise faults.malformed("user_fields_to_export")
    return tuple(cast("list[str]", names)) or None

"""Track Device and Device Opt-out: from their JSON to what they ask for (pure).

The words of the refusals are those of the two pages, which quote names here and there.
"""

from dataclasses import dataclass
from typing import Any, cast

from reelpress.engage.data_api import faults
from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.data_api.model import Batch, DeviceElement
from reelpress.engage.data_api.parse import (
    MOST_EVENT_ATTRIBUTES,
    STANDARD,
    Identifiers,
    plain_text,
    read_identity,
    read_object,
    require_type,
)
from reelpress.engage.profiles.devices import Blocking
from reelpress.engage.profiles.lookup import IDENTIFIER_TYPES, Named
from reelpress.engage.profiles.values import LONGEST_STRING, clean_attributes

PLATFORMS = {"android": "ANDROID", "ios": "iOS", "web": "web", "tv": "TV", "windows": "Windows"}
"""By the lower-case spelling; `Windows` stands in a bulk example of the contract only."""

MOST_BLOCKED = 1000
_IDENTIFIER_NAMES = {
    "moe_gaid": "moe_gaid",
    "push_id": "push_id",
    "unique_id": "unique_id",
    "device_unique_id": "device_unique_id",
    "GAID": "moe_gaid",
    "IDFV": "idfv",
}


@dataclass(frozen=True, slots=True)
class DeviceOrder:
    """Whose devices to block or unblock, and which."""

    user: Named
    blocking: Blocking


def parse_device(document: dict[str, Any], known: Identifiers = STANDARD) -> Batch:
    """A Track Device call. Raises DataApiFault."""
    require_type(document, "device")
    if document.get("customer_id") is None and not document.get("user_identifiers"):
        raise _missing("customer_id", "the payload")
    identity = read_identity(document, {}, known)
    device_id = plain_text(document.get("device_id"))
    if not device_id:
        raise _missing("device_id", "the payload")
    if document.get("attributes") is None:
        raise _missing("attributes", "the payload")
    sent = read_object(document["attributes"], "attributes")
    platform, push_id = plain_text(sent.get("platform")), plain_text(sent.get("push_id"))
    if platform is None:
        raise _missing("platform", "payload")
    if platform.lower() not in PLATFORMS:
        raise DataApiFault(400, "ValueError", "'platform' is not a valid platform.", "platform")
    if not push_id:
        raise _missing("push_id", "payload")
    others = {key: value for key, value in sent.items() if key not in ("platform", "push_id")}
    element = DeviceElement(
        identity,
        device_id[:LONGEST_STRING],
        PLATFORMS[platform.lower()],
        push_id,
        clean_attributes(others, MOST_EVENT_ATTRIBUTES),
    )
    return Batch(devices=(element,))


def parse_order(document: dict[str, Any]) -> DeviceOrder:
    """A Device Opt-out call. Raises DataApiFault.

    The page says both that missing devices are a fault and that leaving them out means all devices: a list
    that is left out means all, an empty or null one is the fault.
    """
    kind = plain_text(document.get("user_identifier_type"))
    if not kind:
        raise _fault("user_identifier_type", "customer_identifier_type is not found in the payload")
    if kind not in IDENTIFIER_TYPES:
        raise _wrong("user_identifier_type", f"user identifier type can only be in {list(IDENTIFIER_TYPES)}")
    value = plain_text(document.get("user_identifier_value"))
    if not value:
        raise faults.missing("user_identifier_value")
    action = document.get("action_type")
    if action is None:
        raise _fault("action_type", "Action_type is not found in the payload")
    if action not in ("block", "unblock"):
        raise _wrong("action_type", "action type can only be in ['block', 'unblock'] ")
    reason, reference = (plain_text(document.get(name)) for name in ("reason", "client_reference_id"))
    return DeviceOrder(
        (kind, value),
        Blocking(
            block=action == "block",
            devices=_devices(document),
            reason=reason[:LONGEST_STRING] if reason else None,
            reference=reference[:LONGEST_STRING] if reference else None,
        ),
    )


def _devices(document: dict[str, Any]) -> dict[str, list[str]] | None:
    if "device_identifiers" not in document:
        return None
    given = document["device_identifiers"]
    if not given:
        raise _fault("device_identifiers", "device_identifiers is missing in the payload")
    if not isinstance(given, list):
        raise faults.malformed("device_identifiers")
    devices: dict[str, list[str]] = {}
    for item in cast("list[object]", given)[:MOST_BLOCKED]:
        named = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
        if not named or not named.keys() <= _IDENTIFIER_NAMES.keys():
            raise _wrong(
                "device_identifiers",
                "device identifier can only be in ['moe_gaid', 'push_id', 'unique_id', 'device_unique_id'] ",
            )
        for name, value in named.items():
            text = plain_text(value)
            if not text:
                raise _wrong("device_identifiers", f"{name} is expected to be String or Unicode String.")
            devices.setdefault(_IDENTIFIER_NAMES[name], []).append(text)
    return devices


def _missing(name: str, where: str) -> DataApiFault:
    return _fault(name, f"'{name}' is not found in {where}")


def _fault(name: str, message: str) -> DataApiFault:
    return DataApiFault(400, "MissingAttributeError", message, name)


def _wrong(name: str, message: str) -> DataApiFault:
    return DataApiFault(400, "ValueError", message, name)
